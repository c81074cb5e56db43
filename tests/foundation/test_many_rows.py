"""Rows that are written by one statement are what they would be if each had been written alone."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from billing.migrations.schema import METADATAS
from foundation.database import Database
from foundation.engines import many_rows
from foundation.engines.many_rows import insert_rows
from foundation.sql import Session, UtcDateTime, amount, quantity
from tests.support.servers.system_databases import whole
from tests.support.statements import statements

pytestmark = pytest.mark.both_engines

KINDS: Final = Table(
    "of_every_kind",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("words", Text),
    Column("name", String(20)),
    Column("amount", amount()),
    Column("quantity", quantity()),
    Column("day", Date),
    Column("moment", UtcDateTime()),
    Column("is_so", Boolean),
    Column("bytes_read", BigInteger),
    Column("attempts", Integer, nullable=False, default=7),
    Column("state", String(10), nullable=False, server_default="NEW"),
)

# PostgreSQL keeps no NUL in a text, and no half of a pair of surrogates is text at all.
TEXTS: Final = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
ROWS: Final = st.fixed_dictionaries(
    {
        "words": st.none() | TEXTS | st.sampled_from(["null", '"', "\\u0000", "{}", " a ", "\n"]),
        "name": st.none() | st.text("aåÖ'\"\\ ", max_size=20),
        "amount": st.none() | st.decimals(-(10**15), 10**15, places=2),
        "quantity": st.none() | st.decimals(-(10**13), 10**13, places=4),
        "day": st.none() | st.dates(date(1000, 1, 1), date(9999, 12, 31)),
        "moment": st.none()
        | st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
        "is_so": st.none() | st.booleans(),
        "bytes_read": st.none() | st.integers(-(2**63), 2**63 - 1),
    }
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as database:
        KINDS.metadata.create_all(database.engine)
        yield database


def stored(session: Session) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(select(KINDS).order_by(KINDS.c.id)).mappings()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=st.lists(ROWS, min_size=1, max_size=8))
def test_rows_are_what_they_would_be_alone(database: Database, rows: Sequence[dict[str, object]]) -> None:
    numbered = [{"id": number, **row} for number, row in enumerate(rows, 1)]
    found = []
    for together in (True, False):
        with database.engine.connect() as session:
            if together:
                insert_rows(session, KINDS, numbered)
            else:
                for row in numbered:
                    session.execute(insert(KINDS), row)
            found.append(stored(session))
    assert found[0] == found[1]
    assert [row["id"] for row in found[0]] == [row["id"] for row in numbered]
    assert {(row["attempts"], row["state"]) for row in found[0]} == {(7, "NEW")}


def test_no_rows_are_nothing_to_do(database: Database) -> None:
    with database.engine.connect() as session, statements() as put:
        insert_rows(session, KINDS, [])
    assert put == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_hundred_rows_are_one_statement_to_the_server(database: Database) -> None:
    """The server counts what it carries out; the driver would say one of two hundred too."""
    with database.engine.connect() as session:
        session.exec_driver_sql("CREATE TEMP TABLE carried_out (of_rows integer)")
        session.exec_driver_sql(
            "CREATE FUNCTION pg_temp.note() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN INSERT INTO carried_out SELECT count(*) FROM added; RETURN NULL; END $$"
        )
        session.exec_driver_sql(
            "CREATE TRIGGER noted AFTER INSERT ON of_every_kind REFERENCING NEW TABLE AS added"
            " FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.note()"
        )
        insert_rows(session, KINDS, [{"id": number} for number in range(200)])
        assert session.exec_driver_sql("SELECT of_rows FROM carried_out").scalars().all() == [200]


def test_a_row_that_is_refused_takes_the_others_with_it(database: Database) -> None:
    with database.engine.connect() as session:
        with pytest.raises(IntegrityError), session.begin_nested():
            insert_rows(session, KINDS, [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 1}])
        assert stored(session) == []


@pytest.mark.parametrize(
    "wrong",
    [{"amount": Decimal("0.001")}, {"moment": datetime(2026, 1, 1)}, {"day": object()}],  # noqa: DTZ001 - refused for having none
)
def test_what_would_not_be_kept_exactly_is_refused(database: Database, wrong: dict[str, object]) -> None:
    rows = [{"id": number, "amount": None, "moment": None, "day": None} for number in (1, 2, 3)]
    with database.engine.connect() as session:
        with pytest.raises((StatementError, ValueError, TypeError)), session.begin_nested():
            insert_rows(session, KINDS, [*rows, {**rows[0], "id": 4, **wrong}])
        assert stored(session) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("wrong", [{"name": "a" * 21}, {"words": "a\0"}, {"attempts": None}])
def test_what_the_server_refuses_in_one_row_it_refuses_in_many(
    database: Database, wrong: dict[str, object]
) -> None:
    rows = [{"id": number, "name": "", "words": "", "attempts": 1} for number in (1, 2, 3)]
    with database.engine.connect() as session:
        with pytest.raises(DBAPIError), session.begin_nested():
            insert_rows(session, KINDS, [*rows, {**rows[0], "id": 4, **wrong}])
        assert stored(session) == []


def test_rows_that_name_other_columns_are_refused(database: Database) -> None:
    """A column that a row does not name would be empty in silence, where its default was meant."""
    with database.engine.connect() as session, pytest.raises(ValueError, match="of_every_kind"):
        insert_rows(session, KINDS, [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3}])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_takes_rows_of_each_of_our_tables_so(database_url: str) -> None:
    tables = [table for metadata in METADATAS for table in metadata.sorted_tables]
    with closing(whole(database_url)) as books, books.writing() as session:
        for table in tables:
            names = tuple(table.c.keys())
            if not many_rows._holds_bytes(table, names):
                session.execute(many_rows._all_at_once(table, names), {"rows": "[]"})
    assert len(tables) > 100
