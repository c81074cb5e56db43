"""Credit notes: in full, once, of one invoice; the pair is settled at zero and the order line opens again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TypeVar

import pytest

from foundation.money import Money
from invoicing.documents import store as document_store
from invoicing.exceptions import credit_linking
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import payment_store
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.statement import StatementKey, StatementRow, reconcile
from invoicing.verdicts import crediting
from orders.register import store as register_store
from peppol.documents import billing, responses, shapes
from peppol.exchange import outbox_store
from peppol.validation import validation
from peppol.xml import codec
from tests.support.stories.bills import billed, negative
from tests.support.stories.system import LARKDRILLEN, System, a_system

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)
LATER = date(2026, 2, 10)
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A system with one order at 95.00 a day, and January received: 20 days, 1900.00."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def january(system: System, number: str = "F-1", days: str = "20") -> billing.Invoice:
    return billed(system.flip(system.order(REFERENCE).number, "001", number=number, on=FEBRUARY), days=days)


def credit_of(invoice: billing.Invoice, number: str = "K-1", on: date = LATER) -> billing.CreditNote:
    return flipping.credit_note_of(invoice, given=Numbered(number, on))


def statement(system: System) -> StatementRow:
    """The whole case in one row."""
    with system.database.reading() as session:
        return reconcile(entry_queries.entries(session), by=(StatementKey.EXECUTION_REFERENCE,)).total


def kronor(text: str) -> Money:
    return Money.of(text)


# The whole way round ------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
@pytest.mark.parametrize("days", ["22", "19"], ids=["billed too much", "billed too little"])
def test_a_wrong_invoice_is_asked_back_credited_and_replaced_by_the_right_one(
    system: System, days: str
) -> None:
    wrong = january(system, "F-1", days)
    right = january(system, "F-2")
    invoice = system.send(wrong)
    assert (invoice.state, invoice.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    account = system.line(invoice.order_number)
    assert (account.invoice_id, account.amount_claimed.is_zero) == (invoice.id, True)
    assert system.ask_credit(invoice, on=date(2026, 2, 4)).state is _S.CREDIT_REQUESTED
    credit = system.send(credit_of(wrong))
    assert (credit.state, credit.codes, credit.answered) == (_S.SETTLED, (), "AP")
    assert (system.invoice(invoice.id).state, credit.execution_reference) == (_S.CREDITED, REFERENCE)
    account = system.line(invoice.order_number)
    assert (account.invoice_id, account.amount_claimed.is_zero) == (None, True)
    corrected = system.send(replace(right, issue_date=LATER, due_date=date(2026, 3, 12)))
    assert (corrected.state, corrected.codes) == (_S.ACCEPTED, ())
    assert [each.invoice_id for each in system.pay(on=corrected.pays_on)] == [corrected.id]
    row = statement(system)
    assert row.open.is_zero
    assert row.not_approved.is_zero
    assert (row.received, row.approved, row.paid) == (kronor("1900.00"),) * 3
    assert row.invoiced - row.credited == kronor("1900.00")


@pytest.mark.usefixtures("books_as_agreed")
def test_a_corrected_invoice_that_comes_before_the_credit_waits_for_it_and_is_then_accepted(
    system: System,
) -> None:
    wrong, right = january(system, "F-1", "22"), january(system, "F-2")
    system.send(wrong)
    second = system.send(right)
    assert (second.state, second.codes) == (_S.IN_QUESTION, ("ALREADY_INVOICED",))
    system.send(credit_of(wrong))
    second = system.invoice(second.id)
    assert (second.state, second.codes) == (_S.ACCEPTED, ())
    assert system.answers(second) == ["AB", "AP"]
    assert system.line(second.order_number).invoice_id == second.id


def test_a_supplier_may_credit_an_accepted_invoice_of_its_own_accord(system: System) -> None:
    invoice = january(system)
    document = system.send(invoice)
    system.send(credit_of(invoice))
    assert system.invoice(document.id).state is _S.CREDITED
    assert system.pay(on=date(2026, 4, 1)) == []
    assert statement(system).approved.is_zero


@pytest.mark.usefixtures("books_as_agreed")
def test_a_parked_and_a_held_invoice_can_be_credited_too(system: System) -> None:
    february = billed(
        january(system, "F-2"),
        days="20",
        order_line_reference=shapes.LineReference(line_id="002"),
        invoice_period=None,
    )
    parked = system.send(february)
    assert parked.state is _S.PARKED
    system.send(credit_of(february, "K-2"))
    assert system.invoice(parked.id).state is _S.CREDITED
    # The month received later waits for a new invoice, not for the credited one.
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    assert system.line(parked.order_number, "002").invoice_id is None


# Credit is asked once -----------------------------------------------------------------------


@pytest.mark.parametrize("asked_twice", [False, True])
def test_credit_is_asked_only_for_what_is_in_question_and_only_once(
    system: System, asked_twice: bool
) -> None:
    invoice = system.send(january(system, days="22" if asked_twice else "20"))
    if asked_twice:
        system.ask_credit(invoice, on=LATER)
    with pytest.raises(crediting.NotInQuestion) as refusal:
        system.ask_credit(invoice, on=LATER)
    assert "F-1" in refusal.value.text.sv


# The credit note comes first ----------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_a_credit_note_before_its_invoice_waits_and_settles_it_when_it_comes(system: System) -> None:
    invoice = january(system)
    credit = system.send(credit_of(invoice, on=FEBRUARY))
    assert (credit.state, credit.codes) == (_S.PARKED, ("CREDIT_UNKNOWN",))
    assert system.answers(credit) == ["IP"]
    document = system.send(invoice)
    assert document.state is _S.CREDITED
    credit = system.invoice(credit.id)
    assert (credit.state, credit.codes, credit.execution_reference) == (_S.SETTLED, (), REFERENCE)
    assert system.answers(credit) == ["IP", "AP"]
    account = system.line(document.order_number)
    assert (account.invoice_id, account.amount_claimed.is_zero) == (None, True)


@pytest.mark.usefixtures("books_as_agreed")
def test_a_waiting_credit_note_that_does_not_fit_its_invoice_comes_into_question(system: System) -> None:
    invoice = january(system)
    half = credit_of(billed(invoice, days="10"), on=FEBRUARY)
    credit = system.send(half)
    document = system.send(invoice)
    assert document.state is _S.ACCEPTED
    assert (system.invoice(credit.id).state, system.invoice(credit.id).codes) == (
        _S.IN_QUESTION,
        ("CREDIT_AMOUNT",),
    )


def test_a_waiting_credit_note_of_another_supplier_is_not_ours_to_take(system: System) -> None:
    system.decide("100000102", supplier=LARKDRILLEN)
    system.report("100000102", "2026-01", on=date(2026, 2, 2))
    theirs = system.flip(system.order("100000102").number, number="F-1", on=FEBRUARY)
    credit = system.send(credit_of(theirs, on=FEBRUARY))
    assert system.send(january(system, "F-1")).state is _S.ACCEPTED
    assert system.invoice(credit.id).state is _S.PARKED


# What is no credit of an invoice ------------------------------------------------------------


def in_question(system: System, credit: billing.CreditNote | billing.Invoice, code: str) -> SupplierInvoice:
    invoice = system.send(credit)
    assert (invoice.state, invoice.codes) == (_S.IN_QUESTION, (code,))
    assert system.answers(invoice) == ["AB"]
    return invoice


@pytest.mark.usefixtures("books_as_agreed")
@pytest.mark.parametrize("days", ["10", "21"], ids=["half of it", "more than it"])
def test_a_credit_of_another_sum_is_in_question_and_the_invoice_stands(system: System, days: str) -> None:
    invoice = january(system)
    document = system.send(invoice)
    in_question(system, credit_of(billed(invoice, days=days)), "CREDIT_AMOUNT")
    assert system.invoice(document.id) == document


def test_a_second_credit_of_the_same_invoice_is_in_question(system: System) -> None:
    invoice = january(system)
    system.send(invoice)
    system.send(credit_of(invoice, "K-1"))
    second = in_question(system, credit_of(invoice, "K-2"), "ALREADY_CREDITED")
    assert "K-1" in system.sentences(second)[0]


def test_a_credit_of_a_credit_is_in_question(system: System) -> None:
    invoice = january(system)
    system.send(invoice)
    credit = credit_of(invoice, "K-1")
    system.send(credit)
    reference = billing.BillingReference(
        invoice_document_reference=billing.InvoiceDocumentReference(id="K-1", issue_date=LATER)
    )
    in_question(system, replace(credit, id="K-2", billing_references=(reference,)), "CREDIT_OF_CREDIT")


def test_a_credit_without_reference_is_never_guessed_but_suggestions_are_made(system: System) -> None:
    invoice = january(system)
    system.send(invoice)
    credit = in_question(
        system, replace(credit_of(invoice), billing_references=()), "CREDIT_REFERENCE_MISSING"
    )
    assert "F-1" in system.sentences(credit)[0]
    (answered,) = system.answers(credit)
    assert answered == "AB"


def test_a_credit_of_two_invoices_is_in_question(system: System) -> None:
    invoice = january(system)
    system.send(invoice)
    credit = credit_of(invoice)
    other = billing.BillingReference(
        invoice_document_reference=billing.InvoiceDocumentReference(id="F-OTHER")
    )
    in_question(
        system, replace(credit, billing_references=(*credit.billing_references, other)), "CREDIT_SEVERAL"
    )


def test_a_credit_that_names_its_invoice_twice_is_of_one_invoice(system: System) -> None:
    invoice = january(system)
    system.send(invoice)
    credit = credit_of(invoice)
    twice = replace(credit, billing_references=credit.billing_references * 2)
    assert system.send(twice).state is _S.SETTLED


@pytest.mark.usefixtures("books_as_agreed")
def test_a_wrong_credit_note_may_be_asked_back_and_then_a_right_one_settles(system: System) -> None:
    invoice = january(system)
    document = system.send(invoice)
    half = in_question(system, credit_of(billed(invoice, days="10"), "K-1"), "CREDIT_AMOUNT")
    assert system.answers(system.ask_credit(half, on=LATER)) == ["AB", "RE"]
    assert system.send(credit_of(invoice, "K-2")).state is _S.SETTLED
    assert system.invoice(document.id).state is _S.CREDITED


Bill = TypeVar("Bill", billing.Invoice, billing.CreditNote)
OTHER_BUYER = shapes.Identifier("5560360793", "0007")


def to_another_buyer(document: Bill) -> Bill:
    customer = document.accounting_customer_party.party
    party = replace(
        customer,
        endpoint_id=OTHER_BUYER,
        party_legal_entity=replace(customer.party_legal_entity, company_id=OTHER_BUYER),
    )
    return replace(document, accounting_customer_party=billing.AccountingParty(party=party))


@pytest.mark.parametrize("as_negative", [False, True], ids=["credit note", "negative invoice"])
def test_a_credit_to_another_buyer_is_in_question_and_the_invoice_stands(
    system: System, *, as_negative: bool
) -> None:
    invoice = january(system)
    document = system.send(invoice)
    credit = to_another_buyer(credit_of(invoice))
    held = in_question(system, negative(credit, number="F-2") if as_negative else credit, "BUYER")
    assert "ställd till 5560360793" in system.sentences(held)[0]
    assert system.invoice(document.id) == document
    # Asked back, a right one settles.
    system.ask_credit(held, on=LATER)
    assert system.send(credit_of(invoice, "K-2")).state is _S.SETTLED


def test_an_invoice_to_another_buyer_is_credited_by_a_credit_note_to_that_buyer(system: System) -> None:
    wrong = to_another_buyer(january(system))
    document = system.send(wrong)
    assert document.codes == ("BUYER",)
    assert system.send(credit_of(wrong)).state is _S.SETTLED
    assert system.invoice(document.id).state is _S.CREDITED


def test_a_credit_that_names_another_order_is_in_question_until_a_person_links_it(system: System) -> None:
    invoice = january(system)
    document = system.send(invoice)
    credit = replace(credit_of(invoice), order_reference=billing.OrderReference(id="2100000099"))
    held = in_question(system, credit, "CREDIT_ORDER")
    assert "2100000099" in system.sentences(held)[0]
    with system.database.reading() as session:
        register = register_store.load(session)
        seen = credit_linking.foresee(session, register, held.id, credits=document.number)
    assert seen.settles


# A negative invoice -------------------------------------------------------------------------


@pytest.mark.usefixtures("books_as_agreed")
def test_a_negative_invoice_is_treated_as_the_credit_note_it_is(system: System) -> None:
    invoice = january(system)
    document = system.send(invoice)
    credit = system.send(negative(credit_of(invoice), number="F-2"))
    assert (credit.document_type, credit.type_code, credit.state) == ("CREDIT_NOTE", "380", _S.SETTLED)
    assert credit.amount_payable == document.amount_payable
    assert system.invoice(document.id).state is _S.CREDITED
    with system.database.reading() as session:
        (message,) = outbox_store.messages_out(session, document_id=f"{credit.id}-AP")
    report = validation.validate(message.body, on=LATER)
    assert report.findings == ()
    assert report.root is not None
    answer = codec.parse(responses.InvoiceResponse, report.root)
    assert answer.document_response.document_reference.document_type_code == "380"


def test_a_negative_invoice_for_half_is_in_question(system: System) -> None:
    invoice = january(system)
    system.send(invoice)
    in_question(system, negative(credit_of(billed(invoice, days="10")), number="F-2"), "CREDIT_AMOUNT")


# Paid already -------------------------------------------------------------------------------


def claims(system: System) -> list[payment_store.Claim]:
    with system.database.reading() as session:
        return payment_store.claims(session)


@pytest.mark.usefixtures("books_as_agreed")
def test_paid_and_then_credited_is_a_claim_on_the_supplier_and_the_line_is_open(system: System) -> None:
    invoice = january(system)
    document = system.send(invoice)
    (paid,) = system.pay(on=document.pays_on)
    credit = system.send(credit_of(invoice, on=date(2026, 3, 20)))
    assert (credit.state, system.invoice(document.id).state) == (_S.SETTLED, _S.CREDITED)
    assert claims(system) == [
        payment_store.Claim(
            paid.number, document.id, "F-1", document.supplier, Money.of("2375.00"), "60000001"
        )
    ]
    row = statement(system)
    assert (row.to_pay, row.open) == (kronor("-1900.00"), kronor("-1900.00"))
    again = system.send_invoice(document.order_number, number="F-2", on=date(2026, 3, 21))
    assert again.state is _S.ACCEPTED


@pytest.mark.usefixtures("books_as_agreed")
def test_paid_and_then_found_wrong_is_asked_back_and_never_paid_again(system: System) -> None:
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 2))
    invoice = system.flip(system.order(REFERENCE).number, "003", number="F-3", on=date(2026, 3, 2))
    document = system.send(invoice)
    system.interrupt(REFERENCE, on=date(2026, 3, 3), last_day=date(2026, 4, 20))
    system.pay(on=date(2026, 4, 2))
    moved = {"execution_reference": REFERENCE, "registered_on": "2026-03-13", "effective_on": "2026-03-13"}
    system.must("interruption.moved", moved, on=date(2026, 3, 13))
    document = system.invoice(document.id)
    assert (document.state, document.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    assert system.broken() == []
    asked = system.ask_credit(document, on=date(2026, 4, 3))
    # Paid was the last word over the network; the request stands in our books.
    assert (asked.state, system.answers(document)) == (_S.CREDIT_REQUESTED, ["AP", "PD"])
    assert system.broken() == []
    assert system.pay(on=date(2026, 12, 31)) == []
    system.send(credit_of(invoice, on=date(2026, 4, 8)))
    assert [claim.invoice_number for claim in claims(system)] == ["F-3"]


@pytest.mark.usefixtures("books_as_agreed")
def test_paid_found_wrong_and_right_again_is_paid_and_not_to_be_paid_once_more(system: System) -> None:
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 2))
    invoice = system.send_invoice(system.order(REFERENCE).number, "003", number="F-3", on=date(2026, 3, 2))
    system.pay(on=date(2026, 4, 2))
    system.interrupt(REFERENCE, on=date(2026, 3, 3), last_day=date(2026, 3, 13))
    assert system.invoice(invoice.id).state is _S.IN_QUESTION
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-13"}
    system.must("interruption.withdrawn", withdrawn, on=date(2026, 3, 13))
    invoice = system.invoice(invoice.id)
    assert (invoice.state, invoice.codes, invoice.paid_on) == (_S.PAID, ("ISSUE_DATE",), date(2026, 4, 2))
    assert system.pay(on=date(2026, 12, 31)) == []


@pytest.mark.usefixtures("books_as_agreed")
def test_paid_to_an_account_no_longer_registered_stays_paid_when_it_is_judged_again(system: System) -> None:
    invoice = system.send(january(system))
    system.pay(on=invoice.pays_on)
    with system.database.reading() as session:
        register = register_store.load(session)
    theirs = register.supplier(LARKDRILLEN).payment_accounts
    changed = tuple(replace(each, payment_accounts=theirs) for each in register.suppliers)
    system.change_register(replace(register, suppliers=changed))
    system.report(REFERENCE, "2026-01", version=2, on=date(2026, 4, 1))
    invoice = system.invoice(invoice.id)
    assert (invoice.state, invoice.codes) == (_S.PAID, ("PAYEE_ACCOUNT",))
    with system.database.reading() as session:
        assert len(document_store.matches(session, invoice.id)) == 2


def test_the_sum_of_a_pair_is_nothing(system: System) -> None:
    invoice = january(system, days="22")
    system.send(invoice)
    system.send(credit_of(invoice))
    row = statement(system)
    assert (row.invoiced, row.credited, row.open) == (kronor("2090.00"), kronor("2090.00"), kronor("0.00"))
    assert row.not_approved == kronor("1900.00")
    assert row.paid.is_zero
