"""Words that a person writes into the books, such as a reason: kept whole or refused with a sentence, never cut.

Convention: blanks and line breaks between the words say nothing and are kept as one space; no personal identity number
is taken (`foundation.personal_numbers`). What others send us is never refused for its length: it stands in its
message, and `foundation.written.fitted` makes keys and quotations of it.
"""

from collections.abc import Callable
from typing import Final

from foundation import personal_numbers
from foundation.errors import Refused
from foundation.text import NO_TEXT, Text

LONGEST: Final = 500
"""Signs of a reason, unless its place says otherwise; the forms stop at as many."""


def kept(
    words: str,
    refusal: Callable[[Text], Refused],
    *,
    asked: Text = NO_TEXT,
    shortest: int = 1,
    longest: int = LONGEST,
    in_lines: bool = False,
) -> str:
    """The words as they are kept. `asked` is the sentence for fewer signs than `shortest`; without it, none will do.

    With `in_lines` line breaks are kept too. Raises what `refusal` makes of a sentence, or PersonalNumber.

    >>> kept(" Kreditnotan \\n kom ", Refused, asked=Text("Skriv varför."))
    'Kreditnotan kom'
    """
    said = words.strip() if in_lines else " ".join(words.split())
    personal_numbers.refuse(said)
    return _of_length(said, refusal, asked=asked, shortest=shortest, longest=longest)


def kept_number(
    number: str, refusal: Callable[[Text], Refused], *, asked: Text = NO_TEXT, longest: int
) -> str:
    """A number that others have given something, or a telephone's: as words, but its digits may look like a person's.

    >>> kept_number("070-174 06 23", Refused, longest=40)
    '070-174 06 23'
    """
    return _of_length(" ".join(number.split()), refusal, asked=asked, shortest=1, longest=longest)


def too_long(said: str, longest: int) -> Text:
    """What is said of words that are longer than is kept."""
    return Text(
        "Texten är för lång: den har %(count)s tecken, och högst %(longest)s sparas. Korta den; inget skärs bort av "
        "sig självt.",
        count=len(said),
        longest=longest,
    )


def _of_length(
    said: str, refusal: Callable[[Text], Refused], *, asked: Text, shortest: int, longest: int
) -> str:
    if asked and len(said) < shortest:
        raise refusal(asked)
    if len(said) > longest:
        raise refusal(too_long(said, longest))
    return said
