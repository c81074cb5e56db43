"""Which figures are not told, so that no small count can be had, neither read nor reckoned from the others.

A count above zero and below the least that is told is hidden, and with it as many others that it cannot be reckoned
from all that is told of every month and dimension, by adding and subtracting (decision 103). Convention: what is hidden
is decided for a whole month of a service, whatever was asked for, so that two answers never differ in it. Pure.

What can be reckoned with is what everybody knows. The suppliers, the areas, the levels and the causes each add up to
the whole; suppliers and the areas where they alone deliver add up to the same; and the ongoing of a group are those of
the month before, with the started and without the ended, of whom the interrupted and the others are the parts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from foundation.periods import Month
from orders.figures import linear_relations
from orders.figures.counts import (
    BONUSES,
    FLOWS,
    INTERRUPTED,
    ONGOING,
    Counted,
    Counts,
    Dimension,
    Group,
    approved,
    invoiced,
    on_groups,
)
from orders.figures.linear_relations import Column, Pair

# Which are hidden first as cover for another, where its own kind has none left: the ones that are read the least.
_FIRST = (Dimension.SUPPLIER, Dimension.AREA, Dimension.CAUSE, Dimension.LEVEL, Dimension.WHOLE)


@dataclass(frozen=True, slots=True)
class Hidden:
    """The groups that are not told, by month and figure; causes are groups of the interrupted."""

    groups: Mapping[tuple[Month, str], Set[Group]]

    def hides(self, month: Month, name: str, group: Group) -> bool:
        """Whether this count is not told."""
        return group in self.groups[month, name]


@dataclass(frozen=True, slots=True)
class _View:
    """One figure on all its groups, as whoever reckons sees it; those that are zero and told have no part in it."""

    values: Mapping[Group, int]
    pairs: Set[Pair]
    has_causes: bool = False


def hidden(counted: Counted, *, stages: Collection[str], least: int) -> Hidden:
    """What is not told of these figures where `least` is the smallest count that is; 1 tells everything."""
    found: dict[tuple[Month, str], Set[Group]] = {}
    before = _spread([_view(counted.ongoing_before)], least)
    for month in counted.months:
        ongoing = _spread([_view_of(counted, month, ONGOING)], least)
        found[month, ONGOING] = ongoing
        # Ongoing changes by the started and the ended: where it is hidden, before or after, neither may tell it.
        flows = _spread([_view_of(counted, month, name) for name in FLOWS], least, forced=before | ongoing)
        found |= dict.fromkeys(((month, name) for name in FLOWS), flows)
        for stage in stages:
            both = approved(stage), invoiced(stage)
            # Those that are not invoiced are told by nobody, and had by subtracting.
            all_of, some = (counted.of(month, name) for name in both)
            rest = _view({place: count - some.get(place, 0) for place, count in all_of.items()})
            of_stage = _spread([*(_view_of(counted, month, name) for name in both), rest], least)
            found |= dict.fromkeys(((month, name) for name in both), of_stage)
        found[month, BONUSES] = _spread([_view_of(counted, month, BONUSES)], least)
        before = ongoing
    return Hidden(found)


def _view_of(counted: Counted, month: Month, name: str) -> _View:
    pairs = _pairs(counted.of(month, name))
    return _View(counted.on_groups(month, name), pairs, has_causes=name == INTERRUPTED)


def _view(counts: Counts) -> _View:
    return _View(on_groups(counts), _pairs(counts))


def _pairs(counts: Counts) -> Set[Pair]:
    return {(place.supplier, place.area) for place, count in counts.items() if count}


def _spread(figures: Sequence[_View], least: int, *, forced: Set[Group] = frozenset()) -> Set[Group]:
    """What is hidden of figures that are hidden together: the small, the forced, and what covers them."""
    found = set(forced)
    found |= {group for each in figures for group, count in each.values.items() if 0 < count < least}
    if not found:
        return found
    while more := next(filter(None, (_cover(view, found) for view in figures)), None):
        found.add(more)
    return found


def _cover(view: _View, found: Set[Group]) -> Group | None:
    """The next group to hide so that none hidden in the view can be reckoned; None where none can."""
    columns = _columns(view, found)
    classes: dict[Column, list[Group]] = defaultdict(list)
    for group in sorted(found & columns.keys()):
        classes[columns[group]].append(group)
    for column, held in sorted(classes.items(), key=lambda each: each[1]):
        alone = len(held) == 1 and not linear_relations.is_spanned(column, classes.keys() - {column})
        # Hidden ones are known not to be zero: as many as their sum are one each.
        if alone or all(view.values.get(group) == 1 for group in held):
            told = [group for group in columns if group not in found and view.values.get(group)]
            if (best := _best(view, columns, column, told, classes.keys())) is not None:
                return best
    return None


def _best(
    view: _View, columns: Mapping[Group, Column], column: Column, told: Sequence[Group], hidden: Set[Column]
) -> Group | None:
    """The smallest of its own class; otherwise one that covers it, or brings that nearer."""
    own = [group for group in told if columns[group] == column]
    others = hidden - {column}
    covers = [group for group in told if linear_relations.is_spanned(column, others | {columns[group]})]
    return min(
        own or covers or told,
        key=lambda group: (_FIRST.index(group[0]) if not own else 0, view.values[group], group),
        default=None,
    )


def _columns(view: _View, found: Set[Group]) -> Mapping[Group, Column]:
    """Which part each group of the view has in each of the sums that everybody knows."""
    groups = {group for group, count in view.values.items() if count} | found
    suppliers = {key for kind, key in groups if kind is Dimension.SUPPLIER}
    areas = {key for kind, key in groups if kind is Dimension.AREA}
    parts = linear_relations.parts_of({(s, a) for s, a in view.pairs if s in suppliers and a in areas})
    sums = ("suppliers", "levels", *(("causes",) if view.has_causes else ()))
    return dict(_each_column(groups, parts, sums))


def _each_column(
    groups: Set[Group], parts: Mapping[tuple[str, str], int], sums: Sequence[str]
) -> Iterator[tuple[Group, Column]]:
    for group in groups:
        match group:
            case (Dimension.SUPPLIER, key) if ("supplier", key) in parts:
                yield group, frozenset({(f"part {parts['supplier', key]}", 1), ("suppliers", 1)})
            case (Dimension.AREA, key) if ("area", key) in parts:
                yield group, frozenset({(f"part {parts['area', key]}", -1)})
            case (Dimension.LEVEL, _):
                yield group, frozenset({("levels", 1)})
            case (Dimension.CAUSE, _) if "causes" in sums:
                yield group, frozenset({("causes", 1)})
            case (Dimension.WHOLE, _):
                yield group, frozenset((each, -1) for each in sums)
            case _:
                pass  # zero, and it is known: nothing is reckoned with it
