"""How long we wait before trying again, and when we stop: pure rules without a clock or a database.

Convention: a failed attempt rests 1, 5 and 30 minutes and 4 hours; the fifth failure is the
last, and a person decides. An access point that cannot be reached at all is another matter:
after three failures in a row it is left alone and probed with one message after 1, 5 and then
every 15 minutes, and what fails because of that does not use up a message's attempts.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

RESTS: Final[Sequence[timedelta]] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=4),
)
"""The rest after the first, second, third and fourth failure."""

FAILURES_TO_OPEN: Final = 3
"""So many failures in a row to reach an access point, and it is left alone."""

PROBE_RESTS: Final[Sequence[timedelta]] = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
)
"""The rest before the first, second, and every later probe."""

ASK_FIRST: Final = timedelta(minutes=1)
"""So long after a message was handed over we first ask how it fares."""

_ASK_MOST, _ASK_AT_ALL = timedelta(hours=12), timedelta(days=14)


def rest_after(failures: int) -> timedelta | None:
    """The rest after that many failures (1 for the first), or None when it was the last try."""
    return RESTS[failures - 1] if failures <= len(RESTS) else None


def probe_rest(probes: int) -> timedelta:
    """The rest before the next probe of an access point, after so many probes that failed."""
    return PROBE_RESTS[min(probes, len(PROBE_RESTS) - 1)]


def ask_after(elapsed: timedelta) -> timedelta | None:
    """When to ask next how a message fares that was handed over `elapsed` ago; None when asking is pointless."""
    if elapsed > _ASK_AT_ALL:
        return None
    return min(max(elapsed, ASK_FIRST), _ASK_MOST)
