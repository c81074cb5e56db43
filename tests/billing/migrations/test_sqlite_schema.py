"""What SQLite is told of a table that stands is what all go by at once, and is taken back with its transaction."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from billing.migrations import sqlite_schema
from foundation.database import Database
from foundation.sql import Session

CHECK = "CHECK (state in ('DRAFT','SENT'))"
WIDER = {CHECK: "CHECK (state in ('DRAFT','SENT','REFUSED'))"}
REFUSE = text("insert into letter (id, state) values (2, 'REFUSED')")


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[Database]:
    """A table with one letter, that an answer refers to."""
    database = Database(f"sqlite:///{tmp_path / 'letters.sqlite'}")
    with database.engine.begin() as connection:
        for statement in (
            f"create table letter (id integer primary key, state varchar(8) {CHECK}, sent_state varchar(8))",
            "create table answer (letter_id integer not null references letter (id))",
            "insert into letter (id, state) values (1, 'SENT')",
            "insert into answer (letter_id) values (1)",
        ):
            connection.execute(text(statement))
    yield database
    database.close()


def test_a_table_that_is_referred_to_lets_another_state_stand(letters: Database) -> None:
    with letters.reading() as other:
        assert count(other) == 1
        with letters.engine.begin() as connection:
            sqlite_schema.reword(connection, "letter", WIDER)
            connection.execute(REFUSE)
    # A connection that had read the schema before reads it anew.
    with letters.reading() as other:
        other.execute(text("insert into letter (id, state) values (3, 'REFUSED')"))
        assert count(other) == 3
        assert list(other.execute(text("PRAGMA foreign_key_check"))) == []


def test_what_is_rolled_back_was_never_said(letters: Database) -> None:
    with letters.engine.connect() as connection:
        sqlite_schema.reword(connection, "letter", WIDER)
        connection.execute(REFUSE)
        connection.rollback()
        with pytest.raises(IntegrityError):
            connection.execute(REFUSE)
    with letters.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(REFUSE)


def test_words_that_are_no_sql_leave_the_books_as_they_were(letters: Database) -> None:
    with pytest.raises(DatabaseError, match="malformed"), letters.engine.begin() as connection:
        sqlite_schema.reword(connection, "letter", {CHECK: "CHECK (state in ("})
    with letters.engine.begin() as connection:
        assert count(connection) == 1
        sqlite_schema.reword(connection, "letter", WIDER)


def test_what_is_said_already_is_not_said_again(letters: Database) -> None:
    with letters.engine.begin() as connection:
        sqlite_schema.reword(connection, "letter", WIDER)
        version = connection.scalar(text("PRAGMA schema_version"))
        sqlite_schema.reword(connection, "letter", WIDER)
        assert connection.scalar(text("PRAGMA schema_version")) == version


@pytest.mark.parametrize(
    ("table", "words", "told"),
    [
        ("letter", {"CHECK (state in ('OPEN'))": "CHECK (state <> '')"}, "does not say"),
        ("letter", {"varchar(8)": "varchar(20)"}, "once"),
        ("letter", {"CHECK (state <> '')": ""}, "does not say"),
        ("parcel", WIDER, "no table parcel"),
    ],
)
def test_a_table_that_is_not_as_expected_stops_the_upgrade(
    letters: Database, table: str, words: dict[str, str], told: str
) -> None:
    with letters.engine.begin() as connection, pytest.raises((RuntimeError, LookupError), match=told):
        sqlite_schema.reword(connection, table, words)


def count(session: Session) -> int:
    found: int = session.execute(text("select count(*) from letter")).scalar_one()
    return found
