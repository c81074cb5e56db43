"""Matching what an invoice says as a whole: its buyer, its sums, where and when it is to be paid. Pure."""

from decimal import Decimal

from foundation.money import vat_amount
from invoicing.matching import vat_base
from invoicing.matching.deviations import (
    Deviation,
    DeviationCode,
    Source,
    percent,
    question,
)
from invoicing.matching.facts import Facts
from invoicing.matching.order_slices import order_slices, orders_named
from invoicing.model import InvoiceContent
from invoicing.type_codes import Treatment, treatment_of
from orders.register.parties import Buyer

ROUNDING_LARGEST = Decimal("1.00")


def type_deviations(invoice: InvoiceContent) -> tuple[Deviation, ...]:
    """Whether its type (BT-3) asks for money at all; a pro forma invoice that agrees is not paid for that."""
    if treatment_of(invoice.type_code, invoice.document_type) is not Treatment.NO_DEMAND:
        return ()
    return (question(DeviationCode.NO_DEMAND, "BT-3", invoice.type_code, "380", Source.POLICY),)


def buyer_deviations(invoice: InvoiceContent, buyer: Buyer, *, variant: str = "") -> tuple[Deviation, ...]:
    """Whether it is for us: by the organisation number of the buyer (BT-47)."""
    ours = buyer.organisation_number
    if invoice.buyer == ours:
        return ()
    return (question(DeviationCode.BUYER, "BT-47", invoice.buyer, ours, Source.BUYER, variant=variant),)


def total_deviations(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """As many orders and lines as the policy allows, and nothing added to or taken off that was not agreed."""
    found = []
    named = orders_named(invoice)
    if len(named) > 1 and not facts.policy.several_orders:
        found.append(question(DeviationCode.SEVERAL_ORDERS, "BT-188", ", ".join(named), "1", Source.POLICY))
    for of_one in order_slices(invoice, facts.policy):
        if len(of_one.order_lines) > 1 and not facts.policy.several_lines:
            found.append(
                question(
                    DeviationCode.SEVERAL_LINES, "BT-132", ", ".join(of_one.order_lines), "1", Source.POLICY
                )
            )
    if not invoice.adjustments.is_zero:
        found.append(
            question(
                DeviationCode.AMOUNT,
                "BG-20",
                str(abs(invoice.adjustments.amount)),
                "0.00",
                Source.ORDER,
                variant="adjustment" if invoice.adjustments.amount > 0 else "allowance",
            )
        )
    elif moved := vat_base.moved(vat_base.unlike_lines(invoice)):
        found.append(
            question(DeviationCode.AMOUNT, "BG-20", str(moved), "0.00", Source.ORDER, variant="moved")
        )
    if not invoice.amount_prepaid.is_zero:
        found.append(
            question(
                DeviationCode.AMOUNT,
                "BT-113",
                str(invoice.amount_prepaid.amount),
                "0.00",
                Source.ORDER,
                variant="prepaid",
            )
        )
    if abs(invoice.amount_rounding.amount) > ROUNDING_LARGEST:
        found.append(
            question(
                DeviationCode.AMOUNT,
                "BT-114",
                str(invoice.amount_rounding.amount),
                "1.00",
                Source.POLICY,
                variant="rounding",
            )
        )
    return tuple(found)


def vat_arithmetic_deviations(invoice: InvoiceContent) -> tuple[Deviation, ...]:
    """The tax of each category to the öre. Validation allows almost a krona (BR-CO-17); payment does not."""
    unlike = vat_base.unlike_lines(invoice) if invoice.adjustments.is_zero else ()
    found = [
        question(
            DeviationCode.VAT_AMOUNT,
            "BT-116",
            str(subtotal.taxable.amount),
            str(of_lines.amount),
            Source.ARITHMETIC,
            reference=percent(subtotal.percent) or "0",
            variant="base",
        )
        for subtotal, of_lines in unlike
        if not vat_base.moved(unlike)
    ]
    for subtotal in invoice.vat:
        expected = vat_amount(subtotal.taxable, subtotal.percent or Decimal(0))
        if subtotal.tax != expected:
            found.append(
                question(
                    DeviationCode.VAT_AMOUNT,
                    "BT-117",
                    str(subtotal.tax.amount),
                    str(expected.amount),
                    Source.ARITHMETIC,
                    reference=f"{subtotal.taxable.amount} x {percent(subtotal.percent)} %",
                )
            )
    return tuple(found)
