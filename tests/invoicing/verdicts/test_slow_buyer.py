"""A slow buyer is not the supplier's fault: what waits for it waits on, and a request made too early is withdrawn."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from foundation import journal
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions import undo as exception_undo
from invoicing.exceptions.steps import DeskActor
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing.flipping import Numbered, credit_note_of
from invoicing.verdicts import parking
from operations.timeline import timeline
from operations.timeline.model import Audience, TimelineKind
from orders.register import store as register_store
from orders.register.register import Register
from orders.register.response_agreements import ResponseProcess
from peppol.documents import billing, responses, shapes
from peppol.exchange import outbox_store
from peppol.identifiers import DocumentKind
from peppol.validation import validation
from peppol.xml import codec
from tests.support.stories.bills import billed
from tests.support.stories.january import REFERENCE, january, received_january
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

_S = InvoiceState
SENT_ON, FILED_ON = date(2026, 3, 1), date(2026, 3, 2)
# The policy of the examples waits 60 days.
LAST_DAY, DAY_AFTER, MUCH_LATER = date(2026, 4, 30), date(2026, 5, 1), date(2027, 3, 1)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with received_january(database_url) as system:
        yield system


def february(system: System, number: str = "F-2", *, days: str = "20") -> billing.Invoice:
    line = shapes.LineReference(line_id="002")
    written = billed(january(system, number), days=days, order_line_reference=line, invoice_period=None)
    return replace(written, issue_date=SENT_ON, due_date=SENT_ON + timedelta(days=30))


def stop(system: System, on: date) -> list[str]:
    """The waiting that ends on a day, by the numbers of the documents."""
    with system.database.writing() as session:
        register = register_store.load(session)
        return [each.number for each in parking.stop_waiting(session, register, today=on)]


def reject(system: System, *, version: int = 1, on: date) -> None:
    data = {"execution_reference": REFERENCE, "month": "2026-02", "version": version, "by": "officer-1"}
    system.must("report.rejected", {**data, "at": f"{on}T08:00:00+01:00", "reason": "OTHER"}, on=on)


def asked_back(system: System, *, days: str = "20") -> SupplierInvoice:
    """February's invoice, asked back because February was never reported."""
    sent = system.send(february(system, days=days), on=SENT_ON)
    assert stop(system, DAY_AFTER) == ["F-2"]
    invoice = system.invoice(sent.id)
    assert (invoice.state, invoice.answered) == (_S.CREDIT_REQUESTED, "RE")
    return invoice


def answer(system: System, document_id: str) -> responses.InvoiceResponse:
    """An answer as the supplier's system reads it; it must be valid."""
    with system.database.reading() as session:
        (message,) = outbox_store.messages_out(session, document_id=document_id)
    report = validation.validate(message.body, on=MUCH_LATER)
    assert (report.kind, report.findings) == (DocumentKind.INVOICE_RESPONSE, ())
    assert report.root is not None
    return codec.parse(responses.InvoiceResponse, report.root)


def told(document: responses.InvoiceResponse) -> tuple[str, list[str]]:
    """What an answer says in words, and its codes."""
    statuses = document.document_response.response.statuses
    codes = [each.status_reason_code.value for each in statuses if each.status_reason_code is not None]
    return " ".join(each.status_reason or "" for each in statuses).strip(), codes


# As long as the report waits ---------------------------------------------------------------------------------


def test_an_invoice_waits_as_long_as_the_report_that_was_filed(system: System) -> None:
    invoice = system.send(february(system), on=SENT_ON)
    system.file_report(REFERENCE, "2026-02", on=FILED_ON)
    assert stop(system, MUCH_LATER) == []
    assert (system.invoice(invoice.id).state, system.answers(invoice)) == (_S.PARKED, ["IP"])
    system.approve(REFERENCE, "2026-02", on=MUCH_LATER)
    assert (system.invoice(invoice.id).state, system.answers(invoice)) == (_S.ACCEPTED, ["IP", "AP"])


def test_a_report_filed_on_the_last_day_is_a_report_filed(system: System) -> None:
    system.send(february(system), on=SENT_ON)
    assert stop(system, LAST_DAY) == []
    system.file_report(REFERENCE, "2026-02", on=LAST_DAY)
    assert stop(system, DAY_AFTER) == []


@pytest.mark.usefixtures("books_as_agreed")
def test_only_a_month_never_reported_goes_back_in_words_of_its_own(system: System) -> None:
    invoice = asked_back(system)
    (swedish,) = system.sentences(invoice)
    assert "Ingen redovisning för februari 2026 har lämnats" in swedish
    assert "Kreditera hela fakturan" in swedish
    assert "ni behöver bara" not in swedish
    words, codes = told(answer(system, f"{invoice.id}-RE"))
    assert swedish in words
    assert codes == ["DEL", "CNF", "NIN"]
    assert system.match(invoice).deviations[0].actor == "SUPPLIER"


