"""What a supplier reads in its portal of an order: what may be billed on a line, and what is not received yet."""

from billing.tools.producers.bills import Due, OrderedLine
from invoicing.matching.facts import LineFacts, OrderFacts


def due_of(order: OrderFacts, line: LineFacts) -> Due | None:
    """What may be billed on a line; None where nothing was received, or no day of it."""
    if line.receipt is None or line.receipt.quantity.is_zero:
        return None
    return _due(order, line)


def next_unreceived(order: OrderFacts) -> Due | None:
    """The first line that nothing is received on and no invoice lies on, as if all of it were."""
    waiting = (each for each in order.lines.values() if each.receipt is None and each.occupant is None)
    line = next(waiting, None)
    return None if line is None else _due(order, line)


def _due(order: OrderFacts, line: LineFacts) -> Due:
    ordered, receipt = line.line, line.receipt
    days = (receipt.period if receipt else None) or ordered.period
    taxed = order.vat_of(ordered.line_id)
    return Due(
        order_number=order.order.number,
        execution_reference=order.order.execution_reference,
        contract=order.order.contract_id,
        currency=ordered.amount.currency,
        line=OrderedLine(
            ordered.line_id,
            ordered.article_number,
            ordered.article_name,
            ordered.quantity.unit,
            ordered.price,
            ordered.period.start,
            ordered.period.end,
        ),
        quantity=(receipt.quantity if receipt else ordered.quantity).value,
        ordered=ordered.quantity.value,
        starts_on=days.start,
        ends_on=days.end,
        vat_category=taxed.category.value,
        vat_percent=taxed.percent,
        exemption_code=taxed.exemption_code,
        exemption_reason=taxed.exemption_reason,
    )
