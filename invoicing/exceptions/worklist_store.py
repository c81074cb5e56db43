"""Who has what of the queue, until when it rests, what was written about it, and people's saved filters.

A comment is never changed; a filter is its owner's alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from foundation.sql import Session, rows_changed
from invoicing.decisions import tables as decision_tables


class WorkKind(StrEnum):
    """What can lie in the queue."""

    DOCUMENT = "DOCUMENT"
    MESSAGE_IN = "LETTER_IN"
    MESSAGE_OUT = "LETTER_OUT"
    EVENT = "EVENT"


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote about something in the queue."""

    written_by: str
    written_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A saved search: its name and the query of the page's address."""

    id: int
    name: str
    query: str


def set_owner(session: Session, kind: WorkKind, item_id: int, *, to: str, at: datetime) -> str:
    """Let a person have something, or nobody where `to` is empty; who had it before."""
    table = decision_tables.desk_item
    this = (table.c.kind == kind) & (table.c.item_id == item_id)
    before = session.scalar(select(table.c.owner).where(this)) or ""
    values = {"owner": to, "taken_at": at if to else None}
    if not rows_changed(session, update(table).where(this).values(**values)):
        session.execute(insert(table), {"kind": kind, "item_id": item_id, **values})
    return before


def set_rest(session: Session, invoice_id: int, until: date | None) -> date | None:
    """Let a document rest until a day, or no longer; until when it rested before."""
    table, kind = decision_tables.desk_item, WorkKind.DOCUMENT
    this = (table.c.kind == kind) & (table.c.item_id == invoice_id)
    before: date | None = session.scalar(select(table.c.rests_until).where(this))
    if not rows_changed(session, update(table).where(this).values(rests_until=until)):
        session.execute(insert(table), {"kind": kind, "item_id": invoice_id, "rests_until": until})
    return before


def add_comment(session: Session, kind: WorkKind, item_id: int, text: str, *, by: str, at: datetime) -> None:
    """Keep what somebody wrote."""
    row = {"kind": kind, "item_id": item_id, "written_by": by, "written_at": at, "text": text}
    session.execute(insert(decision_tables.desk_comment), row)


def comments(session: Session, kind: WorkKind, item_id: int) -> Sequence[Comment]:
    """What was written about it, oldest first."""
    table = decision_tables.desk_comment
    question = select(table).where(table.c.kind == kind, table.c.item_id == item_id).order_by(table.c.id)
    return [Comment(row.written_by, row.written_at, row.text) for row in session.execute(question)]


def filters(session: Session, person: str) -> Sequence[Filter]:
    """The person's saved filters, by name."""
    table = decision_tables.desk_filter
    question = select(table).where(table.c.person == person).order_by(table.c.name)
    return [Filter(row.id, row.name, row.query) for row in session.execute(question)]


def save_filter(session: Session, person: str, name: str, query: str) -> None:
    """Keep a filter under a name, instead of an earlier one of that name."""
    table = decision_tables.desk_filter
    this = (table.c.person == person) & (table.c.name == name)
    if rows_changed(session, update(table).where(this).values(query=query)):
        return
    try:
        with session.begin_nested():
            session.execute(insert(table), {"person": person, "name": name, "query": query})
    except IntegrityError:
        session.execute(update(table).where(this).values(query=query))


def drop_filter(session: Session, person: str, filter_id: int) -> None:
    """Forget a filter of the person's own."""
    table = decision_tables.desk_filter
    session.execute(delete(table).where(table.c.id == filter_id, table.c.person == person))
