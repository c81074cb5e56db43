"""Gap-free number series.

The next number is taken by updating the series' one row in the transaction that uses it:
two transactions take turns, and a rollback gives the number back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update

from foundation import tables as foundation_tables
from foundation.sql import Session

ORDERS = "purchase_order"
EXECUTION_REFERENCES = "execution_reference"
PAYMENTS = "payment"
PROPOSALS = "payment_proposal"
VOUCHERS = "voucher"
CLAIMS = "claim"

# The first number of each series; digits only, long enough to sort as text for a good while.
FIRST = {
    ORDERS: 2_100_000_001,
    EXECUTION_REFERENCES: 100_000_001,
    PAYMENTS: 10_000_001,
    PROPOSALS: 30_000_001,
    VOUCHERS: 50_000_001,
    CLAIMS: 60_000_001,
}


def start(session: Session) -> None:
    """Make the rows of all series that do not exist yet."""
    known = set(session.scalars(select(foundation_tables.number_series.c.name)))
    missing = [
        {"name": name, "first": first, "last": first - 1}
        for name, first in FIRST.items()
        if name not in known
    ]
    if missing:
        session.execute(insert(foundation_tables.number_series), missing)


def next_number(session: Session, name: str) -> str:
    """The next number of the series, as text. Raises KeyError for a series that does not exist."""
    return next_numbers(session, name, 1)[0]


def next_numbers(session: Session, name: str, count: int) -> list[str]:
    """The next `count` numbers of the series, in order, taken in one stroke."""
    last = session.execute(_TAKE, {"series": name, "count": count}).scalar_one_or_none()
    if last is None:
        raise KeyError(name)
    return [str(number) for number in range(last - count + 1, last + 1)]


# Prepared once: building a statement costs more than running it.
_SERIES = foundation_tables.number_series
_TAKE = (
    update(_SERIES)
    .where(_SERIES.c.name == bindparam("series"))
    .values(last=_SERIES.c.last + bindparam("count"))
    .returning(_SERIES.c.last)
)


def ranges(session: Session) -> dict[str, tuple[int, int]]:
    """For each series its first and its last number taken (last < first: none yet)."""
    rows = session.execute(select(foundation_tables.number_series))
    return {row.name: (row.first, row.last) for row in rows}


@dataclass(frozen=True, slots=True)
class SeriesJump:
    """Numbers from `first` to `last` that are never given out, and why: they may have been used in lost books."""

    series: str
    first: int
    last: int
    at: str
    by: str
    reason: str


def jump(session: Session, name: str, *, to: int, at: str, by: str, reason: str) -> SeriesJump | None:
    """Let the series go on after `to`; what is passed over, or None where it stands there already."""
    _, last = ranges(session)[name]
    if to <= last:
        return None
    made = SeriesJump(name, last + 1, to, at, by, reason)
    session.execute(update(_SERIES).where(_SERIES.c.name == name).values(last=to))
    note_jump(session, made)
    return made


def note_jump(session: Session, made: SeriesJump) -> None:
    """Keep why numbers are missing, for good."""
    session.execute(
        insert(foundation_tables.series_jump),
        {
            "series": made.series,
            "first": made.first,
            "last": made.last,
            "at": made.at,
            "by_person": made.by,
            "reason": made.reason,
        },
    )


def own_name(supplier: str, series: str) -> str:
    """What a supplier's own series is called among the jumps."""
    return f"{supplier} {series}"


def jumps(session: Session) -> list[SeriesJump]:
    """Every jump, oldest first."""
    table = foundation_tables.series_jump
    return [
        SeriesJump(row.series, row.first, row.last, row.at, row.by_person, row.reason)
        for row in session.execute(select(table).order_by(table.c.id))
    ]


def after_jumps(made: Sequence[SeriesJump], name: str, expected: int) -> int:
    """The number that follows where `expected` is the first of those that were passed over."""
    for each in made:
        if each.series == name and each.first == expected:
            expected = each.last + 1
    return expected
