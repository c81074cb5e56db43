"""Events as the database holds them: each once, conflicts and unappliable ones with their reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, insert, select
from sqlalchemy.exc import IntegrityError

from foundation import transitions
from foundation.engines.many_rows import insert_rows
from foundation.errors import Refused
from foundation.journal import SYSTEM
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import Text, WrittenText
from foundation.transitions import Transitions
from orders import tables as order_tables
from orders.events import envelope as event_envelope


class EventState(StrEnum):
    """What became of an event."""

    APPLIED = "APPLIED"
    CONFLICT = "CONFLICT"  # the same id with other content: kept aside, never applied
    UNAPPLIABLE = "UNAPPLIABLE"  # kept with its reason; may be replayed
    LAID_ASIDE = "LAID_ASIDE"  # could not be applied, and a person decided that it is not to be


EVENT_WORDS: Final[Mapping[EventState, Text]] = {
    EventState.APPLIED: Text("Tillämpad"),
    EventState.CONFLICT: Text("Konflikt"),
    EventState.UNAPPLIABLE: Text("Gick inte att tillämpa"),
    EventState.LAID_ASIDE: Text("Lagd till handlingarna"),
}
"""What people call each state."""


EVENT_FOLLOWS = Transitions(
    {EventState.UNAPPLIABLE: {EventState.UNAPPLIABLE, EventState.APPLIED, EventState.LAID_ASIDE}},
    ends={EventState.APPLIED, EventState.CONFLICT, EventState.LAID_ASIDE},
    words=EVENT_WORDS,
)
"""What may become of an event that is tried again."""

# Apart from EVENT_FOLLOWS on purpose: what is applied stays so once that is committed. Whoever applies an event keeps
# it as APPLIED first, so that no other loader does, and says in the same transaction where it could not be.
EVENT_SETTLES = Transitions(
    {EventState.APPLIED: {EventState.UNAPPLIABLE}},
    ends={EventState.UNAPPLIABLE, EventState.CONFLICT, EventState.LAID_ASIDE},
    words=EVENT_WORDS,
    beside=EVENT_FOLLOWS.follows,
)
"""What applying an event that was just claimed may come to besides."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When an event came to us, and whether somebody loaded it as history, where its own day is believed.

    `sender` is what the journal calls the system that sent it, where it signed in with a key.
    """

    at: datetime
    as_history: bool = False
    sender: str = SYSTEM

    def told_on(self, occurred_on: date) -> date:
        """The day we were told, in Sweden: the sender's own only where it is loaded as history."""
        return occurred_on if self.as_history else stockholm_date(self.at)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event in the database; `occurred_on` is its own day in Sweden, `told_on` the day we were told."""

    sequence: int
    type: str
    event_id: str
    occurred_on: date
    told_on: date
    execution_reference: str
    state: EventState
    reason: Text
    body: str


def known(session: Session, event: event_envelope.Event) -> dict[str, EventState]:
    """What is held under the event's source and id: the state of each content, by its hash."""
    rows = session.execute(_KNOWN, {"source": event.source, "event_id": event.id})
    return {row.content_sha256: EventState(row.state) for row in rows}


def add(
    session: Session,
    event: event_envelope.Event,
    state: EventState,
    *,
    digest: str,
    arrival: Arrival,
    reason: Refused | None = None,
) -> int:
    """Keep an event with what became of it, and return its row number."""
    row = _row(event, state, digest=digest, arrival=arrival, reason=reason)
    sequence: int = session.execute(_ADD, row).scalar_one()
    return sequence


def add_applied(session: Session, told: Sequence[event_envelope.Event], *, arrival: Arrival) -> None:
    """Keep events as applied, all or none: raises IntegrityError when the id of one is held already."""
    insert_rows(
        session,
        _EVENT,
        [
            _row(event, EventState.APPLIED, digest=event_envelope.content_hash(event), arrival=arrival)
            for event in told
        ],
    )


def claim(session: Session, event: event_envelope.Event, *, digest: str, arrival: Arrival) -> int | None:
    """Keep an event as applied before it is, so that no other loader applies it too; None when one was first."""
    try:
        with session.begin_nested():
            return add(session, event, EventState.APPLIED, digest=digest, arrival=arrival)
    except IntegrityError:
        return None


