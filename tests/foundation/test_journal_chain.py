"""The chain, link by link: where it begins, what breaks it and how that is told, and who is named in it."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, delete, insert, select, text, update

from foundation import journal
from foundation.database import Database
from foundation.journal import GENESIS, BrokenRow
from foundation.sql import Session
from foundation.tables import journal as rows
from foundation.tables import journal_head
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import whole


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty system's database with three rows in its journal."""
    database = whole(database_url)
    for number in (1, 2, 3):
        with database.writing() as session:
            journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(number))
    yield database
    database.close()


def broken_by(database: Database, change: Callable[[Session], object]) -> list[BrokenRow]:
    """What the walk says after a change that the database itself would have refused."""
    with database.writing() as session:
        for trigger in session.scalars(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'")
        ).all():
            session.execute(text(f'DROP TRIGGER "{trigger}"'))
        change(session)
    with database.reading() as session:
        return list(journal.verify(session))


def test_the_first_row_follows_on_the_beginning_and_each_on_the_one_before(database: Database) -> None:
    with database.reading() as session:
        held = [row._asdict() for row in journal.rows(session)]
        head = session.execute(select(journal_head)).one()
    previous = GENESIS
    for number, row in enumerate(held, 1):
        assert row["sequence"] == number
        content = {name: value for name, value in row.items() if name != "hash"}
        assert row["hash"] == journal.row_hash(previous, content)
        previous = row["hash"]
    assert (head.sequence, head.hash) == (3, previous)


def test_an_empty_chain_begins_at_nothing_and_is_begun_once(database_url: str) -> None:
    database = whole(database_url)
    for _ in range(2):
        with database.writing() as session:
            journal.start(session)
    with database.reading() as session:
        head = session.execute(select(journal_head)).one()
        assert (head.sequence, head.hash) == (0, GENESIS)
        assert list(journal.verify(session)) == []
    database.close()


def test_a_chain_without_a_head_gets_one() -> None:
    with create_engine("sqlite://").begin() as connection:
        journal_head.create(connection)
        for _ in range(2):
            journal.start(connection)
            assert connection.execute(select(journal_head)).one() == (1, 0, GENESIS)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda session: None, []),
        (
            lambda session: session.execute(
                update(rows).where(rows.c.sequence == 2).values(actor="officer-2")
            ),
            [BrokenRow(2, "row 2 does not carry the hash of its content")],
        ),
        (
            lambda session: session.execute(delete(rows).where(rows.c.sequence == 2)),
            [BrokenRow(3, "row 2 is missing: the next row is 3")],
        ),
        (
            lambda session: session.execute(delete(rows).where(rows.c.sequence == 3)),
            [BrokenRow(2, "the head of the chain says 3 rows, the journal ends at row 2")],
        ),
        (
            lambda session: session.execute(update(journal_head).values(hash=GENESIS)),
            [BrokenRow(3, "the head of the chain says 3 rows, the journal ends at row 3")],
        ),
        (
            lambda session: session.execute(update(journal_head).values(sequence=4)),
            [BrokenRow(3, "the head of the chain says 4 rows, the journal ends at row 3")],
        ),
        (
            lambda session: session.execute(delete(journal_head)),
            [BrokenRow(3, "the head of the chain says 0 rows, the journal ends at row 3")],
        ),
    ],
    ids=["nothing", "changed", "removed", "cut off", "another head", "a head too far", "no head"],
)
def test_each_way_to_break_the_chain_is_named(
    database: Database, change: Callable[[Session], object], told: list[BrokenRow]
) -> None:
    assert broken_by(database, change) == told


def test_a_row_added_beside_the_chain_is_named(database: Database) -> None:
    def add(session: Session) -> None:
        last = session.execute(select(rows).where(rows.c.sequence == 3)).one()._asdict()
        session.execute(insert(rows), {**last, "sequence": 4})

    assert [each.sequence for each in broken_by(database, add)] == [4, 4]


def test_what_nobody_in_particular_does_is_done_by_whoever_told_us(database: Database) -> None:
    with database.writing() as session:
        with journal.at_the_word_of(session, "system-7"):
            journal.record(session, journal.SYSTEM, Noted.FIRST, Something.THING.of(4))
            journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(5))
            with journal.at_the_word_of(session, "system-8"):
                journal.record(session, journal.SYSTEM, Noted.FIRST, Something.THING.of(6))
            journal.record(session, journal.SYSTEM, Noted.FIRST, Something.THING.of(7))
        journal.record(session, journal.SYSTEM, Noted.FIRST, Something.THING.of(8))
    with database.reading() as session:
        actors = [row.actor for row in journal.rows(session)][3:]
    assert actors == ["system-7", "officer-1", "system-8", "system-7", "system"]


def test_what_was_recorded_before_a_fault_is_not_written_with_the_next_transaction(
    database: Database,
) -> None:
    def fail() -> None:
        with database.writing() as session:
            journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(4))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.writing() as session:
        journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(5))
    with database.reading() as session:
        assert [row.subject for row in journal.rows(session)][3:] == [str(Something.THING.of(5))]


def test_a_journal_is_asked_by_reference_and_by_what_it_is_about(database: Database) -> None:
    with database.writing() as session:
        journal.record(
            session,
            "officer-1",
            Noted.FIRST,
            Something.THING.of(4),
            execution_reference="100000101",
            why="så",
        )
    with database.reading() as session:
        (row,) = journal.rows(session, execution_reference="100000101")
        assert (row.sequence, row.detail) == (4, '{"why": "så"}')
        about = journal.rows_about(session, Something.THING.of(2), Something.THING.of(4))
        assert [each.sequence for each in about] == [2, 4]
