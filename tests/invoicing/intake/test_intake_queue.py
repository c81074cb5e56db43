"""Sorting: a message goes to the handler of its kind, and one whose handling fails is never lost."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from invoicing.intake import handlers as intake_handlers
from invoicing.intake import queue
from invoicing.intake.queue import read_arrived
from peppol.exchange import inbox as exchange_inbox
from peppol.exchange import inbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState
from peppol.identifiers import DocumentKind
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
DAY = date(2026, 2, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def message(system: System) -> Row[Any]:
    with system.database.reading() as session:
        return session.execute(
            select(exchange_tables.inbox).order_by(exchange_tables.inbox.c.id).limit(1)
        ).one()


def january(system: System, number: str = "F-1") -> bytes:
    return codec.serialise(system.flip(system.order(REFERENCE).number, number=number, on=DAY))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The handler of invoices fails, as a fault of ours would make it."""

    def fail(*given: object) -> None:
        raise RuntimeError("19121212-1212 must never reach a log")

    with monkeypatch.context() as patch:
        patch.setitem(intake_handlers.HANDLERS, DocumentKind.INVOICE, fail)
        yield


def read_at(system: System, moment: datetime, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(system.database, "clock", lambda: moment)
    return len(system.read_messages(on=DAY))


def test_a_message_whose_handling_fails_rests_longer_each_time_and_then_waits_for_a_person(
    system: System, broken: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.post(january(system), on=DAY)
    moment = CLOCK
    for failures, rest in enumerate((1, 5, 30, 240), 1):
        assert read_at(system, moment, monkeypatch) == 0
        row = message(system)
        assert (row.state, row.failures) == (InState.ARRIVED, failures)
        assert row.claimed_until == moment + timedelta(minutes=rest)
        assert row.error.startswith("RuntimeError fail:")
        assert "1912" not in row.error
        # Before its time it is passed over.
        assert read_at(system, moment + timedelta(seconds=59), monkeypatch) == 0
        assert message(system).failures == failures
        moment += timedelta(minutes=rest, seconds=1)
    assert read_at(system, moment, monkeypatch) == 0
    assert message(system).state == InState.FAILED


@pytest.mark.both_engines
def test_a_message_that_failed_is_replayed_when_the_fault_is_mended_and_has_its_effect_once(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = system.post(january(system), on=DAY)
    with system.database.writing() as session:
        for failures in range(5):
            claimed = inbox_store.InboundMessage(stored.id, "", "", b"", DAY, InState.ARRIVED, failures)
            exchange_inbox.failed(session, claimed, "RuntimeError", now=CLOCK)
    assert message(system).state == InState.FAILED
    assert system.read_messages(on=DAY) == []
    with system.database.writing() as session:
        assert exchange_inbox.replay(session, stored.id) is InState.FAILED
    assert len(system.read_messages(on=DAY)) == 1
    with system.database.writing() as session:
        assert exchange_inbox.replay(session, stored.id) is None
        assert exchange_inbox.replay(session, 999) is None
    assert message(system).state == InState.HANDLED


@pytest.mark.both_engines
def test_a_failure_noted_by_a_worker_that_was_too_late_changes_nothing(system: System) -> None:
    stored = system.post(january(system), on=DAY)
    with system.database.writing() as session:
        (claimed,) = inbox_store.claim(session, limit=1, now=CLOCK, lease=timedelta(0))
    later = CLOCK + timedelta(seconds=1)
    with system.database.writing() as session:
        inbox_store.settle(session, stored.id, InState.QUARANTINED, reason="XSD")
        assert exchange_inbox.failed(session, claimed, "RuntimeError", now=later) is None
    assert message(system).state == InState.QUARANTINED


@pytest.mark.both_engines
def test_one_message_that_fails_does_not_take_those_of_its_transaction_with_it(
    system: System, broken: None
) -> None:
    bodies = [b"<A>1</A>", january(system), b"<A>2</A>"]
    for body in bodies:
        system.post(body, on=DAY)
    assert len(system.read_messages(on=DAY)) == 2
    with system.database.reading() as session:
        rows = session.execute(select(exchange_tables.inbox.c.state, exchange_tables.inbox.c.failures)).all()
    assert sorted((row.state, row.failures) for row in rows) == [
        (InState.ARRIVED, 1),
        (InState.QUARANTINED, 0),
        (InState.QUARANTINED, 0),
    ]


@pytest.mark.both_engines
def test_a_worker_that_stops_early_leaves_what_it_had_taken_to_others(system: System) -> None:
    for number in range(queue.TOGETHER + 3):
        system.post(f"<A>{number}</A>".encode(), on=DAY)
    reading = read_arrived(system.database, today=DAY)
    next(reading)
    reading.close()
    assert len(system.read_messages(on=DAY)) == 3


def test_a_second_invoice_of_the_same_day_amount_and_order_gets_a_note_and_no_refusal(system: System) -> None:
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=DAY)
    first = system.send(invoice)
    system.send(replace(invoice, id="F-2"))
    system.send(billed(replace(invoice, id="F-3"), days="19"))
    with system.database.reading() as session:
        (note,) = session.execute(select(exchange_tables.message_note))
    assert (note.code, note.other) == ("NEAR_DUPLICATE", first.letter_id)
    assert "F-2" in note.sentence_en
    assert "F-1" in note.sentence_sv


@pytest.mark.both_engines
def test_one_transport_id_with_other_bytes_is_a_conflict_where_ids_are_never_given_twice(
    system: System,
) -> None:
    def store(body: bytes, key: str) -> exchange_inbox.Stored:
        with system.database.writing() as session:
            return exchange_inbox.store(
                session, body, transport_id="t-1", transport_key=key, received_on=DAY, received_at=CLOCK
            )

    first = store(b"<A/>", "as4/t-1")
    other = store(b"<B/>", "as4/t-1")
    assert (other.state, other.repeats) == (InState.CONFLICT, first.id)
    assert store(b"<A/>", "as4/t-1").state is InState.REPEAT
    # A folder's file name says nothing.
    assert store(b"<C/>", "").state is InState.ARRIVED
    assert store(b"<D/>", "").state is InState.ARRIVED
    with system.database.reading() as session:
        notes = session.execute(select(exchange_tables.message_note)).all()
    assert [(note.letter, note.code, note.other) for note in notes] == [
        (first.id, "TRANSPORT_CONFLICT", other.id)
    ]
