"""The feed in the database: events are added at its end, read from a cursor, and go when they are no longer kept."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from foundation.sql import Session, rows_changed
from foundation.tables import journal_head
from operations.event_feed.contract import SOURCE, OutboundEvent, ToTell
from operations.event_feed.tables import outbound_event, outbound_feed


@dataclass(frozen=True, slots=True)
class FeedEnds:
    """The last event there is, and the last that is no longer kept; 0 where there is none."""

    last: int
    kept_after: int


def start(session: Session) -> None:
    """Make the feed's one row where there is none; what the journal says by then is not told."""
    if session.execute(select(outbound_feed.c.id)).first() is None:
        begins_after = session.scalar(select(journal_head.c.sequence)) or 0
        row = {"id": 1, "last": 0, "kept_after": 0, "begins_after": begins_after}
        session.execute(insert(outbound_feed), row)


def add(session: Session, events: Sequence[tuple[int, ToTell]], *, head_hash: str, at: datetime) -> None:
    """Add events at the end, each with its row of the journal; `head_hash` is where the journal's chain stands then.

    The feed's row is held from here to the commit, so whoever adds next waits and gets the next number: the numbers
    are without gaps and in the order of the commits, and a reader never passes one that is still to come.
    """
    last: int = session.execute(_TAKE, {"count": len(events)}).scalar_one()
    first = last - len(events) + 1
    rows = [
        {
            "sequence": sequence,
            "event_id": _id(head_hash, sequence),
            "type": event.type,
            "source": SOURCE,
            "execution_reference": event.execution_reference,
            "at": at,
            "data": event.data_json(),
            "journal_sequence": journal_sequence,
        }
        for sequence, (journal_sequence, event) in enumerate(events, first)
    ]
    session.execute(_ADD, rows)


def after(session: Session, cursor: int, *, limit: int) -> list[OutboundEvent]:
    """The first `limit` events after the cursor, in their order."""
    return [
        OutboundEvent(
            sequence=row.sequence,
            event_id=row.event_id,
            type=row.type,
            source=row.source,
            execution_reference=row.execution_reference,
            at=row.at,
            data=row.data,
        )
        for row in session.execute(_AFTER, {"cursor": cursor, "limit": limit})
    ]


def ends(session: Session) -> FeedEnds:
    """How far the feed reaches."""
    row = session.execute(select(outbound_feed)).one()
    return FeedEnds(row.last, row.kept_after)


def dispose_before(session: Session, moment: datetime) -> int:
    """Remove the events told before that moment; how many. The feed says from where on it is kept first."""
    past = session.scalar(select(func.max(outbound_event.c.sequence)).where(outbound_event.c.at < moment))
    if past is None:
        return 0
    change = update(outbound_feed).where(outbound_feed.c.kept_after < past).values(kept_after=past)
    if not rows_changed(session, change):
        return 0
    gone = session.execute(delete(outbound_event).where(outbound_event.c.sequence <= past))
    return int(gone.rowcount)


def _id(head_hash: str, sequence: int) -> str:
    """An id that no other installation gives, since no other journal has this hash."""
    return hashlib.sha256(f"{head_hash} {sequence}".encode()).hexdigest()[:32]


# Prepared once: building a statement costs more than running it.
_TAKE = (
    update(outbound_feed)
    .values(last=outbound_feed.c.last + bindparam("count"))
    .returning(outbound_feed.c.last)
)
_ADD = insert(outbound_event)
_AFTER = (
    select(outbound_event)
    .where(outbound_event.c.sequence > bindparam("cursor"))
    .order_by(outbound_event.c.sequence)
    .limit(bindparam("limit"))
)
