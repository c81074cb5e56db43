"""Work that is one worker's at a time: a row is taken until a moment, and free again when the moment has passed.

Convention: taking is a short transaction; the work follows outside it, and whoever dies with it is followed by another
when the lease has ended. The row itself is the lease: a column says until when. What must notice that it has been
followed keeps a token besides, and asks for it in the condition of its change.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, update
from sqlalchemy.schema import Column

from foundation.sql import Session


def is_free(until: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Nobody has the row, or whoever had it has let its time pass. The last instant still belongs to the lease."""
    return until.is_(None) | (until < now)


def is_due(at: Column[Any], now: datetime) -> ColumnElement[bool]:
    """The row waits for nothing, or its moment has come."""
    return at.is_(None) | (at <= now)


def take(
    session: Session, key: Column[Any], wanted: Select[Any], **values: object
) -> Sequence[Row[tuple[Any, ...]]]:
    """Take the rows that `wanted` finds, by putting `values` on them; as they were before, in the order asked for.

    `wanted` has `key`, which tells the rows of a table apart, among its columns. On PostgreSQL workers pass over what
    others are just taking (SKIP LOCKED), and a row they have taken meanwhile is asked once more whether it is
    wanted; on SQLite there is one writer anyway.
    """
    found = session.execute(wanted.with_for_update(skip_locked=True)).all()
    if found:
        keys = [row._mapping[key] for row in found]
        session.execute(update(key.table).where(key.in_(keys)).values(**values))
    return found
