"""The checks of an invoice's dates: its own beside its arrival, its order and its delivery, and its due date. Pure.

A date never decides by itself when an invoice is paid (`model.pays_on`), so one that is not as expected costs nobody
anything; what it leads to is the buyer's policy. The day of arrival is the day in Sweden.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from foundation.money import DAY
from invoicing.matching.deviations import (
    Deviation,
    DeviationActor,
    DeviationCode,
    Source,
    Weight,
    note,
)
from invoicing.matching.facts import Facts, LineFacts, OrderFacts
from invoicing.model import InvoiceContent, days_after
from orders.register.invoice_dates import DateWeight

FUTURE, BEFORE_ORDER, BEFORE_DELIVERY = "future", "before_order", "before_delivery"

_WEIGHTS: Mapping[DateWeight, Weight] = {
    DateWeight.NOTE: Weight.NOTE,
    DateWeight.HOLD: Weight.HOLD,
    DateWeight.QUESTION: Weight.QUESTION,
}


def issue_date(invoice: InvoiceContent, facts: Facts, order: OrderFacts | None) -> tuple[Deviation, ...]:
    """Whether the invoice is dated after it came, before its order, or before the last day it is for: the gravest."""
    found = max(_odd(invoice, facts, order), key=lambda each: each.weight, default=None)
    return () if found is None else (found,)


def due_date(invoice: InvoiceContent, facts: Facts) -> tuple[Deviation, ...]:
    """Whether the due date leaves us the days that are agreed; it is paid on the day they give all the same.

    One that leaves them from the invoice's own date is as agreed, though they may run from a later day.
    """
    pays = facts.pays_on(invoice)
    agreed = days_after(invoice.issued_on, facts.policy.payment_terms_days)
    if invoice.due_on is not None and invoice.due_on >= min(pays, agreed):
        return ()
    found = invoice.due_on.isoformat() if invoice.due_on else ""
    variant = "" if invoice.due_on else "absent"
    return (note(DeviationCode.DUE_DATE, "BT-9", found, pays.isoformat(), Source.POLICY, variant=variant),)


def _odd(invoice: InvoiceContent, facts: Facts, order: OrderFacts | None) -> Iterator[Deviation]:
    dated, policy = invoice.issued_on, facts.policy
    received = facts.received_on or dated
    if dated > received:
        yield _deviation(invoice, policy.future_date, received.isoformat(), Source.INVOICE, FUTURE)
    if order is None:
        return
    if dated < order.order.issued_on:
        expected = order.order.issued_on.isoformat()
        yield _deviation(
            invoice,
            policy.date_before_order,
            expected,
            Source.ORDER,
            BEFORE_ORDER,
            reference=order.order.number,
        )
    delivered = [
        order.lines[each].delivered_on
        for each in invoice.order_lines
        if each in order.lines and _is_for_all(invoice, order.lines[each])
    ]
    if delivered and dated < max(delivered):
        expected = max(delivered).isoformat()
        yield _deviation(invoice, policy.date_before_delivery, expected, Source.RECEIPT, BEFORE_DELIVERY)


def _is_for_all(invoice: InvoiceContent, line: LineFacts) -> bool:
    """Whether it charges the days that were received: one for fewer may be from before more of them were approved."""
    if line.receipt is None or line.line.quantity.unit != DAY:
        return False
    charged = (each.quantity.value for each in invoice.lines if each.order_line == line.line.line_id)
    return sum(charged, Decimal(0)) == line.receipt.quantity.value


def _deviation(
    invoice: InvoiceContent,
    leads_to: DateWeight,
    expected: str,
    source: Source,
    variant: str,
    *,
    reference: str = "",
) -> Deviation:
    actors = {
        DateWeight.NOTE: DeviationActor.NOBODY,
        DateWeight.HOLD: DeviationActor.BUYER,
        DateWeight.QUESTION: DeviationActor.SUPPLIER,
    }
    return Deviation(
        DeviationCode.ISSUE_DATE,
        _WEIGHTS[leads_to],
        "BT-2",
        found=invoice.issued_on.isoformat(),
        expected=expected,
        expected_from=source,
        reference=reference,
        actor=actors[leads_to],
        variant=f"{variant}_{leads_to}",
    )
