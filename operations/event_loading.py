"""Loading events from the decision systems: line by line, each once, none lost.

Events are applied in their order, a batch to a transaction. Before the first event of a new
day the result orders due by then are placed, so that history loaded today comes out as it
was. A line that is no event lies in quarantine with its bytes and the reason.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import groupby, islice

import structlog
from sqlalchemy.exc import IntegrityError

from foundation import journal
from foundation.database import Database
from foundation.errors import NotThere, Refused
from foundation.periods import stockholm_date
from foundation.sql import Session
from foundation.text import NO_TEXT
from invoicing.verdicts import asking_back
from operations import order_curing
from orders import dispatch
from orders.events import store as event_store
from orders.events.envelope import Event, EventRefused, read_event
from orders.events.store import Arrival, EventState
from orders.journal_actions import OrdersSubject, PlacementAction
from orders.placements import result_placing
from orders.register import store as register_store
from orders.register.register import Register
from peppol.exchange import inbox, inbox_store
from peppol.exchange.tables import InState

_BATCH = 200
_TRIES = 3
_log = structlog.get_logger("events")


class LineOutcome(StrEnum):
    """What came of one line."""

    APPLIED = "applied"
    REPEATED = "repeated"  # known before: nothing is done again
    CONFLICT = "conflict"  # the same id with other content
    UNAPPLIABLE = "unappliable"
    UNREADABLE = "unreadable"  # no event: it lies in quarantine


@dataclass(frozen=True, slots=True)
class LineResult:
    """What came of one line; `state` is what the books say of its event, now or since it came first."""

    place: str
    outcome: LineOutcome
    event: Event | None = None
    state: EventState | None = None
    reason: Refused | None = None


@dataclass(slots=True)
class Loaded:
    """What came of the lines: how many were applied, repeated, kept aside, kept with a reason, or unreadable.

    `results` has every line that is not empty, in their order, where they were asked for.
    """

    applied: int = 0
    repeated: int = 0
    conflicts: int = 0
    unappliable: int = 0
    quarantined: int = 0
    problems: list[tuple[str, Refused]] = field(default_factory=list)
    results: list[LineResult] | None = None

    def note(self, result: LineResult) -> None:
        """Count what came of a line."""
        match result.outcome:
            case LineOutcome.APPLIED:
                self.applied += 1
            case LineOutcome.REPEATED:
                self.repeated += 1
            case LineOutcome.CONFLICT:
                self.conflicts += 1
            case LineOutcome.UNAPPLIABLE:
                self.unappliable += 1
            case LineOutcome.UNREADABLE:
                self.quarantined += 1
        if result.reason is not None:
            where = f"{result.place} ({result.event.id})" if result.event else result.place
            self.problems.append((where, result.reason))
        if self.results is not None:
            self.results.append(result)

    @property
    def stored(self) -> int:
        """How many events were kept now, whatever became of them."""
        return self.applied + self.conflicts + self.unappliable

    def add(self, other: "Loaded") -> None:
        """Count what another part of the lines came to as well."""
        self.applied += other.applied
        self.repeated += other.repeated
        self.conflicts += other.conflicts
        self.unappliable += other.unappliable
        self.quarantined += other.quarantined
        self.problems += other.problems
        if self.results is not None:
            self.results += other.results or []


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of a file, and where it stands."""

    place: str
    text: str


def load_events(
    database: Database,
    lines: Iterable[EventLine],
    *,
    as_history_by: str = "",
    sender: str = journal.SYSTEM,
    each: bool = False,
    go_on: Callable[[], bool] = lambda: True,
) -> Loaded:
    """Apply every line; what cannot be applied is kept and named in `problems`. Raises NoRegister.

    An event is told when it comes. A person who loads history answers for its days, and is named: each of its
    events then counts as told on its own day. `sender` is the system that sent them, as the journal calls it. `each`
    asks for the result of every line. `go_on` is asked between two batches, each of which is committed: once it says
    no, the lines that are left are not touched, and have no result.
    """
    loaded = Loaded(results=[] if each else None)
    with database.reading() as session:
        register = register_store.load(session)
    way = _Way(as_history_by, sender)
    rest = iter(lines)
    last_day = date.min
    while batch := list(islice(rest, _BATCH)):
        part, last_day = _loaded_batch(database, register, batch, last_day, way)
        loaded.add(part)
        if part.applied:
            order_curing.judge_what_has_come(database, today=last_day)
        if not go_on():
            break
    return loaded


def place_due_orders(database: Database, *, today: date) -> int:
    """Place the result orders whose day has come; how many were placed."""
    with database.writing() as session:
        placed = len(result_placing.place_due(session, register_store.load(session), today=today))
    order_curing.judge_what_has_come(database, today=today)
    return placed


def replay_unappliable(database: Database) -> Loaded:
    """Try every unappliable event again, in the order they came."""
    loaded = Loaded()
    with database.writing() as session:
        register = register_store.load(session)
        for stored in event_store.in_state(session, EventState.UNAPPLIABLE):
            if not stored.body:  # disposed of
                continue
            applied = dispatch.replay(session, register, stored, now=database.clock())
            asking_back.judge_lines_again(session, register, applied.lines, today=stored.occurred_on)
            if applied.state is EventState.APPLIED:
                loaded.applied += 1
            else:
                loaded.unappliable += 1
                loaded.problems.append((stored.event_id, applied.reason or Refused(NO_TEXT)))
    order_curing.judge_what_has_come(database, today=stockholm_date(database.clock()))
    return loaded


