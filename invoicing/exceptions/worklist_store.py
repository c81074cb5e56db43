"""Who has what of the queue, until when it rests, and what was written about it.

A comment is never changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

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
