"""Matching what an invoice says as a whole: its buyer, its sums, where and when it is to be paid. Pure."""

from decimal import Decimal

from foundation.money import vat_amount
from invoicing.matching.deviations import (
    Deviation,
    DeviationActor,
    DeviationCode,
    Source,
    Weight,
    note,
    percent,
    question,
)
from invoicing.matching.facts import Facts
from invoicing.matching.order_slices import order_slices, orders_named
from invoicing.model import InvoiceContent, pays_on

ROUNDING_LARGEST = Decimal("1.00")


def buyer_deviations(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """Whether it is for us: by the organisation number of the buyer (BT-47)."""
    ours = facts.buyer.organisation_number
    if invoice.buyer == ours:
        return ()
    return (question(DeviationCode.BUYER, "BT-47", invoice.buyer, ours, Source.BUYER),)


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
    found = []
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


def payee_account_deviations(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """An account is compared, never learned.

    One that is not the supplier's on the day of payment stops nothing: what is paid goes to one that is.
    """
    supplier = facts.supplier
    if supplier is None:
        return ()
    pays = pays_on(invoice.issued_on, terms_days=facts.policy.payment_terms_days)
    holding = supplier.on(pays).payment_accounts
    expected = ", ".join(f"{account.scheme} {account.number}" for account in holding)
    found = []
    for given in invoice.accounts:
        if any(each.is_same_as(given.scheme, given.number) for each in holding):
            continue
        written = f"{given.scheme} {given.number}".strip()
        known = supplier.account(given.scheme, given.number)
        if known is not None:
            ended = known.valid_to is not None and known.valid_to < pays
            day = known.valid_to if ended else known.valid_from
            variant = "ended" if ended else "early"
            found.append(
                note(
                    DeviationCode.PAYEE_ACCOUNT,
                    "BT-84",
                    written,
                    expected,
                    Source.REGISTER,
                    reference=str(day),
                    variant=variant,
                )
            )
            continue
        found.append(
            Deviation(
                DeviationCode.PAYEE_ACCOUNT,
                Weight.HOLD,
                "BT-84",
                found=written,
                expected=expected,
                expected_from=Source.REGISTER,
                actor=DeviationActor.BUYER,
            )
        )
    return tuple(found)


def due_date_deviations(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """A due date (BT-9) earlier than our day of payment changes nothing, and is noted."""
    pays = pays_on(invoice.issued_on, terms_days=facts.policy.payment_terms_days)
    if invoice.due_on is not None and invoice.due_on >= pays:
        return ()
    found = invoice.due_on.isoformat() if invoice.due_on else ""
    variant = "" if invoice.due_on else "absent"
    return (note(DeviationCode.DUE_DATE, "BT-9", found, pays.isoformat(), Source.POLICY, variant=variant),)
