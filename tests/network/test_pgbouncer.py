"""A real PgBouncer between us and the server: the month goes through it, and no transaction meets another's."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from billing.migrations import new_books
from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from foundation.database import SUPPLIER_ROLE, SUPPLIER_SETTING, Database, explain
from foundation.engines import postgresql
from foundation.engines.database_faults import DatabaseFault, fault_of
from foundation.engines.options import DatabaseOptions, Pooler
from foundation.sql import Session
from operations.checks import invariants
from orders.tables import placement
from tests.support.servers.databases import PostgresqlServer
from tests.support.servers.pgbouncer import PgBouncer, pgbouncer
from tests.support.servers.stoppable_postgresql import StoppablePostgresql, stoppable_server
from tests.support.stories.demo_books import run_demo
from tests.support.stories.drill import Drill
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, example_register

OURS = {FYRBAKEN: ("100000101", "100000102"), LARKDRILLEN: ("100000201",)}
SHARED = DatabaseOptions(Pooler.TRANSACTION)
ANY: Mapping[str, str] = {}
ONE = {"default_pool_size": "1"}
SOON = {"query_wait_timeout": "1"}
# What PgBouncer itself keeps alike for each client, and what every session has from the server's start.
KEPT_BY_SESSION = """
SELECT 'prepared ' || name FROM pg_prepared_statements
UNION ALL SELECT 'locked ' || objid FROM pg_locks WHERE locktype = 'advisory'
UNION ALL SELECT 'listens ' || channel FROM pg_listening_channels() AS channel
UNION ALL SELECT 'temporary ' || relname FROM pg_class WHERE relpersistence = 't'
UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE is_holdable
UNION ALL SELECT 'set ' || name FROM pg_settings WHERE source = 'session' AND name NOT IN
 ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
