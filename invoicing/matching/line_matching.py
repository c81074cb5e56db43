"""Matching the invoice lines that name one order line: receipt, unit, price, period, quantity, amount.

Pure. One wrong value gives one deviation: an amount is compared with the receipt where
quantity and price agree, and otherwise with the invoice line's own arithmetic.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from foundation.money import DAY, Quantity, line_amount, total
from foundation.periods import Month
from invoicing.matching.deviations import (
    ABSENT,
    REVOKED,
    REVOKED_REPORT,
    UNREPORTED,
    WITH_BUYER,
    Check,
    Deviation,
    DeviationActor,
    DeviationCode,
    Group,
    Source,
    Weight,
    check,
    not_looked_at,
    plain,
    price_text,
    question,
)
from invoicing.matching.facts import LineFacts, OrderFacts
from invoicing.matching.invoiced_parts import quantity_of
from invoicing.model import InvoiceContent, InvoicedLine, PeriodGiven
from orders.model import Receipt
from orders.register.agreements import Policy
from orders.register.tolerances import NO_TOLERANCE, Tolerance
from orders.terms import ArticleKind

# How far a line amount may be from its own arithmetic by the published rules (PEPPOL-EN16931-R120).
_ROUNDING_SLACK = Decimal("0.02")


def invoiced_on(invoice: InvoiceContent, line_id: str) -> tuple[InvoicedLine, ...]:
    """The invoice lines that name one order line."""
    return tuple(line for line in invoice.charging_lines if line.order_line == line_id)


def order_line_checks(
    invoice: InvoiceContent, order: OrderFacts, facts: LineFacts, *, policy: Policy
) -> Group:
    """All checks of the invoice lines that name one order line."""
    invoiced = invoiced_on(invoice, facts.line.line_id)
    name = f"order line {facts.line.line_id}"
    received = _received(order, facts, invoiced)
    already = _already_invoiced(facts, invoiced)
    is_shared_out = bool(facts.shares) and bool(already)
    facts = replace(facts, receipt=due_of(facts, invoiced, policy=policy))
    if received or is_shared_out or invoice.currency != facts.line.amount.currency:
        rest: tuple[Check, ...] = (not_looked_at("quantity"), not_looked_at("amount"))
        price = _price(facts, invoiced)
    else:
        limits = policy.tolerance_for(order.order.supplier, order.order.article)
        quantity = _quantity(order, facts, invoiced)
        amount = _amount(facts, invoiced, agreed=not quantity, tolerance=policy.amount_tolerance)
        price = _tolerated(_price(facts, invoiced), facts, invoiced, limits)
        rest = (
            check("quantity", _tolerated(quantity, facts, invoiced, limits)),
            check("amount", _tolerated(amount, facts, invoiced, limits)),
        )
    return Group(
        name,
        (
            check("receipt", received),
            check("not invoiced before", already),
            check("unit", _unit(facts, invoiced)),
            check("price", price),
            check("period", _period(invoice, facts, invoiced)),
            *rest,
        ),
    )


def due_of(facts: LineFacts, invoiced: Sequence[InvoicedLine], *, policy: Policy) -> Receipt | None:
    """What of the receipt the invoice lines should be for: all of it, or what other invoices have left.

    Where a line may be invoiced in parts it is as many as they ask for, if so many are left; at the order's price, and
    the last part has whatever then is left of the amount.
    """
    left = facts.left
    asked = quantity_of(invoiced)
    if left is None or not policy.partial_quantities or not 0 < asked < left.quantity.value:
        return left
    part = Quantity(asked, left.quantity.unit)
    amount = line_amount(part, facts.line.price, currency=left.amount.currency)
    return replace(left, quantity=part, amount=min(amount, left.amount, key=lambda each: each.amount))


def _received(order: OrderFacts, facts: LineFacts, invoiced: Sequence[InvoicedLine]) -> tuple[Deviation, ...]:
    if facts.receipt is not None:
        return ()
    expected = order.will_be_received(facts)
    last_day = order.interruption.effective_on.isoformat() if order.interruption else ""
    revoked_on = None if order.cancelled else facts.revoked_on
    if revoked_on is not None:
        expected = False
        source, variant = Source.RECEIPT, _revoked_variant(order, revoked_on)
    elif expected:
        source, variant = Source.RECEIPT, WITH_BUYER if facts.with_buyer else ""
    elif order.cancelled:
        source, variant = Source.CANCELLATION, "cancelled"
    elif order.interruption is None:
        source, variant = Source.INTERRUPTION, ABSENT
    else:
        source, variant = Source.INTERRUPTION, "interrupted"
    return (
        Deviation(
            DeviationCode.NOT_RECEIVED,
            Weight.PARK if expected else Weight.QUESTION,
            "BT-132",
            found=facts.line.line_id,
            expected="" if expected else last_day,
            expected_from=source,
            line=invoiced[0].id,
            reference=str(Month.of(facts.line.period.start)),
            actor=DeviationActor.BUYER if expected and facts.with_buyer else DeviationActor.SUPPLIER,
            variant=variant,
        ),
    )


def _revoked_variant(order: OrderFacts, revoked_on: date) -> str:
    """A month may be reported anew, what else was taken back may not."""
    name = REVOKED_REPORT if order.order.article is ArticleKind.BASIC else REVOKED
    return f"{name} {revoked_on}"


def _already_invoiced(facts: LineFacts, invoiced: Sequence[InvoicedLine]) -> tuple[Deviation, ...]:
    taker = facts.occupant.number if facts.occupant is not None else _last_taker(facts)
    if not taker:
        return ()
    return (
        question(
            DeviationCode.ALREADY_INVOICED,
            "BT-132",
            facts.line.line_id,
            "",
            Source.EARLIER_INVOICE,
            line=invoiced[0].id,
            reference=taker,
        ),
    )


def _last_taker(facts: LineFacts) -> str:
    """The invoice that took the last part of a line, where nothing is left of it."""
    return facts.shares[-1].number if facts.left is not None and facts.left.quantity.is_zero else ""


def _unit(facts: LineFacts, invoiced: Sequence[InvoicedLine]) -> tuple[Deviation, ...]:
    ordered = facts.line.quantity.unit
    return tuple(
        question(
            DeviationCode.UNIT,
            "BT-130",
            line.quantity.unit,
            ordered,
            Source.ORDER_LINE,
            line=line.id,
            reference=facts.line.line_id,
        )
        for line in invoiced
        if line.quantity.unit != ordered
    )


def _price(facts: LineFacts, invoiced: Sequence[InvoicedLine]) -> tuple[Deviation, ...]:
    ordered = facts.line.price
    return tuple(
        question(
            DeviationCode.PRICE,
            "BT-146",
            price_text(line.price, line.base_quantity),
            price_text(ordered),
            Source.ORDER_LINE,
            line=line.id,
            reference=facts.line.line_id,
        )
        for line in invoiced
        # The two sides of price / base = ordered, without dividing.
        if line.price != ordered * line.base_quantity
    )


def _period(
    invoice: InvoiceContent, facts: LineFacts, invoiced: Sequence[InvoicedLine]
) -> tuple[Deviation, ...]:
    """A period given must lie in the month of the line; how many days of it are billable is the quantity's matter."""
    if facts.line.quantity.unit != DAY:
        return ()
    month = Month.of(facts.line.period.start).period
    found = []
    for line in invoiced:
        # A period of the whole invoice says nothing of one month where it is for several.
        given = line.period or (invoice.period if len(invoice.order_lines) == 1 else None)
        if given is None:
            continue
        days = [day for day in (given.start, given.end) if day is not None]
        if not all(month.contains(day) for day in days):
            found.append(
                question(
                    DeviationCode.PERIOD,
                    "BT-134",
                    _written(given),
                    str(facts.line.period),
                    Source.ORDER_LINE,
                    line=line.id,
                    reference=facts.line.line_id,
                    variant="until" if given.start is None else "from" if given.end is None else "",
                )
            )
    return tuple(found)


