"""The ticks of a worker: what may be due, as APScheduler says it, and wound anew where the machine's clock has leapt.

APScheduler goes by the machine's clock. Where that was ahead and is put right, its next ticks lie hours away; so
whoever waits for them looks at the clock that nobody can set, and winds the timetable when it has been silent.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock
from typing import Final

import structlog
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

_log = structlog.get_logger("work")

# A stop is seen at once where it comes as a signal, and after so long where another thread sets it.
_LOOK_SECONDS: Final = 0.5


class EverySeconds(IntervalTrigger):  # type: ignore[misc]
    """Every so many seconds; all the ticks that a leap of the clock has passed over are one.

    APScheduler's own would go through them one by one under the timetable's lock: a year of seconds is 31 million, for
    each of what ticks, and nobody hears any meanwhile.
    """

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """See APScheduler; after a tick always later than now."""
        due: datetime = super().get_next_fire_time(previous_fire_time, now)
        return due if previous_fire_time is None or due > now else now + self.interval


@dataclass(slots=True)
class Ticks:
    """What may be due. The timetable adds, the worker takes; the same tick twice is one.

    `every` says what ticks, every how many seconds, in the order in which it is looked at. `silence_seconds` without
    any tick, by `time.monotonic`, are too many.
    """

    every: Mapping[str, float]
    silence_seconds: float = 6.0
    _due: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _any: Event = field(default_factory=Event)
    _heard_at: float = field(default_factory=time.monotonic)
    _scheduler: BackgroundScheduler | None = None

    def add(self, what: str) -> None:
        """The timetable says that something may be due."""
        with self._lock:
            self._heard_at = time.monotonic()
        self.again(what)

    def again(self, what: str) -> None:
        """Something may be due at once."""
        with self._lock:
            self._due.add(what)
            self._any.set()

    def take(self) -> list[str]:
        """What may be due now, in the order of `every`; it is no longer held here."""
        with self._lock:
            due, self._due = self._due, set()
            self._any.clear()
        return [each for each in self.every if each in due]

    def wait(self) -> None:
        """Until something may be due, for a moment at most; a timetable that is silent is wound anew."""
        self._any.wait(_LOOK_SECONDS)
        if time.monotonic() - self._heard_at > self.silence_seconds:
            self.wind()

    def wind(self) -> None:
        """Let everything tick now, and from now on in its seconds by the clock as it stands."""
        with self._lock:
            self._heard_at = time.monotonic()
        for what, seconds in self.every.items():
            self.again(what)
            if self._scheduler is not None:
                self._scheduler.reschedule_job(what, trigger=EverySeconds(seconds=seconds, timezone=UTC))
        _log.warning("timetable wound anew", silent_seconds=self.silence_seconds)

    @contextmanager
    def running(self) -> Iterator[BackgroundScheduler]:
        """The timetable, in memory and in UTC, whose jobs only say that something may be due."""
        scheduler = BackgroundScheduler(timezone=UTC)
        for what, seconds in self.every.items():
            self.again(what)
            scheduler.add_job(
                self.add,
                EverySeconds(seconds=seconds, timezone=UTC),
                args=(what,),
                id=what,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.start()
        self._scheduler = scheduler
        try:
            yield scheduler
        finally:
            self._scheduler = None
            scheduler.shutdown(wait=False)
