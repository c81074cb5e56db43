"""Sending webhooks: endpoints take turns, some at once, each one's messages in order, and what came of it is noted.

Convention: an endpoint is taken in a short transaction, each message is sent outside any, and noted in another. Whoever
dies between sending and noting has sent it, and it is sent again under the same id: at least once, never fewer. A turn
is short and its threads are its own, so that a receiver that is slow or away holds up neither others nor the worker.
"""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as all_done
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation import journal
from foundation.database import Database
from foundation.errors import Refused, place_of
from foundation.observability.request_ids import carried
from foundation.periods import Clock
from foundation.sql import Session
from operations.webhooks import endpoint_store, endpoints, message_store, signing, signing_secret_store
from operations.webhooks.connecting import Answer, Post
from operations.webhooks.laying_out import lay_out
from operations.webhooks.model import (
    Attempt,
    DisabledFor,
    Endpoint,
    EndpointState,
    MessageState,
    WebhookMessage,
)
from operations.webhooks.outcomes import Outcome, outcome_of
from operations.webhooks.signing_secret_store import Seal

AT_ONCE: Final = 8
"""So many endpoints are sent to at the same time, by each worker."""

LEASE: Final = timedelta(minutes=2)
"""How long an endpoint is one worker's: longer than a turn and its last attempt."""

TURN_SECONDS: Final = 10.0
"""So long goes on sending to one endpoint, before others have their turn."""

_MESSAGES_AT_ONCE: Final = 50
_BROKEN_REST: Final = timedelta(minutes=5)
_AGENT: Final = "Webhooks/1.0 (order-och-faktura)"

_log = structlog.get_logger("webhooks")

TellDisabled = Callable[[Session, Endpoint, DisabledFor], None]
"""Tells whoever administers the endpoint that it was disabled, in the transaction that does it."""