def _quantity(order: OrderFacts, facts: LineFacts, invoiced: Sequence[InvoicedLine]) -> tuple[Deviation, ...]:
    receipt = facts.receipt
    assert receipt is not None  # noqa: S101 - checked by the caller
    quantity = sum((line.quantity.value for line in invoiced), Decimal(0))
    if quantity == receipt.quantity.value:
        return ()
    variant = "" if receipt.report_version else UNREPORTED
    if order.interruption is not None and order.interruption.effective_on < facts.line.period.end:
        variant = f"interrupted {order.interruption.effective_on}"
    return (
        question(
            DeviationCode.QUANTITY,
            "BT-129",
            plain(quantity),
            plain(receipt.quantity.value),
            Source.RECEIPT,
            line=invoiced[0].id,
            reference=_receipt_reference(receipt),
            variant=variant,
        ),
    )


def _amount(
    facts: LineFacts, invoiced: Sequence[InvoicedLine], *, agreed: bool, tolerance: Decimal
) -> tuple[Deviation, ...]:
    """The line amounts against the receipt, or, where quantity or price deviates, against their own arithmetic.

    What is asked for is what was received, whatever the invoice line should have come to by itself.
    """
    receipt = facts.receipt
    assert receipt is not None  # noqa: S101 - checked by the caller
    amount = total((line.amount for line in invoiced), currency=facts.line.amount.currency)
    if agreed and not _price(facts, invoiced):
        agrees = abs(amount - receipt.amount).amount <= tolerance
        source, variant = Source.RECEIPT, ""
    else:
        agrees = all(_agrees_with_itself(line, tolerance=tolerance) for line in invoiced)
        source, variant = Source.ARITHMETIC, "arithmetic"
    if agrees:
        return ()
    return (
        question(
            DeviationCode.AMOUNT,
            "BT-131",
            str(amount.amount),
            str(receipt.amount.amount),
            source,
            line=invoiced[0].id,
            reference=_receipt_reference(receipt),
            variant=variant,
        ),
    )


