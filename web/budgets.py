"""How much of this process costly requests may take: each caller's part, what strangers share, and what is kept free.

Costly is what works on a document that somebody sent. A caller is an organisation that is signed in, or an address.
Each has so many bytes and so many seconds of a processor a minute; strangers share a sum besides, so any number of
addresses together leave a part to those who are signed in (decision 67).

Convention: what is over is refused before it costs anything, with when to come again. The counts are this process's
own and last a minute: each process of `billing serve --workers` has its own.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from threading import Lock
from typing import Final

import anyio

from accounts.guessing.rate_limit import TooOften
from foundation.formatting import seconds_text
from foundation.text import Text
from web.guards.clients import network_of

_MINUTE: Final = 60.0
_LOOK_EVERY: Final = 0.05
# What is taken just now is soon given back.
_SOON: Final = 5
# As many callers are told apart; beyond, those who come are counted together.
_CALLERS_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Share:
    """What may be taken: at once, of a processor and in bytes a minute, and of memory by bodies that are being read."""

    at_once: int
    cpu_seconds: float
    bytes_a_minute: int
    bytes_held: int


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as far as it matters here. `name` is never logged."""

    name: str
    is_stranger: bool


def stranger(address: str) -> Caller:
    """A caller known by its address alone; of an IPv6 address by its network, which one customer has to itself.

    >>> stranger("2001:db8:1:2:3::4").name, stranger("192.0.2.7").name
    ('2001:db8:1:2::/64', '192.0.2.7')
    """
    return Caller(network_of(address), is_stranger=True)


class OverBudget(TooOften):
    """A caller, or all strangers together, have had what there is for now; `seconds` until there is more."""

    def __init__(self, seconds: int, *, shared: bool) -> None:
        super().__init__(seconds)
        self.text = (
            Text(
                "Många prövar dokument just nu. Vänta %(seconds)s och skicka det igen, eller logga in: "
                "den som är inloggad har en egen del.",
                seconds=seconds_text(seconds),
            )
            if shared
            else Text(
                "Ni har prövat så mycket som går på en minut. Vänta %(seconds)s och skicka dokumentet igen.",
                seconds=seconds_text(seconds),
            )
        )


@dataclass(slots=True)
class _Taken:
    """What was taken in the minute that began then, and what is being taken."""

    share: Share
    began: float
    cpu_seconds: float = 0.0
    count_bytes: int = 0
    held: int = 0
    running: int = 0

    def at(self, now: float) -> "_Taken":
        """This, in the minute that is now; who took too much has taken of the next ones too."""
        minutes = int((now - self.began) // _MINUTE)
        if minutes > 0:
            self.began += minutes * _MINUTE
            self.count_bytes = 0
            self.cpu_seconds = max(0.0, self.cpu_seconds - minutes * self.share.cpu_seconds)
        return self

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it needs to be remembered."""
        return not (self.held or self.running or self.count_bytes or self.cpu_seconds)


class Budgets:
    """What every caller has taken, and whether there is more for it."""

    def __init__(
        self,
        *,
        each: Share,
        strangers: Share,
        patience: float = 10.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._each = each
        self._patience = patience
        self._now = now
        self._callers: dict[Caller, _Taken] = {}
        self._all_strangers = _Taken(strangers, now())
        self._lock = Lock()
        self.refused: dict[str, int] = {"caller": 0, "strangers": 0}
        """How many requests were refused, by whose budget was used up."""

    def take_bytes(self, caller: Caller, count: int) -> None:
        """Note bytes of a body that are held in memory from now on. Raises OverBudget, and notes nothing then."""
        with self._lock:
            accounts = self._accounts(caller)
            for taken in accounts:
                if taken.count_bytes + count > taken.share.bytes_a_minute:
                    raise self._over(taken)
                if taken.held + count > taken.share.bytes_held:
                    raise self._over(taken, seconds=_SOON)
            for taken in accounts:
                taken.count_bytes += count
                taken.held += count

    def let_go(self, caller: Caller, count: int) -> None:
        """Note that so many bytes are held no more."""
        with self._lock:
            for taken in self._accounts(caller):
                taken.held -= count

    def spend(self, caller: Caller, cpu_seconds: float) -> None:
        """Note what a piece of work took of a processor."""
        with self._lock:
            for taken in self._accounts(caller):
                taken.cpu_seconds += cpu_seconds

    @asynccontextmanager
    async def turn(self, caller: Caller) -> AsyncIterator[None]:
        """A turn for the caller's work, waited for a little where others are at it. Raises OverBudget."""
        ends = self._now() + self._patience
        while not self._begin(caller, last=self._now() >= ends):
            await anyio.sleep(_LOOK_EVERY)
        try:
            yield
        finally:
            with self._lock:
                for taken in self._accounts(caller):
                    taken.running -= 1

    @property
    def figures(self) -> Mapping[str, int]:
        """How many requests were refused, by whose budget was used up."""
        with self._lock:
            return dict(self.refused)

    def _begin(self, caller: Caller, *, last: bool) -> bool:
        with self._lock:
            accounts = self._accounts(caller)
            for taken in accounts:
                if taken.cpu_seconds >= taken.share.cpu_seconds:
                    raise self._over(taken)
                if taken.running >= taken.share.at_once:
                    if last:
                        raise self._over(taken, seconds=_SOON)
                    return False
            for taken in accounts:
                taken.running += 1
            return True

    def _accounts(self, caller: Caller) -> list[_Taken]:
        """What the caller has taken, and what it shares with others, in the minute that is now."""
        now = self._now()
        own = self._callers.get(caller)
        if own is None:
            if len(self._callers) >= _CALLERS_MOST:
                self._sweep(now)
            if len(self._callers) >= _CALLERS_MOST:
                caller = Caller("", caller.is_stranger)
            own = self._callers.setdefault(caller, _Taken(self._each, now))
        accounts = [own.at(now)]
        if caller.is_stranger:
            accounts.append(self._all_strangers.at(now))
        return accounts

    def _sweep(self, now: float) -> None:
        for caller, taken in list(self._callers.items()):
            if taken.at(now).is_idle:
                del self._callers[caller]

    def _over(self, taken: _Taken, *, seconds: int = 0) -> OverBudget:
        shared = taken is self._all_strangers
        self.refused["strangers" if shared else "caller"] += 1
        left = ceil(taken.began + _MINUTE - self._now())
        return OverBudget(seconds or max(1, left), shared=shared)
