"""The feed: what is told of a case, in which order, to whom reads it from a cursor, and what is never in it."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from billing.server.worker import Worker
from foundation import append_only, books_mark, journal
from foundation.books_mark import BooksMark
from foundation.journal_entries import JournalAction, JournalEntry
from foundation.periods import Month
from foundation.sql import Session
from invoicing.journal_actions import DocumentAction, InvoicingSubject
from invoicing.matching.deviations import DeviationCode
from invoicing.model import InvoiceState
from operations.checks import invariants
from operations.event_feed import numbering, reading, store, telling
from operations.event_feed.contract import ENVELOPES, OUTBOUND_DATA, OutboundEvent, ToTell
from operations.event_feed.fact_queries import DocumentFacts
from operations.event_feed.facts import Facts
from operations.event_feed.reading import CursorAhead, CursorTooOld
from operations.event_feed.tables import outbound_event, outbound_waiting
from orders.journal_actions import PlacementAction, report_subject
from orders.objections import objecting
from orders.objections import store as objection_store
from orders.objections.model import AnswerReason, ObjectionPoint, ObjectionReason, ObjectionState
from orders.placements import filing
from orders.placements.filing import MonthToFile
from orders.placements.informative import informative_reports
from orders.terms import Activity, RejectionReason
from tests.support.at_once import at_once
from tests.support.project import PROJECT
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register
from tests.test_journal_actions import members


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def feed(system: System, after: int = 0, *, limit: int = 1000) -> list[OutboundEvent]:
    """What a reader is given: whoever asks has what is committed numbered first."""
    numbering.number_for_reader(system.database)
    with system.database.reading() as session:
        return list(reading.events_after(session, after, limit=limit))


def types(system: System, after: int = 0) -> list[str]:
    return [each.type for each in feed(system, after)]


def told(event: OutboundEvent) -> dict[str, object]:
    """What an event says, checked against its model."""
    ENVELOPES[event.type].model_validate_json(event.to_line())
    said: dict[str, object] = json.loads(event.data)
    return said


def a_case(system: System) -> None:
    """From decision to a claim that is left after a credit of what was paid."""
    system.decide("100000101", start=date(2026, 1, 1))
    system.report("100000101", "2026-01", on=date(2026, 2, 1))
    order = system.order("100000101").number
    invoice = system.flip(order, number="F-1", on=date(2026, 2, 2))
    system.send(invoice)
    system.pay(on=date(2026, 3, 10))
    system.send_credit(invoice, number="K-1", on=date(2026, 3, 11))
    system.interrupt("100000101", on=date(2026, 3, 12))


def test_a_case_is_told_from_order_to_claim(system: System) -> None:
    a_case(system)
    assert types(system) == [
        "order.placed",
        "report.filed",
        "report.approved",
        "receipt.made",
        "invoice.received",
        "invoice.accepted",
        "invoice.paid",
        "credit_note.received",
        "invoice.credited",
        "claim.raised",
        "credit_note.settled",
        "interruption.registered",
    ]
    events = {each.type: told(each) for each in feed(system)}
    assert events["receipt.made"] == {
        "execution_reference": "100000101",
        "order_number": "2100000001",
        "line_id": "001",
        "month": "2026-01",
        "version": 1,
        "quantity": "20",
        "amount": "1900.00",
        "currency": "SEK",
    }
    assert events["claim.raised"]["amount"] == "2375.00"
    assert {each.execution_reference for each in feed(system)} == {"100000101"}


def test_a_report_sent_back_is_told_with_its_coded_reason(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    system.file_report("100000101", "2026-01", on=date(2026, 2, 1))
    rejected = {
        "execution_reference": "100000101",
        "month": "2026-01",
        "version": 1,
        "at": "2026-02-02T08:00:00+01:00",
        "by": "officer-1",
        "reason": "WRONG_MONTH",
    }
    system.must("report.rejected", rejected, on=date(2026, 2, 2))
    (event,) = [each for each in feed(system) if each.type == "report.rejected"]
    assert told(event) == {
        "execution_reference": "100000101",
        "month": "2026-01",
        "version": 1,
        "rejected_on": "2026-02-02",
        "reason": RejectionReason("WRONG_MONTH"),
    }


def test_what_a_supplier_tells_beside_the_months_and_objects_to_is_told_in_codes(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    filed = {
        "execution_reference": "100000101",
        "kind": "INTERNSHIP",
        "at": "2026-02-02T08:00:00+01:00",
        "by": "ext-1",
    }
    system.must("report.informative", filed, on=date(2026, 2, 2))
    with system.database.writing() as session:
        informative_reports.withdraw(session, 1, by="ext-1", today=date(2026, 2, 3))
    order = system.order("100000101")
    points = (
        ObjectionPoint("001", ObjectionReason.PRICE, Decimal("96.50")),
        ObjectionPoint("", ObjectionReason.CONTRACT),
    )
    for answer, reason in (
        (ObjectionState.STANDS, AnswerReason.AS_DECIDED),
        (ObjectionState.CANCELLED, AnswerReason.ORDERED_TWICE),
    ):
        with system.database.writing() as session:
            number = objecting.press(session, order, points, by="ext-1", today=date(2026, 2, 4))
        with system.database.writing() as session:
            objection = objection_store.by_id(session, number)
            assert objection is not None
            objecting.answer(
                session, example_register(), objection, answer, reason, by="officer-1", today=date(2026, 2, 5)
            )
    events = [(each.type, told(each)) for each in feed(system)][1:]
    assert [kind for kind, _ in events] == [
        "report.informative_filed",
        "report.informative_withdrawn",
        "objection.made",
        "objection.answered",
        "objection.made",
        "objection.answered",
    ]
    assert events[0][1]["kind"] == "INTERNSHIP"
    assert events[2][1]["points"] == [
        {"line_id": "001", "reason": "PRICE", "expected": "96.50"},
        {"reason": "CONTRACT"},
    ]
    assert (events[3][1]["answer"], events[3][1]["lines"]) == ("STANDS", [])
    assert events[5][1]["lines"] == [line.line_id for line in order.lines]


def test_an_interruption_is_told_whether_it_stands_moves_goes_or_waits_for_a_person(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    system.interrupt("100000101", on=date(2026, 2, 2), last_day=date(2026, 3, 2))
    moved = {"execution_reference": "100000101", "registered_on": "2026-02-03", "effective_on": "2026-04-01"}
    system.must("interruption.moved", moved, on=date(2026, 2, 3))
    withdrawn = {"execution_reference": "100000101", "registered_on": "2026-02-04"}
    system.must("interruption.withdrawn", withdrawn, on=date(2026, 2, 4))
    late = {
        "execution_reference": "100000101",
        "registered_on": "2026-02-01",
        "effective_on": "2026-02-01",
        "reason": "WORK",
    }
    system.refuses("interruption.registered", late, on=date(2026, 3, 10))
    assert types(system)[1:] == [
        "interruption.registered",
        "interruption.moved",
        "interruption.withdrawn",
        "interruption.kept_aside",
    ]
    assert told(feed(system)[-1])["event_id"] == "evt-00005"


def test_an_invoice_in_question_is_told_by_its_codes_and_nothing_its_supplier_wrote(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    system.report("100000101", "2026-01", on=date(2026, 2, 1))
    number = "ANNA-19121212-1212"
    wrong = billed(
        system.flip(system.order("100000101").number, number=number, on=date(2026, 2, 2)), days="19"
    )
    invoice = system.send(wrong)
    system.ask_credit(invoice, on=date(2026, 2, 3))
    events = feed(system)
    assert [each.type for each in events][-3:] == [
        "invoice.received",
        "invoice.in_question",
        "invoice.credit_requested",
    ]
    assert told(events[-1])["codes"] == list(invoice.codes)
    everything = "\n".join(each.to_line() for each in events)
    for never in (number, "1212", "5599991014", "officer-1", "Enheten"):
        assert never not in everything


def test_every_action_of_the_journal_is_told_or_listed_as_not_told() -> None:
    known = set(telling.TOLD) | set(telling.NOT_TOLD)
    rest = {each for each in members(JournalAction) if each not in known}
    # What accounts do is about people: none of it is told, whatever comes.
    assert {type(each).__module__ for each in rest} == {"accounts.journal_actions"}
    assert set(telling.TOLD) & set(telling.NOT_TOLD) == set()
    assert not any(type(each).__module__ == "accounts.journal_actions" for each in known)


def test_what_is_told_holds_no_person_and_no_free_text() -> None:
    """Every field of every event is a reference, a number, a day, an amount or a code."""
    fields = {name for model in OUTBOUND_DATA.values() for name in model.model_fields}
    assert fields == {
        *("activities", "amount", "amount_net", "amount_paid", "amount_payable", "amount_vat", "approved_on"),
        *("article", "code", "codes", "counts_to", "credit_note", "currency", "decision_id", "document"),
        *("effective_on", "ends_on", "event_id", "execution_reference", "filed_on", "how", "invoice"),
        *(
            "issued_on",
            "line_id",
            "month",
            "order_number",
            "paid_on",
            "payment_number",
            "pays_on",
            "quantity",
        ),
        *(
            "reason",
            "received_on",
            "rejected_on",
            "resumed_on",
            "revoked_on",
            "settled_on",
            "stage",
            "started_on",
        ),
        *("starts_on", "state", "version"),
        # What a supplier tells beside the months and objects to: codes, and numbers of ours.
        *("report", "kind", "objection", "channel", "made_on", "points", "answer", "answered_on"),
        *("replaced_by", "lines"),
    }


def test_what_is_undone_in_its_transaction_is_never_told(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    system.file_report("100000101", "2026-01", on=date(2026, 2, 1))
    before = types(system)
    with suppress(RuntimeError), system.database.writing() as session:
        _reject(session, "100000101")
        raise RuntimeError
    system.approve("100000101", "2026-01", on=date(2026, 2, 2))
    assert types(system) == [*before, "report.approved", "receipt.made"]
    assert [each.sequence for each in feed(system)] == list(range(1, len(before) + 3))


def test_read_in_slices_of_any_size_each_event_comes_once_in_order(system: System) -> None:
    a_case(system)
    whole = feed(system)

    @given(slices=st.lists(st.integers(1, 7), max_size=30))
    def read_in_slices(slices: list[int]) -> None:
        read: list[OutboundEvent] = []
        sizes = iter(slices)
        while part := feed(system, read[-1].sequence if read else 0, limit=next(sizes, 3)):
            read += part
            assert len(read) <= len(whole)
        assert read == whole

    read_in_slices()
    assert [each.sequence for each in whole] == list(range(1, len(whole) + 1))
    assert len({each.event_id for each in whole}) == len(whole)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_reader_never_passes_an_event_that_is_still_to_be_committed(system: System) -> None:
    """Whoever is about to commit holds up nobody: its events get their numbers once it has committed."""
    for reference in ("100000101", "100000102"):
        system.decide(reference, start=date(2026, 1, 1))
        system.file_report(reference, "2026-01", on=date(2026, 2, 1))
    start = len(feed(system))
    first_wrote, go_on, second_done = threading.Event(), threading.Event(), threading.Event()
    database = system.database

    def first() -> None:
        with database.writing() as session:
            _reject(session, "100000101")
            # Everything but the commit, which waits until the other has passed and was read.
            journal.write(session, at=database.clock())
            first_wrote.set()
            go_on.wait(5)

    def second() -> None:
        with database.writing() as session:
            _reject(session, "100000102")
        second_done.set()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert first_wrote.wait(5)
    threads[1].start()
    passed = second_done.wait(5)
    seen_meanwhile = feed(system, start)
    go_on.set()
    for thread in threads:
        thread.join(10)
    rest = feed(system, start + len(seen_meanwhile))
    assert passed
    assert [each.execution_reference for each in seen_meanwhile] == ["100000102"]
    assert [each.execution_reference for each in rest] == ["100000101"]
    assert [each.sequence for each in [*seen_meanwhile, *rest]] == [start + 1, start + 2]


class _Killed(BaseException):
    """The process ends where it stands: nothing after it is done, and the transaction is not committed."""


@pytest.mark.both_engines
@pytest.mark.parametrize("step", ["_MOVE", "_GONE"])
def test_who_is_killed_while_numbering_has_numbered_nothing_and_loses_nothing(
    system: System, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_case(system)

    def cut_off(session: Session, *, at_most: int) -> int:
        session.execute(store._MOVE, {"last": 0, "at_most": at_most})
        if step == "_GONE":
            session.execute(store._GONE, {"last": 0})
        raise _Killed

    with monkeypatch.context() as dying:
        dying.setattr(store, "number_waiting", cut_off)
        with pytest.raises(_Killed):
            numbering.number_committed(system.database)
    with system.database.reading() as session:
        assert (store.ends(session).last, store.after(session, 0, limit=9)) == (0, [])
        waiting = [
            row.type
            for row in session.execute(select(outbound_waiting).order_by(*outbound_waiting.primary_key))
        ]
    assert types(system) == waiting
    assert [each.sequence for each in feed(system)] == list(range(1, len(waiting) + 1))
    assert numbering.number_committed(system.database) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_many_who_number_and_many_who_tell_at_once_leave_no_gap_and_each_case_in_its_order(
    system: System,
) -> None:
    references = ["100000101", "100000102", "100000103"]
    for reference in references:
        system.decide(reference, start=date(2026, 1, 1))
        system.file_report(reference, "2026-01", on=date(2026, 2, 1))
    start, database, rounds = len(feed(system)), system.database, 8

    def telling_of(reference: str) -> None:
        for _ in range(rounds):
            with database.writing() as session:
                _reject(session, reference)

    def reading_on() -> list[OutboundEvent]:
        read: list[OutboundEvent] = []
        while len(read) < rounds * len(references):
            read += feed(system, read[-1].sequence if read else start, limit=2)
        return read

    works: list[Callable[[], object]] = [partial(telling_of, each) for each in references]
    _, _, _, one, other = at_once([*works, reading_on, reading_on])
    assert one == other == feed(system, start)
    assert [each.sequence for each in feed(system)] == list(range(1, start + rounds * len(references) + 1))
    with database.reading() as session:
        assert [each for each in invariants.check(session) if each.invariant == "feed"] == []


def test_a_worker_gives_events_their_numbers_where_nobody_reads(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    with system.database.reading() as session:
        assert store.is_any_waiting(session)
    Worker(system.database, None, ()).once()
    with system.database.reading() as session:
        assert not store.is_any_waiting(session)
        assert store.ends(session).last == 1


@pytest.mark.both_engines
def test_an_event_that_waits_is_neither_changed_nor_removed_before_it_has_its_number(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    for change in (update(outbound_waiting).values(type="other"), delete(outbound_waiting)):
        with pytest.raises(DBAPIError, match="append-only"), system.database.writing() as session:
            session.execute(change)
    assert types(system) == ["order.placed"]


@pytest.mark.both_engines
def test_a_feed_of_books_that_are_held_is_read_as_far_as_it_is_numbered(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    assert types(system) == ["order.placed"]
    system.file_report("100000101", "2026-01", on=date(2026, 2, 1))
    with system.database.for_recovery().writing() as session:
        books_mark.hold(session, BooksMark(9, 9), at="2026-02-01")
    assert types(system) == ["order.placed"]
    with system.database.for_recovery().writing() as session:
        books_mark.release(session, BooksMark(9, 9))
    assert types(system) == ["order.placed", "report.filed"]


def _reject(session: Session, reference: str) -> None:
    journal.record(
        session,
        "officer-1",
        PlacementAction.REPORT_REJECTED,
        report_subject(reference, Month(2026, 1), 1),
        execution_reference=reference,
    )


@pytest.mark.both_engines
def test_an_event_is_never_changed_and_goes_only_when_it_is_no_longer_kept(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    assert types(system) == ["order.placed"]
    for change in (
        update(outbound_event).values(type="other"),
        delete(outbound_event).where(outbound_event.c.sequence == 1),
    ):
        with pytest.raises(DBAPIError, match="append-only"), system.database.writing() as session:
            session.execute(change)
    assert types(system) == ["order.placed"]
    assert outbound_event.name in append_only.PROTECTED


@pytest.mark.both_engines
def test_who_asks_for_what_is_disposed_of_is_told_so_and_from_where_to_go_on(system: System) -> None:
    a_case(system)
    last = feed(system)[-1].sequence
    with system.database.writing() as session:
        assert reading.dispose(session, first_kept=date(2026, 1, 1)) == 0
    with system.database.writing() as session:
        assert reading.dispose(session, first_kept=date(2027, 12, 1)) == last
    with pytest.raises(CursorTooOld) as gone:
        feed(system, 3)
    assert gone.value.kept_after == last
    assert str(last) in gone.value.text.sv
    assert feed(system, last) == []
    # The numbers go on where they were.
    system.report("100000101", "2026-02", on=date(2026, 3, 15))
    assert feed(system, last)[0].sequence == last + 1


def test_a_cursor_beyond_the_end_is_refused(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    with pytest.raises(CursorAhead):
        feed(system, 2)


def test_the_page_about_events_has_an_example_of_every_type_that_holds() -> None:
    page = (PROJECT / "docs" / "events.md").read_text(encoding="utf-8")
    examples = dict(
        re.findall(r"^### `([a-z_.]+)`\n.*?^```json\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    )
    assert list(examples) == list(OUTBOUND_DATA)
    for name, example in examples.items():
        model = OUTBOUND_DATA[name]
        read = model.model_validate_json(example)
        assert set(getattr(read, "codes", ())) <= set(DeviationCode), name
        assert json.loads(ToTell(name, read).data_json()) == json.loads(example), name
    (whole,) = re.findall(r"^## An event whole\n\n```json\n(.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    ENVELOPES[json.loads(whole)["type"]].model_validate_json(whole)


def test_every_process_that_opens_the_books_tells_what_it_writes() -> None:
    """In a process of its own: here the tests' own imports would do it."""
    for module in ("billing.server.app", "billing.cli.command", "billing.migrations.migrate"):
        asked = f"import {module}; from foundation import journal; print(len(journal._FOLLOWERS))"
        told = subprocess.run(
            [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=PROJECT
        )
        assert told.stdout.strip() == "1", module


@pytest.mark.both_engines
def test_what_a_supplier_files_behind_its_wall_is_told(system: System) -> None:
    """A supplier's session may add to the feed what is about its own case, and read nothing of it."""
    system.decide("100000101", start=date(2026, 1, 1))
    to_file = MonthToFile("100000101", Month(2026, 1), 1)
    with system.database.for_supplier(FYRBAKEN).writing() as session:
        filing.file_month(session, to_file, activities=[Activity("MEETING")], at=CLOCK, by="user-1")
    (_, filed) = feed(system)
    assert told(filed)["activities"] == ["MEETING"]
    if not system.database.is_sqlite:
        behind = system.database.for_supplier(FYRBAKEN)
        with pytest.raises(DBAPIError, match="permission denied"), behind.reading() as session:
            store.after(session, 0, limit=1)


def test_what_is_taken_back_is_told_with_the_receipt_that_goes(system: System) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    system.report("100000101", "2026-01", on=date(2026, 2, 1))
    revoked = {
        "execution_reference": "100000101",
        "month": "2026-01",
        "version": 1,
        "at": "2026-02-10T08:00:00+01:00",
        "by": "officer-1",
        "reason": "NOT_DELIVERED",
    }
    system.must("report.revoked", revoked, on=date(2026, 2, 10))
    events = feed(system)[4:]
    assert sorted(each.type for each in events) == ["receipt.reversed", "report.revoked"]
    (taken_back,) = [told(each) for each in events if each.type == "report.revoked"]
    assert (taken_back["revoked_on"], taken_back["reason"]) == ("2026-02-10", "NOT_DELIVERED")


def test_an_order_number_that_is_none_of_ours_is_its_suppliers_text_and_not_told() -> None:
    document = DocumentFacts(
        state=InvoiceState.IN_QUESTION,
        codes=("ORDER_UNKNOWN",),
        execution_reference="",
        order_number="ANNA-1",
        amount_net=Decimal("100.00"),
        amount_vat=Decimal("25.00"),
        amount_payable=Decimal("125.00"),
        currency="SEK",
        received_on=date(2026, 2, 2),
        pays_on=date(2026, 3, 4),
    )
    detail = {"state": "IN_QUESTION", "codes": "ORDER_UNKNOWN"}
    entry = JournalEntry(
        journal.SYSTEM, DocumentAction.INVOICE_RECEIVED, InvoicingSubject.INVOICE.of(1), "", detail
    )
    events = telling.told([(0, entry)], Facts(documents={1: document}))
    assert [event.type for _, event in events] == ["invoice.received", "invoice.in_question"]
    assert not any("ANNA" in event.data_json() for _, event in events)
