"""A simulated supplier's system: what it does with each message, whatever order and number they come in."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from billing.tools.simulation.documents import SimulatedDelivery
from billing.tools.simulation.erp import MISTAKES, HandedMessage, OrderStanding, SimulatedErp
from foundation.money import Money, Quantity
from foundation.periods import Period
from invoicing.matching.deviations import Deviation, DeviationCode, Source, Weight
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.responses import response_documents
from orders.purchase_orders import order_document as documents
from orders.register.parties import Supplier
from orders.register.response_agreements import OrderProcess, TechnicalAnswer
from peppol.documents import billing, ordering, technical_responses
from peppol.findings import Finding, Severity
from peppol.identifiers import DocumentKind, ParticipantId
from peppol.validation import validation
from peppol.xml import codec
from tests.support.stories.builders import an_order
from tests.support.stories.system import FYRBAKEN, example_register

DAY = date(2026, 2, 2)
ORDER = an_order()
JANUARY = SimulatedDelivery(
    ORDER.number, "001", Quantity(Decimal(31), "DAY"), Period(date(2026, 1, 1), date(2026, 1, 31))
)


def the_supplier(**changes: object) -> Supplier:
    return replace(example_register().supplier(FYRBAKEN), **changes)  # type: ignore[arg-type]


def the_order(supplier: Supplier) -> bytes:
    register = example_register()
    return codec.serialise(
        documents.order_document(
            ORDER,
            buyer=register.buyer,
            supplier=supplier,
            unit=register.unit("UV-101"),
            policy=register.policy,
        )
    )


def an_erp(*mistakes: str, **registered: object) -> SimulatedErp:
    """A system that makes these mistakes on every first invoice, with its order and January approved."""
    supplier = the_supplier(**registered)
    erp = SimulatedErp(supplier, mistakes=dict.fromkeys(mistakes, 1000))
    assert erp.receive(the_order(supplier), on=DAY)
    erp.approved(JANUARY, on=DAY)
    return erp


def sent(erp: SimulatedErp, *, days: int = 15, after: date = DAY) -> list[HandedMessage]:
    """What leaves in the days after; each document passes its rules, unless its sum is wrong on purpose."""
    return [message for count in range(days) for message in erp.live(after + timedelta(days=count))]


def invoice_in(message: HandedMessage) -> billing.Invoice:
    return codec.parse(billing.Invoice, etree.fromstring(message.body))


def told(number: str, code: str, *reasons: DeviationCode) -> bytes:
    """The buyer's Invoice Response about an invoice."""
    register = example_register()
    money = Money.of("1.00")
    invoice = SupplierInvoice(
        id=1,
        letter_id=1,
        document_type=DocumentType.INVOICE,
        type_code="380",
        supplier=FYRBAKEN,
        number=number,
        issued_on=DAY,
        received_on=DAY,
        pays_on=DAY,
        currency="SEK",
        order_number=ORDER.number,
        execution_reference="",
        endpoint="",
        amount_net=money,
        amount_vat=money,
        amount_payable=money,
        state=InvoiceState.IN_QUESTION,
        codes=(),
        answered="",
        paid_on=None,
    )
    deviations = tuple(
        Deviation(each, Weight.QUESTION, "BT-129", "33", "31", Source.RECEIPT) for each in reasons
    )
    document = response_documents.response(
        register, invoice, code, deviations, supplier=register.supplier(FYRBAKEN), today=DAY
    )
    return codec.serialise(replace(document, id=f"{number}-{code}"))


def test_what_is_approved_is_billed_within_a_week_and_the_invoice_is_valid() -> None:
    (message,) = sent(an_erp())
    assert (message.kind, message.number) == (DocumentKind.INVOICE, "F2100000001-001-1")
    assert message.issued_on <= DAY + timedelta(days=6)
    report = validation.validate(message.body, on=message.issued_on)
    assert report.fatal == ()
    invoice = invoice_in(message)
    assert invoice.order_reference is not None
    assert invoice.order_reference.id == ORDER.number
    assert invoice.invoice_lines[0].invoiced_quantity.value == 31
    assert invoice.legal_monetary_total.payable_amount.value == Decimal("3681.25")


def test_a_rejection_gives_a_credit_note_and_a_corrected_invoice_once() -> None:
    erp = an_erp("over")
    (wrong,) = sent(erp)
    assert invoice_in(wrong).invoice_lines[0].invoiced_quantity.value == 33
    for _ in range(3):
        erp.receive(told(wrong.number, "RE", DeviationCode.QUANTITY), on=DAY)
    credit, corrected = sent(erp)
    assert (credit.kind, credit.number) == (DocumentKind.CREDIT_NOTE, f"K{wrong.number}")
    assert (corrected.kind, corrected.number) == (DocumentKind.INVOICE, "F2100000001-001-2")
    assert invoice_in(corrected).invoice_lines[0].invoiced_quantity.value == 31
    assert sent(erp) == []


