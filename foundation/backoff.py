"""How long something rests after a failure, and when nobody tries again: pure values without a clock or a database.

Convention: a failure has a number, 1 for the first, and a ladder has a rest for each. Who rests, and how often, is
said where it happens; the one ladder that several share, that of a try, stands here: 1, 5 and 30 minutes and 4 hours,
and the fifth failure is the last, for a person to decide.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class Ladder:
    """A rest for each failure in turn; what comes after the last step is said by how one asks."""

    steps: tuple[timedelta, ...]

    @classmethod
    def doubling(cls, first: timedelta, longest: timedelta) -> Self:
        """Each rest twice the one before, the last of them `longest`.

        >>> [each.seconds for each in Ladder.doubling(timedelta(seconds=2), timedelta(seconds=15)).steps]
        [2, 4, 8, 15]
        """
        steps, rest = [], first
        while rest < longest:
            steps.append(rest)
            rest *= 2
        return cls((*steps, longest))

    def rest_after(self, failures: int) -> timedelta | None:
        """The rest after so many failures (1 for the first), or None when that was the last try.

        >>> TRIES.rest_after(1), TRIES.rest_after(5)
        (datetime.timedelta(seconds=60), None)
        """
        return self.steps[failures - 1] if failures <= len(self.steps) else None

    def rest_without_end(self, failures: int) -> timedelta:
        """The rest after so many failures, where there is always another try; the last step goes on."""
        return self.steps[min(failures, len(self.steps)) - 1]


@dataclass(frozen=True, slots=True)
class Watch:
    """How often to look after something that takes its time: ever less often, and at last no more."""

    first: timedelta
    longest: timedelta
    gives_up: timedelta

    def rest_after(self, elapsed: timedelta) -> timedelta | None:
        """The rest before the next look, as long as it has taken already; None when looking is pointless."""
        return None if elapsed > self.gives_up else min(max(elapsed, self.first), self.longest)


TRIES: Final = Ladder((timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=4)))
"""The ladder of a message that leaves, a message that is read, and a job."""
