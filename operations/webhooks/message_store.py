"""Messages to webhook endpoints as the database holds them, and the log of attempts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, delete, exists, func, insert, select, update

from foundation import leases, transitions
from foundation.sql import Session, add_new
from foundation.text import Text
from operations.webhooks.model import (
    MESSAGE_FOLLOWS,
    REDELIVERY_FOLLOWS,
    REST_MOST,
    TEST,
    Attempt,
    EndpointState,
    MessageState,
    WebhookMessage,
)
from operations.webhooks.tables import webhook_attempt, webhook_endpoint, webhook_message

_M, _A = webhook_message.c, webhook_attempt.c
_WAITS = _M.state == MessageState.WAITING
_ANEW: Mapping[str, object] = {"attempts": 0, "first_tried_at": None, "due_at": None, "closed_at": None}


def add_all(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Lay out messages in the order of these; one that an endpoint has already is left alone."""
    if rows:
        add_new(session, webhook_message, [{**each, "state": MessageState.WAITING} for each in rows])


def add_test(session: Session, endpoint: int, event_id: str, body: str, *, at: datetime) -> int:
    """Lay out a test; its number."""
    row = {
        "endpoint_id": endpoint,
        "event_id": event_id,
        "type": TEST,
        "at": at,
        "body": body,
        "state": MessageState.WAITING,
    }
    number: int = session.execute(insert(webhook_message).returning(_M.id), row).scalar_one()
    return number


def is_sendable(now: datetime) -> ColumnElement[bool]:
    """That a message may be sent now: it is due, and of its execution reference the first that waits.

    What is about no case waits for no other.
    """
    earlier = webhook_message.alias("earlier")
    is_held = exists(
        select(earlier.c.id).where(
            earlier.c.endpoint_id == _M.endpoint_id,
            earlier.c.state == MessageState.WAITING,
            earlier.c.execution_reference == _M.execution_reference,
            earlier.c.id < _M.id,
        )
    )
    return and_(
        _WAITS,
        leases.is_due(_M.due_at, now, longest=REST_MOST),
        (_M.execution_reference == "") | ~is_held,
    )


def due(
    session: Session, endpoint: int, *, now: datetime, at_most: int, only_tests: bool
) -> list[WebhookMessage]:
    """What may be sent to an endpoint now: first what has not been tried, and then by when it is due."""
    question = select(webhook_message).where(_M.endpoint_id == endpoint, is_sendable(now))
    if only_tests:
        question = question.where(_M.type == TEST)
    ordered = question.order_by(_M.due_at.nulls_first(), _M.id).limit(at_most)
    return [_message(row) for row in session.execute(ordered)]


def of_endpoint(
    session: Session,
    endpoint: int,
    *,
    state: MessageState | None = None,
    reference: str = "",
    before: int | None = None,
    offset: int = 0,
    limit: int,
) -> list[WebhookMessage]:
    """An endpoint's messages, the newest first; those before a number alone, where one is named."""
    question = select(webhook_message).where(_M.endpoint_id == endpoint)
    if state is not None:
        question = question.where(_M.state == state)
    if reference:
        question = question.where(_M.execution_reference == reference)
    if before is not None:
        question = question.where(_M.id < before)
    return [
        _message(row) for row in session.execute(question.order_by(_M.id.desc()).limit(limit).offset(offset))
    ]


def by_id(session: Session, endpoint: int, number: int) -> WebhookMessage | None:
    """One message of an endpoint."""
    row = session.execute(
        select(webhook_message).where(_M.endpoint_id == endpoint, _M.id == number)
    ).one_or_none()
    return None if row is None else _message(row)


def attempts_of(session: Session, numbers: Collection[int]) -> dict[int, list[Attempt]]:
    """The attempts of these messages, by message, the first first."""
    found: dict[int, list[Attempt]] = {each: [] for each in numbers}
    question = select(webhook_attempt).where(_A.message_id.in_(list(numbers))).order_by(_A.id)
    for row in session.execute(question) if found else ():
        found[row.message_id].append(
            Attempt(row.number, row.at, row.status, row.fault, row.milliseconds, row.answer)
        )
    return found


def note_attempt(session: Session, message: WebhookMessage, attempt: Attempt) -> None:
    """Write one attempt in the log, numbered after those before."""
    before = select(func.count()).select_from(webhook_attempt).where(_A.message_id == message.id)
    session.execute(
        insert(webhook_attempt),
        {
            "endpoint_id": message.endpoint_id,
            "message_id": message.id,
            "number": session.execute(before).scalar_one() + 1,
            "at": attempt.at,
            "status": attempt.status,
            "fault": attempt.fault,
            "milliseconds": attempt.milliseconds,
            "answer": attempt.answer,
        },
    )