def move(
    session: Session,
    sequence: int,
    *,
    was: EventState,
    to: EventState,
    by: Transitions[EventState] = EVENT_FOLLOWS,
    reason: Refused | None = None,
) -> None:
    """Note what became of an event when it was tried, with the reason where it could not be applied.

    Raises StepRefused where the table `by` has no such step, and MovedMeanwhile where somebody else moved it first.
    """
    table = order_tables.inbound_event
    transitions.move(
        session,
        table.c.state,
        table.c.sequence == sequence,
        by,
        name=event_name(sequence),
        was=was,
        to=to,
        values={
            "reason_sv": reason.text.sv if reason else "",
            "reason_en": reason.text.en if reason else "",
        },
    )


def event_name(sequence: int) -> Text:
    """What a refusal calls an event."""
    return Text("Händelse %(sequence)s", sequence=sequence)


def in_state(session: Session, state: EventState) -> list[StoredEvent]:
    """The events in one state, in the order they came."""
    table = order_tables.inbound_event
    return list(_stored(session, table.c.state == state))


def among(
    session: Session, *conditions: ColumnElement[bool], limit: int, offset: int = 0
) -> list[StoredEvent]:
    """The events that meet all conditions, in the order they came."""
    return list(_stored(session, and_(*conditions), limit=limit, offset=offset))


def numbered(session: Session, sequence: int) -> StoredEvent | None:
    """The event with this row number."""
    return next(_stored(session, order_tables.inbound_event.c.sequence == sequence), None)


def newest(session: Session) -> int:
    """The row number of the event that came last."""
    found: int = session.execute(select(func.max(order_tables.inbound_event.c.sequence))).scalar_one()
    return found


def of_placement(session: Session, reference: str) -> list[StoredEvent]:
    """The events about one execution reference, in the order they came."""
    return list(_stored(session, order_tables.inbound_event.c.execution_reference == reference))


def counts(session: Session) -> dict[EventState, int]:
    """How many events are in each state."""
    table = order_tables.inbound_event
    rows = session.execute(select(table.c.state, func.count()).group_by(table.c.state))
    return {EventState(state): count for state, count in rows}


def _row(
    event: event_envelope.Event,
    state: EventState,
    *,
    digest: str,
    arrival: Arrival,
    reason: Refused | None = None,
) -> dict[str, object]:
    return {
        "source": event.source,
        "event_id": event.id,
        "content_sha256": digest,
        "type": event.type,
        "occurred_on": stockholm_date(event.time),
        "execution_reference": event.execution_reference,
        "body": event_envelope.canonical(event),
        "state": state,
        "reason_sv": reason.text.sv if reason else "",
        "reason_en": reason.text.en if reason else "",
        "received_at": arrival.at,
        "as_history": arrival.as_history,
    }


# Prepared once: building a statement costs more than running it.
_EVENT = order_tables.inbound_event
_KNOWN = select(_EVENT.c.content_sha256, _EVENT.c.state).where(
    _EVENT.c.source == bindparam("source"), _EVENT.c.event_id == bindparam("event_id")
)
_ADD = insert(_EVENT).returning(_EVENT.c.sequence)


def _stored(
    session: Session, condition: ColumnElement[bool], *, limit: int | None = None, offset: int = 0
) -> Iterator[StoredEvent]:
    table = order_tables.inbound_event
    question = select(table).where(condition).order_by(table.c.sequence)
    for row in session.execute(question.limit(limit).offset(offset)):
        yield _stored_event(row)


def _stored_event(row: Row[tuple[object, ...]]) -> StoredEvent:
    return StoredEvent(
        sequence=row.sequence,
        type=row.type,
        event_id=row.event_id,
        occurred_on=row.occurred_on,
        told_on=Arrival(row.received_at, as_history=row.as_history).told_on(row.occurred_on),
        execution_reference=row.execution_reference,
        state=EventState(row.state),
        reason=WrittenText(row.reason_sv, row.reason_en),
        body=row.body,
    )
