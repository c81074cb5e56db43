"""What is told to be written is written: how the databases are told to keep what was committed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from foundation.database import Database
from tests.support.servers.databases import PostgresqlServer
from tests.support.servers.system_databases import migrated

FULL = 2
"""SQLite's word for waiting for the disk at every commit; in WAL mode NORMAL (1) loses the last ones with the power."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url)
    yield database
    database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_waits_for_the_disk_at_each_commit(database: Database) -> None:
    told = {"journal_mode": "wal", "synchronous": FULL, "foreign_keys": 1, "trusted_schema": 0}
    with database.writing() as writing, database.reading() as reading:
        for session in (writing, reading):
            assert {name: session.scalar(text(f"PRAGMA {name}")) for name in told} == told


@pytest.mark.both_engines
def test_postgresql_is_never_told_by_us_not_to_wait_for_the_disk(postgresql_server: PostgresqlServer) -> None:
    database = migrated(postgresql_server.empty())
    asked = text("SELECT source FROM pg_settings WHERE name IN ('synchronous_commit', 'fsync')")
    with database.writing() as session:
        # "client" and "session" would be our own words; the rest is for whoever runs the server.
        assert set(session.scalars(asked)) <= {"default", "configuration file", "command line"}
    database.close()
