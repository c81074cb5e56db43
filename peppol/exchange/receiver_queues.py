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

from sqlalchemy import bindparam, exists, func, insert, select, update

from foundation import leases
from foundation.sql import Session, add_new
from peppol.exchange.outbox import OutboundMessage, read_messages
from peppol.exchange.tables import OutState, attempt, outbox, receiver_queue


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
    towards STUCK; `ask_at` when to ask how the message fares.
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

    @property
    def next_at(self) -> datetime | None:
        """When the message is tried again, if it is."""
        return self.ended_at + self.rest if self.rest is not None else None


_WAITS = outbox.c.state == OutState.WAITING
_HAS_MESSAGES = exists(
    select(outbox.c.sequence).where(outbox.c.receiver == receiver_queue.c.receiver, _WAITS)
)


def claim(
    session: Session, *, now: datetime, lease: timedelta, queues_most: int, messages_most: int
) -> QueueLease:
    """Take receiver queues that are free and due, those served longest ago first, and their oldest messages.

    At most half of what is free is taken, so that a second worker finds work beside the first.
    """
    _open_queues(session, now)
    free = (
        leases.is_free(receiver_queue.c.claimed_until, now),
        leases.is_due(receiver_queue.c.due_at, now),
        _HAS_MESSAGES,
    )
    available = session.execute(select(func.count()).select_from(receiver_queue).where(*free)).scalar_one()
    token, until = str(uuid.uuid4()), now + lease
    longest_ago = (
        select(receiver_queue.c.receiver, receiver_queue.c.token)
        .where(*free)
        .order_by(receiver_queue.c.served_at, receiver_queue.c.receiver)
        .limit(max(1, min(queues_most, (available + 1) // 2)))
    )
    rows = leases.take(session, receiver_queue.c.receiver, longest_ago, token=token, claimed_until=until)
    receivers = frozenset(row.receiver for row in rows)
    if not receivers:
        return QueueLease(token, until, (), receivers)
    messages = _oldest(session, receivers, each=max(1, messages_most // len(receivers)))
    doubtful = frozenset(row.receiver for row in rows if row.token is not None)
    return QueueLease(token, until, messages, receivers, doubtful)


def _open_queues(session: Session, now: datetime) -> None:
    """A receiver queue for every receiver that has messages waiting and none yet."""
    unknown = (
        select(outbox.c.receiver)
        .distinct()
        .where(
            _WAITS,
            ~exists(select(receiver_queue.c.receiver).where(receiver_queue.c.receiver == outbox.c.receiver)),
        )
    )
    receivers = sorted(session.scalars(unknown))
    add_new(session, receiver_queue, [{"receiver": each, "served_at": now} for each in receivers])


def _oldest(session: Session, receivers: frozenset[str], *, each: int) -> list[OutboundMessage]:
    place = func.row_number().over(partition_by=outbox.c.receiver, order_by=outbox.c.sequence)
    placed = (
        select(outbox.c.sequence, place.label("place"))
        .where(_WAITS, outbox.c.receiver.in_(receivers))
        .subquery()
    )
    question = (
        select(outbox)
        .join(placed, placed.c.sequence == outbox.c.sequence)
        .where(placed.c.place <= each)
        .order_by(outbox.c.sequence)
    )
    return list(read_messages(session, question))


def release(
    session: Session, held: QueueLease, tried: Sequence[AttemptResult], *, now: datetime
) -> list[AttemptResult]:
    """Note how the attempts ended and give the receiver queues back; the attempts that were noted.

    What was done in a receiver queue that another worker has taken over is not noted: the message is that
    worker's now, and its instance identifier makes sure that the receiver has it once.
    """
    still = (
        select(receiver_queue.c.receiver)
        .where(receiver_queue.c.token == held.token, receiver_queue.c.receiver.in_(held.receivers))
        .order_by(receiver_queue.c.receiver)
        .with_for_update()
    )
    ours = set(session.scalars(still))
    noted = [each for each in tried if each.message.receiver in ours]
    if noted:
        session.execute(_ATTEMPTED, [_attempt_row(each) for each in noted])
        session.execute(_CHANGED, [_change_of(each) for each in noted])
    if ours:
        due = {each.message.receiver: each.next_at for each in noted if each.next_at is not None}
        rows = [
            {"lane_receiver": each, "lane_token": held.token, "due": due.get(each), "at": now}
            for each in sorted(ours)
        ]
        session.execute(_RELEASED, rows)
    return noted


def hurry(session: Session, *, all_queues: bool = False) -> None:
    """Let the receivers be tried at once whose first message only waits because nothing could be reached.

    `all_lanes` is for a person who wants everything tried now.
    """
    change = update(receiver_queue).where(receiver_queue.c.due_at.is_not(None)).values(due_at=None)
    if not all_queues:
        for_no_fault = select(outbox.c.receiver).where(_WAITS, outbox.c.outcome == UNREACHABLE)
        change = change.where(receiver_queue.c.receiver.in_(for_no_fault))
    session.execute(change)


UNREACHABLE = "UNREACHABLE"
"""The outcome of an attempt that never reached the access point."""

# Prepared once: building a statement costs more than running it.
_ATTEMPTED = insert(attempt)
_CHANGED = (
    update(outbox)
    .where(outbox.c.sequence == bindparam("letter"), _WAITS)
    .values(
        state=bindparam("to_state"),
        attempts=bindparam("made"),
        failures=bindparam("counted"),
        sent_at=bindparam("handed_over"),
        closed_at=bindparam("closed"),
        reference=bindparam("its_reference"),
        outcome=bindparam("how"),
        answer=bindparam("words"),
        ask_at=bindparam("ask"),
    )
)
_RELEASED = (
    update(receiver_queue)
    .where(
        receiver_queue.c.receiver == bindparam("lane_receiver"),
        receiver_queue.c.token == bindparam("lane_token"),
    )
    .values(token=None, claimed_until=None, due_at=bindparam("due"), served_at=bindparam("at"))
)
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
