"""Which lines of an invoice charge something, and which order line each is for. Pure.

A line that only carries text is no part of a match. A line that names no order line, as several programs cannot, is a
question to its supplier; the buyer may let it be matched instead (`Policy.inferred_line`) where the order number and
what the line says leave exactly one order line. A number that is ours but for zeros before it counts as saying so.
"""

from collections.abc import Sequence
from dataclasses import replace

from foundation.periods import Month
from invoicing.matching import late_payment_claims
from invoicing.matching.facts import Facts, LineFacts, OrderFacts
from invoicing.matching.order_slices import order_slices
from invoicing.model import InvoiceContent, InvoicedLine, PeriodGiven


def as_charged(invoice: InvoiceContent, facts: Facts) -> InvoiceContent:
    """The invoice as it is matched: what it charges, each line with the order line it is for where that is known."""
    lines = invoice.charging_lines
    if facts.policy.inferred_line and facts.order is not None:
        lines = tuple(_with_order_line(line, invoice, facts.order) for line in lines)
    return invoice if lines == invoice.lines else replace(invoice, lines=lines)


def charged_slices(invoice: InvoiceContent, facts: Facts) -> tuple[tuple[InvoiceContent, Facts], ...]:
    """The invoice order by order as it is matched, each with the facts of its order; one where it is for one order."""
    slices = ((each, facts.of_order(each.order_number)) for each in order_slices(invoice, facts.policy))
    return tuple((as_charged(each, known), known) for each, known in slices)


def same_number(given: str, line_id: str) -> bool:
    """Whether two line numbers are the same but for zeros before them: 1 and 001."""
    return given.isdecimal() and line_id.isdecimal() and given.lstrip("0") == line_id.lstrip("0")


def period_of(line: InvoicedLine, invoice: InvoiceContent) -> PeriodGiven | None:
    """The period of a line (BG-26), or of the whole invoice (BG-14) where it has only this line."""
    return line.period or (invoice.period if len(invoice.charging_lines) == 1 else None)


def is_within(given: PeriodGiven, month: Month) -> bool:
    """Whether the period, or the one day of it that is given, lies in the month."""
    days = [day for day in (given.start, given.end) if day is not None]
    return bool(days) and all(Month.of(day) == month for day in days)


def charges_as_received(line: InvoicedLine, facts: LineFacts) -> bool:
    """Whether quantity, unit and price are those of the receipt."""
    return (
        facts.receipt is not None
        and line.quantity == facts.receipt.quantity
        and line.price == facts.line.price * line.base_quantity
    )


def _with_order_line(line: InvoicedLine, invoice: InvoiceContent, order: OrderFacts) -> InvoicedLine:
    """The line with the one order line it is for; as it stands where it names one, or where several are possible."""
    if line.order_line in order.lines or late_payment_claims.is_claim(line):
        return line
    named = [key for key in order.lines if not line.order_line or same_number(line.order_line, key)]
    possible = _possible(line, period_of(line, invoice), order)
    if len(possible) == 1 and possible[0] in named:
        return replace(line, order_line=possible[0])
    return line


def _possible(line: InvoicedLine, period: PeriodGiven | None, order: OrderFacts) -> Sequence[str]:
    """The order lines the period leaves; without one, those received with this quantity and price.

    What is invoiced already is among them: a line that is charged twice is not taken for the next.
    """
    if len(order.lines) == 1:
        return list(order.lines)
    if period is not None:
        return [
            key for key, facts in order.lines.items() if is_within(period, Month.of(facts.line.period.start))
        ]
    return [key for key, facts in order.lines.items() if charges_as_received(line, facts)]
