"""What every refusal has: a sentence for people, in the language of whoever reads it.

Convention: the sentence says what, where and what to do, and holds no personal data.
"""

import traceback
from pathlib import Path
from typing import Self

from foundation.text import Language, Text


class Refused(Exception):
    """Something the business does not allow, said in one sentence.

    Every refusal of the folders above is a subclass. `text` is for people; str() gives it in English, which is
    what logs carry. It may not hold personal data.

    >>> Refused(Text("Ordern är stängd.")).text.sv
    'Ordern är stängd.'
    """

    field: str = ""
    """Which field of a form it is about, by its name; empty where it is about no single one."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text

    def at(self, field: str) -> Self:
        """The same refusal, of this field of a form."""
        self.field = field
        return self

    def __str__(self) -> str:
        return self.text.en

    def in_language(self, language: Language) -> str:
        """The sentence in the language of whoever reads it."""
        return self.text.in_language(language)


class NotThere(Refused):
    """What was asked for does not exist, or is not for this person; the two look the same."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Sidan eller det du söker finns inte, eller tillhör någon annan. Kontrollera adressen eller gå "
                "till översikten."
            )
        )


class NotFound(Refused):
    """What was named on the command line does not exist."""


def place_of(error: Exception) -> str:
    """Where a fault arose, for the log: the file and line of the innermost frame; never a value."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
