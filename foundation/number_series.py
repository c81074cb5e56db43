"""Number series: some without gaps, in the order of the commits, the others only unique and increasing (decision 121).

A number without gaps is taken by updating the series' one row in the transaction that uses it: two transactions take
turns until the commit, and a rollback gives the number back. So it is taken last. Where a gap means nothing PostgreSQL
gives the numbers from a sequence, which nobody holds and a rollback does not turn back; SQLite has one writer, and the
row does for both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, insert, select, text, update

from foundation import tables as foundation_tables
from foundation.sql import Session

ORDERS = "purchase_order"
EXECUTION_REFERENCES = "execution_reference"
PAYMENTS = "payment"
PROPOSALS = "payment_proposal"
VOUCHERS = "voucher"
CLAIMS = "claim"

GAPLESS: Final[Mapping[str, int]] = {PROPOSALS: 30_000_001, VOUCHERS: 50_000_001, CLAIMS: 60_000_001}
"""The series that promise to have no gaps but those that a restore made, and their first numbers."""

_SEQUENCES: Final = foundation_tables.NUMBER_SEQUENCES

# The first number of each series; digits only, long enough to sort as text for a good while.
FIRST: Final[Mapping[str, int]] = {
    **{name: int(each.start or 1) for name, each in _SEQUENCES.items()},
    **GAPLESS,
}


def start(session: Session) -> None:
    """Make the rows of all series that do not exist yet; those that are sequences are made with the tables."""
    known = set(session.scalars(select(_SERIES.c.name)))
    rows = GAPLESS if _has_sequences(session) else FIRST
    missing = [
        {"name": name, "first": first, "last": first - 1} for name, first in rows.items() if name not in known
    ]
    if missing:
        session.execute(insert(_SERIES), missing)


def next_number(session: Session, name: str) -> str:
    """The next number of the series, as text. Raises KeyError for a series that does not exist."""
    return next_numbers(session, name, 1)[0]


def next_numbers(session: Session, name: str, count: int) -> list[str]:
    """The next `count` numbers of the series, in order, taken in one stroke; following each other where gapless."""
    if name in _SEQUENCES and _has_sequences(session):
        given = {"sequence": _SEQUENCES[name].name, "count": count}
        return [str(number) for number in session.scalars(_GIVE, given)]
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
_GIVE = text(
    "SELECT nextval(CAST(:sequence AS regclass)) AS number FROM generate_series(1, :count) ORDER BY number"
)
_GIVEN = text(
    " UNION ALL ".join(
        f"SELECT '{name}' AS name, last_value - CASE WHEN is_called THEN 0 ELSE 1 END AS last FROM {each.name}"  # noqa: S608 - names of ours
        for name, each in _SEQUENCES.items()
    )
)
# By a right to the sequence alone: whoever runs the system need not own it.
_PASS_OVER = text("SELECT setval(CAST(:sequence AS regclass), :last)")


def _has_sequences(session: Session) -> bool:
    return session.dialect.name == "postgresql"


def ranges(session: Session) -> dict[str, tuple[int, int]]:
    """For each series its first and its last number taken (last < first: none yet)."""
    found = {row.name: (row.first, row.last) for row in session.execute(select(_SERIES))}
    if _has_sequences(session):
        found |= {row.name: (FIRST[row.name], row.last) for row in session.execute(_GIVEN)}
    return found


def catch_up(session: Session, name: str, *, used: int) -> None:
    """Let a series that is a sequence go on after a number that is used: rows that were put back without it."""
    if name in _SEQUENCES and _has_sequences(session) and ranges(session)[name][1] < used:
        session.execute(_PASS_OVER, {"sequence": _SEQUENCES[name].name, "last": used})


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
    if name in _SEQUENCES and _has_sequences(session):
        session.execute(_PASS_OVER, {"sequence": _SEQUENCES[name].name, "last": to})
    else:
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
