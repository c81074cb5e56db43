"""The queue in front of whatever hashes a password, so that a flood of sign-ins leaves everybody else's pages quick.

Convention: a route that hashes is `async` and hands its work to `in_turn`. The work runs in threads of its own, never
in those that answer pages and style sheets, and who waits for one holds a form and no thread. The queue has an end,
for all and for one client, and a limit of time: beyond them the answer is `SignInsBusy` (503, with Retry-After). The
bounds are those of one process; each has as many again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from anyio import CapacityLimiter, Semaphore, move_on_after, to_thread
from anyio.lowlevel import RunVar
from fastapi import Request

from accounts.guessing.rate_limit import SignInsBusy
from web.guards.clients import client_of

_Answer = TypeVar("_Answer")

AT_ONCE: Final = 2
"""Threads for signing in: one hashes (`passwords.py`), the other reads and writes for the next."""

INSIDE_MOST: Final = 100
FROM_ONE_CLIENT_MOST: Final = 50
"""An office behind one address signs in together in the morning; a flood from one leaves room for the others."""

WAIT_SECONDS: Final = 10.0
_COME_BACK_SECONDS: Final = 10


@dataclass(slots=True)
class _Queue:
    """Who waits or is worked for in this process."""

    places: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))
    inside: Counter[str] = field(default_factory=Counter)


_QUEUE: Final = RunVar[_Queue]("sign-in queue")


async def in_turn(request: Request, work: Callable[[], _Answer]) -> _Answer:
    """What `work` gives, done when its turn has come. Raises SignInsBusy where that would take too long."""
    queue, client = _of_this_process(), client_of(request)
    if queue.inside.total() >= INSIDE_MOST or queue.inside[client] >= FROM_ONE_CLIENT_MOST:
        raise SignInsBusy(_COME_BACK_SECONDS)
    queue.inside[client] += 1
    try:
        with move_on_after(WAIT_SECONDS) as patience:
            await queue.places.acquire()
        if patience.cancelled_caught:
            raise SignInsBusy(_COME_BACK_SECONDS)
        try:
            # A place was had above, so a thread is there at once.
            return await to_thread.run_sync(work, limiter=CapacityLimiter(1))
        finally:
            queue.places.release()
    finally:
        queue.inside[client] -= 1
        if not queue.inside[client]:
            del queue.inside[client]


def _of_this_process() -> _Queue:
    try:
        return _QUEUE.get()
    except LookupError:
        queue = _Queue()
        _QUEUE.set(queue)
        return queue
