"""Collecting: what has come to an access point is stored, committed, and only then acknowledged.

A message whose acknowledgement was lost comes again and is stored as a repeat: it gets the same
answer, and the repeat is there to be seen. Where one access point serves several, each message is
stored in its recipient's books (`into`); books that cannot be had keep their own messages waiting and
nobody else's. What is too large for a document is kept whole all the same, so that it is refused and answered
like any other; what is larger than that, or cannot be read, is left where it lies, never cut and never acknowledged,
and noted by itself (`unfetched`) while all others are taken in. One worker at a time collects at an access point
(`access_point_store.begin_collecting`); one that was stopped and finds another in its place stores nothing more.
Collecting that fails counts for the circuit breaker of the way in.
"""

import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation import books_mark
from foundation.errors import Refused
from foundation.observability.request_ids import carried
from foundation.periods import Clock
from foundation.sql import Session
from foundation.written.fitted import within
from peppol.access_points.composed import is_polled
from peppol.access_points.protocol import (
    AccessPoint,
    AccessPointError,
    Arrival,
    ArrivalLeft,
    Gone,
    TooLarge,
    Unreachable,
)
from peppol.envelope import opening
from peppol.exchange import access_point_store, circuit_breaker, inbox, unfetched_store
from peppol.exchange.circuit_breaker import Admission, Miss, Turn
from peppol.exchange.inbox import Stored
from peppol.exchange.sending import Tell, Transactions, log_turn, turn_event
from peppol.exchange.tables import InState
from peppol.exchange.unfetched import Collection, Step
from peppol.xml.gate_errors import KEPT_MAX

_log = structlog.get_logger("post")

LEASE: Final = timedelta(minutes=5)
"""How long one worker may collect before it says that it goes on."""

# A batch is held in memory: so many messages and bytes, and always at least one message.
_BATCH = 50
_BYTES_AT_ONCE = 40_000_000


@dataclass(frozen=True, slots=True)
class Collected:
    """How many messages were stored for the first time, and how many were repeats or conflicts."""

    stored: int
    repeats: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class _Came:
    """A message that was fetched: what it is listed as, its bytes, and its envelope's instance.

    `key` is its name there where that is never given twice, else nothing; `into` the books it belongs in, None for
    those of the collector itself.
    """

    arrival: Arrival
    body: bytes
    instance_id: str
    key: str
    into: Transactions | None

    @property
    def reference(self) -> str:
        """The access point's own name for it."""
        return self.arrival.reference


