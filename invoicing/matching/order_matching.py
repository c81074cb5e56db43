"""Matching the lines of one order: whose it is, which of its lines are meant, how they are taxed. Pure.

An order line is found by the references alone, within its supplier; a guess is only ever a suggestion. The document
these functions are given has the lines of one order alone (`order_slices`).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from foundation.money import tax_withheld, total
from invoicing.matching import late_payment_claims
from invoicing.matching.candidates import same_form, told
from invoicing.matching.deviations import (
    BESIDES,
    UNREGISTERED,
    Check,
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Source,
    Weight,
    check,
    note,
    percent,
    question,
)
from invoicing.matching.facts import Facts, OrderFacts
from invoicing.matching.line_matching import order_line_checks
from invoicing.matching.order_slices import has_order_number
from invoicing.matching.suggestions import NamedLines, order_lines
from invoicing.model import InvoiceContent, InvoicedLine
from orders.register.agreements import Policy
from orders.register.parties import VatCategory
from orders.register.succession import Tenure

# What is withheld from pay for work to whoever is not approved for F-tax (SFL 11 kap. 24 §), in percent.
_TAX_WITHHELD = Decimal(30)


def order_deviations(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """Whether the order that is named (BT-13, BT-188) is one of ours, and the supplier may invoice it."""
    if claimed := late_payment_claims.check(invoice):
        return claimed
    suggestion, variant = told(facts.suggestions)
    variant = facts.outside.value if facts.outside else variant
    if not has_order_number(invoice):
        return (
            question(
                DeviationCode.ORDER_MISSING,
                "BT-13",
                invoice.order_number,
                suggestion,
                Source.NOTHING,
                variant=variant,
            ),
        )
    if facts.order is None:
        return (
            question(
                DeviationCode.ORDER_UNKNOWN,
                "BT-13",
                invoice.order_number,
                suggestion,
                Source.NOTHING,
                variant=variant,
            ),
        )
    owner = facts.order.order.supplier
    tenure = facts.tenure
    if tenure is None and facts.supplier is not None and facts.supplier.organisation_number == owner:
        tenure = Tenure()
    if facts.supplier is None or tenure is None:
        # The owner is not named to somebody else's system.
        return (
            question(
                DeviationCode.ORDER_NOT_SUPPLIERS,
                "BT-13",
                invoice.order_number,
                "",
                Source.ORDER,
                reference=invoice.supplier,
                # The order is theirs, and it is our register that has lost them.
                variant=UNREGISTERED if facts.supplier is None and invoice.supplier == owner else "",
            ),
        )
    return _within_tenure(invoice, facts.order, tenure)


def _within_tenure(invoice: InvoiceContent, order: OrderFacts, tenure: Tenure) -> tuple[Deviation, ...]:
    """Whether the supplier may invoice these lines of an order that was, or is, another's (E-33)."""
    delivered = [order.lines[each].delivered_on for each in invoice.order_lines if each in order.lines]
    if tenure.invoices_from is not None and invoice.issued_on < tenure.invoices_from:
        variant, day = "early", tenure.invoices_from
    elif tenure.delivers_until is not None and max(delivered, default=date.min) >= tenure.delivers_until:
        variant, day = "succeeded", tenure.delivers_until
    else:
        return ()
    number = order.order.number
    return (
        question(
            DeviationCode.ORDER_NOT_SUPPLIERS,
            "BT-13",
            number,
            day.isoformat(),
            Source.REGISTER,
            reference=number,
            variant=variant,
        ),
    )


def currency_deviations(invoice: InvoiceContent, order: OrderFacts) -> tuple[Deviation, ...]:
    """Whether the invoice is in the currency of its order (BT-5)."""
    expected = order.order.amount.currency
    if invoice.currency == expected:
        return ()
    return (
        question(
            DeviationCode.CURRENCY,
            "BT-5",
            invoice.currency,
            expected,
            Source.ORDER,
            reference=order.order.number,
        ),
    )