def test_a_query_about_the_account_gives_the_same_and_other_queries_nothing() -> None:
    erp = an_erp("account")
    (wrong,) = sent(erp)
    erp.receive(told(wrong.number, "UQ", DeviationCode.DUE_DATE, DeviationCode.QUANTITY), on=DAY)
    assert [message.kind for message in sent(erp)] == [DocumentKind.CREDIT_NOTE, DocumentKind.INVOICE]
    other = an_erp()
    (right,) = sent(other)
    other.receive(told(right.number, "UQ", DeviationCode.QUANTITY), on=DAY)
    assert sent(other) == []


def test_a_technical_refusal_gives_the_bill_without_its_fault_and_no_credit() -> None:
    erp = an_erp("wrong sum")
    (wrong,) = sent(erp)
    assert not validation.validate(wrong.body, on=wrong.issued_on).valid
    refusal = technical_responses.refusal_mlr(
        [Finding("BR-CO-16", Severity.FATAL, "/Invoice")],
        document_id="MLR-1",
        answered=wrong.number,
        type_code="380",
        sender=ParticipantId("0007", "2021002114"),
        receiver=ParticipantId("0007", FYRBAKEN),
        on=DAY,
    )
    erp.receive(codec.serialise(refusal), on=DAY)
    (corrected,) = sent(erp)
    assert validation.validate(corrected.body, on=corrected.issued_on).fatal == ()
    assert erp.bills[wrong.number].standing is OrderStanding.REFUSED


def test_paid_ends_it_and_a_call_afterwards_begins_it_again() -> None:
    erp = an_erp()
    (message,) = sent(erp)
    assert erp.busy
    erp.receive(told(message.number, "PD"), on=DAY)
    assert not erp.busy
    erp.approved(replace(JANUARY, quantity=Quantity(Decimal(20), "DAY"), version=2), on=DAY)
    assert sent(erp) == []
    erp.asked_in_person(message.number, on=DAY)
    credit, corrected = sent(erp)
    assert credit.kind is DocumentKind.CREDIT_NOTE
    assert invoice_in(corrected).invoice_lines[0].invoiced_quantity.value == 20


def test_who_is_registered_for_it_answers_the_order_and_accepts_its_message() -> None:
    erp = an_erp(order_process=OrderProcess.ORDERING, technical_answers=TechnicalAnswer.MLR)
    messages = {message.kind: message for message in sent(erp)}
    assert set(messages) == {DocumentKind.MLR, DocumentKind.ORDER_RESPONSE, DocumentKind.INVOICE}
    for message in messages.values():
        assert validation.validate(message.body, on=message.issued_on).fatal == ()


def test_a_damaged_message_is_not_taken() -> None:
    erp = SimulatedErp(the_supplier())
    assert not erp.receive(the_order(the_supplier())[:-40], on=DAY)
    assert (erp.unread, erp.orders) == (1, {})


@pytest.mark.parametrize("mistake", [each for each in MISTAKES if each != "wrong sum"])
def test_every_other_mistake_keeps_the_published_rules(mistake: str) -> None:
    for message in sent(an_erp(mistake)):
        assert validation.validate(message.body, on=message.issued_on).fatal == ()


def test_a_changed_line_in_an_order_response_names_every_line() -> None:
    found: set[str] = set()
    for seed in range(12):
        supplier = the_supplier(order_process=OrderProcess.ORDERING)
        erp = SimulatedErp(supplier, seed=seed)
        erp.receive(the_order(supplier), on=DAY)
        (message,) = sent(erp)
        assert validation.validate(message.body, on=message.issued_on).fatal == ()
        answer = codec.parse(ordering.OrderResponse, etree.fromstring(message.body))
        found.add(answer.order_response_code)
        assert bool(answer.order_lines) == (answer.order_response_code == "CA")
    assert found == {"AP", "AB", "CA"}


# The law --------------------------------------------------------------------------------------------------


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_messages_doubled_and_in_any_order_lead_to_the_same_bills(data: st.DataObject) -> None:
    number = "F2100000001-001-1"
    messages = [told(number, "AB"), told(number, "RE", DeviationCode.QUANTITY), the_order(the_supplier())]
    mixed = data.draw(st.permutations(messages + data.draw(st.lists(st.sampled_from(messages), max_size=3))))
    plain, muddled = an_erp("over"), an_erp("over")
    first, again = sent(plain), sent(muddled)
    assert first == again
    for body in messages:
        plain.receive(body, on=DAY)
    for body in mixed:
        muddled.receive(body, on=DAY)
    assert [each.body for each in sent(plain)] == [each.body for each in sent(muddled)]
