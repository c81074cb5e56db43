"""Gap-free number series.

The next number is taken by updating the series' one row in the transaction that uses it:
two transactions take turns, and a rollback gives the number back.
"""

from sqlalchemy import bindparam, insert, select, update

from foundation import tables as foundation_tables
from foundation.sql import Session

ORDERS = "purchase_order"
EXECUTION_REFERENCES = "execution_reference"
PAYMENTS = "payment"
PROPOSALS = "payment_proposal"
VOUCHERS = "voucher"

# The first number of each series; digits only, long enough to sort as text for a good while.
FIRST = {
    ORDERS: 2_100_000_001,
    EXECUTION_REFERENCES: 100_000_001,
    PAYMENTS: 10_000_001,
    PROPOSALS: 30_000_001,
    VOUCHERS: 50_000_001,
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
