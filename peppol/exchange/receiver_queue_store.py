"""Receiver queues as the database holds them: a row a receiver, held under a token, and the messages in it."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, select, update

from foundation import leases
from foundation.sql import Session, add_new
from peppol.exchange import outbox_store
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.tables import OutState, attempt, outbox, receiver_queue

REST_LONGEST: Final = timedelta(days=1)
"""No receiver rests longer, whatever its access point asks for."""

UNREACHABLE = "UNREACHABLE"
"""The outcome of an attempt that never reached the access point."""


@dataclass(frozen=True, slots=True)
class QueueTaken:
    """A receiver queue that was taken; `doubtful` where its last worker never gave it back."""

    receiver: str
    doubtful: bool


NEVER_BACK = "NEVER_BACK"
"""The outcome of a message whose workers never came back."""


_WAITS = outbox.c.state == OutState.WAITING
_HAS_MESSAGES = exists(
    select(outbox.c.sequence).where(outbox.c.receiver == receiver_queue.c.receiver, _WAITS)
)


def open_queues(session: Session, now: datetime) -> None:
    """See that there is a receiver queue for every receiver that has messages waiting."""
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


def count_free(session: Session, now: datetime, *, lease: timedelta) -> int:
    """How many receiver queues are free and due, and have messages waiting."""
    question = select(func.count()).select_from(receiver_queue).where(*_free(now, lease))
    return session.execute(question).scalar_one()


def take(
    session: Session, token: str, *, now: datetime, until: datetime, at_most: int
) -> Sequence[QueueTaken]:
    """Take receiver queues that are free and due `until` then, those served longest ago first."""
    longest_ago = (
        select(receiver_queue.c.receiver, receiver_queue.c.token)
        .where(*_free(now, until - now))
        .order_by(receiver_queue.c.served_at, receiver_queue.c.receiver)
    )
    rows = leases.take(
        session,
        receiver_queue.c.receiver,
        longest_ago,
        taken=receiver_queue.c.taken,
        at_most=at_most,
        token=token,
        claimed_until=until,
    )
    return [QueueTaken(row.receiver, doubtful=row.token is not None) for row in rows]


def lost(session: Session, now: datetime) -> Sequence[OutboundMessage]:
    """The first message of each receiver queue that was taken as often as may be by workers that never came back."""
    question = (
        select(receiver_queue.c.receiver)
        .where(
            leases.is_lost(receiver_queue.c.taken, receiver_queue.c.claimed_until, now, longest=REST_LONGEST),
            _HAS_MESSAGES,
        )
        .with_for_update(skip_locked=True)
    )
    receivers = list(session.scalars(question))
    return oldest(session, receivers, each=1) if receivers else []


def begin_anew(session: Session, receivers: Collection[str]) -> None:
    """Let these receiver queues be taken as if nothing had happened: what may have felled its workers is gone.

    They stay doubtful, under a token that nobody has: a worker that was only late notes nothing of what was given up.
    """
    anew = update(receiver_queue).where(receiver_queue.c.receiver.in_(receivers))
    session.execute(anew.values(taken=0, token=str(uuid.uuid4())))


def oldest(session: Session, receivers: Collection[str], *, each: int) -> list[OutboundMessage]:
    """The oldest messages that wait for these receivers, at most so many for each."""
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
    return list(outbox_store.read_messages(session, question))


def still_held(session: Session, token: str, receivers: Collection[str]) -> set[str]:
    """Which of these receiver queues are still held under the token, kept from others."""
    still = (
        select(receiver_queue.c.receiver)
        .where(receiver_queue.c.token == token, receiver_queue.c.receiver.in_(receivers))
        .order_by(receiver_queue.c.receiver)
        .with_for_update()
    )
    return set(session.scalars(still))


def add_attempts(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Note attempts, each by its columns."""
    session.execute(_ATTEMPTED, rows)


def change_messages(session: Session, changes: Sequence[Mapping[str, object]]) -> None:
    """Note on messages that wait how an attempt ended."""
    session.execute(_CHANGED, changes)


def release(
    session: Session,
    token: str,
    due: Mapping[str, datetime | None],
    *,
    now: datetime,
    doubtful: Collection[str] = frozenset(),
) -> None:
    """Give receiver queues back, each with when it is tried again; None for at once.

    Those that are `doubtful` keep their token, so that whoever follows asks before it sends.
    """
    rows = [
        {
            "lane_receiver": receiver,
            "lane_token": token,
            "kept_token": token if receiver in doubtful else None,
            "due": due[receiver],
            "at": now,
        }
        for receiver in sorted(due)
    ]
    session.execute(_RELEASED, rows)


def let_go(session: Session, tokens: Collection[str]) -> None:
    """Let others take receiver queues whose worker has to end in the middle of a message.

    The token stays, so that whoever follows knows that something may have been sent, and asks first.
    """
    session.execute(
        update(receiver_queue).where(receiver_queue.c.token.in_(tokens)).values(claimed_until=None, taken=0)
    )


def hurry(session: Session, *, all_queues: bool = False) -> None:
    """Let the receivers be tried at once whose first message only waits because nothing could be reached.

    `all_queues` is for a person who wants everything tried now.
    """
    change = update(receiver_queue).where(receiver_queue.c.due_at.is_not(None)).values(due_at=None)
    if not all_queues:
        for_no_fault = select(outbox.c.receiver).where(_WAITS, outbox.c.outcome == UNREACHABLE)
        change = change.where(receiver_queue.c.receiver.in_(for_no_fault))
    session.execute(change)


def hurry_one(session: Session, receiver: str) -> None:
    """Let one receiver be tried at once."""
    session.execute(update(receiver_queue).where(receiver_queue.c.receiver == receiver).values(due_at=None))


def _free(now: datetime, lease: timedelta) -> tuple[ColumnElement[bool], ...]:
    rests = leases.is_due(receiver_queue.c.due_at, now, longest=REST_LONGEST)
    return (
        leases.is_free(receiver_queue.c.claimed_until, now, longest=lease),
        # A rest that began later than now was written by a clock that was ahead.
        rests | leases.is_ahead(receiver_queue.c.served_at, now),
        receiver_queue.c.taken < leases.TAKEN_MOST,
        _HAS_MESSAGES,
    )


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
    .values(
        token=bindparam("kept_token"),
        claimed_until=None,
        taken=0,
        due_at=bindparam("due"),
        served_at=bindparam("at"),
    )
)