def close(session: Session, message: WebhookMessage, to: MessageState, *, at: datetime) -> None:
    """Let a message have come through, or be given up. Raises StepRefused, MovedMeanwhile."""
    tried = {"attempts": message.attempts + 1, "first_tried_at": message.first_tried_at or at, "due_at": None}
    transitions.move(
        session,
        _M.state,
        _M.id == message.id,
        MESSAGE_FOLLOWS,
        name=Text("Meddelande %(number)s", number=message.id),
        was=message.state,
        to=to,
        values={**tried, "closed_at": at},
    )


def put_off(session: Session, message: WebhookMessage, *, at: datetime, due_at: datetime) -> None:
    """Let a message that has failed wait for its next attempt."""
    tried = {"attempts": message.attempts + 1, "first_tried_at": message.first_tried_at or at}
    this = update(webhook_message).where(_M.id == message.id, _WAITS)
    session.execute(this.values(**tried, due_at=due_at))


def hurry(session: Session, endpoint: int) -> None:
    """Let what waits for its next attempt be tried at once: the receiver is there again."""
    waiting = update(webhook_message).where(_M.endpoint_id == endpoint, _WAITS, _M.due_at.is_not(None))
    session.execute(waiting.values(due_at=None))


def begin_anew(session: Session, endpoint: int) -> None:
    """Let everything that waits have its three days from its next attempt on."""
    session.execute(update(webhook_message).where(_M.endpoint_id == endpoint, _WAITS).values(**_ANEW))


def redeliver(
    session: Session,
    endpoint: int,
    *,
    only: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    failed_since: datetime | None = None,
) -> int:
    """Let messages that have come to their end be sent again, in their order, under the same ids; how many.

    One of them; those of events from `since` to before `until`; or those that were given up from `failed_since` on.
    """
    these: list[ColumnElement[bool]] = [_M.endpoint_id == endpoint, _M.type != TEST]
    if only is not None:
        these.append(_M.id == only)
    if since is not None:
        these.append(_M.at >= since)
    if until is not None:
        these.append(_M.at < until)
    if failed_since is not None:
        these += [_M.state == MessageState.FAILED, _M.closed_at >= failed_since]
    return transitions.move_all(
        session, _M.state, and_(*these), REDELIVERY_FOLLOWS, to=MessageState.WAITING, values=_ANEW
    )


def counts(session: Session, endpoints: Collection[int]) -> dict[int, dict[MessageState, int]]:
    """How many messages of each of these endpoints are in each state."""
    found: dict[int, dict[MessageState, int]] = {each: {} for each in endpoints}
    question = select(_M.endpoint_id, _M.state, func.count()).where(_M.endpoint_id.in_(list(endpoints)))
    for number, state, count in session.execute(question.group_by(_M.endpoint_id, _M.state)):
        found[number][MessageState(state)] = count
    return found


def count(session: Session, state: MessageState) -> int:
    """How many messages are in a state, of endpoints that have not ended."""
    question = select(func.count()).select_from(webhook_message.join(webhook_endpoint))
    open_ = webhook_endpoint.c.state != EndpointState.ENDED
    return session.execute(question.where(_M.state == state, open_)).scalar_one()


def oldest_untried(session: Session) -> datetime | None:
    """When the oldest event happened that could be sent and has not been tried, at an active endpoint that is well."""
    question = select(func.min(_M.at)).select_from(webhook_message.join(webhook_endpoint))
    well = (webhook_endpoint.c.state == EndpointState.ACTIVE) & webhook_endpoint.c.failing_since.is_(None)
    found: datetime | None = session.scalar(question.where(_WAITS, _M.first_tried_at.is_(None), well))
    return found


def dispose(session: Session, before: datetime, *, at_most: int) -> int:
    """Remove messages that came to their end before then, and what waits for endpoints that have ended; how many.

    Their attempts go with them. What waits for an endpoint that is there stays, however old it is.
    """
    ended = select(webhook_endpoint.c.id).where(webhook_endpoint.c.state == EndpointState.ENDED)
    old = (_M.closed_at < before) | (_M.endpoint_id.in_(ended) & _WAITS)
    numbers = list(session.scalars(select(_M.id).where(old).order_by(_M.id).limit(at_most)))
    if numbers:
        session.execute(delete(webhook_attempt).where(_A.message_id.in_(numbers)))
        session.execute(delete(webhook_message).where(_M.id.in_(numbers)))
    return len(numbers)


def _message(row: Row[tuple[object, ...]]) -> WebhookMessage:
    return WebhookMessage(
        id=row.id,
        endpoint_id=row.endpoint_id,
        sequence=row.sequence,
        event_id=row.event_id,
        type=row.type,
        execution_reference=row.execution_reference,
        at=row.at,
        body=row.body,
        state=MessageState(row.state),
        attempts=row.attempts,
        first_tried_at=row.first_tried_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
    )
