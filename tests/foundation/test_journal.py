"""The journal: one row for each thing done, chained, without a person's name or number."""

import json
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from foundation import journal
from foundation import tables as foundation_tables
from foundation.journal_chains.row_hashes import GENESIS, row_hash
from tests.support.journal import Noted, Something
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def written(system: System, reference: str | None = None) -> list[tuple[int, str, str]]:
    with system.database.reading() as session:
        rows = journal.rows(session, execution_reference=reference)
        return [(row.sequence, row.action, row.subject) for row in rows]


@pytest.mark.both_engines
def test_a_month_leaves_its_rows_in_the_order_things_were_done(system: System) -> None:
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.pay(on=date(2026, 3, 5))
    rows = written(system)
    assert [sequence for sequence, _, _ in rows] == list(range(1, len(rows) + 1))
    assert [(action, subject) for _, action, subject in written(system, REFERENCE)] == [
        ("order.placed", "order 2100000001"),
        ("placement.decided", f"placement {REFERENCE}"),
        ("report.filed", f"report {REFERENCE} 2026-01 v1"),
        ("report.approved", f"report {REFERENCE} 2026-01 v1"),
        ("receipt.made", "order line 2100000001/001"),
        ("invoice.received", "invoice 1"),
        ("invoice.paid", "invoice 1"),
    ]
    with system.database.reading() as session:
        assert list(journal.verify(session)) == []
        paid = list(journal.rows(session))[-1]
    assert paid.actor == "attester-1"
    assert json.loads(paid.detail) == {
        "prepared_by": "officer-1",
        "payment": "10000001",
        "amount": "2375.00",
        "state": "PAID",
    }


@pytest.mark.both_engines
def test_what_is_rolled_back_leaves_no_row(system: System) -> None:
    before = written(system)

    class Interrupted(Exception):
        pass

    def work() -> None:
        with system.database.writing() as session:
            journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(1))
            raise Interrupted

    with pytest.raises(Interrupted):
        work()
    assert written(system) == before


def test_what_is_undone_within_a_transaction_is_forgotten_and_the_rest_stays(system: System) -> None:
    class Refused(Exception):
        pass

    def attempted() -> None:
        with journal.attempt(session):
            journal.record(session, "officer-1", Noted.SECOND, Something.THING.of(2))
            raise Refused

    with system.database.writing() as session:
        journal.record(session, "officer-1", Noted.FIRST, Something.THING.of(1))
        with pytest.raises(Refused):
            attempted()
        with journal.attempt(session):
            journal.record(session, "officer-1", Noted.THIRD, Something.THING.of(3))
    assert [action for _, action, _ in written(system)][1:] == [Noted.FIRST, Noted.THIRD]


def test_a_transaction_that_says_nothing_writes_nothing(system: System) -> None:
    before = written(system)
    with system.database.writing():
        pass
    assert written(system) == before


def test_the_hash_is_of_the_row_its_chain_and_place_and_the_one_before_it() -> None:
    row = {"sequence": 1, "actor": "å", "chain": "case 1", "position": 7}
    right = row_hash(GENESIS, row)
    assert right == row_hash(GENESIS, {"position": 7, "chain": "case 1", "actor": "å", "sequence": 1})
    assert right != row_hash("1" * 64, row)
    for name, value in (("actor", "ä"), ("chain", "case 2"), ("position", 8)):
        assert right != row_hash(GENESIS, {**row, name: value})
    # The number orders lists; a chain that is closed was hashed with it, and without the two others.
    assert right == row_hash(GENESIS, {**row, "sequence": 2})
    closed = {"sequence": 1, "actor": "å", "chain": "", "position": None}
    assert row_hash(GENESIS, closed) == row_hash(GENESIS, {"sequence": 1, "actor": "å"})
    assert row_hash(GENESIS, closed) != row_hash(GENESIS, {**closed, "sequence": 2})


@pytest.mark.both_engines
def test_the_database_itself_refuses_to_change_or_remove_a_row(system: System) -> None:
    for change in (update(foundation_tables.journal).values(actor="x"), delete(foundation_tables.journal)):
        with pytest.raises(DBAPIError, match="append-only"), system.database.writing() as session:
            session.execute(change)


def test_no_row_tells_of_a_person_or_a_reason_to_leave_beyond_its_code(system: System) -> None:
    system.decide(REFERENCE, level="C")
    system.interrupt(REFERENCE, on=date(2026, 3, 13), reason="ILLNESS")
    with system.database.reading() as session:
        text = " ".join(f"{row.actor} {row.subject} {row.detail}" for row in journal.rows(session))
    assert "level" not in text
    assert "Enheten" not in text
