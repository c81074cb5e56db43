"""Credit notes: in full, once, of one invoice; the pair is settled at zero and the order line opens again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from foundation.money import Money
from invoicing.documents import store as document_store
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
from tests.support.stories.house import LARKDRILLEN, House, a_house

REFERENCE = "100000101"
FEBRUARY = date(2026, 2, 3)
LATER = date(2026, 2, 10)
_S = InvoiceState


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A house with one order at 95.00 a day, and January received: 20 days, 1900.00."""
    with a_house(database_url) as house:
        house.decide(REFERENCE, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        house.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield house


def january(house: House, number: str = "F-1", days: str = "20") -> billing.Invoice:
    return billed(house.flip(house.order(REFERENCE).number, "001", number=number, on=FEBRUARY), days=days)


def credit_of(invoice: billing.Invoice, number: str = "K-1", on: date = LATER) -> billing.CreditNote:
    return flipping.credit_note_of(invoice, given=Numbered(number, on))


def statement(house: House) -> StatementRow:
    """The whole case in one row."""
    with house.database.reading() as session:
        return reconcile(entry_queries.entries(session), by=(StatementKey.EXECUTION_REFERENCE,)).total


def kronor(text: str) -> Money:
    return Money.of(text)


# The whole way round ------------------------------------------------------------------------


@pytest.mark.parametrize("days", ["22", "19"], ids=["billed too much", "billed too little"])
def test_a_wrong_invoice_is_asked_back_credited_and_replaced_by_the_right_one(
    house: House, days: str
) -> None:
    wrong = january(house, "F-1", days)
    right = january(house, "F-2")
    invoice = house.send(wrong)
    assert (invoice.state, invoice.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    account = house.line(invoice.order_number)
    assert (account.invoice_id, account.amount_claimed.is_zero) == (invoice.id, True)
    assert house.ask_credit(invoice, on=date(2026, 2, 4)).state is _S.CREDIT_REQUESTED
    credit = house.send(credit_of(wrong))
    assert (credit.state, credit.codes, credit.answered) == (_S.SETTLED, (), "AP")
    assert (house.invoice(invoice.id).state, credit.execution_reference) == (_S.CREDITED, REFERENCE)
    account = house.line(invoice.order_number)
    assert (account.invoice_id, account.amount_claimed.is_zero) == (None, True)
    corrected = house.send(replace(right, issue_date=LATER, due_date=date(2026, 3, 12)))
    assert (corrected.state, corrected.codes) == (_S.ACCEPTED, ())
    assert [each.invoice_id for each in house.pay(on=corrected.pays_on)] == [corrected.id]
    row = statement(house)
    assert row.open.is_zero
    assert row.to_invoice.is_zero
    assert (row.received, row.approved, row.paid) == (kronor("1900.00"),) * 3
    assert row.invoiced - row.credited == kronor("1900.00")


def test_a_corrected_invoice_that_comes_before_the_credit_waits_for_it_and_is_then_accepted(
    house: House,
) -> None:
    wrong, right = january(house, "F-1", "22"), january(house, "F-2")
    house.send(wrong)
    second = house.send(right)
    assert (second.state, second.codes) == (_S.IN_QUESTION, ("ALREADY_INVOICED",))
    house.send(credit_of(wrong))
    second = house.invoice(second.id)
    assert (second.state, second.codes) == (_S.ACCEPTED, ())
    assert house.answers(second) == ["AB", "AP"]
    assert house.line(second.order_number).invoice_id == second.id


def test_a_supplier_may_credit_an_accepted_invoice_of_its_own_accord(house: House) -> None:
    invoice = january(house)
    document = house.send(invoice)
    house.send(credit_of(invoice))
    assert house.invoice(document.id).state is _S.CREDITED
    assert house.pay(on=date(2026, 4, 1)) == []
    assert statement(house).approved.is_zero


def test_a_parked_and_a_held_invoice_can_be_credited_too(house: House) -> None:
    february = billed(
        january(house, "F-2"),
        days="20",
        order_line_reference=shapes.LineReference(line_id="002"),
        invoice_period=None,
    )
    parked = house.send(february)
    assert parked.state is _S.PARKED
    house.send(credit_of(february, "K-2"))
    assert house.invoice(parked.id).state is _S.CREDITED
    # The month received later waits for a new invoice, not for the credited one.
    house.report(REFERENCE, "2026-02", on=date(2026, 3, 2))
    assert house.line(parked.order_number, "002").invoice_id is None


# Credit is asked once -----------------------------------------------------------------------


@pytest.mark.parametrize("asked_twice", [False, True])
def test_credit_is_asked_only_for_what_is_in_question_and_only_once(house: House, asked_twice: bool) -> None:
    invoice = house.send(january(house, days="22" if asked_twice else "20"))
    if asked_twice:
        house.ask_credit(invoice, on=LATER)
    with pytest.raises(crediting.NotInQuestion) as refusal:
        house.ask_credit(invoice, on=LATER)
    assert "F-1" in refusal.value.text.sv


# The credit note comes first ----------------------------------------------------------------


def test_a_credit_note_before_its_invoice_waits_and_settles_it_when_it_comes(house: House) -> None:
    invoice = january(house)
    credit = house.send(credit_of(invoice, on=FEBRUARY))
    assert (credit.state, credit.codes) == (_S.PARKED, ("CREDIT_UNKNOWN",))
    assert house.answers(credit) == ["IP"]
    document = house.send(invoice)
    assert document.state is _S.CREDITED
    credit = house.invoice(credit.id)
    assert (credit.state, credit.codes, credit.execution_reference) == (_S.SETTLED, (), REFERENCE)
    assert house.answers(credit) == ["IP", "AP"]
    account = house.line(document.order_number)
    assert (account.invoice_id, account.amount_claimed.is_zero) == (None, True)


def test_a_waiting_credit_note_that_does_not_fit_its_invoice_comes_into_question(house: House) -> None:
    invoice = january(house)
    half = credit_of(billed(invoice, days="10"), on=FEBRUARY)
    credit = house.send(half)
    document = house.send(invoice)
    assert document.state is _S.ACCEPTED
    assert (house.invoice(credit.id).state, house.invoice(credit.id).codes) == (
        _S.IN_QUESTION,
        ("CREDIT_AMOUNT",),
    )


def test_a_waiting_credit_note_of_another_supplier_is_not_ours_to_take(house: House) -> None:
    house.decide("100000102", supplier=LARKDRILLEN)
    house.report("100000102", "2026-01", on=date(2026, 2, 2))
    theirs = house.flip(house.order("100000102").number, number="F-1", on=FEBRUARY)
    credit = house.send(credit_of(theirs, on=FEBRUARY))
    assert house.send(january(house, "F-1")).state is _S.ACCEPTED
    assert house.invoice(credit.id).state is _S.PARKED


# What is no credit of an invoice ------------------------------------------------------------


def in_question(house: House, credit: billing.CreditNote | billing.Invoice, code: str) -> SupplierInvoice:
    invoice = house.send(credit)
    assert (invoice.state, invoice.codes) == (_S.IN_QUESTION, (code,))
    assert house.answers(invoice) == ["AB"]
    return invoice


@pytest.mark.parametrize("days", ["10", "21"], ids=["half of it", "more than it"])
def test_a_credit_of_another_sum_is_in_question_and_the_invoice_stands(house: House, days: str) -> None:
    invoice = january(house)
    document = house.send(invoice)
    in_question(house, credit_of(billed(invoice, days=days)), "CREDIT_AMOUNT")
    assert house.invoice(document.id) == document


def test_a_second_credit_of_the_same_invoice_is_in_question(house: House) -> None:
    invoice = january(house)
    house.send(invoice)
    house.send(credit_of(invoice, "K-1"))
    second = in_question(house, credit_of(invoice, "K-2"), "ALREADY_CREDITED")
    assert "K-1" in house.sentences(second)[0]


def test_a_credit_of_a_credit_is_in_question(house: House) -> None:
    invoice = january(house)
    house.send(invoice)
    credit = credit_of(invoice, "K-1")
    house.send(credit)
    reference = billing.BillingReference(
        invoice_document_reference=billing.InvoiceDocumentReference(id="K-1", issue_date=LATER)
    )
    in_question(house, replace(credit, id="K-2", billing_references=(reference,)), "CREDIT_OF_CREDIT")


def test_a_credit_without_reference_is_never_guessed_but_suggestions_are_made(house: House) -> None:
    invoice = january(house)
    house.send(invoice)
    credit = in_question(
        house, replace(credit_of(invoice), billing_references=()), "CREDIT_REFERENCE_MISSING"
    )
    assert "F-1" in house.sentences(credit)[0]
    (answered,) = house.answers(credit)
    assert answered == "AB"


def test_a_credit_of_two_invoices_is_in_question(house: House) -> None:
    invoice = january(house)
    house.send(invoice)
    credit = credit_of(invoice)
    in_question(house, replace(credit, billing_references=credit.billing_references * 2), "CREDIT_SEVERAL")


def test_a_wrong_credit_note_may_be_asked_back_and_then_a_right_one_settles(house: House) -> None:
    invoice = january(house)
    document = house.send(invoice)
    half = in_question(house, credit_of(billed(invoice, days="10"), "K-1"), "CREDIT_AMOUNT")
    assert house.answers(house.ask_credit(half, on=LATER)) == ["AB", "RE"]
    assert house.send(credit_of(invoice, "K-2")).state is _S.SETTLED
    assert house.invoice(document.id).state is _S.CREDITED


# A negative invoice -------------------------------------------------------------------------


def test_a_negative_invoice_is_treated_as_the_credit_note_it_is(house: House) -> None:
    invoice = january(house)
    document = house.send(invoice)
    credit = house.send(negative(credit_of(invoice), number="F-2"))
    assert (credit.document_type, credit.type_code, credit.state) == ("CREDIT_NOTE", "380", _S.SETTLED)
    assert credit.amount_payable == document.amount_payable
    assert house.invoice(document.id).state is _S.CREDITED
    with house.database.reading() as session:
        (message,) = outbox_store.messages_out(session, document_id=f"{credit.id}-AP")
    report = validation.validate(message.body, on=LATER)
    assert report.findings == ()
    assert report.root is not None
    answer = codec.parse(responses.InvoiceResponse, report.root)
    assert answer.document_response.document_reference.document_type_code == "380"


def test_a_negative_invoice_for_half_is_in_question(house: House) -> None:
    invoice = january(house)
    house.send(invoice)
    in_question(house, negative(credit_of(billed(invoice, days="10")), number="F-2"), "CREDIT_AMOUNT")


# Paid already -------------------------------------------------------------------------------


def claims(house: House) -> list[payment_store.Claim]:
    with house.database.reading() as session:
        return payment_store.claims(session)


def test_paid_and_then_credited_is_a_claim_on_the_supplier_and_the_line_is_open(house: House) -> None:
    invoice = january(house)
    document = house.send(invoice)
    (paid,) = house.pay(on=document.pays_on)
    credit = house.send(credit_of(invoice, on=date(2026, 3, 20)))
    assert (credit.state, house.invoice(document.id).state) == (_S.SETTLED, _S.CREDITED)
    assert claims(house) == [
        payment_store.Claim(paid.number, document.id, "F-1", document.supplier, Money.of("2375.00"))
    ]
    row = statement(house)
    assert (row.to_pay, row.open) == (kronor("-1900.00"), kronor("-1900.00"))
    again = house.send_invoice(document.order_number, number="F-2", on=date(2026, 3, 21))
    assert again.state is _S.ACCEPTED


def test_paid_and_then_found_wrong_is_asked_back_and_never_paid_again(house: House) -> None:
    house.report(REFERENCE, "2026-03", on=date(2026, 3, 2))
    invoice = house.flip(house.order(REFERENCE).number, "003", number="F-3", on=date(2026, 3, 2))
    document = house.send(invoice)
    house.interrupt(REFERENCE, on=date(2026, 3, 3), last_day=date(2026, 4, 20))
    house.pay(on=date(2026, 4, 2))
    moved = {"execution_reference": REFERENCE, "registered_on": "2026-03-13", "effective_on": "2026-03-13"}
    house.must("interruption.moved", moved, on=date(2026, 3, 13))
    document = house.invoice(document.id)
    assert (document.state, document.codes) == (_S.IN_QUESTION, ("QUANTITY",))
    assert house.broken() == []
    asked = house.ask_credit(document, on=date(2026, 4, 3))
    # Paid was the last word over the network; the request stands in our books.
    assert (asked.state, house.answers(document)) == (_S.CREDIT_REQUESTED, ["AP", "PD"])
    assert house.broken() == []
    assert house.pay(on=date(2026, 12, 31)) == []
    house.send(credit_of(invoice, on=date(2026, 4, 8)))
    assert [claim.invoice_number for claim in claims(house)] == ["F-3"]


def test_paid_found_wrong_and_right_again_is_paid_and_not_to_be_paid_once_more(house: House) -> None:
    house.report(REFERENCE, "2026-03", on=date(2026, 3, 2))
    invoice = house.send_invoice(house.order(REFERENCE).number, "003", number="F-3", on=date(2026, 3, 2))
    house.pay(on=date(2026, 4, 2))
    house.interrupt(REFERENCE, on=date(2026, 3, 3), last_day=date(2026, 3, 13))
    assert house.invoice(invoice.id).state is _S.IN_QUESTION
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-13"}
    house.must("interruption.withdrawn", withdrawn, on=date(2026, 3, 13))
    invoice = house.invoice(invoice.id)
    assert (invoice.state, invoice.codes, invoice.paid_on) == (_S.PAID, (), date(2026, 4, 2))
    assert house.pay(on=date(2026, 12, 31)) == []


def test_paid_to_an_account_no_longer_registered_stays_paid_when_it_is_judged_again(house: House) -> None:
    invoice = house.send(january(house))
    house.pay(on=invoice.pays_on)
    with house.database.reading() as session:
        register = register_store.load(session)
    theirs = register.supplier(LARKDRILLEN).payment_accounts
    changed = tuple(replace(each, payment_accounts=theirs) for each in register.suppliers)
    house.change_register(replace(register, suppliers=changed))
    house.report(REFERENCE, "2026-01", version=2, on=date(2026, 4, 1))
    invoice = house.invoice(invoice.id)
    assert (invoice.state, invoice.codes) == (_S.PAID, ("PAYEE_ACCOUNT",))
    with house.database.reading() as session:
        assert len(document_store.matches(session, invoice.id)) == 2


def test_the_sum_of_a_pair_is_nothing(house: House) -> None:
    invoice = january(house, days="22")
    house.send(invoice)
    house.send(credit_of(invoice))
    row = statement(house)
    assert (row.invoiced, row.credited, row.open) == (kronor("2090.00"), kronor("2090.00"), kronor("0.00"))
    assert row.to_invoice == kronor("1900.00")
    assert row.paid.is_zero
