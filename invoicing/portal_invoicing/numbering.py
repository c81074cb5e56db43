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

from sqlalchemy import ColumnElement, Select, delete, insert, select, union_all, update

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session, take_turns
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing.tables import own_series, portal_document, returned_number, series_choice

LETTERS = "F"
_LETTERS = re.compile(r"[A-ZÅÄÖ][A-ZÅÄÖ0-9]{0,7}")
# These states of a portal document keep its number.
KEPT = ("WAITING", "RELEASED", "READ")


class LettersRefused(Refused):
    """What a series may not begin with."""

    def __init__(self) -> None:
        super().__init__(
            "Serien börjar med en bokstav och har högst åtta versaler eller siffror, till exempel F eller RM.",
            "The series begins with a letter and has at most eight capitals or digits, such as F or RM.",
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
    chosen = session.scalar(select(series_choice.c.letters).where(series_choice.c.supplier == supplier))
    return chosen or LETTERS


def choose_letters(session: Session, supplier: str, letters: str, *, by: str) -> None:
    """Let the supplier's coming numbers begin with `letters`. Raises LettersRefused."""
    wanted = letters.strip().upper()
    if not _LETTERS.fullmatch(wanted):
        raise LettersRefused
    take_turns_at(session, supplier)
    was = letters_of(session, supplier)
    if wanted == was:
        return
    session.execute(delete(series_choice).where(series_choice.c.supplier == supplier))
    session.execute(insert(series_choice), {"supplier": supplier, "letters": wanted})
    journal.record(session, by, "series.chosen", f"supplier {supplier}", letters=wanted, was=was)


def ahead(session: Session, supplier: str, day: date, count: int = 1) -> list[OwnNumber]:
    """The numbers the next `count` documents get if nobody comes between; nothing is taken."""
    name = _name(session, supplier, day)
    last = session.scalar(select(own_series.c.last).where(_of(supplier, name)))
    found = [OwnNumber(name, position) for position in _returned(session, supplier, name)][:count]
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
    gone = delete(returned_number).where(
        returned_number.c.supplier == supplier,
        returned_number.c.series == number.series,
        returned_number.c.position == number.position,
    )
    moved = update(own_series).where(_of(supplier, number.series), own_series.c.last < number.position)
    session.execute(gone)
    known = session.scalar(select(own_series.c.last).where(_of(supplier, number.series)))
    if known is None:
        row = {"supplier": supplier, "series": number.series, "last": number.position}
        session.execute(insert(own_series), row)
    else:
        session.execute(moved.values(last=number.position))
    return number


def give_back(session: Session, supplier: str, number: OwnNumber) -> None:
    """Let the next document have the number: the one that had it was never seen by anybody else."""
    take_turns_at(session, supplier)
    row = {"supplier": supplier, "series": number.series, "position": number.position}
    session.execute(insert(returned_number), row)


def series_of(session: Session, supplier: str) -> Sequence[Series]:
    """Every series the supplier has taken numbers of, by name."""
    rows = session.execute(
        select(own_series).where(own_series.c.supplier == supplier).order_by(own_series.c.series)
    ).all()
    return [
        Series(
            row.series,
            row.last,
            tuple(OwnNumber(row.series, each) for each in _returned(session, supplier, row.series)),
        )
        for row in rows
    ]


def is_used(session: Session, supplier: str, number: str) -> bool:
    """Whether a document of the supplier's has this number, in our books or on its way here."""
    return session.execute(_uses(supplier, number)).first() is not None


def _name(session: Session, supplier: str, day: date) -> str:
    return f"{letters_of(session, supplier)}{day:%y}-"


def _of(supplier: str, name: str) -> ColumnElement[bool]:
    return (own_series.c.supplier == supplier) & (own_series.c.series == name)


def _returned(session: Session, supplier: str, name: str) -> list[int]:
    question = (
        select(returned_number.c.position)
        .where(returned_number.c.supplier == supplier, returned_number.c.series == name)
        .order_by(returned_number.c.position)
    )
    return list(session.scalars(question))


def _first_free(session: Session, supplier: str, name: str, after: int) -> OwnNumber:
    number = OwnNumber(name, after + 1)
    while is_used(session, supplier, str(number)):
        number = OwnNumber(name, number.position + 1)
    return number


def _uses(supplier: str, number: str) -> Select[tuple[int]]:
    """The supplier's documents that have this number already, in our books or on their way here."""
    invoice = document_tables.invoice
    held = select(invoice.c.id).where(invoice.c.supplier == supplier, invoice.c.number == number)
    made = select(portal_document.c.id).where(
        portal_document.c.supplier == supplier,
        portal_document.c.number == number,
        portal_document.c.state.in_(KEPT),
    )
    both = union_all(held, made).subquery()
    return select(both.c.id).limit(1)
