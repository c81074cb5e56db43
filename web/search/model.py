"""What somebody searched for, and what was found: values that a front's questions are asked with and answer with.

Convention: a front brings its questions in `Front.search`. A question answers None where it is not for the person who
asks, or where what was written can be none of its things; it asks within the person's scope and by an index.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from accounts.identity import Person
from foundation.formatting import number_of
from foundation.money import Money
from foundation.periods import Month, PeriodRefused
from foundation.sql import Session
from foundation.text import Text

MOST: Final = 10
"""So many of a kind are shown; where there are more, it is said, with the way to all of them."""
LONGEST: Final = 60
_SHORTEST: Final = 2
_AMOUNT_MOST: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What was written, and what else it can be read as: an amount, a month."""

    text: str
    amount: Decimal | None
    month: Month | None

    @property
    def is_too_short(self) -> bool:
        """Whether nothing can be looked for by it."""
        return len(self.text) < _SHORTEST

    @property
    def is_too_long(self) -> bool:
        """Whether no number, reference or name is as long."""
        return len(self.text) > LONGEST


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: what it is called, where it stands, and what tells it from others."""

    name: str | Text
    path: str
    told: Sequence[str | Text] = ()
    badge: tuple[str, str] | None = None
    amount: Money | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one kind. `more` leads to all of it; `note` says what was not looked through."""

    title: Text
    hits: Sequence[Hit]
    has_more: bool = False
    more: str = ""
    note: Text | None = None

    @classmethod
    def of(cls, title: Text, hits: Sequence[Hit], *, more: str = "", note: Text | None = None) -> "Found":
        """The first of what was asked for with a limit of one more than is shown."""
        return cls(title, hits[:MOST], len(hits) > MOST, more, note)


Question = Callable[[Session, Person, Asked, date], Found | None]
"""Asked with the session of the person's own scope, who asks, what, and today."""


def read(text: str) -> Asked:
    """What was written in the field, and what it can be read as.

    >>> read(" 2 612,50 kr ").amount, str(read("2026-10").month), read("F26-14").amount
    (Decimal('2612.50'), '2026-10', None)
    """
    said = " ".join(text.split())
    return Asked(said, _amount(said), _month(said))


def _amount(said: str) -> Decimal | None:
    try:
        amount = number_of(said.removesuffix("kr").removesuffix("SEK").strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < _AMOUNT_MOST else None


def _month(said: str) -> Month | None:
    try:
        return Month.parse(said)
    except PeriodRefused:
        return None
