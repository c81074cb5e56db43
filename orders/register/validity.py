"""What holds on a day, where an entry of the register may hold from a day on. Pure.

Convention: of entries in turn exactly one has no `valid_from`: it held first. Each other holds from its day, that day
included, until the next one begins. So every day has one answer, and none is a guess.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final, Protocol, TypeVar

from foundation.text import Text

ALWAYS: Final = "@always"
DATED: Final = "@dated"
"""How a value was written, once or as a list: tags of the reader, which stand in no file."""

_ONE_DAY: Final = timedelta(days=1)


class _HasDay(Protocol):
    @property
    def valid_from(self) -> date | None:
        """The first day it holds; None for what held first."""


_Entry = TypeVar("_Entry", bound=_HasDay)


def held(entries: Sequence[_Entry], day: date) -> _Entry:
    """The entry that holds that day."""
    begun = [each for each in entries if each.valid_from is None or each.valid_from <= day]
    return max(begun, key=lambda each: each.valid_from or date.min)


def holds_on(first: date | None, last: date | None, day: date) -> bool:
    """Whether a day lies between two days, both included; None is without end."""
    return (first is None or first <= day) and (last is None or day <= last)


def overlap(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    """Whether two spans share a day."""
    first = max(one[0] or date.min, other[0] or date.min)
    return first <= min(one[1] or date.max, other[1] or date.max)


def day_after(day: date | None) -> date | None:
    """The day after; None where there is none."""
    return None if day is None or day == date.max else day + _ONE_DAY


def objections(key: str, days: Sequence[date | None]) -> Iterator[Text]:
    """What keeps entries from saying what holds on every day: none that held first, or two from one day."""
    times = Counter(days)
    if times[None] != 1:
        yield Text(
            "%(key)s: precis en av raderna ska sakna valid_from, den som gällde först. De andra ska ha en dag var.",
            key=key,
        )
    for day, count in times.items():
        if day is not None and count > 1:
            yield Text("%(key)s: två rader gäller från %(day)s. Behåll en.", key=key, day=day)


def first_gap(spans: Iterable[tuple[date | None, date | None]]) -> Text | None:
    """The sentence for the first day on which no account is the supplier's; None where every day has one."""
    spans = list(spans)
    if all(first is not None for first, _ in spans):
        return Text(
            "Minst ett konto ska sakna valid_from: det som gällde först. Annars finns dagar utan konto att betala till."
        )
    after = (day_after(last) for _, last in spans)
    for day in sorted(each for each in after if each is not None):
        if not any(holds_on(first, last, day) for first, last in spans):
            return Text(
                "Från %(day)s finns inget konto att betala till. Ange ett som gäller från den dagen.", day=day
            )
    return None
