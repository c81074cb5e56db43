"""Asking the access point how messages fare that it has taken, until somebody has the last word.

Accepted is not delivered. A message is asked about a minute after it was handed over, then ever
less often, for two weeks; an answer that came another way in the meantime (MLS, MLR) stands. What
the access point gave up goes to a person: nobody has refused it, and nobody will try it again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from foundation.periods import Clock
from foundation.sql import Session
from peppol.access_points.protocol import AccessPoint, AccessPointError, DeliveryState, DeliveryStatus
from peppol.exchange import outbox, outbox_store, receiver_queue_store
from peppol.exchange.outbox_store import OutboundMessage
from peppol.exchange.sending import ASKING, LEASE, UNSEEN, DeliveryEvent, Tell, Transactions
from peppol.exchange.tables import OutState
from peppol.identifiers import DocumentKind
from peppol.journal_actions import MessageAction

_log = structlog.get_logger("post")
_BATCH = 50
_LAST_WORD = {
    DeliveryState.DELIVERED: OutState.DELIVERED,
    DeliveryState.REJECTED: OutState.REJECTED,
}


@dataclass(frozen=True, slots=True)
class _Answered:
    message: OutboundMessage
    sent_at: datetime
    status: DeliveryStatus


def ask(
    transactions: Transactions,
    access_point: AccessPoint,
    clock: Clock,
    tell: Tell,
    *,
    lease: timedelta = LEASE,
    stopping: Callable[[], bool] = bool,
) -> bool:
    """Ask about the messages whose time it is; whether there may be more. Raises nothing an access point does."""
    now = clock()
    with transactions() as session:
        tell(session, _given_up(session, now))
        due = outbox_store.take_to_ask(
            session, now=now, until=now + lease, longest=ASKING.longest, at_most=_BATCH
        )
    answered: list[_Answered] = []
    left = {message.sequence for message, _ in due}
    for message, sent_at in due:
        if stopping():
            break
        try:
            status = access_point.status(message.instance_id, message.reference)
        except AccessPointError as miss:
            _log.warning(
                "not asked", reason=miss.code, fault=str(miss), host=miss.host, access_point=access_point.name
            )
            break
        answered.append(_Answered(message, sent_at, status))
        left.discard(message.sequence)
    if due:
        with transactions() as session:
            outbox_store.not_asked(session, sorted(left))
            events = [event for each in answered if (event := _note(session, each, clock())) is not None]
            tell(session, events)
    return len(answered) == _BATCH


def _given_up(session: Session, now: datetime) -> list[DeliveryEvent]:
    """Nobody asks any more about what no worker came back from asking about: a person looks, and sends it again."""
    events = []
    for message in outbox_store.never_answered(session, now=now):
        stuck = outbox_store.moved_first(
            session,
            message.sequence,
            was=OutState.SENT,
            to=OutState.STUCK,
            values={"ask_at": None, "asked": 0, "outcome": receiver_queue_store.NEVER_BACK},
        )
        if stuck:
            events.append(DeliveryEvent(MessageAction.STUCK, message, UNSEEN))
    return events


def _note(session: Session, answered: _Answered, now: datetime) -> DeliveryEvent | None:
    """What the answer means to the message; something to tell of an order, and where it was not simply delivered."""
    message, status = answered.message, answered.status
    if status.state in _LAST_WORD:
        state = _LAST_WORD[status.state]
        came_from = outbox.verdict(
            session, message.instance_id, state, answer=status.words, at=status.at or now
        )
        if came_from is not None and state is OutState.REJECTED:
            return DeliveryEvent(MessageAction.REJECTED, message, status.words)
        if came_from is not None and message.kind == DocumentKind.ORDER:
            return DeliveryEvent(MessageAction.DELIVERED, message)
        return None
    if status.state is DeliveryState.GIVEN_UP:
        stuck = outbox_store.moved_first(
            session,
            message.sequence,
            was=OutState.SENT,
            to=OutState.STUCK,
            values={"ask_at": None, "outcome": status.state.value, "answer": status.words},
        )
        return DeliveryEvent(MessageAction.STUCK, message, status.words) if stuck else None
    # What was sent later than now, by a clock that was ahead, was sent lately.
    wait = ASKING.rest_after(max(now - answered.sent_at, timedelta()))
    outbox_store.ask_at(session, message.sequence, None if wait is None else now + wait)
    return None
