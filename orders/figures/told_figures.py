"""The service's figures as they are told: rows by month, where what must not be told is left out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.periods import Month
from orders.figures.counts import INTERRUPTED, ONGOING, WHOLE, Counted, Dimension, Group
from orders.figures.disclosure import Hidden


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One group's figures of one month; `month` is None for all of them together.

    A count is None where it is not told; a sum where any of what it is the sum of is not.
    """

    month: Month | None
    group: Group
    counts: Mapping[str, int | None]

    @property
    def key(self) -> str:
        """The group's key in its dimension; empty for the whole."""
        return self.group[1]


@dataclass(frozen=True, slots=True)
class Told:
    """Figures of one service as everybody who may have them has them.

    `rows` are by group and month, `whole` by month for the service as one, `sums` over the months by group, where
    `ongoing` is the last month's. `counted_to` is the last day that is counted in the last month.
    """

    service: str
    months: tuple[Month, ...]
    counted_to: date
    least: int
    dimension: Dimension
    names: tuple[str, ...]
    rows: tuple[FigureRow, ...]
    whole: tuple[FigureRow, ...]
    sums: tuple[FigureRow, ...]

    @property
    def hides_any(self) -> bool:
        """Whether any count is left out."""
        return any(count is None for row in (*self.rows, *self.whole) for count in row.counts.values())


def told(
    counted: Counted,
    hidden: Hidden,
    *,
    service: str,
    counted_to: date,
    least: int,
    dimension: Dimension,
    key: str = "",
) -> Told:
    """The rows of a dimension, or of one of its groups: chosen among what is told, and never counted anew for it."""
    names = (INTERRUPTED,) if dimension is Dimension.CAUSE else counted.names
    groups = [group for group in groups_of(counted, dimension) if key in ("", group[1])]
    rows = [_row(counted, hidden, names, month, group) for group in groups for month in counted.months]
    whole = tuple(_row(counted, hidden, names, month, WHOLE) for month in counted.months)
    many = len(counted.months)
    by_group = [rows[first : first + many] for first in range(0, len(rows), many)] or [list(whole)]
    return Told(
        service=service,
        months=counted.months,
        counted_to=counted_to,
        least=least,
        dimension=dimension,
        names=names,
        rows=tuple(rows),
        whole=whole,
        sums=tuple(_sum(each) for each in by_group),
    )


def groups_of(counted: Counted, dimension: Dimension) -> list[Group]:
    """The groups of a dimension that any figure of the months has, in order; the whole has none beside itself."""
    if dimension is Dimension.WHOLE:
        return []
    return sorted(
        {group for counts in counted.by_group.values() for group in counts if group[0] is dimension}
    )


def _row(counted: Counted, hidden: Hidden, names: Sequence[str], month: Month, group: Group) -> FigureRow:
    counts = {
        name: None if hidden.hides(month, name, group) else counted.on_groups(month, name).get(group, 0)
        for name in names
    }
    return FigureRow(month, group, counts)


def _sum(rows: Sequence[FigureRow]) -> FigureRow:
    last = rows[-1]
    sums: dict[str, int | None] = {}
    for name in last.counts:
        each = [row.counts[name] for row in rows]
        known = [count for count in each if count is not None]
        sums[name] = sum(known) if len(known) == len(each) else None
    if ONGOING in sums:
        sums[ONGOING] = last.counts[ONGOING]
    return FigureRow(None, last.group, sums)
