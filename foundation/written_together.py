"""Rows that nobody has asked for yet are kept back, so that those of one kind are written by one statement.

Within `gathered` a store's `write` keeps a row. All that are kept are written, kind by kind, those that others
refer to first, when the block ends, before any other statement that writes or makes a savepoint (a row
of its may refer to one of theirs), and before any that names a table one of them goes into. So whoever asks finds what
would have been there. Outside such a block a row is written at once. What is kept when a savepoint or the
transaction is undone was never written; what cannot be written is said when it is, and not of which row
(decision 138).

Convention: a writer is a function of a module that writes some rows of one kind, each as if it had been written alone,
and raises where one of them could not be.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Column, Table, event, func, select, text

from foundation.sql import Session

_NEXT_NUMBERS: Final = text(
    "SELECT nextval(pg_get_serial_sequence(:of_table, :of_column)) AS number FROM generate_series(1, :count)"
    " ORDER BY number"
)

R = TypeVar("R")
Writer = Callable[[Session, Sequence[R]], None]

_KEPT: Final = "rows kept"
_NAME: Final = re.compile(r"[a-z_]+")


@dataclass(slots=True)
class _Kept:
    """What is kept back by its writer, the table each writes into, and the numbers of rows: free ones, and the last."""

    rows: dict[Writer[Any], list[Any]] = field(default_factory=dict)
    tables: dict[Writer[Any], Table] = field(default_factory=dict)
    numbers: dict[Column[Any], deque[int]] = field(default_factory=dict)
    reserved: dict[Column[Any], int] = field(default_factory=dict)

    def taken(self) -> list[tuple[Writer[Any], list[Any]]]:
        """All of it, which is then kept no longer: what others refer to before them."""
        rows, self.rows = self.rows, {}
        return sorted(rows.items(), key=lambda each: _rank(self.tables[each[0]]))

    def goes_into(self, names: frozenset[str]) -> bool:
        """Whether any of it goes into one of these tables."""
        return any(self.tables[writer].name in names for writer in self.rows)


def write(session: Session, writer: Writer[R], row: R, *, into: Table) -> None:
    """Let `writer` write the row into a table: with others of its kind in a `gathered` block, else now."""
    kept: _Kept | None = session.info.get(_KEPT)
    if kept is None:
        writer(session, [row])
        return
    kept.rows.setdefault(writer, []).append(row)
    kept.tables[writer] = into


def is_gathering(session: Session) -> bool:
    """Whether a row may be kept back: then what writing it comes to is known at the end of the block."""
    return _KEPT in session.info


def reserve_numbers(session: Session, column: Column[Any], most: int) -> None:
    """Have so many numbers ready for rows that are written in this block, by one question; those that are are counted.

    For as many as will be written: PostgreSQL gives no number twice, and what is not used is a gap.
    """
    kept: _Kept = session.info[_KEPT]
    free = kept.numbers.setdefault(column, deque())
    count = most - len(free)
    if count <= 0:
        return
    if session.dialect.name == "postgresql":
        given = {"of_table": column.table.name, "of_column": column.name, "count": count}
        numbers = session.scalars(_NEXT_NUMBERS, given).all()
    else:
        # There is one writer: what comes after all there are, and after those given to rows that are not written yet.
        there: int = session.scalar(select(func.coalesce(func.max(column), 0))) or 0
        last = max(there, kept.reserved.get(column, 0))
        numbers = range(last + 1, last + count + 1)
    free.extend(numbers)
    kept.reserved[column] = free[-1]


def next_number(session: Session, column: Column[Any]) -> int | None:
    """The number of the next row, for others to name it before it is written; None outside a `gathered` block."""
    kept: _Kept | None = session.info.get(_KEPT)
    if kept is None:
        return None
    if not kept.numbers.get(column):
        reserve_numbers(session, column, 1)
    return kept.numbers[column].popleft()


@contextmanager
def gathered(session: Session) -> Iterator[None]:
    """Keep rows back meanwhile, as long as nobody asks for them."""
    kept = session.info[_KEPT] = _Kept()

    def before_statement(connection: Session, cursor: object, statement: str, *rest: object) -> None:
        if kept.rows and not (_only_asks(statement) and not kept.goes_into(_names_in(statement))):
            _write_all(connection, kept)

    def after_undoing(connection: Session, *rest: object) -> None:
        kept.taken()

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": before_statement,
        "rollback_savepoint": after_undoing,
    }
    for name, listener in listeners.items():
        event.listen(session, name, listener)
    try:
        yield
        _write_all(session, kept)
    finally:
        del session.info[_KEPT]
        for name, listener in listeners.items():
            event.remove(session, name, listener)


def _write_all(session: Session, kept: _Kept) -> None:
    for writer, rows in kept.taken():
        writer(session, rows)


@cache
def _rank(table: Table) -> int:
    """Where the table stands when those that others refer to come first."""
    return table.metadata.sorted_tables.index(table)


def _only_asks(statement: str) -> bool:
    return statement.startswith("SELECT")


@lru_cache(maxsize=2000)
def _names_in(statement: str) -> frozenset[str]:
    return frozenset(_NAME.findall(statement))
