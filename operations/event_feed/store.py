"""The feed in the database: events wait for their number, are read from a cursor, and go when they are no longer kept.

A transaction adds its events without holding anything of the feed. Their numbers are given by a short transaction of
its own, under the feed's one row: so they are without gaps, and who reads up to one never misses another that is
committed later. `billing check` holds both against the journal.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, text, update

from foundation.engines.many_rows import insert_rows
from foundation.journal import WrittenRow
from foundation.journal_chains import chain_store
from foundation.sql import Session, rows_changed
from operations.event_feed.contract import SOURCE, OutboundEvent, ToTell
from operations.event_feed.tables import outbound_event, outbound_feed, outbound_waiting


@dataclass(frozen=True, slots=True)
class FeedEnds:
    """The last event there is, and the last that is no longer kept; 0 where there is none."""

    last: int
    kept_after: int


def start(session: Session) -> None:
    """Make the feed's one row where there is none; what the journal says by then is not told."""
    if session.execute(select(outbound_feed.c.id)).first() is None:
        begins_after = chain_store.last_sequence(session)
        row = {"id": 1, "last": 0, "kept_after": 0, "begins_after": begins_after}
        session.execute(insert(outbound_feed), row)


def add(session: Session, events: Sequence[tuple[WrittenRow, ToTell]], *, at: datetime) -> None:
    """Let events wait for their numbers, each with its row of the journal, in the order of these."""
    places = Counter[int]()
    rows = []
    for row, event in events:
        place = places[row.sequence]
        places[row.sequence] += 1
        rows.append(
            {
                "journal_sequence": row.sequence,
                "place": place,
                "event_id": _id(row.hash, place),
                "type": event.type,
                "source": SOURCE,
                "execution_reference": event.execution_reference,
                "at": at,
                "data": event.data_json(),
            }
        )
    insert_rows(session, outbound_waiting, rows)


def is_any_waiting(session: Session) -> bool:
    """Whether a committed event has no number yet."""
    return session.execute(_ANY).first() is not None


def number_waiting(session: Session, *, at_most: int) -> int:
    """Give the events that wait their numbers, the oldest first, and move them into the feed; how many.

    The feed's row is held first, so what is seen then is all that was committed before, and nobody else numbers. Within
    a case the journal's numbers follow the commits; a transaction that is not committed yet gets later numbers.
    """
    last: int = session.execute(select(outbound_feed.c.last).with_for_update()).scalar_one()
    if not is_any_waiting(session):  # whoever held the feed before has numbered them
        return 0
    session.execute(_MOVE, {"last": last, "at_most": at_most})
    moved = session.execute(_GONE, {"last": last}).rowcount
    session.execute(update(outbound_feed).values(last=last + moved))
    return int(moved)


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


def _id(row_hash: str, place: int) -> str:
    """An id that no other installation gives, since no other journal has this hash."""
    return hashlib.sha256(f"{row_hash} {place}".encode()).hexdigest()[:32]


# Prepared once: building a statement costs more than running it.
_ANY = select(outbound_waiting.c.place).limit(1)
_MOVED = "event_id, type, source, execution_reference, at, data, journal_sequence"
_MOVE = text(
    f"INSERT INTO outbound_event (sequence, {_MOVED})"  # noqa: S608 - names of ours
    f" SELECT :last + row_number() OVER (ORDER BY journal_sequence, place), {_MOVED} FROM outbound_waiting"
    " ORDER BY journal_sequence, place LIMIT :at_most"
)
_GONE = text(
    "DELETE FROM outbound_waiting WHERE event_id IN (SELECT event_id FROM outbound_event WHERE sequence > :last)"
)
_AFTER = (
    select(outbound_event)
    .where(outbound_event.c.sequence > bindparam("cursor"))
    .order_by(outbound_event.c.sequence)
    .limit(bindparam("limit"))
)
