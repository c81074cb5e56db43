"""The chains, link by link: where each begins, who stands in which, and who is named in it."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from foundation import journal
from foundation.database import Database
from foundation.journal_chains.row_hashes import GENESIS, OTHERS, chain_of, row_hash
from foundation.sql import Session
from foundation.tables import journal_chain
from tests.support.journal import Noted, Something
from tests.support.servers.system_databases import whole

CASES = ("100000101", "100000102")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty system's database with three rows in its journal, about no case."""
    database = whole(database_url)
    for number in (1, 2, 3):
        with database.writing() as session:
            note(session, number)
    yield database
    database.close()


def note(session: Session, number: int, case: str = "") -> None:
    journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(number), execution_reference=case)


@pytest.mark.both_engines
def test_the_first_row_of_a_chain_follows_on_nothing_and_each_on_the_one_before(database: Database) -> None:
    with database.writing() as session:
        note(session, 4, CASES[0])
        note(session, 5)
        note(session, 6, CASES[1])
        note(session, 7, CASES[0])
    with database.reading() as session:
        held = [row._asdict() for row in journal.rows(session)]
        heads = {row.chain: (row.position, row.hash) for row in session.execute(select(journal_chain))}
    ends: dict[str, tuple[int, str]] = {}
    for row in held:
        position, previous = ends.get(row["chain"], (0, GENESIS))
        assert row["position"] == position + 1
        assert row["hash"] == row_hash(previous, row)
        ends[row["chain"]] = (row["position"], row["hash"])
    assert heads == ends
    assert [row["sequence"] for row in held] == list(range(1, 8))
    assert [row["chain"] for row in held if row["execution_reference"]] == [
        "case 100000101",
        "case 100000102",
        "case 100000101",
    ]


def test_a_row_about_no_case_stands_in_one_of_a_fixed_number_of_chains() -> None:
    found = {chain_of("", str(Something.THING.of(number))) for number in range(2_000)}
    assert found == {f"other {number:02}" for number in range(OTHERS)}


def test_what_a_transaction_writes_about_no_case_stands_in_one_chain(database: Database) -> None:
    """Whoever notes fifty messages at once holds one of the chains that all share, and not most of them."""
    with database.writing() as session:
        for number in range(10, 60):
            note(session, number, CASES[0] if number % 2 else "")
    with database.reading() as session:
        chains = [row.chain for row in journal.rows(session)][3:]
    assert set(chains) == {"case 100000101", chain_of("", str(Something.THING.of(10)))}


@pytest.mark.both_engines
def test_an_empty_journal_is_whole(database_url: str) -> None:
    database = whole(database_url)
    with database.reading() as session:
        assert session.execute(select(journal_chain)).all() == []
        assert list(journal.verify(session)) == []
    database.close()


@pytest.mark.both_engines
def test_whatever_is_written_in_whatever_transactions_verifies(database: Database) -> None:
    one = st.tuples(st.integers(0, 9), st.sampled_from(("", *CASES)))

    @given(transactions=st.lists(st.tuples(st.lists(one, max_size=5), st.booleans()), max_size=6))
    def written(transactions: list[tuple[list[tuple[int, str]], bool]]) -> None:
        class Undone(Exception):
            pass

        def write(rows: list[tuple[int, str]], *, ends_well: bool) -> None:
            with database.writing() as session:
                for number, case in rows:
                    note(session, number, case)
                if not ends_well:
                    journal.write(session, at=database.clock())
                    raise Undone

        with database.reading() as session:
            before = len(list(journal.rows(session)))
        for rows, ends_well in transactions:
            if ends_well:
                write(rows, ends_well=True)
            else:
                with pytest.raises(Undone):
                    write(rows, ends_well=False)
        with database.reading() as session:
            assert list(journal.verify(session)) == []
            after = [row.sequence for row in journal.rows(session)]
        assert len(after) == before + sum(len(rows) for rows, ends_well in transactions if ends_well)
        assert after == sorted(set(after))

    written()


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
            note(session, 4)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.writing() as session:
        note(session, 5)
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
