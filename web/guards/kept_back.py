"""On the buyer's pages a personal identity number is never shown, wherever it stands and however it got there.

The wall behind the others: documents with such a number are handled apart, but their own numbers and references stand
in many lists. Only a page that somebody has opened with a reason shows them.
"""

from collections.abc import Callable, Collection
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Final

from foundation import personal_numbers

SIGN: Final = "(…)"


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What a page keeps back: the numbers as of a day, but for those that `known` says are an organisation's."""

    on: date
    known: Callable[[], Collection[str]]


PAGE: Final[ContextVar[KeptBack | None]] = ContextVar("kept_back", default=None)
"""What the page being rendered keeps back; None where it shows all it is given."""


def kept_back(value: object) -> object:
    """The value as the page may show it: a sign in the place of a text with a personal identity number in it."""
    page = PAGE.get()
    # What is marked up already has been through here, part by part.
    if page is None or type(value) is not str:
        return value
    found = set(personal_numbers.numbers_in(value, on=page.on))
    return SIGN if found and found - set(page.known()) else value