@dataclass(slots=True)
class Collector:
    """One worker's hand on an access point's mailbox. `clock` dates the rows, `today` the receipt.

    `into` says in whose books a message belongs, None for those of `transactions`; it raises Refused or
    SQLAlchemyError where they cannot be had. `tell` is called in the transaction that notes that the way in was lost
    or found; `at_a_persons_word` waits out no rest: of a circuit that is open, or of what could not be
    had.
    """

    transactions: Transactions
    access_point: AccessPoint
    clock: Clock
    today: Callable[[], date]
    lease: timedelta = LEASE
    stopping: Callable[[], bool] = bool
    at_once: int = 1
    size_largest: int = KEPT_MAX
    into: Callable[[bytes], Transactions | None] | None = None
    worker: str = field(default_factory=lambda: str(uuid.uuid4()))
    tell: Tell = field(default=lambda session, events: None)
    at_a_persons_word: bool = False
    _met: Collection = field(default_factory=Collection, init=False)

    def collect(self) -> Collected:
        """Take in everything that has come; nothing while another worker does, or while the circuit is open.

        Raises AccessPointError. What was stored before the access point was lost stays stored, and comes as a repeat if
        it was not acknowledged.
        """
        tally = {state: 0 for state in InState}
        if not is_polled(self.access_point) or not self._turn():
            return _collected(tally)
        met: AccessPointError | None = None
        verb, whole, ended = "inbound", False, False
        try:
            arrivals = iter(self.access_point.inbound())
            while not self.stopping() and (batch := list(islice(arrivals, _BATCH))):
                verb = "fetch"
                for came in self._fetched(batch):
                    stored = self._stored(came)
                    if stored is None:
                        return _collected(tally)
                    for _, state in stored:
                        tally[state] += 1
                    self._acknowledge([each.arrival for each, _ in stored])
                verb = "inbound"
            whole = ended = not self.stopping()
        except AccessPointError as error:
            met, ended = error, True
            raise
        finally:
            self._end(met, verb=verb, whole=whole, ended=ended)
        return _collected(tally)

    def _turn(self) -> bool:
        name, now = self.access_point.name, self.clock()
        way = circuit_breaker.way_in(name)
        with self.transactions() as session:
            access_point_store.add_if_new(session, name)
            admission = circuit_breaker.admit(session, way, now=now, lease=self.lease)
            if admission is Admission.NOT_NOW and not self.at_a_persons_word:
                return False
            self._met = Collection(unfetched_store.open_at(session, name), self.at_a_persons_word)
            return access_point_store.begin_collecting(
                session, name, self.worker, now=now, until=now + self.lease
            )

    def _end(self, met: AccessPointError | None, *, verb: str, whole: bool, ended: bool) -> None:
        """Give the turn back, and note how it went where it came to an end."""
        name, now = self.access_point.name, self.clock()
        way = circuit_breaker.way_in(name)
        turn, miss = Turn(), None
        with self.transactions() as session:
            if ended and self._has_turn(session):
                if met is None:
                    turn = circuit_breaker.reached(session, way, now=now)
                else:
                    miss = Miss(met.code, met.host, verb, str(met))
                    turn = circuit_breaker.missed(session, way, 1, miss, now=now)
                self._met.save(session, name, whole=whole, now=now)
                if turn.opened or turn.closed:
                    self.tell(session, [turn_event(turn, way, miss)])
            access_point_store.end_collecting(session, name, self.worker)
        log_turn(turn, way, miss)

    def _has_turn(self, session: Session) -> bool:
        """Whether this worker may go on; where another has had the turn meanwhile, that one took what there was."""
        until = self.clock() + self.lease
        return access_point_store.go_on_collecting(session, self.access_point.name, self.worker, until=until)

    def _fetched(self, batch: Sequence[Arrival]) -> Iterator[list[_Came]]:
        """The messages of a batch in groups that are held at once; the next is fetched when one is stored."""
        group: list[_Came] = []
        size = 0
        for arrival in batch:
            body = self._body_of(arrival)
            if body is None:
                continue
            if group and size + len(body) > _BYTES_AT_ONCE:
                yield group
                group, size = [], 0
            instance_id = opening.instance_id_in(body) or within(arrival.instance_id, 80)
            key = f"{self.access_point.name}/{arrival.reference}" if arrival.once else ""
            try:
                into = self.into(body) if self.into is not None else None
            except (SQLAlchemyError, Refused) as fault:
                _not_kept(fault, instance_id)
                continue  # it stays where it is, and is listed again
            group.append(_Came(arrival, body, instance_id, key, into))
            size += len(body)
        if group:
            yield group

    def _body_of(self, arrival: Arrival) -> bytes | None:
        """The bytes of one that is listed; None where it is not to be had now. Raises Unreachable."""
        step = self._met.step(arrival, self.clock())
        if step is Step.ACKNOWLEDGE:
            self._acknowledge([arrival])
        if step is not Step.FETCH:
            return None
        try:
            if arrival.left is not None:
                raise arrival.left
            if arrival.size is not None and arrival.size > self.size_largest:
                raise TooLarge(f"{arrival.size} B")
            return self.access_point.fetch(arrival.reference)
        except Gone:
            return None  # somebody has taken it already
        except ArrivalLeft as left:
            self._leave(arrival, left, stored=False)
            return None

    def _leave(self, arrival: Arrival, left: ArrivalLeft, *, stored: bool) -> None:
        if self._met.leave(arrival, left, stored=stored):
            _log.error(
                "message left at the access point",
                reason=left.code,
                host=left.host,
                words=left.words,
                stored=stored,
                access_point=self.access_point.name,
            )

    def _stored(self, came: Sequence[_Came]) -> list[tuple[_Came, InState]] | None:
        """Store messages, those of the same books in one transaction; None where another worker collects by now.

        What others' books could not take is left out: it is not acknowledged, and comes again.
        """
        with self.transactions() as session:
            if not self._has_turn(session):
                return None
            kept = self._stored_in(session, [each for each in came if each.into is None])
        elsewhere: dict[Transactions, list[_Came]] = {}
        for each in came:
            if each.into is not None:
                elsewhere.setdefault(each.into, []).append(each)
        for transactions, theirs in elsewhere.items():
            try:
                with transactions() as session:
                    stored = self._stored_in(session, theirs)
            except (SQLAlchemyError, Refused) as fault:
                for each in theirs:
                    _not_kept(fault, each.instance_id)
                continue
            kept += stored
        for each, row in kept:
            _log.info("message arrived", message=row.id, instance_id=each.instance_id, state=row.state.value)
        return [(each, row.state) for each, row in kept]

    def _stored_in(self, session: Session, came: Sequence[_Came]) -> list[tuple[_Came, Stored]]:
        now, today = self.clock(), self.today()
        if came:
            books_mark.tick(session)
        return [
            (
                each,
                inbox.store(
                    session,
                    each.body,
                    transport_id=each.reference,
                    transport_key=each.key,
                    received_on=today,
                    received_at=now,
                    instance_id=each.instance_id,
                ),
            )
            for each in came
        ]

    def _acknowledge(self, came: Sequence[Arrival]) -> None:
        """Say that the messages are kept; one that cannot be told now comes again."""

        def say(arrival: Arrival) -> None:
            try:
                self.access_point.acknowledge(arrival.reference)
            except ArrivalLeft as left:
                self._leave(arrival, left, stored=True)
            except Unreachable as miss:
                name = self.access_point.name
                _log.warning(
                    "not acknowledged", reason=miss.code, fault=str(miss), host=miss.host, access_point=name
                )
            else:
                self._met.had(arrival)

        if self.at_once == 1 or len(came) < self.at_once:
            for each in came:
                say(each)
            return
        with ThreadPoolExecutor(self.at_once) as pool:
            list(pool.map(carried(say), came))


def _not_kept(fault: Exception, instance_id: str) -> None:
    _log.error("message not kept", instance_id=instance_id, fault=type(fault).__name__)


def _collected(tally: dict[InState, int]) -> Collected:
    return Collected(tally[InState.ARRIVED], tally[InState.REPEAT], tally[InState.CONFLICT])
