"""How the post stands: what waits, what is stuck, how old the oldest is, per supplier and in all.

Named questions that only read. What is asked often (`standing`) looks only at messages that are not
through; the whole outbox is counted for a person who asks for it (`totals`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Row, func, select, text

from foundation.sql import Session
from foundation.text import Text
from peppol.access_points import error_sentences
from peppol.exchange import circuit_breaker, directory_store, unfetched_store
from peppol.exchange.directory_store import DoubtRow
from peppol.exchange.tables import (
    OPEN,
    InState,
    OutState,
    access_point,
    attempt,
    inbox,
    outbox,
    receiver_queue,
)


@dataclass(frozen=True, slots=True)
class ReceiverStanding:
    """One receiver's messages that are not through; `next_at` when the first is tried, None for at once."""

    receiver: str
    recipient: str
    waiting: int
    stuck: int
    rejected: int
    oldest_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccessPointStanding:
    """How an access point does, out or in: since when nothing goes through, when it is probed, and what it said.

    `reached_at` is when it answered last; of the way in, when all that had come was collected last.
    """

    name: str
    opened_at: datetime | None
    probe_at: datetime | None
    failures: int
    answer: str
    reached_at: datetime | None = None
    code: str = ""
    host: str = ""
    verb: str = ""

    @property
    def is_way_in(self) -> bool:
        """Whether it is about collecting."""
        return circuit_breaker.is_way_in(self.name)

    @property
    def point(self) -> str:
        """The access point's own name."""
        return circuit_breaker.point_of(self.name)

    @property
    def sentence(self) -> Text:
        """What the last failure was, and what to do; nothing where there was none."""
        return error_sentences.sentence_of_answer(self.code, host=self.host, answer=self.answer)


@dataclass(frozen=True, slots=True)
class ExchangeStanding:
    """The post as it stands. `oldest_*` are when the oldest message that waits was laid out or came.

    `doubt` says since when the directory's no is not believed, `in_doubt` how many messages wait for that.
    """

    receivers: Sequence[ReceiverStanding]
    access_points: Sequence[AccessPointStanding]
    arrived: int
    failed: int
    oldest_out: datetime | None
    oldest_in: datetime | None
    laid_out: int
    came: int
    doubt: DoubtRow
    in_doubt: int
    unfetched: int = 0

    def count(self, state: OutState) -> int:
        """How many messages of ours wait, are stuck or were refused."""
        names = {OutState.WAITING: "waiting", OutState.STUCK: "stuck", OutState.REJECTED: "rejected"}
        return sum(getattr(each, names[state]) for each in self.receivers)


def standing(session: Session) -> ExchangeStanding:
    """The post as it stands, from the messages that are not through."""
    receivers = _receivers(session)
    arrived, oldest_in = session.execute(
        select(func.count(), func.min(inbox.c.received_at)).where(inbox.c.state == InState.ARRIVED)
    ).one()
    failed = session.scalar(select(func.count()).where(inbox.c.state == InState.FAILED))
    points = select(access_point).order_by(access_point.c.name)
    return ExchangeStanding(
        receivers=receivers,
        access_points=list(map(_access_point_standing, session.execute(points))),
        arrived=arrived,
        failed=failed or 0,
        oldest_out=min(
            (each.oldest_at for each in receivers if each.waiting and each.oldest_at), default=None
        ),
        oldest_in=oldest_in,
        laid_out=session.scalar(select(func.max(outbox.c.sequence))) or 0,
        came=session.scalar(select(func.max(inbox.c.id))) or 0,
        doubt=directory_store.standing(session),
        in_doubt=directory_store.count_waiting(session),
        unfetched=unfetched_store.count(session),
    )


def _access_point_standing(row: Row[Any]) -> AccessPointStanding:
    return AccessPointStanding(
        name=row.name,
        opened_at=row.opened_at,
        probe_at=row.probe_at,
        failures=row.failures,
        answer=row.answer,
        reached_at=row.reached_at,
        code=row.code,
        host=row.host,
        verb=row.verb,
    )


def _receivers(session: Session) -> list[ReceiverStanding]:
    question = (
        select(
            outbox.c.receiver,
            outbox.c.recipient,
            outbox.c.state,
            func.count().label("messages"),
            func.min(outbox.c.laid_at).label("laid_at"),
            func.min(outbox.c.issued_on).label("issued_on"),
        )
        # In the very words of the index that holds these messages alone.
        .where(text(OPEN))
        .group_by(outbox.c.receiver, outbox.c.recipient, outbox.c.state)
    )
    found: dict[tuple[str, str], dict[str, Row[object]]] = {}
    for row in session.execute(question):
        found.setdefault((row.receiver, row.recipient), {})[row.state] = row
    due = {
        row.receiver: row.due_at
        for row in session.execute(select(receiver_queue.c.receiver, receiver_queue.c.due_at))
    }
    return [
        ReceiverStanding(
            receiver=receiver,
            recipient=recipient,
            waiting=_count(states, OutState.WAITING),
            stuck=_count(states, OutState.STUCK),
            rejected=_count(states, OutState.REJECTED),
            oldest_at=_since(states.get(OutState.WAITING)),
            next_at=due.get(receiver) if OutState.WAITING in states else None,
        )
        for (receiver, recipient), states in sorted(found.items())
    ]


def _count(states: dict[str, Row[object]], state: OutState) -> int:
    return int(states[state].messages) if state in states else 0


def _since(row: Row[object] | None) -> datetime | None:
    """When the oldest message was laid out; for messages from before that was noted, the day they carry."""
    if row is None:
        return None
    return row.laid_at or datetime.combine(row.issued_on, time(), UTC)


def totals(session: Session) -> tuple[dict[OutState, int], dict[InState, int]]:
    """How many messages there are in each state, ours and those to us."""
    out = session.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
    came = session.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state))
    return (
        {OutState(state): count for state, count in out},
        {InState(state): count for state, count in came},
    )


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt to send a message."""

    number: int
    started_at: datetime
    ended_at: datetime
    access_point: str
    outcome: str
    answer: str
    next_at: datetime | None


def attempts_of(session: Session, sequence: int) -> list[AttemptRow]:
    """Every attempt to send a message, the first one first."""
    question = select(attempt).where(attempt.c.letter == sequence).order_by(attempt.c.number)
    return [_attempt_row(row) for row in session.execute(question)]


def _attempt_row(row: Row[Any]) -> AttemptRow:
    return AttemptRow(
        number=row.number,
        started_at=row.started_at,
        ended_at=row.ended_at,
        access_point=row.access_point,
        outcome=row.outcome,
        answer=row.answer,
        next_at=row.next_at,
    )
