"""Many who write the journal at once on PostgreSQL: nobody waits in a circle, nor for what does not concern him."""

import random
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import select

from foundation import journal, number_series
from foundation.database import Database
from foundation.journal_chains import root_store
from foundation.sql import Session
from foundation.tables import journal_chain
from tests.support.at_once import at_once
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import whole

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

WRITERS, TRANSACTIONS, CASES = 8, 25, 6


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = whole(database_url)
    yield database
    database.close()


def note(session: Session, number: int, case: str = "") -> None:
    journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(number), execution_reference=case)


def test_writers_with_crossing_chains_never_stand_in_each_others_way_for_good(database: Database) -> None:
    """In whatever order each names its chains, also those that nobody has begun yet: no deadlock, and all verifies."""

    def write(seed: int) -> int:
        drawn, rows = random.Random(seed), 0  # noqa: S311 - no secret
        for turn in range(TRANSACTIONS):
            with database.writing() as session:
                # Some cases that everybody writes about, and some that are new to all in this turn.
                cases = [str(drawn.randrange(CASES)) for _ in range(drawn.randint(1, 5))]
                cases += [f"new {turn} {each}" for each in drawn.sample(range(6), 4)]
                for case in drawn.sample([*cases, ""], len(cases) + 1):
                    note(session, drawn.randrange(1_000), case)
                    rows += 1
        return rows

    rows = sum(at_once([partial(write, seed) for seed in range(WRITERS)]))
    with database.reading() as session:
        assert list(journal.verify(session)) == []
        assert len(list(journal.rows(session))) == rows
        heads = session.execute(select(journal_chain)).all()
    assert sum(head.position for head in heads) == rows


def test_roots_made_while_others_write_take_each_row_in_once(database: Database) -> None:
    done = threading.Event()

    def write() -> None:
        for number in range(60):
            with database.writing() as session:
                note(session, number, str(number % CASES))
        done.set()

    def make() -> None:
        while not done.is_set():
            with database.writing() as session:
                root_store.make(session, day=database.clock().date())

    at_once([write, make, make])
    with database.writing() as session:
        root_store.make(session, day=database.clock().date())
    with database.reading() as session:
        assert root_store.moved(session) == []
        assert list(journal.verify(session)) == []


def test_whoever_writes_about_another_case_does_not_wait_for_a_commit(database: Database) -> None:
    with database.writing() as first:
        note(first, 1, "100000101")
        number_series.next_number(first, number_series.ORDERS)
        journal.write(first, at=database.clock())
        # A statement that would wait for it is ended by then.
        with database.writing() as second:
            second.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
            note(second, 2, "100000102")
            for name in (number_series.ORDERS, number_series.EXECUTION_REFERENCES, number_series.PAYMENTS):
                number_series.next_number(second, name)
    with database.reading() as session:
        # Whoever committed first has not the first number: the numbers order lists, and the chains hold.
        assert [row.execution_reference for row in journal.rows(session)] == ["100000101", "100000102"]
        assert list(journal.verify(session)) == []


def test_the_same_case_follows_the_order_of_its_commits(database: Database) -> None:
    def write(seed: int) -> None:
        for turn in range(TRANSACTIONS):
            with database.writing() as session:
                note(session, 100 * seed + turn, "100000101")

    at_once([partial(write, seed) for seed in range(WRITERS)])
    with database.reading() as session:
        rows = list(journal.rows(session, execution_reference="100000101"))
        assert [row.position for row in rows] == list(range(1, WRITERS * TRANSACTIONS + 1))
        assert list(journal.verify(session)) == []
