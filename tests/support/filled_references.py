"""Rows that refer to others, put into every table that may, whatever the tables are: they are read from the database.

A migration that copies a table and drops the old one goes well as long as no row refers to it. So that one is seen in
whatever books, each foreign key gets a row that fills it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import product
from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Inspector,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    column,
    func,
    insert,
    inspect,
    select,
    table,
)
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint as Key
from sqlalchemy.exc import IntegrityError

from foundation.engines import month_partitions

_DAY: Final = date(2026, 5, 4)
_MOMENT: Final = "2026-05-04T10:00:00.000000+00:00"
_NUMBER: Final = object()
"""A number that any number of the row is: all are one, or all are nothing."""


def keys_of(connection: Connection) -> Mapping[str, Sequence[Key]]:
    """The foreign keys of every table, without those that are parts of another."""
    parts = month_partitions.partitions(connection)
    return {
        name: found
        for (_, name), found in inspect(connection).get_multi_foreign_keys().items()
        if name is not None and name not in parts
    }


def fill(connection: Connection, keys: Mapping[str, Sequence[Key]]) -> None:
    """Let every foreign key that no row fills have one that does, and no table be empty."""
    inspector = inspect(connection)
    for name in keys:
        _fill(connection, inspector, keys, name)


def unfilled(connection: Connection, keys: Mapping[str, Sequence[Key]]) -> list[str]:
    """The foreign keys that no row fills."""
    return [
        f"{name}: {', '.join(key['constrained_columns'])}"
        for name, found in keys.items()
        if not _are_filled(connection, name, found)
        for key in found
        if not _are_filled(connection, name, [key])
    ]


def _fill(connection: Connection, inspector: Inspector, keys: Mapping[str, Sequence[Key]], name: str) -> None:
    """Put rows into the table and, before it, into those it refers to."""
    if _are_filled(connection, name, keys[name]):
        return
    others = [key for key in keys[name] if key["referred_table"] != name]
    # One that refers to its own table needs a row there first.
    for refers in (others, keys[name]):
        if _are_filled(connection, name, refers):
            continue
        for key in others:
            _fill(connection, inspector, keys, key["referred_table"])
        _add(connection, inspector, name, refers)


def _are_filled(connection: Connection, name: str, keys: Sequence[Key]) -> bool:
    """Whether the table has a row at all and, for each of these keys, one that says something in its columns."""
    counted = ["1"]
    for key in keys:
        said = " AND ".join(f'"{each}" IS NOT NULL' for each in key["constrained_columns"])
        counted.append(f"CASE WHEN {said} THEN 1 END")
    wanted = ", ".join(f"count({each})" for each in counted)
    # Asked some ten thousand times: putting it together by SQLAlchemy would take ten times as long as the answer.
    row = connection.exec_driver_sql(f'SELECT {wanted} FROM "{name}"').one()  # noqa: S608 - names the database tells
    return all(row)


def _add(connection: Connection, inspector: Inspector, name: str, keys: Sequence[Key]) -> None:
    """Put in a row that fills these foreign keys of the table, with the first values that its checks let it say."""
    stands = Table(name, MetaData(), autoload_with=connection, resolve_fks=False)
    refers: dict[str, object] = {}
    for key in keys:
        there = table(key["referred_table"], *(column(each) for each in key["referred_columns"]))
        row = connection.execute(select(there).limit(1)).one()
        refers |= dict(zip(key["constrained_columns"], row, strict=True))
    checks = [str(each["sqltext"]) for each in inspector.get_check_constraints(name)]
    place = connection.scalar(select(func.count()).select_from(stands)) or 0
    said = {
        each.name: _choices(each, place, [check for check in checks if re.search(rf"\b{each.name}\b", check)])
        for each in stands.columns
        if each.name not in refers
    }
    needed = {each.name for each in stands.columns if not each.nullable and each.server_default is None}
    checked = {each for each in said if any(re.search(rf"\b{each}\b", check) for check in checks)}
    refused: IntegrityError | None = None
    # First what has to be said; then also what may be left out, where a check holds it against something else.
    for columns in (needed, needed | (checked & {each.name for each in stands.columns if each.nullable})):
        names = [each for each in said if each in columns]
        # An amount is more than nothing, and a sum of counts is right where all are nothing.
        for number, *words in product((1, 0), *(said[each] for each in names)):
            values = {
                each: number if word is _NUMBER else word for each, word in zip(names, words, strict=True)
            }
            try:
                with connection.begin_nested():
                    connection.execute(insert(stands).values(values | refers))
            except IntegrityError as error:
                refused = error
            else:
                return
    raise AssertionError(f"the checks of {name} let no row stand that was tried: {refused}")


def _choices(of: Column[object], place: int, checks: Sequence[str]) -> list[object]:
    """What the column may say: what a check of it names, and what is like its name and kind."""
    match of.type:
        case Boolean():
            return [False]
        case Integer() if of.primary_key:
            # What has one row only is the first; what counts on begins far from what stands.
            return [place + 1, 1_000_000 + place]
        case Integer() | Numeric():
            return [_NUMBER]
        case Date():
            return [_DAY]
        case DateTime():
            return [_MOMENT]
        case LargeBinary():
            return [f"{of.name} {place}".encode()]
        case _ if of.name.endswith("_at"):
            return [_MOMENT]
        case _:
            length = getattr(of.type, "length", None)
            named = dict.fromkeys(word for check in checks for word in re.findall(r"'(\w[^']*)'", check))
            # People are told apart by their columns' names, so that two are two.
            return [
                *(word for word in named if len(word) <= (length or len(word))),
                f"{place}{of.name}"[:length],
            ]
