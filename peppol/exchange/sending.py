"""Sending: one worker's round with an access point, from claim to what came of it.

A round claims messages in one short transaction, tries them outside any transaction, and notes
how it went in another. Each receiver's messages go in their order: where one does not get
through, those behind it wait. The same bytes go under the same instance identifier on every
attempt, so that an attempt whose end nobody saw may be repeated; where the access point can be
asked how it went, it is asked first.
"""

import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog

from foundation import books_mark
from foundation.backoff import TRIES, Watch
from foundation.observability import tracing
from foundation.observability.request_ids import carried
from foundation.observability.tracing import SpanKind
from foundation.periods import Clock
from foundation.sql import Session
from peppol.access_points.error_sentences import OWN_CERTIFICATE, may_be_the_message
from peppol.access_points.protocol import (
    AccessPoint,
    AccessPointError,
    Capability,
    DeliveryState,
    PeerUnreachable,
    RejectedForGood,
    Unreachable,
)
from peppol.exchange import (
    access_point_store,
    circuit_breaker,
    directory_doubt,
    receiver_queue_store,
    receiver_queues,
)
from peppol.exchange.circuit_breaker import Admission, Miss, Turn
from peppol.exchange.directory_doubt import USUAL, DoubtTurn, LikelyNo
from peppol.exchange.directory_store import IN_DOUBT
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.receiver_queue_store import UNREACHABLE
from peppol.exchange.receiver_queues import AttemptResult, QueueLease
from peppol.exchange.tables import OutState
from peppol.identifiers import DocumentKind
from peppol.journal_actions import AccessPointAction, DirectoryAction, MessageAction
from peppol.lookup.doubts import NOT_TAKEN

Transactions = Callable[[], AbstractContextManager[Session]]

_log = structlog.get_logger("post")

LEASE: Final = timedelta(minutes=5)
"""How long a worker may work on what it claimed."""

ASKING: Final = Watch(timedelta(minutes=1), longest=timedelta(hours=12), gives_up=timedelta(days=14))
"""How often the access point is asked how a message fares that it has taken."""

# Our own documents are written with this prefix, by `peppol.xml.codec` alone.
_PROFILE = re.compile(rb"<cbc:ProfileID>([^<]*)</cbc:ProfileID>")
_KINDS = frozenset(each.value for each in DocumentKind)
UNSEEN: Final = "no worker came back from it"
"""What is told of a message whose workers never came back."""
_STATE_OF = {
    DeliveryState.ACCEPTED: OutState.SENT,
    DeliveryState.DELIVERED: OutState.DELIVERED,
    DeliveryState.REJECTED: OutState.REJECTED,
}


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """Something to hear of: a message stuck, refused or in the portal, an order sent; an access point lost or found.

    Of an access point the words are its row's name, and `miss` says what it was lost for.
    """

    action: MessageAction | AccessPointAction | DirectoryAction
    message: OutboundMessage | None = None
    words: str = ""
    miss: Miss | None = None