@pytest.mark.usefixtures("books_as_agreed")
def test_after_a_rejection_the_supplier_has_its_days_again(system: System) -> None:
    invoice = system.send(february(system), on=SENT_ON)
    system.file_report(REFERENCE, "2026-02", on=FILED_ON)
    reject(system, on=date(2026, 6, 1))
    assert stop(system, date(2026, 7, 31)) == []
    assert stop(system, date(2026, 8, 1)) == ["F-2"]
    assert "avslogs 2026-06-01 och ingen ny har lämnats" in system.sentences(system.invoice(invoice.id))[0]


def test_a_report_filed_again_after_its_rejection_waits_for_the_buyer(system: System) -> None:
    system.send(february(system), on=SENT_ON)
    system.file_report(REFERENCE, "2026-02", on=FILED_ON)
    reject(system, on=date(2026, 3, 10))
    system.file_report(REFERENCE, "2026-02", version=2, on=date(2026, 3, 12))
    assert stop(system, MUCH_LATER) == []


# The receipt comes after all ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_a_request_is_withdrawn_with_an_answer_when_the_receipt_comes_after_all(system: System) -> None:
    invoice = asked_back(system)
    system.file_report(REFERENCE, "2026-02", on=date(2026, 5, 4))
    assert system.invoice(invoice.id).state is _S.CREDIT_REQUESTED
    system.approve(REFERENCE, "2026-02", on=date(2026, 5, 6))
    invoice = system.invoice(invoice.id)
    assert (invoice.state, invoice.codes, invoice.answered) == (_S.ACCEPTED, (), "AP")
    assert system.answers(invoice) == ["IP", "RE", "IP", "AP"]
    words, codes = told(answer(system, f"{invoice.id}.2-IP"))
    assert "Vi tar tillbaka vår begäran om kredit" in words
    assert "We withdraw our request for credit" in words
    assert codes == ["NON", "NOA"]
    assert system.line(invoice.order_number, "002").amount_claimed.amount == Decimal("1900.00")
    with system.database.reading() as session:
        rows = [
            each for each in journal.rows(session) if each.action == DocumentAction.CREDIT_REQUEST_WITHDRAWN
        ]
    assert [each.subject for each in rows] == [f"invoice {invoice.id}"]


@pytest.mark.parametrize("process", ResponseProcess)
def test_the_withdrawal_goes_under_the_process_the_supplier_takes(
    database_url: str, process: ResponseProcess
) -> None:
    # In the autumn: billing_with_response came with the release that is mandatory from 24 August 2026.
    with a_system(database_url) as system:
        system.change_register(with_process(process))
        system.decide(REFERENCE, start=date(2026, 9, 1))
        system.report(REFERENCE, "2026-09", on=date(2026, 10, 1))
        october = system.flip(system.order(REFERENCE).number, "001", number="F-2", on=date(2026, 11, 2))
        line = shapes.LineReference(line_id="002")
        written = billed(october, days="22", order_line_reference=line, invoice_period=None)
        invoice = system.send(written, on=date(2026, 11, 2))
        assert stop(system, date(2027, 1, 4)) == ["F-2"]
        system.report(REFERENCE, "2026-10", on=date(2027, 1, 5))
        withdrawal = answer(system, f"{invoice.id}.2-IP")
        place = list(ResponseProcess).index(process)
        assert withdrawal.profile_id == DocumentKind.INVOICE_RESPONSE.profile_ids[place]


def with_process(process: ResponseProcess) -> Register:
    register = example_register()
    others = tuple(each for each in register.suppliers if each.organisation_number != FYRBAKEN)
    changed = replace(register.supplier(FYRBAKEN), response_process=process)
    return replace(register, suppliers=(*others, changed))


