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

Group = tuple[Dimension, str]
"""One row a figure is told on: a dimension and its key there; the whole has the empty key."""

WHOLE: Group = (Dimension.WHOLE, "")


@dataclass(frozen=True, slots=True)
class Counted:
    """Every figure of every month by place, interruptions by their cause, and what was ongoing before the first.

    `by_group` has the same sums on every group that is not zero, causes among those of the interrupted.
    """

    months: tuple[Month, ...]
    names: tuple[str, ...]
    by_place: Mapping[tuple[Month, str], Counts]
    by_cause: Mapping[Month, Mapping[str, int]]
    ongoing_before: Counts
    by_group: Mapping[tuple[Month, str], Mapping[Group, int]]

    def of(self, month: Month, name: str) -> Counts:
        """One figure of one month; empty where nothing was counted."""
        return self.by_place.get((month, name), {})

    def on_groups(self, month: Month, name: str) -> Mapping[Group, int]:
        """The same on its groups."""
        return self.by_group.get((month, name), {})


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
        # Most places have somebody at some time, and few at any one.
        found[month, ONGOING] = Counter({place: count for place, count in ongoing.items() if count})
    by_group = {key: on_groups(counts) for key, counts in found.items()}
    for month, of_month in causes.items():
        by_group[month, INTERRUPTED] |= {(Dimension.CAUSE, cause): count for cause, count in of_month.items()}
    return Counted(tuple(months), names_of(stages), found, causes, before, by_group)


def on_groups(counts: Counts) -> dict[Group, int]:
    """One figure summed on every group of its places; those that are zero are left out."""
    suppliers: dict[str, int] = defaultdict(int)
    areas: dict[str, int] = defaultdict(int)
    levels: dict[str, int] = defaultdict(int)
    for place, count in counts.items():
        suppliers[place.supplier] += count
        areas[place.area] += count
        levels[place.level] += count
    sums = {WHOLE: sum(levels.values())}
    for kind, each in ((Dimension.SUPPLIER, suppliers), (Dimension.AREA, areas), (Dimension.LEVEL, levels)):
        sums |= {(kind, key): count for key, count in each.items()}
    return {group: count for group, count in sums.items() if count}


def _flows_of(each: TurnCount) -> tuple[str, ...]:
    if each.turn is Turn.START:
        return (STARTED,)
    return (ENDED, INTERRUPTED) if each.cause else (ENDED, RAN_OUT)
