"""Books in which every foreign key is filled grow, revision by revision, and nothing that stood in them changes.

SQLite changes some tables by copying them and dropping the old ones, which is refused while rows refer to them, and
takes their triggers and the bounds of their indexes along. Books with few rows do not show it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, text

from billing import migrations
from billing.migrations.migrate import open_migrated
from billing.migrations.revisions import KNOWN
from foundation import append_only
from foundation.database import Database
from tests.billing.migrations.test_books_of_0_2_1 import BOOKS, GONE, GONE_COLUMNS
from tests.billing.migrations.test_schema import differences
from tests.support import filled_references, old_books

# Left behind by revision 0031 besides: who handled a document is known by what they decided of it; and by 0069, which
# makes clients of keys.
LEFT_BEHIND: Final = GONE | {"document_handler", "machine_key", "alembic_version"}
# Revision 0049 gives claims numbers of their own; 0063 leaves these to PostgreSQL's sequences.
ADDED: Final = {"number_series": "name in ('claim', 'purchase_order', 'execution_reference', 'payment')"}

Rows = tuple[list[str], list[str]]


def test_books_of_0_2_1_with_every_reference_filled_grow(
    database_url: str, record_property: Callable[[str, object], None]
) -> None:
    """Their tables were copied, renamed and widened on the way."""
    old_books.put_in(database_url, BOOKS)
    database = Database(database_url)
    try:
        _grow(database)
        record_property("books_grown", 1)
    finally:
        database.close()


@pytest.mark.both_engines
def test_books_made_whole_with_every_reference_filled_grow(
    database_url: str, record_property: Callable[[str, object], None]
) -> None:
    """New books, led back to revision 0037: their tables were never changed, and are written as new ones are."""
    database = open_migrated(database_url)
    try:
        with database.engine.begin() as connection:
            old_books.before_0038(connection)
            connection.execute(text("update alembic_version set version_num = '0037'"))
        _grow(database)
        record_property("books_grown", 1)
    finally:
        database.close()


def _grow(database: Database) -> None:
    """To the newest revision, each from books in which all that it finds is filled."""
    scripts = Config()
    scripts.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.engine.connect() as connection:
        first = connection.scalar(text("select version_num from alembic_version"))
    for revision in KNOWN[KNOWN.index(first) + 1 :]:
        _fill(database)
        with database.engine.connect() as connection:
            before, triggers = _rows(connection), _triggers(connection)
        with database.engine.begin() as connection:
            scripts.attributes["connection"] = connection
            command.upgrade(scripts, revision)
        with database.engine.connect() as connection:
            assert _rows(connection, before) == before, f"revision {revision} changed rows"
            assert triggers - _triggers(connection) == set(), f"revision {revision} lost triggers"
    # What the newest revision made is filled too, as the next one will find it.
    _fill(database)
    with database.engine.connect() as connection:
        assert append_only.standing(connection) == set(append_only.PROTECTED)
        assert differences(connection) == []
        if database.is_sqlite:
            _is_whole(connection)


def _fill(database: Database) -> None:
    with database.engine.begin() as connection:
        keys = filled_references.keys_of(connection)
        filled_references.fill(connection, keys)
        assert filled_references.unfilled(connection, keys) == []


def _is_whole(connection: Connection) -> None:
    """What rows refer to is there, each table holds what it says of itself, and says what a new one says."""
    assert list(connection.execute(text("PRAGMA foreign_key_check"))) == []
    assert list(connection.scalars(text("PRAGMA integrity_check"))) == ["ok"]
    new = open_migrated("sqlite://")
    with new.engine.connect() as other:
        assert _bounds(connection) == _bounds(other)
    new.close()


def _bounds(connection: Connection) -> dict[str, list[str]]:
    """The checks of each table, and each index with what it is limited to."""
    checks = {
        str(name): sorted(" ".join(each["sqltext"].split()) for each in found)
        for (_, name), found in inspect(connection).get_multi_check_constraints().items()
    }
    indexes = connection.execute(
        text("select name, sql from sqlite_master where type = 'index' and sql is not null")
    )
    return checks | {name: [" ".join(sql.replace('"', "").split())] for name, sql in indexes}


def _rows(connection: Connection, columns_of: Mapping[str, Rows] | None = None) -> dict[str, Rows]:
    """Every table's columns and rows as the database keeps them; with `columns_of`, those tables and columns alone."""
    if columns_of is None:
        seen = inspect(connection).get_multi_columns()
        columns = {name: [each["name"] for each in found] for (_, name), found in seen.items()}
    else:
        columns = {name: kept for name, (kept, _) in columns_of.items()}
    found = {}
    for name in columns.keys() - LEFT_BEHIND:
        listed = [each for each in columns[name] if (name, each) not in GONE_COLUMNS]
        where = f"not ({ADDED[name]})" if name in ADDED else "true"
        quoted = ", ".join(f'"{each}"' for each in listed)
        read = connection.exec_driver_sql(f"select {quoted} from {name} where {where}")  # noqa: S608 - names of ours
        found[name] = (listed, sorted(repr(tuple(row)) for row in read))
    return found


def _triggers(connection: Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        return set(connection.scalars(text("select name from sqlite_master where type = 'trigger'")))
    return set(connection.scalars(text("select tgname from pg_trigger where not tgisinternal")))
