"""What was counted, as figures of months: pure, exact, and told to nobody before `disclosure` has looked at it.

Convention: a figure is counted by `Place` and summed along one dimension at a time, so that along each of them it is
the same whole. By month: `ongoing` is what was ongoing the month before, with those that started and without those
that ended. One whose last day is the month's last has ended by then.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from foundation.periods import Month
from orders.terms import ArticleKind


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a placement is counted: the narrowest cell there is. It is told to nobody (`disclosure`)."""

    supplier: str
    area: str
    level: str


class Turn(StrEnum):
    """Whether days of a placement begin or end."""

    START = "START"
    END = "END"


@dataclass(frozen=True, slots=True)
class TurnCount:
    """How many began or ended in a month; `month` is None for all before the range.

    `cause` is the interruption's for those it ended, and empty for those that ran to their end.
    """

    turn: Turn
    month: Month | None
    place: Place
    cause: str
    count: int


@dataclass(frozen=True, slots=True)
class ResultCount:
    """How many results or bonuses fall due in a month: all that stand, and those of them that are invoiced."""

    article: ArticleKind
    stage: str
    month: Month
    place: Place
    count: int
    invoiced: int


class Dimension(StrEnum):
    """What a figure is told by; `WHOLE` is the service as one."""

    WHOLE = "whole"
    SUPPLIER = "supplier"
    AREA = "area"
    LEVEL = "level"
    CAUSE = "cause"


ONGOING = "ongoing"
STARTED = "started"
ENDED = "ended"
INTERRUPTED = "interrupted"
RAN_OUT = "ran_out"
BONUSES = "speed_bonuses"
FLOWS = (STARTED, ENDED, INTERRUPTED, RAN_OUT)


def approved(stage: str) -> str:
    """The name of the figure of approved results of a stage."""
    return f"{stage.lower()}_approved"


def invoiced(stage: str) -> str:
    """The name of the figure of those of them that the supplier has claimed by an invoice."""
    return f"{stage.lower()}_invoiced"


def names_of(stages: Sequence[str]) -> tuple[str, ...]:
    """Every figure of a service with these stages of results, in the order they are told."""
    of_results = (name for stage in stages for name in (approved(stage), invoiced(stage)))
    return (ONGOING, *FLOWS, *of_results, BONUSES)


Counts = Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class Counted:
    """Every figure of every month by place, interruptions by their cause, and what was ongoing before the first."""

    months: tuple[Month, ...]
    names: tuple[str, ...]
    by_place: Mapping[tuple[Month, str], Counts]
    by_cause: Mapping[Month, Mapping[str, int]]
    ongoing_before: Counts

    def of(self, month: Month, name: str) -> Counts:
        """One figure of one month; empty where nothing was counted."""
        return self.by_place.get((month, name), {})


def counted(
    turns: Iterable[TurnCount],
    results: Iterable[ResultCount],
    *,
    months: Sequence[Month],
    stages: Sequence[str],
) -> Counted:
    """The figures of the months, from what the database counted."""
    found: dict[tuple[Month, str], Counter[Place]] = defaultdict(Counter)
    causes: dict[Month, Counter[str]] = defaultdict(Counter)
    before: Counter[Place] = Counter()
    for each in turns:
        if each.month is None:
            before[each.place] += each.count if each.turn is Turn.START else -each.count
            continue
        for name in _flows_of(each):
            found[each.month, name][each.place] += each.count
        if each.turn is Turn.END and each.cause:
            causes[each.month][each.cause] += each.count
    for held in results:
        if held.article is ArticleKind.SPEED_BONUS:
            found[held.month, BONUSES][held.place] += held.count
            continue
        found[held.month, approved(held.stage)][held.place] += held.count
        found[held.month, invoiced(held.stage)][held.place] += held.invoiced
    ongoing = Counter(before)
    for month in months:
        ongoing.update(found[month, STARTED])
        ongoing.subtract(found[month, ENDED])
        found[month, ONGOING] = Counter(ongoing)
    return Counted(tuple(months), names_of(stages), found, causes, before)


def along(counts: Counts, dimension: Dimension) -> Mapping[str, int]:
    """One figure summed along a dimension; those of its groups that are zero are left out."""
    sums: Counter[str] = Counter()
    for place, count in counts.items():
        sums[_key(place, dimension)] += count
    return {key: count for key, count in sums.items() if count}


def _key(place: Place, dimension: Dimension) -> str:
    match dimension:
        case Dimension.SUPPLIER:
            return place.supplier
        case Dimension.AREA:
            return place.area
        case Dimension.LEVEL:
            return place.level
        case Dimension.WHOLE:
            return ""
        case Dimension.CAUSE:
            raise ValueError("causes are counted apart")


def _flows_of(each: TurnCount) -> tuple[str, ...]:
    if each.turn is Turn.START:
        return (STARTED,)
    return (ENDED, INTERRUPTED) if each.cause else (ENDED, RAN_OUT)
