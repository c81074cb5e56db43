"""A supplier tries its flow on the test bench, and nothing it tries touches a real figure."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation import number_series
from invoicing.flow_test import flow_test, flow_test_store, sample_orders
from invoicing.flow_test.flow_test import BenchRefused, Shown
from invoicing.flow_test.flow_test_store import FlowStep
from invoicing.flow_test.sample_orders import NoSamples
from invoicing.matching.deviations import Verdict
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.reconciliation import entry_queries
from orders.register import store as register_store
from peppol.documents import billing
from peppol.validation import validation
from peppol.xml import codec
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.system import FYRBAKEN, GRYNINGEN, LARKDRILLEN, System, a_system

TODAY = date(2026, 11, 21)
ACTOR = SupplierActor(FYRBAKEN, by="user-17")


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def an_invoice(system: System, number: str = "T-1", order: str = sample_orders.BASIC) -> billing.Invoice:
    with system.database.reading() as session:
        register = register_store.load(session)
    sample = sample_orders.samples(register, FYRBAKEN)[order]
    return flipping.flip(
        sample.facts,
        sample.facts.lines["001"],
        supplier=register.supplier(FYRBAKEN),
        buyer=register.buyer,
        policy=register.policy,
        given=Numbered(number, TODAY),
    )


def tries(system: System, document: billing.Invoice | billing.CreditNote | bytes) -> Shown:
    body = document if isinstance(document, bytes) else codec.serialise(document)
    with system.database.writing() as session:
        register = register_store.load(session)
        key = flow_test.try_out(session, register, ACTOR, body, now=CLOCK, today=TODAY)
    with system.database.reading() as session:
        shown = flow_test.show(session, register, FYRBAKEN, key, today=TODAY)
        assert flow_test.show(session, register, LARKDRILLEN, key, today=TODAY) is None
    assert shown is not None
    return shown


def asks(system: System) -> None:
    with system.database.writing() as session:
        flow_test.ask(session, ACTOR, now=CLOCK)


def confirms(system: System, step: FlowStep) -> FlowStep:
    with system.database.writing() as session:
        return flow_test.confirm(session, FYRBAKEN, step, by="admin-1", now=CLOCK)


def test_the_sample_orders_are_valid_and_the_same_every_day(system: System) -> None:
    with system.database.reading() as session:
        register = register_store.load(session)
    for supplier in register.suppliers:
        if supplier.organisation_number == GRYNINGEN:
            # An ESF area has no prices here: nothing is ordered there.
            with pytest.raises(NoSamples):
                sample_orders.samples(register, GRYNINGEN)
            continue
        for sample in sample_orders.samples(register, supplier.organisation_number).values():
            report = validation.validate(sample.body, on=TODAY)
            assert report.valid, report.findings
            assert supplier.organisation_number.encode() in sample.body


def test_a_supplier_comes_from_reading_files_to_live(system: System) -> None:
    asks(system)
    assert confirms(system, FlowStep.FILE_READ) is FlowStep.FLOW_TEST
    with pytest.raises(BenchRefused, match="valid"):
        asks(system)
    assert tries(system, b"not xml").match is None
    with pytest.raises(BenchRefused, match="valid"):
        asks(system)
    wrong = tries(system, billed(an_invoice(system), days="3"))
    assert wrong.match is not None
    assert wrong.match.verdict is Verdict.QUESTION
    asks(system)
    assert confirms(system, FlowStep.FLOW_TEST) is FlowStep.TEST_INVOICE
    with pytest.raises(BenchRefused, match="test invoice"):
        asks(system)
    right = an_invoice(system, "T-2", sample_orders.RESULT)
    assert tries(system, right).tried.accepted
    with pytest.raises(BenchRefused, match="credit note"):
        asks(system)
    assert tries(system, flipping.credit_note_of(right, given=Numbered("T-3", TODAY))).tried.accepted
    asks(system)
    assert confirms(system, FlowStep.TEST_INVOICE) is FlowStep.LIVE
    with pytest.raises(BenchRefused, match="live already"):
        asks(system)


def test_the_administrator_confirms_only_what_was_asked_and_may_send_it_back(system: System) -> None:
    with pytest.raises(BenchRefused):
        confirms(system, FlowStep.FILE_READ)
    asks(system)
    with system.database.writing() as session:
        flow_test.send_back(
            session, FYRBAKEN, FlowStep.FILE_READ, by="admin-1", note="Läs även resultatordern.", now=CLOCK
        )
    with system.database.reading() as session:
        flow = flow_test_store.flow_of(session, FYRBAKEN)
    assert (flow.step, flow.asked, flow.note) == (FlowStep.FILE_READ, False, "Läs även resultatordern.")
    with pytest.raises(BenchRefused):
        confirms(system, FlowStep.FILE_READ)


def test_a_test_invoice_from_another_organisation_is_not_matched(system: System) -> None:
    invoice = codec.serialise(an_invoice(system)).replace(FYRBAKEN.encode(), LARKDRILLEN.encode())
    shown = tries(system, invoice)
    assert shown.match is None
    assert not shown.tried.valid


def test_test_documents_change_no_figure_and_take_no_number(system: System) -> None:
    system.decide("100000101", start=date(2026, 6, 1))
    system.report("100000101", "2026-06", on=date(2026, 7, 2))
    system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 7, 3))

    def figures() -> tuple[object, ...]:
        with system.database.reading() as session:
            entries = list(entry_queries.entries(session))
            return entries, number_series.ranges(session)

    before = figures()
    invoice = an_invoice(system)
    tries(system, invoice)
    tries(system, flipping.credit_note_of(invoice, given=Numbered("T-2", TODAY)))
    assert figures() == before
    assert system.read_messages(on=TODAY) == []


def test_too_large_or_empty_files_are_refused_kindly(system: System) -> None:
    with pytest.raises(BenchRefused, match="Choose a file"):
        tries(system, b"")
    with pytest.raises(BenchRefused, match="20 MB"):
        tries(system, b" " * (flow_test.SIZE_MAX + 1))


def test_a_supplier_tries_so_many_files_a_day_and_no_more(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow_test, "A_DAY_MAX", 1)
    tries(system, b"<a/>")
    with pytest.raises(BenchRefused, match="last day"):
        tries(system, b"<b/>")
