"""Many rows of one table are written by one statement.

A driver that is given a statement and two hundred rows carries it out two hundred times, and so does the server, with
every trigger that stands on the statement. PostgreSQL is given the rows as one JSON value and takes them out of
it by the types of the table's columns, so nothing is read otherwise than if each had come alone. On SQLite, where the
server is this process, the driver's own way is the quicker.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    Dialect,
    Insert,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import JSON

from foundation.sql import Session

_SEVERAL: Final = 3
"""So many rows are written sooner together; fewer are not worth a value of their own."""


def insert_rows(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows that name the same columns; none is nothing to do. They are written all or none.

    Raises ValueError where a row names other columns than the first, and what the engine raises for a row it refuses.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError(f"Rows of {table.name} that are written together have to name the same columns.")
    if len(rows) < _SEVERAL or session.dialect.name != "postgresql" or _holds_bytes(table, names):
        session.execute(_one_by_one(table), rows)
    else:
        session.execute(_all_at_once(table, names), {"rows": _as_json(session.dialect, table, names, rows)})


@lru_cache(maxsize=200)
def _one_by_one(table: Table) -> Insert:
    return insert(table)


@lru_cache(maxsize=200)
def _all_at_once(table: Table, names: tuple[str, ...]) -> Insert:
    """The statement that takes the rows out of `rows`, prepared once: building it costs more than running it."""
    given = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    rows = given.table_valued(*(column(name, table.c[name].type) for name in names), name="given")
    rows = rows.render_derived(with_types=True)
    return insert(table).from_select(list(names), select(*(rows.c[name] for name in names)))


@lru_cache(maxsize=200)
def _holds_bytes(table: Table, names: tuple[str, ...]) -> bool:
    """Whether a column is of bytes, which JSON has no form for."""
    return any(isinstance(table.c[name].type, LargeBinary) for name in names)


def _as_json(
    dialect: Dialect, table: Table, names: tuple[str, ...], rows: Sequence[Mapping[str, object]]
) -> str:
    checked = _checked(dialect, table, names)
    if checked:
        rows = [{**row, **{name: check(row[name]) for name, check in checked}} for row in rows]
    return json.dumps(rows, ensure_ascii=False, default=_written)


@lru_cache(maxsize=200)
def _checked(
    dialect: Dialect, table: Table, names: tuple[str, ...]
) -> tuple[tuple[str, Callable[[object], Any]], ...]:
    """The columns whose type looks at a value before the engine gets it, refusing what it would not keep exactly."""
    found = []
    for name in names:
        check = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if check is not None:
            found.append((name, check))
    return tuple(found)


def _written(value: object) -> str:
    """What JSON has no form for, as PostgreSQL reads it."""
    match value:
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            raise TypeError(f"A {type(value).__name__} cannot be written into a table.")
