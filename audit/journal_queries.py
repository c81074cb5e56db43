"""The journal searched for an auditor, and the part of it that a case is handed out with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select

from foundation import tables as foundation_tables
from foundation.journal_chains.row_hashes import CLOSED, GENESIS
from foundation.periods import STOCKHOLM
from foundation.sql import Session, among
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.journal_actions import document_subjects
from invoicing.model import SupplierInvoice
from orders.journal_actions import OrdersSubject

_J = foundation_tables.journal


@dataclass(frozen=True, slots=True)
class Sought:
    """What to look for in the journal: a reference, a document's number or a subject; a person; days."""

    text: str = ""
    actor: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None


def search(
    session: Session, sought: Sought, *, limit: int = 100, offset: int = 0
) -> tuple[Sequence[Row[Any]], int]:
    """The newest rows of the journal that fit, and how many do."""
    where = list(_conditions(session, sought))
    many = session.execute(select(func.count()).select_from(_J).where(*where)).scalar_one()
    page = select(_J).where(*where).order_by(_J.c.sequence.desc()).limit(limit).offset(offset)
    return session.execute(page).all(), many


def after(session: Session, sought: Sought, sequence: int, *, limit: int) -> Sequence[Row[Any]]:
    """The rows of the journal that fit, after one of them, in their order."""
    fits = _conditions(session, sought)
    question = select(_J).where(_J.c.sequence > sequence, *fits).order_by(_J.c.sequence).limit(limit)
    return session.execute(question).all()


def chained_rows(session: Session, reference: str, subjects: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """The journal rows of a case, each with the hash of the row before it in its chain as `previous`."""
    found = session.execute(
        select(_J)
        .where(or_(_J.c.execution_reference == reference, _J.c.subject.in_(list(subjects))))
        .order_by(_J.c.sequence)
    ).mappings()
    rows = [dict(row) for row in found]
    hashes = _hashes_before(session, rows)
    return [{**row, "previous": hashes.get(_before(row), GENESIS)} for row in rows]


def _before(row: Mapping[str, Any]) -> tuple[str, int]:
    """Where the row before it stands: the closed chain counts by `sequence`."""
    return (row["chain"], (row["position"] or row["sequence"]) - 1)


def _hashes_before(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], str]:
    """The hash of the row before each of these, by chain and position."""
    closed = [row["sequence"] - 1 for row in rows if row["chain"] == CLOSED]
    question = select(_J.c.sequence, _J.c.hash).where(
        among(session, _J.c.sequence, closed), _J.c.chain == CLOSED
    )
    found = {(CLOSED, row.sequence): row.hash for row in session.execute(question)}
    chains = sorted({row["chain"] for row in rows} - {CLOSED})
    positions = sorted({row["position"] - 1 for row in rows if row["chain"] != CLOSED})
    others = select(_J.c.chain, _J.c.position, _J.c.hash).where(
        _J.c.chain != CLOSED, among(session, _J.c.chain, chains), among(session, _J.c.position, positions)
    )
    return found | {(row.chain, row.position): row.hash for row in session.execute(others)}


def newest(session: Session) -> int:
    """The sequence of the row written last; 0 of an empty journal."""
    return session.execute(select(func.max(foundation_tables.journal.c.sequence))).scalar_one() or 0


def count(session: Session) -> int:
    """How many rows the journal has."""
    return session.execute(select(func.count()).select_from(_J)).scalar_one()


def _conditions(session: Session, sought: Sought) -> Iterator[Any]:
    if sought.text:
        subjects = [OrdersSubject.PLACEMENT.of(sought.text), OrdersSubject.ORDER.of(sought.text)]
        for invoice in _numbered(session, sought.text):
            subjects += document_subjects(invoice)
        named = _J.c.subject.in_([sought.text, *map(str, subjects)])
        yield or_(_J.c.execution_reference == sought.text, named)
    if sought.actor:
        yield _J.c.actor == sought.actor
    if sought.action:
        yield _J.c.action == sought.action
    # The moment is ISO text in UTC, so it sorts as it happened.
    if sought.since is not None:
        yield _J.c.at >= _moment(sought.since)
    if sought.until is not None:
        yield _J.c.at < _moment(sought.until + timedelta(days=1))


def _moment(day: date) -> str:
    start = datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)
    return start.isoformat(timespec="microseconds")


def _numbered(session: Session, number: str) -> list[SupplierInvoice]:
    ids = session.scalars(
        select(document_tables.invoice.c.id)
        .where(func.lower(document_tables.invoice.c.number) == func.lower(number))
        .limit(20)
    )
    return [document_store.by_id(session, each) for each in ids]
