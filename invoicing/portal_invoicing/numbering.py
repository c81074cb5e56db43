"""A supplier's own series of document numbers in the portal: F26-0001 and on, without gaps.

The letters are the supplier's choice, 26 is the year of the document's day. A number is taken in the
transaction that sends the document; one that is undone before it leaves goes back, and the next
document takes the lowest that came back (decision 25). A number that the supplier already used
elsewhere is passed over: it has its document.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session, take_turns
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, SupplierAction
from invoicing.portal_invoicing import series_store

LETTERS = "F"
_LETTERS = re.compile(r"[A-ZÅÄÖ][A-ZÅÄÖ0-9]{0,7}")


class LettersRefused(Refused):
    """What a series may not begin with."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Serien börjar med en bokstav och har högst åtta versaler eller siffror, till exempel "
                "F eller RM."
            ),
        )


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number of a supplier's series, and its place in it."""

    series: str
    position: int

    def __str__(self) -> str:
        """As it stands on the document.

        >>> str(OwnNumber("F26-", 7))
        'F26-0007'
        """
        return f"{self.series}{self.position:04}"


@dataclass(frozen=True, slots=True)
class Series:
    """A series as its supplier sees it: the last number taken, and those that came back and wait to be used."""

    name: str
    last: int
    returned: tuple[OwnNumber, ...]


def take_turns_at(session: Session, supplier: str) -> None:
    """Let everybody who takes or gives back numbers of a supplier follow each other."""
    take_turns(session, f"own series {supplier}")


def letters_of(session: Session, supplier: str) -> str:
    """What the supplier's numbers begin with."""
    return series_store.letters_chosen(session, supplier) or LETTERS


def choose_letters(session: Session, supplier: str, letters: str, *, by: str) -> None:
    """Let the supplier's coming numbers begin with `letters`. Raises LettersRefused."""
    wanted = letters.strip().upper()
    if not _LETTERS.fullmatch(wanted):
        raise LettersRefused
    take_turns_at(session, supplier)
    was = letters_of(session, supplier)
    if wanted == was:
        return
    series_store.save_letters(session, supplier, wanted)
    subject = InvoicingSubject.SUPPLIER.of(supplier)
    journal.record(session, by, SupplierAction.SERIES_CHOSEN, subject, letters=wanted, was=was)


def ahead(session: Session, supplier: str, day: date, count: int = 1) -> list[OwnNumber]:
    """The numbers the next `count` documents get if nobody comes between; nothing is taken."""
    name = _name(session, supplier, day)
    last = series_store.last_taken(session, supplier, name)
    found = [OwnNumber(name, position) for position in series_store.returned(session, supplier, name)][:count]
    position = last or 0
    while len(found) < count:
        free = _first_free(session, supplier, name, position)
        found.append(free)
        position = free.position
    return found


def take(session: Session, supplier: str, day: date) -> OwnNumber:
    """The next number, the supplier's own from here on. Transactions of one supplier take turns."""
    take_turns_at(session, supplier)
    (number,) = ahead(session, supplier, day)
    series_store.save_taken(session, supplier, number.series, number.position)
    return number


def give_back(session: Session, supplier: str, number: OwnNumber) -> None:
    """Let the next document have the number: the one that had it was never seen by anybody else."""
    take_turns_at(session, supplier)
    series_store.save_returned(session, supplier, number.series, number.position)


def series_of(session: Session, supplier: str) -> Sequence[Series]:
    """Every series the supplier has taken numbers of, by name."""
    return [
        Series(
            name,
            last,
            tuple(OwnNumber(name, each) for each in series_store.returned(session, supplier, name)),
        )
        for name, last in series_store.last_of_each(session, supplier).items()
    ]


def _name(session: Session, supplier: str, day: date) -> str:
    return f"{letters_of(session, supplier)}{day:%y}-"


def _first_free(session: Session, supplier: str, name: str, after: int) -> OwnNumber:
    number = OwnNumber(name, after + 1)
    while series_store.is_used(session, supplier, str(number)):
        number = OwnNumber(name, number.position + 1)
    return number
