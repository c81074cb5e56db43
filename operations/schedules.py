"""When jobs are due: pure arithmetic on instants in UTC, where every day has 24 hours.

A slot is an instant the schedule names, not the instant somebody looked: a late look finds the
slot it is late for. UTC spares us the hour that comes twice and the one that never comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
# Slots missed for longer than this are not caught up one by one.
_BACK_AT_MOST = 62


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again after so long. Only the newest slot matters; those missed are not caught up."""

    interval: timedelta

    def slots(self, after: datetime | None, now: datetime) -> Sequence[datetime]:
        """The newest slot that has come, if it is later than `after`."""
        newest = _EPOCH + (now - _EPOCH) // self.interval * self.interval
        return [newest] if after is None or newest > after else []


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day at a time in UTC. With `catch_up` every missed day gets its turn, the oldest first."""

    at: time
    catch_up: bool = True

    def slots(self, after: datetime | None, now: datetime) -> Sequence[datetime]:
        """The slots after `after` that have come; the newest alone where there was none before."""
        newest = datetime.combine(now.astimezone(UTC).date(), self.at, UTC)
        if newest > now:
            newest -= timedelta(days=1)
        if after is None or not self.catch_up:
            return [newest] if after is None or newest > after else []
        missed = -((after - newest) // timedelta(days=1))
        days = range(min(missed, _BACK_AT_MOST) - 1, -1, -1)
        return [newest - timedelta(days=back) for back in days]


Schedule = Every | Daily