"""


@pytest.fixture(scope="module")
def server() -> Iterator[StoppablePostgresql]:
    """A server with books of two suppliers."""
    with stoppable_server() as running:
        with closing(open_migrated(running.url)) as database:
            system = System(database)
            system.change_register(example_register())
            for supplier, references in OURS.items():
                for reference in references:
                    system.decide(reference, start=date(2026, 1, 1), supplier=supplier)
        yield running


@contextmanager
def shared_books(
    server: StoppablePostgresql, settings: Mapping[str, str] = ANY, options: DatabaseOptions = SHARED
) -> Iterator[tuple[PgBouncer, Database]]:
    """The books through a pooler of their own."""
    with (
        pgbouncer(str(server.home), **settings) as pooler,
        closing(open_database(pooler.url("postgres"), options=options)) as database,
    ):
        yield pooler, database


def kept(pooler: PgBouncer, database: str) -> list[str]:
    """What the one session behind the pooler has kept of the transactions it had."""
    with psycopg.connect(
        pooler.url(database).replace("postgresql+psycopg", "postgresql"), prepare_threshold=None
    ) as asking:
        return [row[0] for row in asking.execute(KEPT_BY_SESSION)]


MODES = pytest.mark.parametrize("mode", [Pooler.TRANSACTION, Pooler.SESSION])


@pytest.fixture
def before_the_tests_server(
    postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch, mode: Pooler
) -> Iterator[PgBouncer]:
    """A pooler before an empty database, with one session of the server for all in transaction mode."""
    postgresql_server.empty()
    monkeypatch.setenv("BILLING_POOLER", mode)
    few = ONE if mode is Pooler.TRANSACTION else ANY
    with pgbouncer(postgresql_server.socket_folder, pool_mode=mode, **few) as pooler:
        yield pooler


@MODES
def test_orders_invoices_and_payments_go_through_it_and_leave_nothing_in_the_session(
    before_the_tests_server: PgBouncer, tmp_path: Path, mode: Pooler
) -> None:
    """Tables made, decisions, reports, orders out, invoices in and answered, paid by two, and everything checked."""
    pooler = before_the_tests_server
    open_migrated(pooler.url("tests"), options=DatabaseOptions(mode)).close()
    drill = Drill(pooler.url("tests"), tmp_path)
    with closing(drill.database):
        drill.prepare()
        drill.cases_with_post(0, 3)
        drill.pay()
        with drill.database.reading() as session:
            assert list(invariants.check(session)) == []
    assert len(drill.outbox()) > 3
    if mode is Pooler.TRANSACTION:
        assert kept(pooler, "tests") == []


@pytest.mark.slow
@MODES
def test_a_month_goes_through_it_and_leaves_nothing_in_the_session(
    before_the_tests_server: PgBouncer, tmp_path: Path, mode: Pooler
) -> None:
    pooler = before_the_tests_server
    demo = run_demo(tmp_path / "demo", "--database", pooler.url("tests"))
    assert demo.exit_code == 0, demo.output
    if mode is Pooler.TRANSACTION:
        assert kept(pooler, "tests") == []


def test_walls_between_suppliers_hold_where_they_take_turns_in_one_session(
    server: StoppablePostgresql,
) -> None:
    with shared_books(server, ONE) as (pooler, database):

        def asks(seed: int) -> None:
            whose = (FYRBAKEN, LARKDRILLEN, None)[seed % 3]
            seen = database if whose is None else database.for_supplier(whose)
            # What is committed is what could stay behind: a session that is taken back loses its settings anyway.
            with (seen.writing if seed % 2 else seen.reading)() as session:
                found = sorted(session.scalars(select(placement.c.execution_reference)))
                role, setting = session.execute(
                    text(f"SELECT current_user, current_setting('{SUPPLIER_SETTING}', true)")
                ).one()
            expected = OURS[whose] if whose else (each for some in OURS.values() for each in some)
            assert found == sorted(expected)
            assert (role == SUPPLIER_ROLE, setting or None) == (whose is not None, whose)

        with ThreadPoolExecutor(4) as people:
            list(people.map(asks, range(120)))
        for whose in (FYRBAKEN, LARKDRILLEN):
            # Broken off in the middle, by us and by the server: the next one starts as nobody.
            with pytest.raises(ZeroDivisionError), database.for_supplier(whose).reading():
                raise ZeroDivisionError
            with pytest.raises(SQLAlchemyError), database.for_supplier(whose).writing() as session:
                session.execute(text("SELECT 1/0"))
            with database.reading() as session:
                assert len(session.execute(select(placement.c.supplier)).all()) == 3
        assert kept(pooler, "postgres") == []


def limits(session: Session) -> dict[str, str]:
    return {name: session.scalar(text(f"SHOW {name}")) for name in postgresql.LIMITS}


def test_every_transaction_has_its_time_limits_and_leaves_none_behind(server: StoppablePostgresql) -> None:
    expected = {"lock_timeout": "30s", "statement_timeout": "5min", "jit": "off"}
    expected["idle_in_transaction_session_timeout"] = "2min"
    with closing(Database(server.url)) as straight, straight.reading() as session:
        assert limits(session) == expected
    with shared_books(server, ONE) as (pooler, database):
        with database.reading() as session:
            assert limits(session) == expected
        with database.writing() as session:
            assert limits(session) == expected
        with psycopg.connect(pooler.url("postgres"), prepare_threshold=None) as other:
            assert other.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_a_buyers_books_are_made_through_it(server: StoppablePostgresql) -> None:
    with shared_books(server) as (pooler, database):
        new_books.make(database, "second", pooler.url("second"), organisation_number="2120001850")
        with (
            closing(open_database(pooler.url("second"), options=SHARED)) as second,
            second.reading() as session,
        ):
            assert session.scalars(select(placement.c.supplier)).all() == []


def test_a_pooler_that_dies_takes_back_what_was_half_done(server: StoppablePostgresql) -> None:
    with shared_books(server) as (pooler, database):

        def half_done() -> None:
            with database.writing() as session:
                session.execute(text("DELETE FROM books_mark"))
                pooler.kill()

        with pytest.raises(SQLAlchemyError) as lost:
            half_done()
        assert fault_of(lost.value) is DatabaseFault.AWAY
        with pytest.raises(SQLAlchemyError) as away, database.reading():
            pass
        assert fault_of(away.value) is DatabaseFault.AWAY
        pooler.start()
        with database.reading() as session:
            assert session.scalar(text("SELECT count(*) FROM books_mark")) == 1


def test_who_finds_no_session_free_is_told_so_and_may_ask_again(server: StoppablePostgresql) -> None:
    with shared_books(server, ONE | SOON) as (pooler, database):
        with (
            closing(open_database(pooler.url("postgres"), options=SHARED)) as other,
            database.reading(),
            pytest.raises(SQLAlchemyError) as full,
            other.reading(),
        ):
            pass
        assert fault_of(full.value) is DatabaseFault.BUSY
        assert "Alla anslutningar till databasen är upptagna" in explain(full.value).text.sv
        with database.reading() as session:
            assert session.scalar(select(placement.c.supplier).limit(1))


def test_a_server_that_comes_back_behind_it_is_worked_with_within_ten_seconds(
    server: StoppablePostgresql,
) -> None:
    with shared_books(server, SOON) as (_, database):
        with database.reading():
            pass
        server.stop()
        with pytest.raises(SQLAlchemyError) as away, database.reading():
            pass
        server.start()
        back = time.monotonic()
        assert fault_of(away.value) in (DatabaseFault.AWAY, DatabaseFault.BUSY)
        while (fault := refused(database)) is not None:
            assert fault_of(fault) is not None
            assert time.monotonic() - back < 10
            time.sleep(0.2)


def refused(database: Database) -> SQLAlchemyError | None:
    """Why nothing can be written; None where it was."""
    try:
        with database.writing() as session:
            session.execute(text("UPDATE books_mark SET tick = tick"))
    except SQLAlchemyError as fault:
        return fault
    return None


def test_a_pooler_that_nobody_told_us_of_is_named_by_its_refusal(server: StoppablePostgresql) -> None:
    with (
        shared_books(server, options=DatabaseOptions()) as (_, database),
        pytest.raises(SQLAlchemyError) as refused,
        database.reading(),
    ):
        pass
    assert "BILLING_POOLER=transaction" in explain(refused.value).text.sv
