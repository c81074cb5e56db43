"""References as suppliers' programs write them: with blanks, in another field, shortened, or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from invoicing.documents import store as document_store
from invoicing.documents import suggesting
from invoicing.matching.deviations import SuggestionBasis
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from peppol.documents import billing, shapes
from tests.support.stories.bills import billed, negative
from tests.support.stories.system import System, a_system, example_register

ONE, OTHER, THIRD = "100000101", "100000102", "100000103"
FEBRUARY = date(2026, 2, 3)
_S = InvoiceState


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """Three participants of one supplier, each with January received: all three of the same sum."""
    with a_system(database_url) as system:
        decided(system)
        yield system


def decided(system: System) -> None:
    for reference in (ONE, OTHER, THIRD):
        system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.report(reference, "2026-01", on=date(2026, 2, 2))


def january(system: System, reference: str = ONE, number: str = "F-1") -> billing.Invoice:
    return system.flip(system.order(reference).number, "001", number=number, on=FEBRUARY)


def with_order(invoice: billing.Invoice, number: str, **more: str) -> billing.Invoice:
    return replace(invoice, order_reference=billing.OrderReference(id=number, **more))


def with_line(invoice: billing.Invoice, **changes: object) -> billing.Invoice:
    (line,) = invoice.invoice_lines
    return replace(invoice, invoice_lines=(replace(line, **changes),))  # type: ignore[arg-type]


def without_order(invoice: billing.Invoice, **elsewhere: object) -> billing.Invoice:
    """The invoice without an order number, its number or reference standing elsewhere."""
    bare = replace(invoice, order_reference=None, buyer_reference="Anna Andersson")
    return replace(bare, **elsewhere)  # type: ignore[arg-type]


def said(system: System, invoice: SupplierInvoice) -> str:
    (sentence,) = system.sentences(invoice)
    return sentence


# Blanks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("blank", ["\u00a0", "\u2009", "\u3000", "\u200b", "\ufeff", "\u200e", "\u2028"])
def test_a_blank_of_any_kind_around_a_number_is_no_part_of_it(system: System, blank: str) -> None:
    invoice = january(system)
    order = invoice.order_reference
    assert order is not None
    written = with_line(
        with_order(invoice, f"{blank}{order.id}{blank}"),
        order_line_reference=shapes.LineReference(line_id=f"001{blank}"),
    )
    assert system.send(written).state is _S.ACCEPTED


def test_a_hidden_blank_inside_a_number_is_named_and_the_number_without_it_suggested(system: System) -> None:
    number = system.order(ONE).number
    sent = system.send(with_order(january(system), f"{number[:4]}\u00a0{number[4:]}"))
    assert f"(med dolt tecken: U+00A0 hårt blanksteg efter {number[:4]})" in said(system, sent)
    assert f"Förslag: {number}, som står i orderreferensen (BT-13)." in said(system, sent)


def test_a_credit_note_finds_its_invoice_though_a_blank_follows_its_number(system: System) -> None:
    invoice = january(system)
    system.send(invoice)
    credit = flipping.credit_note_of(invoice, given=Numbered("K-1", FEBRUARY))
    reference = billing.InvoiceDocumentReference(id="F-1\u00a0")
    written = replace(
        credit, billing_references=(billing.BillingReference(invoice_document_reference=reference),)
    )
    assert system.send(written).state is _S.SETTLED


# Numbers elsewhere ----------------------------------------------------------------------------


def test_a_number_with_words_around_it_is_suggested(system: System) -> None:
    number = system.order(OTHER).number
    sent = system.send(with_order(january(system, OTHER), f"PO: {number},"))
    assert f"Förslag: {number}, som står i orderreferensen (BT-13)." in said(system, sent)


@pytest.mark.parametrize("place", ["BT-10", "BT-14", "BT-12", "BT-19", "BT-22", "BT-127", "BT-153", "BT-154"])
def test_a_number_that_stands_elsewhere_is_suggested_before_any_of_the_same_sum(
    system: System, place: str
) -> None:
    number = system.order(THIRD).number
    bare = without_order(january(system, THIRD))
    (line,) = bare.invoice_lines
    written = {
        "BT-10": lambda: replace(bare, buyer_reference=number),
        "BT-14": lambda: with_order(bare, "NA", sales_order_id=number),
        "BT-12": lambda: replace(bare, contract_document_reference=shapes.Reference(id=number)),
        "BT-19": lambda: replace(bare, accounting_cost=number),
        "BT-22": lambda: replace(bare, note=f"Avser er order {number}, januari"),
        "BT-127": lambda: with_line(bare, note=f"Order {number}"),
        "BT-153": lambda: with_line(bare, item=replace(line.item, name=f"Grundersättning {number}")),
        "BT-154": lambda: with_line(bare, item=replace(line.item, description=f"order:{number}")),
    }[place]()
    sent = system.send(written)
    assert f"Förslag: {number}, som står i " in said(system, sent)
    assert f"({place})." in said(system, sent)


def test_who_names_only_the_participant_is_suggested_its_order_and_no_other(system: System) -> None:
    sent = system.send(without_order(january(system, OTHER), buyer_reference=OTHER))
    assert f"Förslag: {system.order(OTHER).number}, som hör till genomförandereferensen" in said(system, sent)
    for other in (ONE, THIRD):
        assert system.order(other).number not in said(system, sent)


def test_the_desk_is_shown_what_the_supplier_is_told(system: System) -> None:
    sent = system.send(without_order(january(system, THIRD), note=f"Order {system.order(THIRD).number}"))
    with system.database.reading() as session:
        register = register_store.load(session)
        shown = suggesting.lines(session, register, document_store.content(session, sent.id))
    assert [(each.order_number, each.line_id) for each in shown] == [(system.order(THIRD).number, "001")]
    assert shown[0].basis is SuggestionBasis.NAMED


def test_a_participant_we_do_not_know_is_nobody_elses(system: System) -> None:
    sent = system.send(without_order(january(system), buyer_reference="100000999"))
    assert "Förslag" not in said(system, sent)


def test_of_a_few_with_the_same_sum_all_are_suggested(system: System) -> None:
    sent = system.send(without_order(january(system)))
    numbers = ", ".join(system.order(each).number for each in (ONE, OTHER, THIRD))
    assert f"Förslag: {numbers}, som har samma belopp." in said(system, sent)


# Order lines ----------------------------------------------------------------------------------


def test_line_1_is_suggested_to_be_ours_001(system: System) -> None:
    written = with_line(january(system), order_line_reference=shapes.LineReference(line_id="1"))
    sent = system.send(written)
    assert sent.codes == ("LINE_UNKNOWN",)
    assert "Förslag: orderrad 001." in said(system, sent)


def test_an_invoice_without_a_line_is_suggested_the_one_of_its_quantity_and_price(system: System) -> None:
    system.report(ONE, "2026-03", on=date(2026, 4, 2))
    sent = system.send(with_line(january(system), order_line_reference=None, invoice_period=None))
    assert sent.codes == ("LINE_MISSING",)
    assert "Förslag: orderrad 001." in said(system, sent)


def test_an_invoice_without_a_line_is_matched_where_the_buyer_lets_it_be(database_url: str) -> None:
    with a_system(database_url, register=example_register(inferred_line=True)) as system:
        decided(system)
        system.report(ONE, "2026-02", on=date(2026, 3, 2))
        bare = with_line(january(system), order_line_reference=None)
        sent = system.send(bare)
        assert (sent.state, sent.execution_reference) == (_S.ACCEPTED, ONE)
        assert system.line(sent.order_number).invoice_id == sent.id
        again = system.send(replace(bare, id="F-2"))
        assert again.codes == ("ALREADY_INVOICED",)


# Lines that carry text ------------------------------------------------------------------------


@pytest.mark.parametrize(("quantity", "price"), [("0", "0.00"), ("0", "95.00"), ("1", "0.00")])
def test_a_line_that_charges_nothing_carries_text_and_hinders_nothing(
    system: System, quantity: str, price: str
) -> None:
    invoice = january(system)
    (line,) = invoice.invoice_lines
    text = replace(
        line,
        id="2",
        invoiced_quantity=shapes.Quantity(Decimal(quantity), "DAY"),
        line_extension_amount=shapes.Amount(Decimal("0.00"), "SEK"),
        order_line_reference=None,
        item=replace(line.item, name="Avser januari"),
        price=shapes.Price(price_amount=shapes.Amount(Decimal(price), "SEK")),
    )
    sent = system.send(replace(invoice, invoice_lines=(line, text)))
    assert (sent.state, sent.codes) == (_S.ACCEPTED, ())
    with system.database.reading() as session:
        kept = document_store.content(session, sent.id).lines
    assert [each.name for each in kept] == [line.item.name, "Avser januari"]


# Allowances on a line -------------------------------------------------------------------------


def test_an_allowance_on_a_line_is_part_of_its_arithmetic(system: System) -> None:
    invoice = january(system)
    (line,) = invoice.invoice_lines
    net = line.line_extension_amount.value
    allowance = line.quantity.value * 5
    reckoned = billed(
        invoice,
        price="100.00",
        amount=str(net),
        allowance_charges=(
            shapes.AllowanceCharge(
                charge_indicator=False,
                allowance_charge_reason="Rabatt",
                amount=shapes.Amount(allowance, "SEK"),
            ),
        ),
    )
    sent = system.send(reckoned)
    assert sent.codes == ("PRICE",)
    assert "enligt" not in said(system, sent)


# Credit notes without a reference -------------------------------------------------------------


def without_reference(credit: billing.CreditNote) -> billing.CreditNote:
    return replace(credit, billing_references=())


def test_a_credit_without_reference_is_suggested_the_invoice_on_its_order(system: System) -> None:
    invoices = {each: january(system, each, f"F-{each}") for each in (ONE, OTHER, THIRD)}
    for each in invoices.values():
        system.send(each)
    credit = flipping.credit_note_of(invoices[OTHER], given=Numbered("K-1", FEBRUARY))
    sent = system.send(without_reference(credit))
    assert sent.codes == ("CREDIT_REFERENCE_MISSING",)
    assert f"Förslag: F-{OTHER}, som gäller samma order." in said(system, sent)
    with system.database.reading() as session:
        register = register_store.load(session)
        shown = suggesting.credits(session, register, document_store.content(session, sent.id))
    assert [each.number for each in shown] == [f"F-{OTHER}"]


def test_a_negative_invoice_without_reference_is_too(system: System) -> None:
    invoice = january(system, THIRD, "F-3")
    system.send(invoice)
    system.send(january(system, ONE, "F-1"))
    credit = without_reference(flipping.credit_note_of(invoice, given=Numbered("K-1", FEBRUARY)))
    sent = system.send(negative(credit, number="F-4"))
    assert "Förslag: F-3, som gäller samma order." in said(system, sent)


def test_an_invoice_that_is_credited_already_is_not_suggested(system: System) -> None:
    invoice = january(system)
    system.send(invoice)
    credit = flipping.credit_note_of(invoice, given=Numbered("K-1", FEBRUARY))
    system.send(credit)
    sent = system.send(without_reference(replace(credit, id="K-2")))
    assert "Förslag" not in said(system, sent)


def test_a_number_that_is_nearly_that_of_an_invoice_is_suggested_while_the_credit_waits(
    system: System,
) -> None:
    invoice = january(system, number="F-10017")
    system.send(invoice)
    credit = flipping.credit_note_of(invoice, given=Numbered("K-1", FEBRUARY))
    reference = billing.InvoiceDocumentReference(id="Faktura F10017")
    written = replace(
        credit, billing_references=(billing.BillingReference(invoice_document_reference=reference),)
    )
    sent = system.send(written)
    assert sent.state is _S.PARKED
    assert "Förslag: F-10017, som står i fakturareferensen (BT-25)." in said(system, sent)
