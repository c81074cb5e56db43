"""What programs often forget is told with the supplier's own values, and whoever forgets it is told afterwards too."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import pytest

from invoicing.documents.reading import read_invoice
from invoicing.flow_test import example_documents, often_forgotten, sample_orders
from orders.register.register import Register
from peppol.documents import billing, shapes
from peppol.validation import validation
from peppol.xml import codec
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, example_register

Change = Callable[[billing.Invoice], billing.Invoice]


def line(invoice: billing.Invoice, **changes: object) -> billing.Invoice:
    first, *others = invoice.invoice_lines
    return replace(invoice, invoice_lines=(replace(first, **changes), *others))  # type: ignore[arg-type]


def seller(invoice: billing.Invoice, **changes: object) -> billing.Invoice:
    party = replace(invoice.accounting_supplier_party.party, **changes)  # type: ignore[arg-type]
    return replace(invoice, accounting_supplier_party=replace(invoice.accounting_supplier_party, party=party))


FORGETS: Final[Mapping[str, Change]] = {
    "BT-13": lambda each: replace(each, order_reference=None, buyer_reference="4711"),
    "BT-132": lambda each: line(each, order_line_reference=shapes.LineReference(line_id="1")),
    "BT-130": lambda each: line(
        each, invoiced_quantity=replace(each.invoice_lines[0].invoiced_quantity, unit_code="C62")
    ),
    "BT-146": lambda each: line(
        each,
        price=replace(
            each.invoice_lines[0].price,
            price_amount=replace(each.invoice_lines[0].price.price_amount, value=Decimal(115)),
        ),
    ),
    "BT-30": lambda each: seller(each, endpoint_id=shapes.Identifier("559999-1014", "0007")),
    "BT-84, BT-86": lambda each: replace(each, payment_means=()),
}
"""How a program forgets each point; BT-10 is what helps when BT-13 is forgotten."""


@pytest.fixture(scope="module")
def register() -> Register:
    return example_register()


def test_every_point_has_a_way_of_being_forgotten(register: Register) -> None:
    assert {each.term for each in told(register, FYRBAKEN)} == {*FORGETS, "BT-10"}


def told(register: Register, supplier: str) -> list[often_forgotten.OftenForgotten]:
    sample = next(iter(sample_orders.samples(register, supplier).values()))
    return list(often_forgotten.points(sample, register.supplier(supplier)))


@pytest.mark.parametrize("supplier", [FYRBAKEN, LARKDRILLEN])
def test_the_values_are_those_of_the_suppliers_own_right_invoice(register: Register, supplier: str) -> None:
    invoice = example_documents.examples(register, supplier).invoices[0]
    written = codec.serialise(invoice).decode()
    for each in told(register, supplier):
        if each.term != "BT-10":
            assert all(f">{part}<" in written or f'"{part}"' in written for part in each.value.split(", ")), (
                each
            )
    reference = next(each.value for each in told(register, supplier) if each.term == "BT-10")
    assert reference in read_invoice(replace(invoice, buyer_reference=reference)).references


@pytest.mark.parametrize("term", FORGETS)
def test_whoever_forgets_a_point_is_told_by_a_rule_or_by_the_match(register: Register, term: str) -> None:
    right = example_documents.examples(register, FYRBAKEN).invoices[0]
    forgotten = FORGETS[term](right)
    for invoice, says in ((right, False), (forgotten, True)):
        findings = validation.validate(codec.serialise(invoice), on=date(2025, 2, 5)).findings
        match = sample_orders.judge(register, FYRBAKEN, read_invoice(invoice))
        assert bool(findings or match.deviations) is says