@pytest.mark.usefixtures("books_as_agreed")
def test_what_deviates_otherwise_is_in_question_and_can_be_asked_back_again(system: System) -> None:
    invoice = asked_back(system, days="19")
    system.report(REFERENCE, "2026-02", on=date(2026, 5, 6))
    invoice = system.invoice(invoice.id)
    assert (invoice.state, invoice.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    again = system.ask_credit(invoice, on=date(2026, 5, 7))
    assert again.state is _S.CREDIT_REQUESTED
    assert system.answers(invoice) == ["IP", "RE", "IP", "RE"]
    assert told(answer(system, f"{invoice.id}.2-RE"))[1] == ["QTY", "CNF", "NIN"]
    # This request has another reason than the receipt, and stands whatever is received.
    system.report(REFERENCE, "2026-02", version=2, on=date(2026, 5, 8))
    assert system.invoice(invoice.id).state is _S.CREDIT_REQUESTED


def test_an_invoice_that_was_credited_meanwhile_stays_credited(system: System) -> None:
    invoice = asked_back(system)
    system.send_credit(february(system), number="K-2", on=date(2026, 5, 5))
    assert system.invoice(invoice.id).state is _S.CREDITED
    system.report(REFERENCE, "2026-02", on=date(2026, 5, 6))
    assert (system.invoice(invoice.id).state, system.answers(invoice)) == (_S.CREDITED, ["IP", "RE"])


@pytest.mark.usefixtures("books_as_agreed")
def test_a_credit_note_that_has_come_and_is_not_settled_yet_lets_the_request_stand(system: System) -> None:
    invoice = asked_back(system)
    wrong = credit_note_of(february(system, days="19"), given=Numbered("K-2", date(2026, 5, 5)))
    assert system.send(wrong, on=date(2026, 5, 5)).state is _S.IN_QUESTION
    system.report(REFERENCE, "2026-02", on=date(2026, 5, 6))
    assert system.invoice(invoice.id).state is _S.CREDIT_REQUESTED


def test_a_new_invoice_sent_meanwhile_is_never_paid_beside_the_first(system: System) -> None:
    invoice = asked_back(system)
    second = system.send(february(system, "F-3"), on=date(2026, 5, 5))
    system.report(REFERENCE, "2026-02", on=date(2026, 5, 6))
    assert system.invoice(invoice.id).state is _S.ACCEPTED
    assert (system.invoice(second.id).state, system.invoice(second.id).codes) == (
        _S.IN_QUESTION,
        ("ALREADY_INVOICED",),
    )


def test_a_request_for_another_reason_stands_when_the_receipt_changes(system: System) -> None:
    deviating = system.send(billed(january(system), days="19"))
    asked = system.ask_credit(deviating, on=date(2026, 2, 5))
    system.interrupt(REFERENCE, on=date(2026, 2, 6), last_day=date(2026, 2, 6))
    system.report(REFERENCE, "2026-01", version=2, on=date(2026, 2, 9))
    assert system.invoice(asked.id).state is _S.CREDIT_REQUESTED


def test_a_request_a_receipt_came_too_early_for_is_found_by_the_daily_round(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = asked_back(system)
    with monkeypatch.context() as older:
        older.setattr("invoicing.verdicts.request_withdrawal.withdraw_if_received", lambda *_, **__: None)
        system.report(REFERENCE, "2026-02", on=date(2026, 5, 6))
    assert system.invoice(invoice.id).state is _S.CREDIT_REQUESTED
    with system.database.writing() as session:
        register = register_store.load(session)
        (found,) = parking.withdraw_met_requests(session, register, today=date(2026, 5, 7))
        assert parking.withdraw_met_requests(session, register, today=date(2026, 5, 8)) == []
    assert (found.state, system.answers(invoice)) == (_S.ACCEPTED, ["IP", "RE", "IP", "AP"])


def march_after_the_end(system: System) -> SupplierInvoice:
    """March's invoice in question, since the placement was to end in February."""
    system.interrupt(REFERENCE, on=date(2026, 2, 5), last_day=date(2026, 2, 27))
    line = shapes.LineReference(line_id="003")
    march = billed(january(system, "F-3"), days="22", order_line_reference=line, invoice_period=None)
    invoice = system.send(march, on=date(2026, 2, 6))
    assert (invoice.state, invoice.codes) == (_S.IN_QUESTION, ("NOT_RECEIVED",))
    return invoice


def the_end_is_moved_and_march_received(system: System) -> None:
    moved = {"execution_reference": REFERENCE, "registered_on": "2026-02-20", "effective_on": "2026-04-10"}
    system.must("interruption.moved", moved, on=date(2026, 2, 20))
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 1))


@pytest.mark.usefixtures("books_as_agreed")
def test_what_a_person_asked_back_for_want_of_a_receipt_alone_is_withdrawn_as_well(system: System) -> None:
    invoice = march_after_the_end(system)
    assert system.ask_credit(invoice, on=date(2026, 2, 7)).answered == "RE"
    the_end_is_moved_and_march_received(system)
    assert (system.invoice(invoice.id).state, system.answers(invoice)) == (
        _S.ACCEPTED,
        ["AB", "RE", "IP", "AP"],
    )


def test_a_press_whose_answer_has_not_left_lapses_and_nothing_needs_to_be_withdrawn(system: System) -> None:
    invoice = march_after_the_end(system)
    at = datetime(2026, 4, 1, 8, tzinfo=UTC)
    with system.database.writing() as session:
        register = register_store.load(session)
        officer = DeskActor("user-1", at, at.date())
        exception_actions.ask_credit(session, register, invoice.id, officer)
    assert system.invoice(invoice.id).state is _S.CREDIT_REQUESTED
    the_end_is_moved_and_march_received(system)
    with system.database.writing() as session:
        register, later = register_store.load(session), at + timedelta(minutes=11)
        assert exception_undo.release_answers(session, register, now=later, today=at.date()) == 0
    assert (system.invoice(invoice.id).state, system.answers(invoice)) == (_S.ACCEPTED, ["AB", "AP"])


def test_the_buyers_timeline_tells_of_both_the_request_and_its_withdrawal(system: System) -> None:
    asked_back(system)
    system.report(REFERENCE, "2026-02", on=date(2026, 5, 6))
    placement = system.placement(REFERENCE)
    with system.database.reading() as session:
        entries = [
            each
            for each in timeline.of_placement(session, system.register, placement, Audience.BUYER)
            if each.kind is TimelineKind.CREDIT_REQUEST
        ]
    assert [(str(each.on), each.sentence.en) for each in entries] == [
        ("2026-05-01", "Credit of the whole invoice asked for by system (Not received)."),
        ("2026-05-06", "Request for credit withdrawn: the month is received."),
    ]