@dataclass(slots=True)
class WebhookSender:
    """One worker's hand on all endpoints of its books."""

    database: Database
    post: Post
    seal: Seal
    tell: TellDisabled = field(default=lambda session, endpoint, why: None)
    stopping: Callable[[], bool] = bool
    at_once: int = AT_ONCE
    signs_at: Clock | None = None
    """The time a receiver has, where the books go by another: it refuses what is signed at a wrong hour."""
    _pool: ThreadPoolExecutor | None = None
    _busy: set[Future[None]] = field(default_factory=set)
    _tokens: set[str] = field(default_factory=set)

    def round(self) -> bool:
        """Lay out what is new, and begin the turns of endpoints that are due; waits for none. Whether it began any."""
        while lay_out(self.database):
            if self.stopping():
                return False
        self._busy = {each for each in self._busy if not each.done()}
        if not self._busy:
            self._tokens.clear()
        free = self.at_once - len(self._busy)
        if free <= 0 or self.stopping():
            return False
        # Each turn has a token of its own, so that one that was followed notes nothing more.
        token = str(uuid.uuid4())
        with self.database.reading() as session:
            if not endpoint_store.is_any_due(session, now=self.database.clock(), lease=LEASE):
                return False
        with self.database.writing() as session:
            self._tokens.add(token)
            taken = endpoint_store.take(session, token, now=self.database.clock(), lease=LEASE, at_most=free)
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.at_once, thread_name_prefix="webhooks")
        turn = carried(self._turn)
        self._busy |= {self._pool.submit(turn, number, token) for number in taken}
        return bool(taken)

    def settle(self, *, seconds: float | None = None) -> None:
        """Send all that is due now, and wait for it; so many seconds at most, where that is said."""
        until = None if seconds is None else time.monotonic() + seconds
        while self.round() or self._busy:
            left = None if until is None else max(0.0, until - time.monotonic())
            if all_done(self._busy, timeout=left).not_done:
                return
            self._busy = set()

    def give_back(self, session: Session) -> None:
        """Let others have what this worker holds, which has to end before it has finished."""
        for each in self._tokens:
            endpoint_store.let_go(session, each)

    def close(self, *, wait: bool = True) -> None:
        """Wait for the message that each turn has in hand; without `wait` it ends by itself, in its seconds."""
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)
            self._pool = None
        self._busy = set()

    def _turn(self, number: int, token: str) -> None:
        """One endpoint's turn. What breaks it is told in the log, and the endpoint rests, lest we send in a loop."""
        rests_until = None
        try:
            self._send_to(number, token)
        except Exception as error:
            fault = f"{type(error).__name__} {place_of(error)}"
            _log.error("webhook turn broke", webhook=number, fault=fault)
            rests_until = self.database.clock() + _BROKEN_REST
        try:
            with self.database.writing() as session:
                if rests_until is not None:
                    endpoint_store.rest(session, number, until=rests_until)
                endpoint_store.let_go(session, token, only=number)
        except (SQLAlchemyError, Refused) as error:
            # Its lease ends by itself.
            _log.error("webhook not let go", webhook=number, fault=type(error).__name__)

    def _send_to(self, number: int, token: str) -> None:
        until = time.monotonic() + TURN_SECONDS
        secrets = self._secrets(number)
        if not secrets:
            return
        while True:
            messages = self._due(number)
            for message in messages:
                if self.stopping() or time.monotonic() > until:
                    return
                if not self._send(message, secrets, token):
                    return
            if not messages:
                return

    def _secrets(self, number: int) -> list[str]:
        """What signs; nothing where our own key to it is missing, which is no fault of the receiver's."""
        try:
            with self.database.reading() as session:
                return signing_secret_store.opened(session, number, self.seal)
        except Refused as locked:
            _log.error("webhook secret locked", webhook=number, fault=str(locked))
            with self.database.writing() as session:
                endpoint_store.rest(session, number, until=self.database.clock() + _BROKEN_REST)
            return []

    def _due(self, number: int) -> list[WebhookMessage]:
        with self.database.reading() as session:
            endpoint = endpoint_store.by_id(session, number)
            if endpoint is None or endpoint.state is EndpointState.ENDED:
                return []
            now = self.database.clock()
            return message_store.due(
                session,
                number,
                now=now,
                at_most=_MESSAGES_AT_ONCE,
                only_tests=not endpoint.takes_messages(now),
            )

    def _send(self, message: WebhookMessage, secrets: list[str], token: str) -> bool:
        """Send one message and note what came of it; whether the turn goes on."""
        with self.database.reading() as session:
            endpoint = endpoint_store.by_id(session, message.endpoint_id)
        if endpoint is None or not (message.is_test or endpoint.state is EndpointState.ACTIVE):
            return False
        at, body = self.database.clock(), message.body.encode()
        signed_at = at if self.signs_at is None else self.signs_at()
        proof = signing.headers(secrets, message.event_id, body, at=signed_at)
        headers = {**proof, "Content-Type": "application/json", "User-Agent": _AGENT}
        answer = self.post(endpoint.url, headers, body, inner=endpoint.is_buyers)
        with self.database.writing() as session:
            held = endpoint_store.held(session, message.endpoint_id, token)
            if held is None:
                return False  # another has followed, and notes what it sends itself
            outcome = outcome_of(held, message, answer, now=at)
            self._note(session, held, message, answer, outcome)
        _log.info(
            "webhook sent",
            webhook=endpoint.id,
            message=message.event_id,
            type=message.type,
            status=answer.status,
            fault=answer.fault,
            milliseconds=answer.milliseconds,
        )
        return not outcome.stops

    def _note(
        self, session: Session, endpoint: Endpoint, message: WebhookMessage, answer: Answer, outcome: Outcome
    ) -> None:
        """Write the attempt, and what follows on it."""
        at = self.database.clock()
        message_store.note_attempt(
            session, message, Attempt(0, at, answer.status, answer.fault, answer.milliseconds, answer.said)
        )
        if outcome.state is MessageState.WAITING:
            message_store.put_off(session, message, at=at, due_at=outcome.due_at or at)
        else:
            message_store.close(session, message, outcome.state, at=at)
        if message.is_test:
            return
        if outcome.state is MessageState.DELIVERED:
            endpoint_store.note_delivered(session, endpoint, at=at)
            if endpoint.rests_until is not None:
                # It was away, and is there again: what waits for hours need not.
                message_store.hurry(session, endpoint.id)
            return
        endpoint_store.note_failed(session, endpoint, at=at, rests_until=outcome.rests_until)
        if outcome.disabled is not None and endpoint.state is EndpointState.ACTIVE:
            endpoints.disable(session, endpoint, outcome.disabled, by=journal.SYSTEM, at=at)
            self.tell(session, endpoint, outcome.disabled)
