"""The tables of the feed: the events we tell, and how far they have come.

An event is added in the transaction of the fact it tells of and never changed. It waits there for its number in the
feed, which is given when it is committed; it goes when it is no longer kept.
"""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text

from foundation import append_only
from foundation.append_only import GoneInto, KeptAfter
from foundation.sql import UtcDateTime
from foundation.tables import metadata

outbound_event = Table(
    "outbound_event",
    metadata,
    # The cursor: without gaps, given in one order to events that are committed (decision 50).
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("event_id", String(60), nullable=False, unique=True),
    Column("type", String(60), nullable=False),
    Column("source", String(200), nullable=False),
    # The subject of the event: an execution reference, empty where the case is not known.
    Column("execution_reference", String(60), nullable=False, server_default=""),
    Column("at", UtcDateTime(), nullable=False),
    Column("data", Text, nullable=False),
    # The row of the journal it tells of.
    Column("journal_sequence", Integer, nullable=False),
    Index("ix_outbound_event_at", "at"),
)

# Events that have no number yet: put there with what they tell of, and moved into the feed once committed.
outbound_waiting = Table(
    "outbound_waiting",
    metadata,
    # The row of the journal it tells of, and the event's place among those of that row.
    Column("journal_sequence", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("event_id", String(60), nullable=False, unique=True),
    Column("type", String(60), nullable=False),
    Column("source", String(200), nullable=False),
    Column("execution_reference", String(60), nullable=False, server_default=""),
    Column("at", UtcDateTime(), nullable=False),
    Column("data", Text, nullable=False),
)

# One row: the last number given, and the last that is no longer kept.
outbound_feed = Table(
    "outbound_feed",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
    Column("kept_after", Integer, nullable=False),
    # The last row of the journal before there was a feed: what it says was never told.
    Column("begins_after", Integer, nullable=False),
    CheckConstraint("id = 1", name="one"),
    CheckConstraint("0 <= kept_after and kept_after <= last", name="kept"),
)

KEPT: Final = KeptAfter(number="sequence", head=outbound_feed.name, kept_after="kept_after")
append_only.protect_kept(outbound_event, KEPT)
append_only.protect_kept(outbound_waiting, GoneInto(key="event_id", into=outbound_event.name))
