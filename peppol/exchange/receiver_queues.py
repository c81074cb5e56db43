"""Who sends to whom now: one receiver queue per receiver, held by one worker at a time, for a while.

Holding a receiver queue is the right to send to that receiver, so no message overtakes an earlier one that
still waits, with any number of workers. The right is a token with an end: a worker that died is
followed by another when its time has run out, and one that was merely stopped finds its token
gone and changes nothing. Nothing is sent inside these transactions.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from foundation.sql import Session
from peppol.access_points.protocol import PeerVerdict
from peppol.exchange import outbox_store, receiver_queue_store
from peppol.exchange.circuit_breaker import Miss
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.tables import OutState


@dataclass(frozen=True, slots=True)
class QueueLease:
    """Messages that one worker may send, oldest first, until `until`.

    `doubtful` are the receivers whose last worker never came back: it may have sent something.
    """

    token: str
    until: datetime
    messages: Sequence[OutboundMessage]
    receivers: frozenset[str]
    doubtful: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """How an attempt ended: in one word, with the peer's own words, and the state the message goes to.

    `rest` is how long the message waits, where it still waits; `counts` whether the attempt counts
    towards STUCK; `ask_at` when to ask how the message fares; `submitted` whether this attempt handed it to the access
    point, however that ended. `miss` is what kept it from there, where something did. `looked_up` is what the directory
    said, where it was asked, `said_no` the no in that, and `doubt` why it was not confirmed.
    """

    message: OutboundMessage
    access_point: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    state: OutState
    answer: str = ""
    reference: str = ""
    counts: bool = False
    rest: timedelta | None = None
    ask_at: datetime | None = None
    submitted: bool = False
    miss: Miss | None = None
    looked_up: PeerVerdict | None = None
    said_no: PeerVerdict | None = None
    doubt: str = ""

    @property
    def next_at(self) -> datetime | None:
        """When the message is tried again, if it is."""
        return self.ended_at + self.rest if self.rest is not None else None


def claim(
    session: Session, *, now: datetime, lease: timedelta, queues_most: int, messages_most: int
) -> QueueLease:
    """Take receiver queues that are free and due, those served longest ago first, and their oldest messages.

    At most half of what is free is taken, so that a second worker finds work beside the first.
    """
    receiver_queue_store.open_queues(session, now)
    available = receiver_queue_store.count_free(session, now, lease=lease)
    token, until = str(uuid.uuid4()), now + lease
    half = max(1, min(queues_most, (available + 1) // 2))
    taken = receiver_queue_store.take(session, token, now=now, until=until, at_most=half)
    receivers = frozenset(each.receiver for each in taken)
    doubtful = frozenset(each.receiver for each in taken if each.doubtful)
    messages: Sequence[OutboundMessage] = ()
    if receivers:
        # What may have felled the last worker is tried by itself.
        of_each = 1 if doubtful else max(1, messages_most // len(receivers))
        messages = receiver_queue_store.oldest(session, receivers, each=of_each)
    return QueueLease(token=token, until=until, messages=messages, receivers=receivers, doubtful=doubtful)


def give_up_lost(session: Session, *, now: datetime) -> list[OutboundMessage]:
    """Let go of the messages whose workers never came back, each the first of its receiver queue; those behind go on.

    A person sends such a one again, who may look first whether it came through.
    """
    given_up = []
    for message in receiver_queue_store.lost(session, now):
        values = {"outcome": receiver_queue_store.NEVER_BACK}
        if outbox_store.moved_first(
            session, message.sequence, was=OutState.WAITING, to=OutState.STUCK, values=values
        ):
            given_up.append(message)
        receiver_queue_store.begin_anew(session, [message.receiver])
    return given_up


def release(
    session: Session, held: QueueLease, tried: Sequence[AttemptResult], *, now: datetime
) -> list[AttemptResult]:
    """Note how the attempts ended and give the receiver queues back; the attempts that were noted.

    What was done in a receiver queue that another worker has taken over is not noted: the message is that
    worker's now, and its instance identifier makes sure that the receiver has it once.

    A worker that never came back may have sent several messages of a receiver queue, in their order. So the queue
    stays doubtful until one of them had to be submitted: those behind it were not sent.
    """
    ours = receiver_queue_store.still_held(session, held.token, held.receivers)
    noted = [each for each in tried if each.message.receiver in ours]
    if noted:
        receiver_queue_store.add_attempts(session, [_attempt_row(each) for each in noted])
        receiver_queue_store.change_messages(session, [_change_of(each) for each in noted])
    if ours:
        next_at = {each.message.receiver: each.next_at for each in noted if each.next_at is not None}
        due = {each: next_at.get(each) for each in ours}
        settled = {each.message.receiver for each in noted if each.submitted}
        receiver_queue_store.release(session, held.token, due, now=now, doubtful=held.doubtful - settled)
    return noted


_HANDED_OVER = (OutState.SENT, OutState.DELIVERED)
_CLOSED = (OutState.DELIVERED, OutState.REJECTED)


def _attempt_row(tried: AttemptResult) -> dict[str, object]:
    return {
        "letter": tried.message.sequence,
        "number": tried.message.attempts + 1,
        "started_at": tried.started_at,
        "ended_at": tried.ended_at,
        "access_point": tried.access_point,
        "outcome": tried.outcome,
        "answer": tried.answer,
        "next_at": tried.next_at,
    }


def _change_of(tried: AttemptResult) -> dict[str, object]:
    message = tried.message
    return {
        "letter": message.sequence,
        "to_state": tried.state,
        "made": message.attempts + 1,
        "counted": message.failures + tried.counts,
        "handed_over": tried.ended_at if tried.state in _HANDED_OVER else None,
        "closed": tried.ended_at if tried.state in _CLOSED else None,
        "its_reference": tried.reference or message.reference,
        "how": tried.outcome,
        "words": tried.answer,
        "ask": tried.ask_at,
    }
