"""What something was told about since: what it takes to read a list anew from a cursor and miss nothing.

Convention: the feed numbers an event once it is committed (decision 122), so whoever has read up to a number has missed
nothing before it, whatever was being written meanwhile.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, select, true

from foundation.sql import Session
from operations.event_feed import store
from operations.event_feed.reading import CursorAhead, CursorTooOld
from operations.event_feed.tables import outbound_event

_EVENT: Final = outbound_event.c


@dataclass(frozen=True, slots=True)
class Changed:
    """The cases and the documents that something was told about, and the number up to which that holds."""

    references: Sequence[str]
    documents: Sequence[int]
    upto: int
    is_more: bool


def last_number(session: Session) -> int:
    """The number of the last event there is."""
    return store.ends(session).last


def changed_after(
    session: Session, cursor: int, *, limit: int, among: ColumnElement[bool] | None = None
) -> Changed:
    """What the first `limit` events after the cursor are about, of those that are `among`.

    Raises CursorTooOld, CursorAhead.
    """
    wanted = true() if among is None else among
    question = select(_EVENT.sequence, _EVENT.execution_reference, _EVENT.data).where(wanted)
    return told(session, question, cursor, limit=limit)


def told(session: Session, question: Select[Any], cursor: int, *, limit: int) -> Changed:
    """What the first `limit` events after the cursor tell of, of those that the question finds.

    It asks for the event's `sequence`, `execution_reference`, and the `document_id` or the whole `data` that names one.
    Raises CursorTooOld, CursorAhead.
    """
    ends = store.ends(session)
    if cursor < ends.kept_after:
        raise CursorTooOld(cursor, ends.kept_after)
    if cursor > ends.last:
        raise CursorAhead(cursor, ends.last)
    after = question.where(_EVENT.sequence > cursor).order_by(_EVENT.sequence).limit(limit)
    rows = session.execute(after).all()
    is_more = len(rows) == limit
    documents = [number for row in rows if (number := _document_of(row)) is not None]
    return Changed(
        references=list(dict.fromkeys(row.execution_reference for row in rows if row.execution_reference)),
        documents=list(dict.fromkeys(int(each) for each in documents)),
        upto=rows[-1].sequence if is_more else ends.last,
        is_more=is_more,
    )


def _document_of(row: Row[Any]) -> int | None:
    named = row._mapping
    found: int | None = (
        named["document_id"] if "document_id" in named else json.loads(row.data).get("document")
    )
    return found
