"""How many requests a client of the API may make of each route in a minute, and how that is told it with every answer.

Convention: the fields are those of draft-ietf-httpapi-ratelimit-headers-10 (`RateLimit-Policy`, `RateLimit`). What is
over is refused before it costs anything, with when to come again. The processes of `billing serve --workers` count in
one file, which is theirs alone and gone with them; it is SQLite's, since a count must be whole whoever else counts.
"""

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from threading import Lock
from typing import Final

import structlog

from accounts.guessing.rate_limit import TooOften
from foundation.formatting import seconds_text
from foundation.text import Text

POLICY: Final = "client-route"
WINDOW_SECONDS: Final = 60
_PATIENCE_SECONDS: Final = 1.0
_BEGINNING: Final = (
    "pragma journal_mode = wal",
    "pragma synchronous = off",
    "create table if not exists asked (buyer text, client text, route text, began real not null,"
    " times integer not null, primary key (buyer, client, route)) without rowid",
)
_COUNT: Final = """
insert into asked (buyer, client, route, began, times) values (?1, ?2, ?3, ?4, 1)
on conflict do update set
    times = case when excluded.began - began >= ?5 then 1 else min(times, ?6) + 1 end,
    began = case when excluded.began - began >= ?5 then excluded.began else began end
returning began, times
"""
_SWEEP: Final = "delete from asked where began <= ?"

_log = structlog.get_logger("request_limits")


class TooManyRequests(TooOften):
    """A client has asked a route as often as it may in a minute; `seconds` until it may again."""

    def __init__(self, limit: int, seconds: int) -> None:
        super().__init__(seconds)
        self.text = Text(
            "Klienten har frågat %(limit)s gånger på en minut, som är så ofta som går. Vänta %(seconds)s och "
            "skicka samma begäran igen: inget av den är gjort.",
            limit=limit,
            seconds=seconds_text(seconds),
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
    """How often each client has asked each route in the minute that began with its first question.

    `counts` is a file that several processes of one machine count in together; without it this one counts alone.
    `buyer` keeps apart the clients of buyers who share it.
    """

    def __init__(
        self,
        limit: int,
        *,
        counts: Path | None = None,
        buyer: str = "",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit = limit
        self._buyer = buyer
        self._now = now
        self._swept = now()
        self._lock = Lock()
        self._books = sqlite3.connect(
            counts or ":memory:", timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        for each in _BEGINNING:
            self._books.execute(each)

    def take(self, client: str, route: str) -> Standing:
        """Count a request, and say how the client stands; `left` is -1 for one too many."""
        now = self._now()
        try:
            with self._lock:
                if now - self._swept >= WINDOW_SECONDS:
                    self._swept = now
                    self._books.execute(_SWEEP, (now - WINDOW_SECONDS,))
                asked = (self._buyer, client, route, now)
                began, times = self._books.execute(_COUNT, (*asked, WINDOW_SECONDS, self._limit)).fetchone()
        except sqlite3.Error as fault:
            # What cannot be counted is let through: a limit is there for the others, and they are served.
            _log.error("request not counted", fault=type(fault).__name__)
            began, times = now, 1
        return Standing(self._limit, self._limit - times, max(1, ceil(began + WINDOW_SECONDS - now)))
