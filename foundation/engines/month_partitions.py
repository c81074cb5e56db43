"""Tables that PostgreSQL divides by month: a partition for each, made ahead, and one for every other day.

Convention: such a table has a column `day` in its primary key. On SQLite it is one plain table. A row never waits for
its month's partition: until that is made it lies in the rest, and is moved from there when it is. A partition is
made and dropped by whoever owns the tables; what holds for the table (triggers, keys, row security) holds for each.
"""
# ruff: noqa: S608 - every name in a statement here is made of a table's name and a month

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from sqlalchemy import DDL, Table, event, text

from foundation.periods import add_months
from foundation.sql import Session

MONTHS_AHEAD: Final = 3
"""So many months after the present one have their partition."""

#: The tables that are divided, by name.
DIVIDED: list[str] = []

_STANDING: Final = text(
    "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent"
    " JOIN pg_namespace n ON n.oid = p.relnamespace"
    " WHERE n.nspname = current_schema() AND p.relname = :name ORDER BY c.relname"
)
_PARTITIONS: Final = text(
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relispartition"
)


def divide(table: Table) -> None:
    """Divide `table` by month wherever it is created; its description says `postgresql_partition_by`."""
    DIVIDED.append(table.name)
    rest = DDL(_rest(table.name))  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", rest.execute_if(dialect="postgresql"))


def divide_standing(session: Session, name: str) -> None:
    """The same for a table that stands already, as a migration has made it."""
    if session.dialect.name == "postgresql":
        session.exec_driver_sql(_rest(name))


def make_ahead(session: Session, name: str, *, today: date) -> list[str]:
    """Make the partitions of this month, the next `MONTHS_AHEAD`, and all that rows lie in the rest of; those made.

    Nothing on SQLite. Whoever writes to the table waits for a moment, or, while rows are moved, until they are.
    """
    if session.dialect.name != "postgresql":
        return []
    waiting = session.scalars(text(f"SELECT DISTINCT date_trunc('month', day)::date FROM {name}_rest"))
    there = set(standing(session, name))
    crowded = sorted(month for month in waiting if month not in there)
    ahead = [month for month in _months(today) if month not in there and month not in crowded]
    if crowded:
        _move(session, name, crowded)
    for month in ahead:
        session.exec_driver_sql(_partition(name, month))
    return [name_of(name, month) for month in (*crowded, *ahead)]


def make_all_ahead(session: Session, *, today: date) -> list[str]:
    """`make_ahead` of every table that is divided by month."""
    return [each for name in DIVIDED for each in make_ahead(session, name, today=today)]


def make(session: Session, name: str, months: Iterable[date]) -> None:
    """Make the partitions of these months, in whose rest no rows lie yet. Nothing on SQLite."""
    if session.dialect.name == "postgresql":
        there = set(standing(session, name))
        for month in sorted({each.replace(day=1) for each in months} - there):
            session.exec_driver_sql(_partition(name, month))


def standing(session: Session, name: str) -> Sequence[date]:
    """The months, by their first day, that have a partition; none on SQLite."""
    if session.dialect.name != "postgresql":
        return ()
    found = session.scalars(_STANDING, {"name": name})
    return [date(int(each[-7:-3]), int(each[-2:]), 1) for each in found if each.removeprefix(name) != "_rest"]


def rows_in_rest(session: Session, name: str) -> int:
    """How many rows of a table that stands divided lie in no month's partition."""
    return session.scalar(text(f"SELECT count(*) FROM {name}_rest")) or 0


def drop(session: Session, name: str, month: date) -> bool:
    """Drop the partition of a month if it is empty; False where it is not, or there is none.

    Nobody is held off one that is not. An empty one is held, and asked again, so that nothing is put in it meanwhile.
    """
    if month not in standing(session, name):
        return False
    partition = name_of(name, month)
    has_rows = text(f"SELECT EXISTS (SELECT 1 FROM {partition})")
    if session.scalar(has_rows):
        return False
    session.exec_driver_sql(f"LOCK TABLE {partition} IN ACCESS EXCLUSIVE MODE")
    if session.scalar(has_rows):
        return False
    session.exec_driver_sql(f"DROP TABLE {partition}")
    return True


def partitions(session: Session) -> set[str]:
    """The names of all partitions of all tables that are divided; none on SQLite."""
    return set() if session.dialect.name != "postgresql" else set(session.scalars(_PARTITIONS))


def name_of(name: str, month: date) -> str:
    """The name of a month's partition."""
    return f"{name}_{month:%Y_%m}"


def _rest(name: str) -> str:
    return f"CREATE TABLE {name}_rest PARTITION OF {name} DEFAULT"


def _partition(name: str, month: date) -> str:
    return (
        f"CREATE TABLE {name_of(name, month)} PARTITION OF {name}"
        f" FOR VALUES FROM ('{month.isoformat()}') TO ('{add_months(month, 1).isoformat()}')"
    )


def _move(session: Session, name: str, months: Iterable[date]) -> None:
    """Make partitions for months that have rows in the rest: a new rest is put in its place, and its rows put in anew.

    Rows are not deleted from it: a table that is append-only lets nobody do that.
    """
    session.exec_driver_sql(f"ALTER TABLE {name} DETACH PARTITION {name}_rest")
    session.exec_driver_sql(f"ALTER TABLE {name}_rest RENAME TO {name}_moved")
    session.exec_driver_sql(_rest(name))
    for month in months:
        session.exec_driver_sql(_partition(name, month))
    session.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM {name}_moved")
    session.exec_driver_sql(f"DROP TABLE {name}_moved")


def _months(today: date) -> Iterator[date]:
    for ahead in range(MONTHS_AHEAD + 1):
        yield add_months(today.replace(day=1), ahead)