Tell = Callable[[Session, Sequence[DeliveryEvent]], None]


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one round: messages handed over, tried in all, and whether there may be more to do."""

    sent: int = 0
    tried: int = 0
    more: bool = False


@dataclass(slots=True)
class _Misses:
    """How many attempts in a row did not reach the access point, over all receivers."""

    in_a_row: int = 0

    def note(self, tried: AttemptResult) -> None:
        """Count one more, or begin anew."""
        self.in_a_row = self.in_a_row + 1 if tried.outcome == UNREACHABLE else 0


@dataclass(slots=True)
class MessageSender:
    """One worker's hand on an access point.

    `tell` is called in the transaction that notes what happened. `asks` says whether the access
    point can tell later how a message fares, `stopping` whether the worker is to come to its end,
    `at_once` how many receivers may be written to at the same time, `holding` the tokens of what it has claimed now.
    """

    transactions: Transactions
    access_point: AccessPoint
    clock: Clock
    tell: Tell = field(default=lambda session, events: None)
    asks: bool = False
    lease: timedelta = LEASE
    stopping: Callable[[], bool] = bool
    at_once: int = 1
    holding: set[str] = field(default_factory=set)
    messages_most: int = 100
    queues_most: int = 25
    likely: LikelyNo = USUAL

    def round(self) -> Round:
        """Claim, try, note. Raises nothing for what an access point does; what it met stands in the rows."""
        name, now = self.access_point.name, self.clock()
        began = time.monotonic()
        with self.transactions() as session:
            admission = circuit_breaker.admit(session, name, now=now, lease=self.lease)
            if admission is Admission.NOT_NOW:
                return Round()
            lost = receiver_queues.give_up_lost(session, now=now)
            stuck = [DeliveryEvent(MessageAction.STUCK, each, UNSEEN) for each in lost]
            if stuck:
                self.tell(session, stuck)
            probing = admission is Admission.PROBE
            claim = receiver_queues.claim(
                session,
                now=now,
                lease=self.lease,
                queues_most=1 if probing else self.queues_most,
                messages_most=1 if probing else self.messages_most,
            )
            if probing and not claim.messages:
                access_point_store.allow_probe(session, name, now=now)
            if claim.messages:
                books_mark.tick(session)
        if not claim.receivers:
            return Round()
        self.holding.add(claim.token)
        tried = self._try_all(claim, began)
        with self.transactions() as session:
            trust = directory_doubt.weigh(session, tried, likely=self.likely, now=self.clock())
            weighed, turn = self._weighed(session, trust.tried)
            noted = receiver_queues.release(session, claim, weighed, now=self.clock())
            if turn.closed:
                receiver_queue_store.hurry(session)
            self.tell(session, _events(noted, turn, trust, name))
        log_turn(turn, name, _last_miss(tried))
        self.holding.discard(claim.token)
        for each in noted:
            _log_attempt(each)
        sent = sum(each.state in (OutState.SENT, OutState.DELIVERED) for each in noted)
        moved = sum(each.state is not OutState.WAITING for each in noted)
        return Round(sent, len(noted), more=moved > 0 or len(tried) < len(claim.messages))

    def _try_all(self, claim: QueueLease, began: float) -> list[AttemptResult]:
        """Each receiver's messages in order until one does not get through, while the claim lasts.

        Several receivers at once, where that is allowed: most of the time is spent waiting, for the
        access point's answer or for a disk.
        """
        queues: dict[str, list[OutboundMessage]] = {}
        for message in claim.messages:
            queues.setdefault(message.receiver, []).append(message)
        misses = _Misses()

        def try_queue(messages: Sequence[OutboundMessage]) -> list[AttemptResult]:
            tried: list[AttemptResult] = []
            for message in messages:
                # A worker that was stopped meanwhile may have been followed by another.
                late = time.monotonic() - began > self.lease.total_seconds() / 2
                if late or misses.in_a_row >= circuit_breaker.FAILURES_TO_OPEN or self.stopping():
                    break
                one = self._try(message, doubtful=message.receiver in claim.doubtful)
                misses.note(one)
                tried.append(one)
                if one.state is OutState.WAITING:
                    break
            return tried

        if self.at_once == 1 or len(queues) == 1:
            parts = [try_queue(messages) for messages in queues.values()]
        else:
            with ThreadPoolExecutor(min(self.at_once, len(queues))) as pool:
                parts = list(pool.map(carried(try_queue), queues.values()))
        # In the order they came to their end: the last of them say whether the access point is there.
        return sorted((each for part in parts for each in part), key=lambda each: each.ended_at)

    def _try(self, message: OutboundMessage, *, doubtful: bool) -> AttemptResult:
        with tracing.span(
            "message sent",
            side=SpanKind.CLIENT,
            kind=message.kind,
            attempt=message.attempts + 1,
            access_point=self.access_point.name,
        ) as span:
            tried = self._attempt(message, doubtful=doubtful)
            span.tell(outcome=tried.outcome, state=tried.state.value)
            if tried.miss is not None:
                span.fail(tried.miss.code)
            return tried

    def _attempt(self, message: OutboundMessage, *, doubtful: bool) -> AttemptResult:
        started = self.clock()
        submitted = False
        found: Capability | None = None
        verb = "lookup"

        def ended(
            outcome: str,
            state: OutState,
            answer: str = "",
            reference: str = "",
            rest: timedelta | None = None,
            error: AccessPointError | None = None,
        ) -> AttemptResult:
            at = self.clock()
            ask_at = at + ASKING.first if self.asks and state is OutState.SENT else None
            return AttemptResult(
                message,
                self.access_point.name,
                started,
                at,
                outcome,
                state,
                answer,
                reference,
                False,
                rest,
                ask_at,
                submitted,
                None if error is None else Miss(error.code, error.host, verb, str(error)),
                found.verdict if found is not None else None,
                directory_doubt.no_of(found.verdict, found.said) if found is not None else None,
                found.doubt if found is not None else "",
            )

        try:
            if directory_doubt.is_asked_about(message):
                with tracing.span("lookup", side=SpanKind.CLIENT):
                    found = self._looked_up(message)
                if found is not None and directory_doubt.no_of(found.verdict, found.said) is not None:
                    # Whether it counts is weighed with all others: then the message is for the portal.
                    return ended(IN_DOUBT, OutState.WAITING, found.words)
            if doubtful or message.attempts:
                # Some earlier attempt may have come through, whatever the last one met.
                verb = "status"
                with tracing.span("status", side=SpanKind.CLIENT):
                    known = self.access_point.status(message.instance_id, message.reference)
                if known.state in _STATE_OF:
                    return ended(known.state.value, _STATE_OF[known.state], known.words)
            submitted, verb = True, "submit"
            with tracing.span("submit", side=SpanKind.CLIENT, bytes=len(message.body)):
                taken = self.access_point.submit(message)
            state = _STATE_OF.get(taken.state, OutState.SENT)
            return ended(taken.state.value, state, taken.words, taken.reference)
        except RejectedForGood as refusal:
            return ended("REJECTED", OutState.REJECTED, str(refusal))
        except PeerUnreachable as miss:
            # Our access point did its part: this is one receiver's trouble and must not stop the others.
            outcome = OWN_CERTIFICATE if miss.code == OWN_CERTIFICATE else "PEER_UNREACHABLE"
            return ended(outcome, OutState.WAITING, str(miss), rest=timedelta(), error=miss)
        except Unreachable as miss:
            rest = min(timedelta(seconds=miss.retry_after or 0), receiver_queue_store.REST_LONGEST)
            return ended(UNREACHABLE, OutState.WAITING, str(miss), rest=rest, error=miss)
        except AccessPointError as unclear:
            code = unclear.__class__.code
            return ended(code, OutState.WAITING, str(unclear), rest=timedelta(), error=unclear)

    def _looked_up(self, message: OutboundMessage) -> Capability | None:
        """What the directory says of the receiver, for documents that directories know."""
        if message.kind not in _KINDS:
            return None
        profile = _PROFILE.search(message.body)
        process = profile.group(1).decode("utf-8", "replace") if profile else ""
        return self.access_point.lookup(
            message.receiver, DocumentKind(message.kind).document_type_id, process
        )

    def _weighed(self, session: Session, tried: Sequence[AttemptResult]) -> tuple[list[AttemptResult], Turn]:
        """What the attempts mean to the breaker, and to each message that did not get through."""
        now = self.clock()
        name = self.access_point.name
        turn = Turn()
        if any(each.outcome not in _ELSEWHERE for each in tried):
            turn = circuit_breaker.reached(session, name, now=now)
        misses = _last_misses(tried)
        last = _last_miss(misses)
        if last is not None:
            missed = circuit_breaker.missed(session, name, len(misses), last, now=now)
            turn = replace(missed, closed=turn.closed and not missed.is_open)
        return [self._patient(each, turn) if each.state is OutState.WAITING else each for each in tried], turn

    def _patient(self, tried: AttemptResult, turn: Turn) -> AttemptResult:
        """The attempt with its rest, or as the last one.

        An outage of the access point is no message's fault, nor is a key, a certificate or a disk of ours.
        """
        if tried.outcome == IN_DOUBT:
            return tried
        if tried.outcome == UNREACHABLE and turn.is_open:
            return replace(tried, rest=max(tried.rest or timedelta(), TRIES.steps[0]))
        if tried.miss is not None and not may_be_the_message(tried.miss.code):
            again = min(TRIES.rest_without_end(tried.message.attempts + 1), _OURS_MENDED)
            return replace(tried, rest=max(tried.rest or timedelta(), again))
        rest = TRIES.rest_after(tried.message.failures + 1)
        if rest is None:
            return replace(tried, state=OutState.STUCK, counts=True, rest=None)
        return replace(tried, counts=True, rest=max(tried.rest or timedelta(), rest))


# What is ours to mend is looked at again so often, however long it takes.
_OURS_MENDED: Final = TRIES.steps[2]
# How an attempt ends that says nothing about the access point: it was missed, or a directory answered.
_ELSEWHERE = (UNREACHABLE, IN_DOUBT, *(each.value for each in NOT_TAKEN))
# What somebody is to hear of, and as what the journal tells it.
_TOLD = {
    OutState.STUCK: MessageAction.STUCK,
    OutState.REJECTED: MessageAction.REJECTED,
    OutState.IN_PORTAL: MessageAction.IN_PORTAL,
}
# What is told of an order, which others wait for; of other messages it is the usual.
_GONE = {OutState.SENT: MessageAction.SENT, OutState.DELIVERED: MessageAction.DELIVERED}


def _last_misses(tried: Sequence[AttemptResult]) -> list[AttemptResult]:
    """The attempts at the end that did not reach the access point."""
    misses: list[AttemptResult] = []
    for each in reversed(tried):
        if each.outcome != UNREACHABLE:
            break
        misses.insert(0, each)
    return misses


def _last_miss(tried: Sequence[AttemptResult]) -> Miss | None:
    """What kept the last of them from the access point."""
    return tried[-1].miss if tried else None


def _events(noted: Sequence[AttemptResult], turn: Turn, trust: DoubtTurn, name: str) -> list[DeliveryEvent]:
    events = [
        DeliveryEvent(_TOLD[each.state], each.message, each.answer) for each in noted if each.state in _TOLD
    ]
    events += [
        DeliveryEvent(_GONE[each.state], each.message)
        for each in noted
        if each.state in _GONE and each.message.kind == DocumentKind.ORDER
    ]
    if turn.opened or turn.closed:
        misses = [each.miss for each in noted if each.outcome == UNREACHABLE]
        events.append(turn_event(turn, name, misses[-1] if misses else None))
    if trust.began or trust.ended:
        events.append(
            DeliveryEvent(
                DirectoryAction.DOUBTED if trust.began else DirectoryAction.TRUSTED, words=trust.began
            )
        )
    return events


def turn_event(turn: Turn, name: str, miss: Miss | None) -> DeliveryEvent:
    """An access point, or its way in, that was lost or found."""
    found = AccessPointAction.UNREACHABLE if turn.opened else AccessPointAction.REACHED
    return DeliveryEvent(found, words=name, miss=miss if turn.opened else None)


def log_turn(turn: Turn, name: str, miss: Miss | None) -> None:
    """One line when a circuit opens, with what for, and one when it closes."""
    if turn.opened and miss is not None:
        told = {"reason": miss.code, "host": miss.host, "verb": miss.verb, "answer": miss.answer}
        _log.error("circuit opened", access_point=name, **told)
    elif turn.closed:
        _log.warning("circuit closed", access_point=name)


def _log_attempt(tried: AttemptResult) -> None:
    """One line per attempt: which message, about what, and how it went. Never a body, never a person."""
    message = tried.message
    say = _log.warning if tried.state in (OutState.WAITING, *_TOLD) else _log.info
    say(
        "message tried",
        instance_id=message.instance_id,
        kind=message.kind,
        document=message.document_id,
        about=message.about,
        attempt=message.attempts + 1,
        outcome=tried.outcome,
        state=tried.state.value,
        access_point=tried.access_point,
        **(
            {}
            if tried.miss is None
            else {"reason": tried.miss.code, "host": tried.miss.host, "verb": tried.miss.verb}
        ),
        ms=round((tried.ended_at - tried.started_at) / timedelta(milliseconds=1)),
    )
