"""Working the queue: taking something, handing it over, commenting, and keeping one's filters.

Each is a row and a journal row. A comment is never changed; a filter is its owner's alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from foundation import journal, personal_numbers
from foundation.errors import Refused
from foundation.sql import Session, rows_changed
from invoicing.decisions import tables as decision_tables
from invoicing.documents import handler_store


class WorkKind(StrEnum):
    """What can lie in the queue."""

    DOCUMENT = "DOCUMENT"
    MESSAGE_IN = "LETTER_IN"
    MESSAGE_OUT = "LETTER_OUT"
    EVENT = "EVENT"


_SUBJECT = {
    WorkKind.DOCUMENT: "invoice",
    WorkKind.MESSAGE_IN: "letter in",
    WorkKind.MESSAGE_OUT: "letter out",
    WorkKind.EVENT: "event",
}


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


def hand_over(session: Session, kind: WorkKind, item_id: int, *, to: str, by: str, at: datetime) -> None:
    """Let a person have something (`to` empty: let it go). Taking is handing over to oneself."""
    table = decision_tables.desk_item
    this = (table.c.kind == kind) & (table.c.item_id == item_id)
    before = session.scalar(select(table.c.owner).where(this)) or ""
    values = {"owner": to, "taken_at": at if to else None}
    if not rows_changed(session, update(table).where(this).values(**values)):
        session.execute(insert(table), {"kind": kind, "item_id": item_id, **values})
    if before != to:
        journal.record(session, by, "desk.handed_over", f"{_SUBJECT[kind]} {item_id}", was=before, to=to)
        _note_handler(session, kind, item_id, by)


def comment(session: Session, kind: WorkKind, item_id: int, text: str, *, by: str, at: datetime) -> None:
    """Write a comment. Raises Refused for an empty one, or one with a personal number in it."""
    words = text.strip()
    if not words or len(words) > 2000:
        raise Refused(
            "Skriv en kommentar på högst 2 000 tecken.", "Write a comment of at most 2,000 characters."
        )
    personal_numbers.refuse(words)
    row = {"kind": kind, "item_id": item_id, "written_by": by, "written_at": at, "text": words}
    session.execute(insert(decision_tables.desk_comment), row)
    journal.record(session, by, "desk.commented", f"{_SUBJECT[kind]} {item_id}")
    _note_handler(session, kind, item_id, by)


def _note_handler(session: Session, kind: WorkKind, item_id: int, person: str) -> None:
    if kind is WorkKind.DOCUMENT:
        handler_store.note(session, item_id, person)


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
    words = name.strip()
    if not words or len(words) > 60 or len(query) > 1000:
        raise Refused(
            "Ge filtret ett namn på högst 60 tecken.", "Name the filter with at most 60 characters."
        )
    table = decision_tables.desk_filter
    this = (table.c.person == person) & (table.c.name == words)
    if rows_changed(session, update(table).where(this).values(query=query)):
        return
    try:
        with session.begin_nested():
            session.execute(insert(table), {"person": person, "name": words, "query": query})
    except IntegrityError:
        session.execute(update(table).where(this).values(query=query))


def drop_filter(session: Session, person: str, filter_id: int) -> None:
    """Forget a filter of the person's own."""
    table = decision_tables.desk_filter
    session.execute(delete(table).where(table.c.id == filter_id, table.c.person == person))
