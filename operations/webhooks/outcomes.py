"""What an attempt means: for the message, and for the endpoint as a whole. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from operations.webhooks.connecting import Answer, seconds_of
from operations.webhooks.model import (
    GIVEN_UP_AFTER,
    IN_A_ROW,
    REST_MOST,
    RESTS,
    DisabledFor,
    Endpoint,
    MessageState,
    WebhookMessage,
)

GONE: Final = 410
_COME_LATER: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows on an attempt.

    `state` WAITING: the message is tried again at `due_at`. `rests_until`: nothing is sent to the endpoint before.
    `disabled`: nothing is sent until somebody enables it, and the message waits.
    """

    state: MessageState
    due_at: datetime | None = None
    rests_until: datetime | None = None
    disabled: DisabledFor | None = None

    @property
    def stops(self) -> bool:
        """Whether nothing more is sent to the endpoint in this turn."""
        return self.rests_until is not None or self.disabled is not None


def outcome_of(endpoint: Endpoint, message: WebhookMessage, answer: Answer, *, now: datetime) -> Outcome:
    """What follows on this answer, to an attempt at `now`.

    A message is given up after three days only where others came through meanwhile: it is the message then. Where
    nothing did, it is the endpoint that is disabled, and every message waits for it.
    """
    if answer.status is not None and 200 <= answer.status < 300:
        return Outcome(MessageState.DELIVERED)
    if message.is_test:
        return Outcome(MessageState.FAILED)
    if answer.status == GONE:
        return Outcome(MessageState.WAITING, due_at=now, disabled=DisabledFor.GONE)
    began = message.first_tried_at or now
    if now - began >= GIVEN_UP_AFTER:
        came_through = endpoint.delivered_at is not None and endpoint.delivered_at >= began
        if came_through:
            return Outcome(MessageState.FAILED, rests_until=_rest(endpoint, answer, now))
        return Outcome(MessageState.WAITING, due_at=now, disabled=DisabledFor.FAILING)
    # The last attempt is made when the three days are over, not hours before.
    again = min(
        now + RESTS.rest_without_end(message.attempts + 1), max(began + GIVEN_UP_AFTER, now + RESTS.steps[0])
    )
    rests_until = _rest(endpoint, answer, now)
    return Outcome(MessageState.WAITING, due_at=max(again, rests_until or again), rests_until=rests_until)


def _rest(endpoint: Endpoint, answer: Answer, now: datetime) -> datetime | None:
    """Until when the whole endpoint rests; None where the fault may be the message's alone."""
    in_a_row = endpoint.failures + 1
    asked = None
    if answer.status in _COME_LATER:
        asked = seconds_of(answer.retry_after, now=now.timestamp())
    if asked is not None:
        return now + min(timedelta(seconds=asked), REST_MOST)
    if answer.status is None:
        return now + RESTS.rest_without_end(in_a_row)
    return now + RESTS.rest_without_end(in_a_row - IN_A_ROW + 1) if in_a_row >= IN_A_ROW else None
