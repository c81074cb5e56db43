"""Work that is one worker's at a time: a row is taken until a moment, and free again when the moment has passed.

Convention: taking is a short transaction; the work follows outside it, and whoever dies with it is followed by another
when the lease has ended. The row itself is the lease: a column says until when. What must notice that it has been
followed keeps a token besides, and asks for it in the condition of its change.

Taking counts, in the very transaction that takes: a column says how often a row was taken and not given back since, and
giving back sets it to 0. What was taken before and never given back may have ended its worker: it is taken alone, after
all that is fresh, and after `TAKEN_MOST` times by nobody; then it is for whoever owns the table to lay it aside and
raise an alarm. So nothing that fells its worker stands in the way of what is behind it (decision 67).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, update
from sqlalchemy.schema import Column

from foundation.sql import Session

TAKEN_MOST: Final = 3
"""So often something is taken that never comes back; then a person looks at it."""


def is_free(until: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Nobody has the row, or whoever had it has let its time pass. The last instant still belongs to the lease."""
    return until.is_(None) | (until < now)


def is_due(at: Column[Any], now: datetime) -> ColumnElement[bool]:
    """The row waits for nothing, or its moment has come."""
    return at.is_(None) | (at <= now)


def is_lost(taken: Column[Any], until: Column[Any], now: datetime) -> ColumnElement[bool]:
    """Taken as often as may be, never given back, and nobody has it now."""
    return (taken >= TAKEN_MOST) & is_free(until, now)


def take(
    session: Session,
    key: Column[Any],
    wanted: Select[Any],
    *,
    taken: Column[Any],
    at_most: int,
    doubtful: bool = True,
    **values: object,
) -> Sequence[Row[tuple[Any, ...]]]:
    """Take the rows that `wanted` finds, by putting `values` on them; as they were before, in the order asked for.

    `wanted` has `key`, which tells the rows of a table apart, among its columns; `taken` counts. At most `at_most` rows
    that are fresh, or, where `doubtful` ones are wanted, a single one that was taken before and never given back:
    whoever has it in hand should have nothing else. On PostgreSQL workers pass over what others are just taking
    (SKIP LOCKED), and a row they have taken meanwhile is asked once more whether it is wanted; on SQLite there is one
    writer anyway.
    """
    fresh = wanted.where(taken == 0).limit(at_most)
    found = session.execute(fresh.with_for_update(skip_locked=True)).all()
    if not found and doubtful:
        alone = wanted.where(taken.between(1, TAKEN_MOST - 1)).order_by(None).order_by(taken, key).limit(1)
        found = session.execute(alone.with_for_update(skip_locked=True)).all()
    if found:
        keys = [row._mapping[key] for row in found]
        counted = update(key.table).where(key.in_(keys)).values({taken: taken + 1})
        session.execute(counted.values(**values))
    return found
