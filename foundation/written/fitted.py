"""What others sent, made to fit: as a key that is told from every other, or as people are shown it.

Convention: the whole stands where it was kept as it came. What is cut for people ends with … .
"""

import hashlib
from typing import Final

from foundation import personal_numbers

_MARK: Final = 16


def within(text: str, longest: int) -> str:
    """A key of the text that a column of so many signs holds: itself, or its beginning and what tells it from others.

    Two texts that differ never have one key, however long they begin alike; `longest` is 32 or more.

    >>> within("2100000009", 35)
    '2100000009'
    >>> within("2100000009" * 5, 35), within("2100000009" * 6, 35)
    ('210000000921000000…82609cb47d8bbfa2', '210000000921000000…1a7460cf22e2ce0b')
    """
    if len(text) <= longest:
        return text
    # Names of files may hold bytes that are no text.
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK]
    return f"{text[: longest - _MARK - 1]}…{mark}"


def shown(text: str, longest: int) -> str:
    """The text for people to see, with … at its end where it is longer than so many signs.

    >>> shown("2100000009", 6)
    '21000…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def quoted(text: str, longest: int) -> str:
    """What somebody outside wrote as a sentence of ours quotes it: in one line, without a number, … where it is longer.

    >>> quoted("Kontot är\\navslutat", 12)
    'Kontot är a…'
    """
    return shown(personal_numbers.masked(" ".join(text.split())), longest)