def apply_by_hand(session: Session, sequence: int, *, by: str, today: date) -> None:
    """A person applies what was told too late; invoices on what it changes are judged again."""
    register = register_store.load(session)
    lines = dispatch.apply_by_hand(session, register, event_numbered(session, sequence), by=by, today=today)
    asking_back.judge_lines_again(session, register, lines, today=today)


def lay_aside(session: Session, sequence: int, *, by: str) -> None:
    """A person decides that an event which could not be applied is not to be."""
    dispatch.lay_aside(session, event_numbered(session, sequence), by=by)


def event_numbered(session: Session, sequence: int) -> event_store.StoredEvent:
    """The event with this number; raises NotThere."""
    found = event_store.numbered(session, sequence)
    if found is None:
        raise NotThere
    return found


@dataclass(frozen=True, slots=True)
class _Way:
    """How events came: the person who answers for history, and the system that sent them."""

    history_by: str
    sender: str


def _loaded_batch(
    database: Database, register: Register, batch: Sequence[EventLine], last_day: date, way: _Way
) -> tuple[Loaded, date]:
    """One batch in one transaction; tried again where another loader was doing the same meanwhile."""
    for _ in range(_TRIES - 1):
        try:
            return _load_batch(database, register, batch, last_day, way)
        except IntegrityError:
            _log.info("batch tried again")
    return _load_batch(database, register, batch, last_day, way)


def _load_batch(
    database: Database, register: Register, batch: Sequence[EventLine], last_day: date, way: _Way
) -> tuple[Loaded, date]:
    loaded = Loaded(results=[])
    arrival = Arrival(database.clock(), as_history=bool(way.history_by), sender=way.sender)
    with database.writing() as session:
        for day, group in groupby(_read(batch), key=_day_of):
            if day is None:
                for line, _, refusal in group:
                    _quarantine(session, database, line, refusal)
                    loaded.note(LineResult(line.place, LineOutcome.UNREADABLE, reason=refusal))
                continue
            # A sender's day that has not been is nobody's day: what falls due by it is not ordered yet.
            if day > last_day and dispatch.has_been(day, now=arrival.at):
                result_placing.place_due(session, register, today=day)
                last_day = day
            told = [(line, event) for line, event, _ in group if event is not None]
            _apply(session, register, told, day, loaded, arrival=arrival)
        if way.history_by and loaded.stored:
            journal.record(
                session,
                way.history_by,
                PlacementAction.HISTORY_LOADED,
                OrdersSubject.EVENT.of(event_store.newest(session)),
                events=str(loaded.stored),
            )
    return loaded, last_day


def _apply(
    session: Session,
    register: Register,
    told: Sequence[tuple[EventLine, Event]],
    day: date,
    loaded: Loaded,
    *,
    arrival: Arrival,
) -> None:
    """Apply the events of one day, and let the invoices that waited for them be judged again."""
    all_applied = dispatch.apply_all(session, register, [event for _, event in told], arrival=arrival)
    for (line, event), applied in zip(told, all_applied, strict=True):
        outcome = _outcome_of(applied)
        loaded.note(LineResult(line.place, outcome, event, applied.state, applied.reason))
        if outcome is LineOutcome.REPEATED:
            continue
        asking_back.judge_lines_again(session, register, applied.lines, today=day)
        if outcome is not LineOutcome.APPLIED:
            _log.info("event kept", event_id=event.id, type=event.type, state=applied.state)


def _outcome_of(applied: dispatch.Applied) -> LineOutcome:
    if applied.repeated:
        return LineOutcome.REPEATED
    match applied.state:
        case EventState.APPLIED:
            return LineOutcome.APPLIED
        case EventState.CONFLICT:
            return LineOutcome.CONFLICT
        case EventState.UNAPPLIABLE | EventState.LAID_ASIDE:
            return LineOutcome.UNAPPLIABLE


def _day_of(read: tuple[EventLine, Event | None, Refused]) -> date | None:
    event = read[1]
    return stockholm_date(event.time) if event is not None else None


def _read(batch: Sequence[EventLine]) -> Iterator[tuple[EventLine, Event | None, Refused]]:
    nothing = Refused(NO_TEXT)
    for line in batch:
        if not line.text.strip():
            continue
        try:
            yield line, read_event(line.text), nothing
        except EventRefused as refusal:
            yield line, None, refusal


def _quarantine(session: Session, database: Database, line: EventLine, refusal: Refused) -> None:
    moment = database.clock()
    stored = inbox.store(
        session,
        line.text.encode("utf-8", "surrogateescape"),
        transport_id=line.place,
        received_on=stockholm_date(moment),
        received_at=moment,
    )
    if stored.state is InState.ARRIVED:
        inbox_store.settle(
            session,
            stored.id,
            InState.QUARANTINED,
            kind="event",
            reason="EVENT",
            reason_text=refusal.text,
        )
