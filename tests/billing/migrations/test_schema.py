"""A new database is made whole, an old one is brought up to date, and the two agree."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from billing.migrations.migrate import bring_up_to_date, open_migrated
from billing.migrations.schema import METADATAS
from foundation import number_series
from foundation.engines import month_partitions

pytestmark = pytest.mark.both_engines


def test_a_new_database_is_made_whole_and_knows_its_revision(database_url: str) -> None:
    database = open_migrated(database_url)
    try:
        with database.engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert context.get_current_revision() == "0080"
            assert differences(connection) == []
        with database.reading() as session:
            assert set(number_series.ranges(session)) == set(number_series.FIRST)
    finally:
        database.close()


def test_bringing_up_to_date_twice_changes_nothing(database_url: str) -> None:
    database = open_migrated(database_url)
    try:
        bring_up_to_date(database)
        with database.reading() as session:
            assert session.execute(text("select count(*) from books_mark")).scalar_one() == 1
    finally:
        database.close()


def differences(connection: Connection) -> list[object]:
    """How the tables that stand differ from those that are described."""
    context = MigrationContext.configure(connection)
    # Each describes its own tables; what the other has is not missing.
    unknown = [compare_metadata(context, metadata) for metadata in METADATAS]
    names = {name for metadata in METADATAS for name in metadata.tables} | {"alembic_version"}
    names |= month_partitions.partitions(connection)
    lacking: list[object] = [("lacks an index", name) for name in sorted(_unread(connection))]
    return lacking + [change for found in unknown for change in found if not _is_of(change, names)]


def _unread(connection: Connection) -> set[str]:
    """The indexes described that SQLite lacks, by name: those on an expression are not read back for a comparison."""
    if connection.dialect.name != "sqlite":
        return set()
    told = {
        str(index.name)
        for metadata in METADATAS
        for table in metadata.tables.values()
        for index in table.indexes
    }
    return told - set(connection.scalars(text("select name from sqlite_master where type = 'index'")))


def _is_of(change: object, names: set[str]) -> bool:
    """Whether a difference is only that something belongs to the other description, is a partition's, or says what
    built a wall."""
    if isinstance(change, tuple) and change[0] == "add_index":
        # PostgreSQL has it in each partition.
        return bool(change[1].name == "uq_journal_chain_position")
    if not isinstance(change, tuple) or change[0] not in (
        "remove_table",
        "remove_index",
        "remove_table_comment",
    ):
        return False
    if change[0] == "remove_table_comment":
        return True
    thing = change[1]
    table = thing if change[0] == "remove_table" else thing.table
    return str(table.name) in names