def _agrees_with_itself(line: InvoicedLine, *, tolerance: Decimal) -> bool:
    """Whether the amount is quantity times price with the line's charges and allowances (PEPPOL-EN16931-R120)."""
    product = line_amount(
        line.quantity, line.price, currency=line.amount.currency, base_quantity=line.base_quantity
    )
    own = product + line.adjustments
    return abs(line.amount - own).amount <= max(tolerance, _ROUNDING_SLACK)


def _tolerated(
    found: tuple[Deviation, ...], facts: LineFacts, invoiced: Sequence[InvoicedLine], limits: Tolerance
) -> tuple[Deviation, ...]:
    """The deviations as notes, where all that differs from the receipt is within the limits of its side.

    An invoice line that does not agree with its own arithmetic is never tolerated.
    """
    receipt = facts.receipt
    if (
        not found
        or receipt is None
        or limits == NO_TOLERANCE
        or any(each.expected_from is Source.ARITHMETIC for each in found)
    ):
        return found
    amount = total((line.amount for line in invoiced), currency=receipt.amount.currency)
    quantity = sum((line.quantity.value for line in invoiced), Decimal(0)) - receipt.quantity.value
    difference = (amount - receipt.amount).amount
    if not limits.allows(difference, receipt.amount.amount, quantity=quantity):
        return found
    return tuple(
        replace(each, weight=Weight.NOTE, actor=DeviationActor.NOBODY, variant="tolerated") for each in found
    )


def _receipt_reference(receipt: Receipt) -> str:
    return (
        f"{receipt.month} v{receipt.report_version}" if receipt.report_version else str(receipt.received_on)
    )


def _written(given: PeriodGiven) -> str:
    return "/".join(day.isoformat() for day in (given.start, given.end) if day)
