"""Tables that PostgreSQL keeps in partitions by ranges of their number, made ahead; SQLite has plain tables.

Convention: rows come in the order of the number, so that a range is a stretch of time and only the newest is written.
The number is part of the primary key, which so holds across partitions. A unique key without it holds within a
partition alone (`within`), and whoever writes guards it across them (decision 133). What no partition was made for
lies in the default one: nothing is lost, it is alarmed about, and the next `make_ahead` makes a partition of it.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from sqlalchemy import DDL, Table, event, text

from foundation.sql import Session, take_turns

AHEAD: Final = 2
"""So many partitions stand ready beyond the one that is written."""

_STANDING: Final = text(
    "SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i"
    " JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent"
    " JOIN pg_namespace n ON n.oid = p.relnamespace"
    " WHERE n.nspname = current_schema() AND p.relname = :table ORDER BY c.relname"
)
_ALL_DIVIDED: Final = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind = 'p'"
)
_BOUND: Final = re.compile(r"FOR VALUES FROM \((?P<first>MINVALUE|'?-?\d+'?)\) TO \('?(?P<after>\d+)'?\)")
# Whoever waits for a question of minutes would have all others wait behind; the next run tries again.
_PATIENCE: Final = text("SET LOCAL lock_timeout = '3s'")


@dataclass(frozen=True, slots=True)
class Division:
    """How a table is divided: by which column, and how many of its numbers a partition takes.

    `within` are unique keys that hold within a partition, as SQL after ON: `(chain, position) WHERE chain <> ''`.
    """

    table: str
    by: str
    each: int
    within: Sequence[str] = ()

    def first_of(self, number: int) -> int:
        """The first number of the range that this one is in."""
        return number // self.each * self.each

    def partition_of(self, first: int) -> str:
        """The name of the partition whose range begins there."""
        return f"{self.table}_{first // self.each:04}"

    @property
    def default(self) -> str:
        """The name of the partition for what no other takes."""
        return f"{self.table}_default"


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a divided table: the partitions, the number after the last of them, and what the default holds."""

    names: Sequence[str]
    after: int
    default: str
    default_rows: int
    newest: int
    """The highest number in use, 0 for none."""

    def ready(self, division: Division) -> int:
        """How many partitions stand ready that nothing has been written to."""
        return max(0, (self.after - division.first_of(self.newest)) // division.each - 1)


DIVIDED: Final[dict[str, Division]] = {}
"""The tables that are divided, by name."""


def divide(table: Table, division: Division) -> None:
    """Make partitions of `table` wherever it is created on PostgreSQL; it says `postgresql_partition_by` itself."""
    DIVIDED[table.name] = division
    for statement in _first(division):
        ddl = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(table, "after_create", ddl.execute_if(dialect="postgresql"))


def standing(session: Session, division: Division) -> Standing | None:
    """What stands of a divided table; None where it is not divided, as on SQLite and in books before revision 0067."""
    if session.dialect.name != "postgresql":
        return None
    rows = session.execute(_STANDING, {"table": division.table}).all()
    if not rows:
        return None
    ranges = {row.name: found for row in rows if (found := _BOUND.fullmatch(row.bound))}
    default = next((row.name for row in rows if row.bound == "DEFAULT"), "")
    newest = f"SELECT coalesce(max({division.by}), 0) FROM {division.table}"  # noqa: S608 - names of ours
    aside = f"SELECT count(*) FROM {default}"  # noqa: S608 - as the catalogue has it
    return Standing(
        names=sorted(ranges),
        after=max((int(found["after"]) for found in ranges.values()), default=0),
        default=default,
        default_rows=int(session.scalar(text(aside)) or 0) if default else 0,
        newest=int(session.scalar(text(newest)) or 0),
    )


def divided_tables(session: Session) -> Set[str]:
    """The tables that stand divided in these books: their rows are their partitions'."""
    return set(session.scalars(_ALL_DIVIDED)) if session.dialect.name == "postgresql" else set()


def is_partition(name: str) -> bool:
    """Whether a table of that name is a partition of a divided one."""
    table, _, ending = name.rpartition("_")
    return table in DIVIDED and (ending == "default" or ending.isdecimal())


def make_ahead(session: Session, divisions: Mapping[str, Division] | None = None) -> list[str]:
    """Make the partitions that are to stand ready, and one of what lies in a default one; their names.

    Who writes meanwhile does not wait, but for a moment at the default partition. Raises OperationalError where
    somebody has had it open for longer than a few seconds.
    """
    if session.dialect.name != "postgresql":
        return []
    take_turns(session, "partitions")
    session.execute(_PATIENCE)
    made: list[str] = []
    for division in (DIVIDED if divisions is None else divisions).values():
        found = standing(session, division)
        if found is None:
            continue
        first = found.after
        if not found.default or found.default_rows:
            _renew_default(session, division, found)
            if found.default_rows:
                first = division.first_of(found.newest) + division.each
                made.append(division.partition_of(found.after))
        for start in range(
            first, division.first_of(found.newest) + (AHEAD + 1) * division.each, division.each
        ):
            made.append(division.partition_of(start))
            _make(session, division, start)
    return made


def divide_standing(session: Session, division: Division, *, create: str, keys: Mapping[str, str]) -> None:
    """Let a plain table that stands become the first partition of one that is made by `create`; no row is touched.

    `keys` are its constraints and indexes, each with the ending that its name has on a partition. Its triggers and
    policies have been taken away: they are the new table's. PostgreSQL alone.
    """
    newest = session.scalar(
        text(f"SELECT coalesce(max({division.by}), 0) FROM {division.table}")  # noqa: S608 - names of ours
    )
    after = division.first_of(int(newest or 0)) + division.each
    first = division.partition_of(0)
    session.exec_driver_sql(f"ALTER TABLE {division.table} RENAME TO {first}")
    for name, ending in keys.items():
        session.exec_driver_sql(f"ALTER INDEX {name} RENAME TO {first}_{ending}")
    session.exec_driver_sql(create)
    session.exec_driver_sql(
        f"ALTER TABLE {division.table} ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ({after})"
    )
    session.exec_driver_sql(f"CREATE TABLE {division.default} PARTITION OF {division.table} DEFAULT")
    _keys_within(session, division, division.default)
    for start in range(after, after + AHEAD * division.each, division.each):
        _make(session, division, start)


def _first(division: Division) -> list[str]:
    """The statements that make the first partitions of a table that has just been made."""
    bounds = {division.partition_of(0): f"FOR VALUES FROM (MINVALUE) TO ({division.each})"}
    for start in range(division.each, (AHEAD + 1) * division.each, division.each):
        bounds[division.partition_of(start)] = f"FOR VALUES FROM ({start}) TO ({start + division.each})"
    bounds[division.default] = "DEFAULT"
    made = [f"CREATE TABLE {name} PARTITION OF {division.table} {bound}" for name, bound in bounds.items()]
    keys = [f"CREATE UNIQUE INDEX ON {name} {key}" for name in bounds for key in division.within]
    return [*made, *keys]


def _make(session: Session, division: Division, start: int) -> None:
    """A partition made beside the table and attached to it: that waits for nobody who reads or writes there."""
    name = division.partition_of(start)
    session.exec_driver_sql(f"CREATE TABLE {name} (LIKE {division.table} INCLUDING ALL)")
    _keys_within(session, division, name)
    session.exec_driver_sql(
        f"ALTER TABLE {division.table} ATTACH PARTITION {name}"
        f" FOR VALUES FROM ({start}) TO ({start + division.each})"
    )


def _renew_default(session: Session, division: Division, found: Standing) -> None:
    """An empty default partition; what lay in the one before has a partition of its own, as it lies."""
    if found.default:
        name = division.partition_of(found.after)
        after = division.first_of(found.newest) + division.each
        session.exec_driver_sql(f"ALTER TABLE {division.table} DETACH PARTITION {found.default}")
        session.exec_driver_sql(f"ALTER TABLE {found.default} RENAME TO {name}")
        session.exec_driver_sql(
            f"ALTER TABLE {division.table} ATTACH PARTITION {name} FOR VALUES FROM ({found.after}) TO ({after})"
        )
    session.exec_driver_sql(f"CREATE TABLE {division.default} PARTITION OF {division.table} DEFAULT")
    _keys_within(session, division, division.default)


def _keys_within(session: Session, division: Division, name: str) -> None:
    for key in division.within:
        session.exec_driver_sql(f"CREATE UNIQUE INDEX ON {name} {key}")
