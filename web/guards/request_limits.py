"""How many requests a client of the API may make of each route in a minute, and how that is told it with every answer.

Convention: the fields are those of draft-ietf-httpapi-ratelimit-headers-10 (`RateLimit-Policy`, `RateLimit`). What is
over is refused before it costs anything, with when to come again. As of the budgets (`web.budgets`), the counts are
this process's own, and each process of `billing serve --workers` has its own.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Final

from accounts.guessing.rate_limit import TooOften
from foundation.text import Text

POLICY: Final = "client-route"
WINDOW_SECONDS: Final = 60
# Windows that have gone by are removed when there are so many.
_WINDOWS_MOST: Final = 10_000


class TooManyRequests(TooOften):
    """A client has asked a route as often as it may in a minute; `seconds` until it may again."""

    def __init__(self, limit: int, seconds: int) -> None:
        super().__init__(seconds)
        self.text = Text(
            "Klienten har frågat %(limit)s gånger på en minut, som är så ofta som går. Vänta %(seconds)s sekunder och "
            "skicka samma begäran igen: inget av den är gjort.",
            limit=limit,
            seconds=seconds,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a client stands with a route: what it may ask in a minute, what is left, and for how long."""

    limit: int
    left: int
    seconds: int

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields of the answer.

        >>> dict(Standing(600, 599, 42).fields)
        {'RateLimit-Policy': '"client-route";q=600;w=60', 'RateLimit': '"client-route";r=599;t=42'}
        """
        return {
            "RateLimit-Policy": f'"{POLICY}";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"{POLICY}";r={self.left};t={self.seconds}',
        }


class RequestLimits:
    """How often each client has asked each route in the minute that began with its first question."""

    def __init__(self, limit: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._now = now
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}
        self._lock = Lock()

    def take(self, client: str, route: str) -> Standing:
        """Count a request, and say how the client stands; `left` is -1 for one too many, which is not counted."""
        now = self._now()
        with self._lock:
            began, count = self._windows.get((client, route), (now, 0))
            if now - began >= WINDOW_SECONDS:
                began, count = now, 0
            seconds = max(1, ceil(began + WINDOW_SECONDS - now))
            if count >= self._limit:
                return Standing(self._limit, -1, seconds)
            if len(self._windows) >= _WINDOWS_MOST:
                self._windows = {
                    key: each for key, each in self._windows.items() if now - each[0] < WINDOW_SECONDS
                }
            self._windows[client, route] = (began, count + 1)
            return Standing(self._limit, self._limit - count - 1, seconds)
