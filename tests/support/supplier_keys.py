"""Whose each table's rows are, and which of its keys hold across suppliers: read from the description of the tables.

A row is a supplier's where a column that is never empty names the supplier, or leads to a row that does: as the wall
between suppliers has it (billing/migrations/row_security.py), otherwise by a foreign key. A key holds within one
supplier when it has such a column in it: the row that it leads to is one supplier's, so adding the supplier to the key
would say nothing new. Any other key is promised across suppliers, and no database that is divided by supplier keeps it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from billing.migrations.row_security import LEADS, OWN_COLUMNS
from billing.migrations.schema import METADATAS

# The number of whatever document a message carries.
_MISLEADS: Final = {("outbox", ("document_id",))}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """A unique key, a primary key, or a foreign key by its columns; `refers_to` is empty but for the last."""

    table: str
    columns: tuple[str, ...]
    refers_to: str = ""


def tables() -> Mapping[str, Table]:
    """Every table there is, by its name."""
    return {table.name: table for metadata in METADATAS for table in metadata.sorted_tables}


def own_column(table: Table) -> str:
    """The column by which a row says itself whose it is; empty where there is none."""
    return next((each for each in OWN_COLUMNS if each in table.columns), "")


def leads(table: Table) -> Iterator[tuple[tuple[str, ...], str]]:
    """The columns that lead to another table's row, with that table: the wall's, then the foreign keys'."""
    named: list[tuple[tuple[str, ...], str]] = [
        ((column,), leads_to) for column, leads_to, _ in LEADS if column in table.columns
    ]
    named += [(tuple(each.column_keys), each.referred_table.name) for each in _foreign_keys(table)]
    for columns, leads_to in named:
        is_sure = not any(table.columns[each].nullable for each in columns)
        if is_sure and leads_to != table.name and (table.name, columns) not in _MISLEADS:
            yield columns, leads_to


@cache
def path(name: str) -> tuple[str, ...] | None:
    """The tables from this one to the one that names the supplier, itself for a column of its own; None: nobody's."""
    table = tables()[name]
    if own_column(table):
        return (name,)
    for _, leads_to in leads(table):
        if (further := path(leads_to)) is not None:
            return (name, *further)
    return None


def unique_keys(table: Table) -> Iterator[tuple[str, ...]]:
    """The columns of the primary key, of each unique constraint and of each unique index."""
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield tuple(column.name for column in constraint.columns)
    yield from (tuple(column.name for column in index.columns) for index in table.indexes if index.unique)


def unique_across_suppliers(name: str) -> set[Key]:
    """The unique keys of a table that hold across suppliers; of a table that is nobody's, all of them."""
    table = tables()[name]
    within = [{own_column(table)}] if own_column(table) else []
    within += [set(columns) for columns, leads_to in leads(table) if path(leads_to) is not None]
    return {
        Key(name, columns)
        for columns in unique_keys(table)
        if not any(each <= set(columns) for each in within)
    }


def references_across_suppliers(name: str) -> set[Key]:
    """The foreign keys to a supplier's row that nothing keeps from being another supplier's.

    A table without a column of its own has its supplier by a reference, which says nothing of another's: that one is
    left out, and so is one that has it in its columns.
    """
    table = tables()[name]
    if path(name) is None:
        return set()
    found = []
    for constraint in _foreign_keys(table):
        columns, referred = tuple(constraint.column_keys), constraint.referred_table.name
        if path(referred) is not None and own_column(table) not in columns:
            found.append(Key(name, columns, referred))
    if not own_column(table):
        decides = next(columns for columns, leads_to in leads(table) if path(leads_to) is not None)
        found = [each for each in found if not set(decides) <= set(each.columns)]
    return set(found)


def other_constraints(table: Table) -> list[str]:
    """What is neither a key nor a check of a row by itself, such as an exclusion: nothing else here looks at it."""
    known = (PrimaryKeyConstraint, UniqueConstraint, ForeignKeyConstraint, CheckConstraint)
    return [type(each).__name__ for each in table.constraints if not isinstance(each, known)]


def _foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda each: tuple(each.column_keys))
