"""The worker's side of a sandbox: before a write is answered, webhooks are sent and work behind pages is done.

Convention: nothing goes on in a sandbox while nobody asks, so what a worker does within seconds is done within the
request that gave cause to it, and no longer than a few seconds. A receiver that is slow or away gets what is left at
the next write, once its rest in the sandbox's own time has ended.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from billing.server.background import background_work, webhook_work
from foundation.database import Database
from foundation.errors import Refused
from foundation.periods import Clock
from operations.settings import Settings
from operations.webhooks.connecting import Post

ATTEMPT_SECONDS: Final = 3.0
"""So long a receiver of a sandbox's webhooks has to answer."""

SECONDS: Final = 5.0
"""So long a write in a sandbox waits in all for what it gave cause to."""

_BEGUN_WITHIN: Final = SECONDS - ATTEMPT_SECONDS
_AT_ONCE: Final = 4
DONE: Final = "worker_turn_done"
"""What a request's state says where it has had its turn already, since its answer rests on that."""

_log = structlog.get_logger("sandbox")


@dataclass(slots=True)
class WorkerTurn:
    """What a worker would do in sandboxes. `clock` is the receivers' time, whatever a sandbox's own is."""

    settings: Settings
    clock: Clock
    post: Post = field(init=False)

    def __post_init__(self) -> None:
        self.post = webhook_work.post_of(self.settings, seconds=ATTEMPT_SECONDS)

    def work(self, books: Database) -> None:
        """Do it; what breaks it is told in the log, since the write it follows is done."""
        try:
            self._work_behind_pages(books)
            self._send(books)
        except (SQLAlchemyError, Refused) as error:
            _log.error("sandbox not worked", fault=type(error).__name__)

    def _work_behind_pages(self, books: Database) -> None:
        begun = time.monotonic()
        while time.monotonic() - begun < SECONDS:
            if background_work.run_one(books, self.settings) is None:
                return

    def _send(self, books: Database) -> None:
        begun = time.monotonic()
        sender = webhook_work.sender_of(
            books,
            self.settings,
            stopping=lambda: time.monotonic() - begun > _BEGUN_WITHIN,
            post=self.post,
            signs_at=self.clock,
        )
        try:
            sender.settle(seconds=SECONDS)
        finally:
            # Whoever looks a name up for a minute does so alone.
            sender.close(wait=False)


class WorkerTurnMiddleware:
    """Around every request: one that wrote in a sandbox is answered when the worker's turn there is over."""

    def __init__(self, app: ASGIApp, turn: Callable[[], WorkerTurn]) -> None:
        self._app, self._turn = app, turn
        # Slow receivers of sandboxes take so many of the process's threads and no more.
        self._limit: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; see the class."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        told: dict[str, Any] = scope.setdefault("state", {})

        async def after(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 300 and "sandbox" in told:
                await self._worked(told)
            await send(message)

        await self._app(scope, receive, after)

    async def _worked(self, told: dict[str, Any]) -> None:
        if not told.get(DONE):
            self._limit = self._limit or CapacityLimiter(_AT_ONCE)
            await to_thread.run_sync(self._turn().work, told["sandbox"], limiter=self._limit)
