"""Divided tables of PostgreSQL: rows lie in their ranges, nothing lies aside unseen, and no promise ends at a range."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from billing.migrations.migrate import bring_up_to_date
from billing.server.jobs import make_partitions
from foundation import append_only, journal
from foundation.database import SUPPLIER_ROLE, Database
from foundation.engines import partitions
from foundation.journal_chains import chain_store
from foundation.journal_chains.chain_store import HeadMoved
from foundation.sql import Session
from operations.checks import invariants
from tests.support import old_books
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import migrated

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

JOURNAL, ATTEMPT = partitions.DIVIDED["journal"], partitions.DIVIDED["attempt"]
LAST = JOURNAL.each - 1
CASE = "100000101"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(migrated(database_url)) as opened:
        yield opened


def note(database: Database, count: int = 1, reference: str = CASE) -> None:
    with database.writing() as session:
        for each in range(count):
            thing = Something.THING.of(each)
            journal.record(session, "user-1", Noted.FIRST, thing, execution_reference=reference)


def numbers_go_on_after(database: Database, last: int) -> None:
    with database.engine.begin() as session:
        session.execute(text("SELECT setval('journal_sequence', :last)"), {"last": last})


def rows_by_partition(database: Database) -> dict[str, int]:
    question = text("SELECT tableoid::regclass::text AS name, count(*) AS rows FROM journal GROUP BY 1")
    with database.reading() as session:
        return {row.name: row.rows for row in session.execute(question)}


def said_by_check(database: Database) -> list[str]:
    with database.reading() as session:
        return [f"{each.invariant}: {each.subject}: {each.sentence}" for each in invariants.check(session)]


@contextmanager
def as_master(database: Database) -> Iterator[Session]:
    with database.engine.begin() as session:
        yield session


def test_one_case_goes_on_across_two_ranges_and_reads_as_one(database: Database) -> None:
    note(database, 2)
    numbers_go_on_after(database, LAST - 1)
    note(database, 3)
    assert rows_by_partition(database) == {"journal_0000": 3, "journal_0001": 2}
    with database.reading() as session:
        about = list(journal.rows(session, execution_reference=CASE))
        assert [row.position for row in about] == [1, 2, 3, 4, 5]
    assert said_by_check(database) == []


def test_what_no_partition_was_made_for_is_kept_named_and_given_one(database: Database) -> None:
    beyond = (partitions.AHEAD + 1) * JOURNAL.each
    numbers_go_on_after(database, beyond + 7)
    note(database, 4)
    assert rows_by_partition(database) == {"journal_default": 4}
    assert [each for each in said_by_check(database) if "partition" in each] == [
        "partitions: table journal: 4 rows lie in journal_default, for which no partition was made: run billing init",
        "partitions: table journal: no partition stands ready for the rows to come: run billing init",
    ]
    with database.writing() as session:
        made = partitions.make_ahead(session)
    assert made == ["journal_0003", "journal_0004", "journal_0005"]
    assert rows_by_partition(database) == {"journal_0003": 4}
    note(database)
    assert said_by_check(database) == []
    with database.engine.begin() as session, pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("DELETE FROM journal"))
    with database.writing() as session:
        assert partitions.make_ahead(session) == []


def test_partitions_are_made_before_the_last_is_written_and_nobody_is_waited_for(database: Database) -> None:
    numbers_go_on_after(database, JOURNAL.each + 1)
    note(database)
    with database.writing() as writing:
        journal.record(writing, "user-1", Noted.FIRST, Something.THING.of(1), execution_reference=CASE)
        with database.engine.begin() as session:
            assert partitions.make_ahead(session) == ["journal_0003"]
    assert rows_by_partition(database) == {"journal_0001": 2}


def test_a_missing_default_partition_is_named_and_made(database: Database) -> None:
    with as_master(database) as session:
        session.execute(text("DROP TABLE attempt_default"))
    assert said_by_check(database) == [
        "partitions: table attempt: no partition stands ready for the rows to come: run billing init"
    ]
    bring_up_to_date(database)
    assert said_by_check(database) == []


@pytest.mark.parametrize("partition", ["journal_0000", "journal_0001", "journal_default"])
def test_a_partition_whose_guard_is_taken_away_is_named(database: Database, partition: str) -> None:
    with as_master(database) as session:
        session.execute(text(f"ALTER TABLE {partition} DISABLE TRIGGER USER"))
    assert said_by_check(database) == [
        "append-only tables: table journal: its triggers against change and removal are missing"
    ]


def test_a_partition_that_was_taken_away_is_missed_by_the_chains(database: Database) -> None:
    numbers_go_on_after(database, LAST - 1)
    note(database, 3)
    with as_master(database) as session:
        session.execute(text("ALTER TABLE journal DETACH PARTITION journal_0001"))
    with database.reading() as session:
        assert [each.sentence for each in journal.verify(session)] == [
            f"chain case {CASE}: its head says 3 rows, it ends at row 1"
        ]


def test_a_place_in_a_chain_is_taken_once_within_a_range_and_across_ranges(database: Database) -> None:
    note(database, 2)
    numbers_go_on_after(database, LAST)
    with database.writing() as session:
        held = chain_store.hold(session, [f"case {CASE}"])
    note(database)
    # A second that held the same head would take place 3 again, in the other range or in the same.
    with pytest.raises(HeadMoved), database.writing() as session:
        chain_store.move(session, held.values(), held=held)
    again = "INSERT INTO journal SELECT sequence + 1, at, actor, action, subject, execution_reference, detail, hash,"
    with pytest.raises(IntegrityError, match="chain_position"), as_master(database) as session:
        session.execute(text(f"{again} chain, position FROM journal WHERE position = 3"))


def test_a_number_is_used_once_across_ranges(database: Database) -> None:
    numbers_go_on_after(database, LAST)
    note(database)
    columns = "sequence, at, actor, action, subject, '1', detail, hash, 'case 1', 1"
    again = f"INSERT INTO journal SELECT {columns} FROM journal"  # noqa: S608 - columns of ours
    with pytest.raises(IntegrityError, match="pkey"), as_master(database) as session:
        session.execute(text(again))


def test_a_suppliers_session_reaches_no_partition_by_its_name(database: Database) -> None:
    with database.engine.begin() as session:
        asked = (
            "SELECT relname FROM pg_class WHERE relispartition AND has_table_privilege(:role, oid, :right)"
        )
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            assert session.scalars(text(asked), {"role": SUPPLIER_ROLE, "right": right}).all() == []


def test_old_books_become_the_first_partition_without_a_row_written_anew(database: Database) -> None:
    note(database, 3)
    files = "SELECT relfilenode FROM pg_class WHERE relname IN ({}) ORDER BY relname"
    with database.engine.begin() as session:
        old_books.before_0067(session)
        session.execute(text("UPDATE alembic_version SET version_num = '0066'"))
        before = session.scalars(text(files.format("'journal', 'pk_journal', 'attempt'"))).all()
    bring_up_to_date(database)
    with database.reading() as session:
        after = session.scalars(
            text(files.format("'journal_0000', 'journal_0000_pkey', 'attempt_0000'"))
        ).all()
        assert sorted(after) == sorted(before)
        assert append_only.standing(session) >= {"journal"}
    note(database, 2)
    assert rows_by_partition(database) == {"journal_0000": 5}
    assert said_by_check(database) == []


def test_the_timetable_makes_them(database: Database) -> None:
    numbers_go_on_after(database, JOURNAL.each)
    note(database)
    with database.writing() as session:
        today = date(2026, 11, 21)
        assert make_partitions(session, today, database.clock()) == "journal_0003"
