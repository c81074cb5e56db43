"""Work that is one worker's at a time: a row is taken until a moment, and free again when the moment has passed.

Convention: taking is a short transaction; the work follows outside it, and whoever dies with it is followed by another
when the lease has ended. The row itself is the lease: a column says until when. What must notice that it has been
followed keeps a token besides, and asks for it in the condition of its change.

An instant is only as good as the clock that wrote it. One that lies further ahead than anything written now could, was
written by a clock that was ahead, and nobody waits for it: every question here says how long the longest wait is. What
says when something was done, and says later than now, is such an instant too (`is_ahead`). Small differences between
two readings of a clock are `SLACK`. Which instants are waited for stands in tests/operations/test_clock_jumps.py.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, update
from sqlalchemy.schema import Column

from foundation.sql import Session

SLACK: Final = timedelta(seconds=10)
"""So far may an instant that was just written lie after now."""


def is_free(until: Column[Any], now: datetime, *, longest: timedelta) -> ColumnElement[bool]:
    """Nobody has the row, or whoever had it has let its time pass. The last instant still belongs to the lease.

    `longest` is the longest lease that may be taken now.
    """
    return until.is_(None) | (until < now) | (until > now + longest + SLACK)


def is_due(at: Column[Any], now: datetime, *, longest: timedelta) -> ColumnElement[bool]:
    """The row waits for nothing, or its moment has come. `longest` is the longest wait that may begin now."""
    return at.is_(None) | (at <= now) | (at > now + longest + SLACK)


def is_ahead(done: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Something was done later than now: by a clock that was ahead then, or before it was put back."""
    return done.is_not(None) & (done > now + SLACK)


def ahead(done: datetime, now: datetime) -> bool:
    """The same of an instant that was read."""
    return done > now + SLACK


def may_be_said_again(said: Column[Any], until: datetime, now: datetime) -> ColumnElement[bool]:
    """Something was never said, or last then or before; that it was said later than now holds nobody's tongue."""
    return said.is_(None) | (said <= until) | is_ahead(said, now)


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
