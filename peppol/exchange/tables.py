"""The tables of the exchange, only their shape, and the steps a message may take.

A message's bytes never change, and lie in tables of their own (`bodies`). What changes is its state, by the steps of
`OUT_FOLLOWS` and `IN_FOLLOWS` alone: every change is a conditional UPDATE on the states it may come from.

`receiver queue` has one row per receiver: who works on that receiver's messages now and until when.
Holding the receiver queue is the right to send to that receiver, so messages to one receiver keep
their order with any number of workers. `access_point` has one row per access point and way: the
circuit breaker, and who collects there. `unfetched_arrival` has what lies at an access point and cannot be had.
Attempts and notes are only ever added.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    false,
    text,
)
from sqlalchemy import Text as LongText

from foundation.engines import partitions
from foundation.engines.partitions import Division
from foundation.sql import UtcDateTime
from foundation.text import Text
from foundation.transitions import Transitions

metadata = MetaData()


class OutState(StrEnum):
    """Where a message of ours is."""

    WAITING = "WAITING"
    SENT = "SENT"  # the access point has it; nobody has said that it came through
    DELIVERED = "DELIVERED"  # the receiving side has said that it has it
    REJECTED = "REJECTED"  # the receiving side, or a check on the way, has said no for good
    IN_PORTAL = "IN_PORTAL"  # the receiver reads it in the supplier portal; nothing is transmitted
    STUCK = "STUCK"  # tried as often as is sensible: a person sends it again


OUT_WORDS: Final[Mapping[OutState, Text]] = {
    OutState.WAITING: Text("Väntar"),
    OutState.SENT: Text("Skickat"),
    OutState.DELIVERED: Text("Framme"),
    OutState.REJECTED: Text("Avvisat", context="message"),
    OutState.IN_PORTAL: Text("Läses i portalen"),
    OutState.STUCK: Text("Fastnat"),
}
"""What people call each state."""


class OwedState(StrEnum):
    """Where an answer stands that we owe the sender of a message or document."""

    DUE = "DUE"  # a worker writes it
    STUCK = "STUCK"  # it could not be written: a person has it written again, or says why none is needed
    GIVEN = "GIVEN"  # it was written, or another that came later; or there turned out to be nobody to answer
    LAID_ASIDE = "LAID_ASIDE"  # a person has decided that none is needed


OWED_WORDS: Final[Mapping[OwedState, Text]] = {
    OwedState.DUE: Text("Ska skrivas"),
    OwedState.STUCK: Text("Fastnat"),
    OwedState.GIVEN: Text("Lämnat"),
    OwedState.LAID_ASIDE: Text("Lagt till handlingarna", context="message"),
}
"""What people call each state."""


class InState(StrEnum):
    """Where a message to us is."""

    ARRIVED = "ARRIVED"
    HANDLED = "HANDLED"
    REPEAT = "REPEAT"  # the same bytes again: answered by what was answered the first time
    CONFLICT = "CONFLICT"  # a number already held, with other bytes: kept aside, and its sender is told
    QUARANTINED = "QUARANTINED"  # cannot be read or is no valid document: kept with its reason
    FAILED = "FAILED"  # our own handling failed again and again: kept with its error until replayed
    LAID_ASIDE = "LAID_ASIDE"  # a person has dealt with it: nothing more comes of it


IN_WORDS: Final[Mapping[InState, Text]] = {
    InState.ARRIVED: Text("Kommet"),
    InState.HANDLED: Text("Hanterat", context="message"),
    InState.REPEAT: Text("Upprepning"),
    InState.CONFLICT: Text("Konflikt"),
    InState.QUARANTINED: Text("I karantän"),
    InState.FAILED: Text("Gick inte att hantera"),
    InState.LAID_ASIDE: Text("Lagt till handlingarna", context="message"),
}
"""What people call each state."""


class UnfetchedState(StrEnum):
    """Where something stands that has come to an access point and could not be fetched, or not be put away there."""

    WAITING = "WAITING"  # tried again, ever less often
    LEFT_THERE = "LEFT_THERE"  # a person has dealt with it: nobody tries, until it changes
    FETCHED = "FETCHED"  # it could be had at last
    GONE = "GONE"  # it does not lie there any more


UNFETCHED_WORDS: Final[Mapping[UnfetchedState, Text]] = {
    UnfetchedState.WAITING: Text("Försöks igen"),
    UnfetchedState.LEFT_THERE: Text("Lämnat där"),
    UnfetchedState.FETCHED: Text("Hämtat"),
    UnfetchedState.GONE: Text("Ligger inte kvar"),
}
"""What people call each state."""


OUT_FOLLOWS = Transitions(
    {
        OutState.WAITING: {
            *(OutState.SENT, OutState.DELIVERED, OutState.REJECTED, OutState.IN_PORTAL, OutState.STUCK),
        },
        OutState.SENT: {OutState.DELIVERED, OutState.REJECTED, OutState.WAITING, OutState.STUCK},
        # A receipt of transport may be followed by the receiver's refusal of what is in the message.
        OutState.DELIVERED: {OutState.REJECTED},
        OutState.STUCK: {OutState.WAITING, OutState.DELIVERED, OutState.REJECTED},
        OutState.IN_PORTAL: {OutState.WAITING},
    },
    # What was refused for good is sent as a new message, never under the same instance identifier.
    ends={OutState.REJECTED},
    words=OUT_WORDS,
)
"""From each state of a message of ours, the states it may go to."""

IN_FOLLOWS = Transitions(
    {
        InState.ARRIVED: {
            *(InState.HANDLED, InState.REPEAT, InState.CONFLICT, InState.QUARANTINED, InState.FAILED),
        },
        # A person may have it read again, when our reading or our books have changed.
        InState.FAILED: {InState.ARRIVED, InState.LAID_ASIDE},
        InState.QUARANTINED: {InState.ARRIVED, InState.LAID_ASIDE},
        # The first message stands; the sender writes again under a number of its own.
        InState.CONFLICT: {InState.LAID_ASIDE},
    },
    ends={InState.HANDLED, InState.REPEAT, InState.LAID_ASIDE},
    words=IN_WORDS,
)
"""From each state of a message to us, the states it may go to."""

# Apart from IN_FOLLOWS on purpose: what is handled is never moved again once that is committed. Whoever handles a
# message takes it as HANDLED first, so that nobody else does, and says in the same transaction what it came to.
IN_SETTLES = Transitions(
    {
        InState.ARRIVED: {InState.QUARANTINED},
        InState.HANDLED: {
            *(InState.HANDLED, InState.REPEAT, InState.CONFLICT, InState.QUARANTINED, InState.FAILED),
        },
    },
    ends={InState.REPEAT, InState.CONFLICT, InState.QUARANTINED, InState.FAILED, InState.LAID_ASIDE},
    words=IN_WORDS,
    beside=IN_FOLLOWS.follows,
)
"""What the handling of a message may come to, from the state it was taken in."""

OWED_FOLLOWS = Transitions(
    {
        OwedState.DUE: {OwedState.GIVEN, OwedState.STUCK},
        OwedState.STUCK: {OwedState.GIVEN, OwedState.LAID_ASIDE},
    },
    ends={OwedState.GIVEN, OwedState.LAID_ASIDE},
    words=OWED_WORDS,
)
"""From each state of an answer we owe, the states it may go to."""

UNFETCHED_FOLLOWS = Transitions(
    {
        UnfetchedState.WAITING: {UnfetchedState.LEFT_THERE, UnfetchedState.FETCHED, UnfetchedState.GONE},
        # Another file of the same name, or a person, has it tried again.
        UnfetchedState.LEFT_THERE: {UnfetchedState.WAITING, UnfetchedState.FETCHED, UnfetchedState.GONE},
    },
    ends={UnfetchedState.FETCHED, UnfetchedState.GONE},
    words=UNFETCHED_WORDS,
)
"""From each state of something that could not be fetched, the states it may go to."""


outbox = Table(
    "outbox",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("instance_id", String(36), nullable=False, unique=True),
    Column("kind", String(30), nullable=False),
    Column("document_id", String(120), nullable=False),
    Column("sender", String(80), nullable=False),
    Column("receiver", String(80), nullable=False),
    Column("recipient", String(20), nullable=False),
    Column("about", String(120), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # Attempts that count towards STUCK: those made while the access point itself was there.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("laid_at", UtcDateTime(), nullable=True),
    Column("sent_at", UtcDateTime(), nullable=True),
    Column("closed_at", UtcDateTime(), nullable=True),  # DELIVERED or REJECTED
    # The access point's own name for the message, and when to ask it how the message fares.
    Column("reference", String(400), nullable=False, server_default=""),
    Column("ask_at", UtcDateTime(), nullable=True),
    # How the last attempt ended, in one word, and what was said then.
    Column("outcome", String(20), nullable=False, server_default=""),
    Column("answer", LongText, nullable=False, server_default=""),
    Column("alarmed_at", UtcDateTime(), nullable=True),
    # The refused message this one carries the bytes of, under an identifier of its own.
    Column("resends", Integer, nullable=True),
    # Of a message level status: which transmission it is the only one about (outbox_store.transmission_key).
    Column("acknowledges", String(64), nullable=False, server_default=""),
    # How often a worker has begun to ask how it fares and not come back since.
    Column("asked", Integer, nullable=False, server_default="0"),
    Index("ix_outbox_document", "kind", "document_id"),
    Index("ix_outbox_about", "about"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("letter", Integer, ForeignKey(outbox.c.sequence), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_at", UtcDateTime(), nullable=False),
    Column("ended_at", UtcDateTime(), nullable=False),
    Column("access_point", String(60), nullable=False),
    Column("outcome", String(20), nullable=False),  # one word: SENT, UNREACHABLE, UNCLEAR, REJECTED ...
    Column("answer", LongText, nullable=False, server_default=""),
    Column("next_at", UtcDateTime(), nullable=True),
    postgresql_partition_by="RANGE (letter)",
)
partitions.divide(attempt, Division("attempt", by="letter", each=2_000_000))

receiver_queue = Table(
    "lane",
    metadata,
    Column("receiver", String(80), primary_key=True),
    Column("token", String(36), nullable=True),
    Column("claimed_until", UtcDateTime(), nullable=True),
    # How often a worker has taken it and not given it back since.
    Column("taken", Integer, nullable=False, server_default="0"),
    # Not before then is the first message in the receiver queue tried again.
    Column("due_at", UtcDateTime(), nullable=True),
    # Who has waited longest is served first, however much another receiver gets.
    Column("served_at", UtcDateTime(), nullable=False),
)

access_point = Table(
    "access_point",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("opened_at", UtcDateTime(), nullable=True),  # since then nothing goes through
    Column("probe_at", UtcDateTime(), nullable=True),
    Column("probes", Integer, nullable=False, server_default="0"),
    Column("answer", LongText, nullable=False, server_default=""),
    Column("alarmed_at", UtcDateTime(), nullable=True),
    Column("collector", String(36), nullable=True),
    Column("collector_until", UtcDateTime(), nullable=True),
    # When it answered last; of the way in, when all that had come was collected last.
    Column("reached_at", UtcDateTime(), nullable=True),
    # What the last failure was: our word for it, at which host, and what was asked of it.
    Column("code", String(40), nullable=False, server_default=""),
    Column("host", String(255), nullable=False, server_default=""),
    Column("verb", String(20), nullable=False, server_default=""),
)

unfetched_arrival = Table(
    "unfetched_arrival",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("access_point", String(60), nullable=False),
    # The access point's own name for it, and what tells it from another of the same name.
    Column("reference", String(400), nullable=False),
    Column("version", String(80), nullable=False, server_default=""),
    # Whether its bytes are stored, and it is only the word of that which does not get through.
    Column("stored", Boolean, nullable=False, server_default=false()),
    Column("state", String(20), nullable=False),
    Column("code", String(40), nullable=False),
    Column("said", LongText, nullable=False, server_default=""),
    Column("host", String(255), nullable=False, server_default=""),
    Column("tries", Integer, nullable=False, server_default="1"),
    Column("first_at", UtcDateTime(), nullable=False),
    Column("last_at", UtcDateTime(), nullable=False),
    # Not before then is it tried again.
    Column("due_at", UtcDateTime(), nullable=True),
    Column("alarmed_at", UtcDateTime(), nullable=True),
    Column("ended_by", String(80), nullable=False, server_default=""),
    CheckConstraint("state in ('WAITING','LEFT_THERE','FETCHED','GONE')", name="ck_unfetched_arrival_state"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("transport_id", String(400), nullable=False),
    # The access point and its id, where that id is never given twice; else nothing.
    Column("transport_key", String(480), nullable=False, server_default=""),
    Column("instance_id", String(80), nullable=False, server_default=""),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("received_at", UtcDateTime(), nullable=False),
    Column("state", String(20), nullable=False),
    Column("kind", String(30), nullable=False, server_default=""),
    Column("business_key", String(200), nullable=False, server_default=""),
    Column("reason", String(80), nullable=False, server_default=""),
    Column("reason_sv", LongText, nullable=False, server_default=""),
    Column("reason_en", LongText, nullable=False, server_default=""),
    Column("repeats", Integer, nullable=True),
    # Until then a worker is reading it, or it rests after a failure; others pass it over.
    Column("claimed_until", UtcDateTime(), nullable=True),
    # How often a worker has taken it and not given it back since.
    Column("taken", Integer, nullable=False, server_default="0"),
    # Whose messages it takes turns with, and its turn (fair_queue).
    Column("flow", BigInteger, nullable=False, server_default="0"),
    Column("turn", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", LongText, nullable=False, server_default=""),
    Column("alarmed_at", UtcDateTime(), nullable=True),
    # The organisation number of the supplier a message came from that became nothing (yet); empty: not known.
    Column("came_from", String(20), nullable=False, server_default=""),
)

message_note = Table(
    "letter_note",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("letter", Integer, ForeignKey(inbox.c.id), nullable=False, index=True),
    Column("code", String(40), nullable=False),
    # The other message the note is about.
    Column("other", Integer, nullable=True),
    Column("sentence_sv", LongText, nullable=False),
    Column("sentence_en", LongText, nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
)

owed_answer = Table(
    "owed_answer",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # What it is about, as the outbox has it: `letter 7` or `invoice 12`.
    Column("about", String(120), nullable=False),
    Column("kind", String(30), nullable=False, server_default=""),
    Column("state", String(20), nullable=False),
    Column("error", LongText, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("made_at", UtcDateTime(), nullable=True),
    Column("alarmed_at", UtcDateTime(), nullable=True),
    Column("ended_by", String(80), nullable=False, server_default=""),
    Column("reason", String(40), nullable=False, server_default=""),
    # A person's own words that it was to carry, as whoever writes it keeps them.
    Column("said", LongText, nullable=False, server_default=""),
    CheckConstraint("state in ('DUE','STUCK','GIVEN','LAID_ASIDE')", name="ck_owed_answer_state"),
)


def _index_some(name: str, condition: str, *columns: Column[Any], unique: bool = False) -> None:
    """An index over the rows that meet the condition, on both engines."""
    where = text(condition)
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


# What waits is few among many; only that is looked for by its state.
_index_some("ix_outbox_waiting", "state = 'WAITING'", outbox.c.receiver, outbox.c.sequence)
_index_some("ix_outbox_ask", "state = 'SENT' and ask_at is not null", outbox.c.ask_at)
OPEN = "state = 'WAITING' or state = 'STUCK' or state = 'REJECTED'"
"""The messages of ours that somebody may have to look at."""

_index_some("ix_outbox_open", OPEN, outbox.c.state, outbox.c.receiver)
# A transmission is acknowledged once in all, by whoever does it: Peppol Network Policy 1.0, MLS.
_index_some("uq_outbox_acknowledges", "acknowledges <> ''", outbox.c.acknowledges, unique=True)
_index_some("ix_inbox_turn", "state = 'ARRIVED'", inbox.c.turn, inbox.c.id)
_index_some("ix_inbox_flow", "state = 'ARRIVED'", inbox.c.flow, inbox.c.turn)
_index_some("ix_inbox_aside", "state in ('CONFLICT', 'QUARANTINED', 'FAILED')", inbox.c.id)
_index_some("ix_inbox_failed", "state = 'FAILED'", inbox.c.id)
_index_some("ix_inbox_came_from", "came_from <> ''", inbox.c.came_from, inbox.c.id)
OWED = "state in ('DUE', 'STUCK')"
"""The answers we owe; one at most about each thing."""

UNFETCHED = "state in ('WAITING', 'LEFT_THERE')"
"""What lies at an access point and could not be had; once each."""

_index_some(
    "uq_unfetched_arrival_open",
    UNFETCHED,
    unfetched_arrival.c.access_point,
    unfetched_arrival.c.reference,
    unique=True,
)
_index_some("uq_owed_answer_open", OWED, owed_answer.c.about, unique=True)
# The same bytes, and the same instance of a message, are taken in once; later copies are repeats.
# A query must name the condition of a key in these very words for the engine to use it.
_FIRST = "state not in ('REPEAT', 'CONFLICT', 'LAID_ASIDE')"
FIRST_BY = {
    "sha256": _FIRST,
    "instance_id": f"{_FIRST} and instance_id <> ''",
    "transport_key": f"{_FIRST} and transport_key <> ''",
}
"""The keys a message is known by, each with which messages it is unique among."""

for _key, _condition in FIRST_BY.items():
    _index_some(f"uq_inbox_{_key}", _condition, inbox.c[_key], unique=True)
