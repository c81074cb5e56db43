"""The ticks of a worker: what may be due, each thing every so many seconds by the clock that nobody can set.

The machine's clock may be ahead and be put right, by hours or a year (decision 72); a tick does not go by it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ticks:
    """What may be due; everything at once in the beginning. All that ticked while nobody asked is one tick.

    `every` says what ticks, every how many seconds, in the order in which it is looked at. `clock` is in seconds and
    never goes back.
    """

    every: Mapping[str, float]
    clock: Callable[[], float] = time.monotonic
    _due_at: dict[str, float] = field(default_factory=dict)

    def again(self, what: str) -> None:
        """Something may be due at once."""
        self._due_at.pop(what, None)

    def take(self) -> list[str]:
        """What may be due now, in the order of `every`; each is due again after its seconds."""
        now = self.clock()
        due = [each for each in self.every if self._due_at.get(each, now) <= now]
        self._due_at |= {each: now + self.every[each] for each in due}
        return due

    def seconds_left(self) -> float:
        """How long it is until something may be due; 0 where something is."""
        now = self.clock()
        return max(0.0, min(self._due_at.get(each, now) for each in self.every) - now)
