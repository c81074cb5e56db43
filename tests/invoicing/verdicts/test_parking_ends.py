"""Invoices that come too early wait and are judged by themselves when the report, or its correction, comes."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from invoicing.model import InvoiceState
from invoicing.verdicts import verdicts
from orders.register import store as register_store
from peppol.documents import shapes
from tests.support.stories.bills import billed
from tests.support.stories.january import REFERENCE, answer, january, received_january
from tests.support.stories.smaller_register import without
from tests.support.stories.system import System, example_register


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


# Too early: parked ----------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_an_invoice_before_its_report_waits_and_is_matched_by_itself(system: System) -> None:
    february = system.order(REFERENCE).lines[1]
    line = shapes.LineReference(line_id=february.line_id)
    period = shapes.Period(start_date=february.period.start, end_date=february.period.end)
    invoice = billed(january(system), days="20", order_line_reference=line, invoice_period=period)
    document = system.send(invoice, on=date(2026, 3, 1))
    assert (document.state, document.codes) == (InvoiceState.PARKED, ("NOT_RECEIVED",))
    assert system.answers(document) == ["IP"]
    waiting = answer(system, document.id, "IP").document_response.response.statuses[0]
    assert waiting.status_reason_code == shapes.Code("DEL", "OPStatusReason")
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    document = system.invoice(document.id)
    # It was written before its month was over.
    assert (document.state, document.codes) == (InvoiceState.ACCEPTED, ("ISSUE_DATE",))
    assert system.answers(document) == ["IP", "AP"]
    assert system.line(document.order_number, "002").amount_claimed.amount == Decimal("1900.00")


@pytest.mark.usefixtures("books_as_agreed")
def test_a_parked_invoice_that_turns_out_wrong_comes_into_question_without_another_received(
    system: System,
) -> None:
    line = shapes.LineReference(line_id="002")
    invoice = billed(january(system), days="19", order_line_reference=line, invoice_period=None)
    document = system.send(invoice, on=date(2026, 3, 1))
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    document = system.invoice(document.id)
    assert (document.state, document.codes) == (InvoiceState.IN_QUESTION, ("QUANTITY",))
    # Received may not follow in process.
    assert system.answers(document) == ["IP"]
    assert system.answers(system.ask_credit(document, on=date(2026, 3, 3))) == ["IP", "RE"]


@pytest.mark.usefixtures("books_as_agreed")
def test_a_month_interrupted_while_its_invoice_waits_answers_with_the_interruption(system: System) -> None:
    line = shapes.LineReference(line_id="003")
    invoice = billed(january(system), days="22", order_line_reference=line, invoice_period=None)
    document = system.send(invoice, on=date(2026, 3, 9))
    assert document.state is InvoiceState.PARKED
    system.interrupt(REFERENCE, on=date(2026, 3, 13))
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 1))
    document = system.invoice(document.id)
    assert (document.state, document.codes) == (InvoiceState.IN_QUESTION, ("QUANTITY",))
    assert "2026-03-13" in system.sentences(document)[0]


@pytest.mark.usefixtures("books_as_agreed")
def test_a_waiting_invoice_on_a_line_that_will_never_be_received_is_told_so(system: System) -> None:
    line = shapes.LineReference(line_id="005")
    invoice = billed(january(system), days="19", order_line_reference=line, invoice_period=None)
    system.interrupt(REFERENCE, on=date(2026, 3, 13))
    document = system.send(invoice, on=date(2026, 3, 16))
    assert (document.state, document.codes) == (InvoiceState.IN_QUESTION, ("NOT_RECEIVED",))
    rejected = system.ask_credit(document, on=date(2026, 3, 17))
    actions = [
        status.status_reason_code.value
        for status in answer(system, rejected.id, "RE").document_response.response.statuses
        if status.status_reason_code is not None and status.status_reason_code.list_id == "OPStatusAction"
    ]
    # There is nothing to send a new invoice for.
    assert actions == ["CNF"]


# Corrected afterwards -------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_a_report_corrected_after_the_invoice_puts_it_in_question_and_back(system: System) -> None:
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    invoice = system.send_invoice(system.order(REFERENCE).number, "003", number="F-3", on=date(2026, 3, 9))
    assert invoice.state is InvoiceState.ACCEPTED
    system.interrupt(REFERENCE, on=date(2026, 3, 10), last_day=date(2026, 3, 13))
    invoice = system.invoice(invoice.id)
    assert (invoice.state, invoice.codes) == (InvoiceState.IN_QUESTION, ("QUANTITY",))
    assert system.line(invoice.order_number, "003").amount_claimed.is_zero
    # After approved only paid may follow: nothing is sent, and the question is put in person.
    assert system.answers(invoice) == ["AP"]
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-11"}
    system.must("interruption.withdrawn", withdrawn, on=date(2026, 3, 11))
    invoice = system.invoice(invoice.id)
    assert (invoice.state, invoice.codes) == (InvoiceState.ACCEPTED, ("ISSUE_DATE",))
    assert system.line(invoice.order_number, "003").amount_claimed.amount == Decimal("2090.00")
    assert system.answers(invoice) == ["AP"]


def test_a_correction_that_changes_nothing_leaves_the_invoice_accepted(system: System) -> None:
    invoice = system.send(january(system))
    system.report(REFERENCE, "2026-01", version=2, on=date(2026, 2, 10))
    assert system.invoice(invoice.id) == invoice
    assert system.line(invoice.order_number).amount_claimed.amount == Decimal("1900.00")


@pytest.mark.usefixtures("books_as_agreed")
def test_after_the_final_invoice_the_later_lines_are_closed_and_open_again_if_the_last_day_moves(
    system: System,
) -> None:
    system.interrupt(REFERENCE, on=date(2026, 2, 27), last_day=date(2026, 3, 13))
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    number = system.order(REFERENCE).number
    system.send_invoice(number, "003", number="F-3", on=date(2026, 3, 9))
    assert [system.line(number, line).state for line in ("002", "003", "004", "006")] == [
        "OPEN",
        "OPEN",
        "CLOSED_UNUSED",
        "CLOSED_UNUSED",
    ]
    moved = {"execution_reference": REFERENCE, "registered_on": "2026-03-10", "effective_on": "2026-04-10"}
    system.must("interruption.moved", moved, on=date(2026, 3, 10))
    assert [system.line(number, line).state for line in ("004", "005")] == ["OPEN", "CLOSED_UNUSED"]
    system.report(REFERENCE, "2026-04", on=date(2026, 4, 13))
    assert (
        system.send_invoice(number, "004", number="F-4", on=date(2026, 4, 13)).state is InvoiceState.ACCEPTED
    )


def test_an_accepted_invoice_that_comes_into_question_claims_nothing_on_its_line(system: System) -> None:
    """Nothing about its line has changed: the register has, and another invoice of the line must find it free."""
    invoice = system.send(january(system))
    assert system.line(invoice.order_number).amount_claimed.amount == Decimal("1900.00")
    system.change_register(without(example_register(), invoice.supplier))
    with system.database.writing() as session:
        register = register_store.load(session)
        judged = verdicts.judge_again(session, register, invoice, today=date(2026, 2, 10))
    assert judged.state is not InvoiceState.ACCEPTED
    assert system.line(invoice.order_number).amount_claimed.is_zero