def line_checks(invoice: InvoiceContent, order: OrderFacts, policy: Policy) -> Sequence[Check | Group]:
    """Which lines name an order line (BT-132) of the order, and the checks of each that is named."""
    without = [line for line in invoice.lines if not line.order_line]
    unknown = [line for line in invoice.lines if line.order_line and line.order_line not in order.lines]
    named = NamedLines.of(invoice)
    checks: list[Check | Group] = [
        check(
            "order line",
            (
                *(_unnamed(DeviationCode.LINE_MISSING, line, invoice, order, named) for line in without),
                *(_unnamed(DeviationCode.LINE_UNKNOWN, line, invoice, order, named) for line in unknown),
            ),
        )
    ]
    known = [line_id for line_id in invoice.order_lines if line_id in order.lines]
    return [
        *checks,
        *(order_line_checks(invoice, order, order.lines[line_id], policy=policy) for line_id in known),
    ]


def _unnamed(
    code: DeviationCode,
    line: InvoicedLine,
    invoice: InvoiceContent,
    order: OrderFacts,
    named: NamedLines,
) -> Deviation:
    """A line that names no order line of the order: which may be meant, or that it is like none or for late payment."""
    claim = late_payment_claims.is_claim(line)
    meant = "" if claim else ", ".join(order_lines(line, invoice, order, named))
    is_besides = code is DeviationCode.LINE_MISSING and invoice.order_lines and not meant
    return question(
        code,
        "BT-132",
        line.order_line,
        meant,
        Source.ORDER_LINE if code is DeviationCode.LINE_MISSING else Source.ORDER,
        line=line.id,
        reference=order.order.number,
        variant=late_payment_claims.OF_LATE_PAYMENT if claim else BESIDES if is_besides else "",
    )


def vat_deviations(
    invoice: InvoiceContent, order: OrderFacts
) -> tuple[tuple[Deviation, ...], tuple[Deviation, ...]]:
    """The lines taxed by another category than the supplier's on their delivery, and those by another rate."""
    taxed = [
        (line, order.vat_of(line.order_line))
        for line in invoice.lines
        # Late payment has no VAT, and its line is told what it is.
        if line.order_line in order.lines or not late_payment_claims.is_claim(line)
    ]
    wrong_category = tuple(
        question(
            DeviationCode.VAT_CATEGORY,
            "BT-151",
            line.vat_category,
            agreed.category.value,
            Source.REGISTER,
            line=line.id,
        )
        for line, agreed in taxed
        if line.vat_category != agreed.category.value
    )
    wrong_rate = tuple(
        question(
            DeviationCode.VAT_RATE,
            "BT-152",
            percent(line.vat_percent),
            percent(agreed.percent),
            Source.REGISTER,
            line=line.id,
        )
        for line, agreed in taxed
        if line.vat_category == agreed.category.value
        and agreed.category is not VatCategory.OUTSIDE_SCOPE
        and line.vat_percent != agreed.percent
    )
    return wrong_category, wrong_rate


def f_tax_deviations(invoice: InvoiceContent, facts: Facts, order: OrderFacts) -> tuple[Deviation, ...]:
    """Whoever was not approved for F-tax when it delivered is paid less the tax we must withhold (SFL 10 kap.)."""
    if facts.supplier is None:
        return ()
    without = {
        line_id: line.delivered_on
        for line_id, line in order.lines.items()
        if line_id in invoice.order_lines and not facts.supplier.on(line.delivered_on).f_tax
    }
    if not without:
        return ()
    work = total(
        (each.amount for each in invoice.lines if each.order_line in without), currency=invoice.currency
    )
    return (
        Deviation(
            DeviationCode.F_TAX,
            Weight.HOLD,
            "BT-32",
            found=max(without.values()).isoformat(),
            expected=str(tax_withheld(work, _TAX_WITHHELD).amount),
            expected_from=Source.REGISTER,
            reference=str(work.amount),
            actor=DeviationActor.BUYER,
        ),
    )


def reference_deviations(invoice: InvoiceContent, order: OrderFacts) -> tuple[Deviation, ...]:
    """Other references of ours that are written wrong (BT-10, BT-12): notes, since the order is known."""
    expected = order.order.execution_reference
    notes = [
        note(
            DeviationCode.EXECUTION_REFERENCE,
            "BT-10",
            given,
            expected,
            Source.ORDER,
            reference=order.order.number,
        )
        for given in invoice.references
        if given != expected and same_form(given, expected)
    ]
    if invoice.contract and invoice.contract != order.order.contract_id:
        notes.append(
            note(
                DeviationCode.CONTRACT,
                "BT-12",
                invoice.contract,
                order.order.contract_id,
                Source.ORDER,
                reference=order.order.number,
            )
        )
    return tuple(notes)
