"""Orders that left before the books were lost, and are decided again: the old number and bytes where they agree.

Their supplier holds them. A decision that comes again would get a new number and the supplier a second order for the
same days; so what lies outside is noted (`billing restore go`), and whoever places an order looks there first. The same
placement, articles and days make it the same order; the same bytes make it one that need not be sent again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from foundation.periods import Period
from orders.model import Order
from peppol.documents import ordering
from peppol.exchange.outbox import sha256_of


@dataclass(frozen=True, slots=True)
class LostOrder:
    """An order outside that the books do not have: what it is about, the fingerprint of its bytes, where they lie."""

    number: str
    execution_reference: str
    articles: str
    period: Period
    issued_on: date
    sha256: str
    path: str

    def is_about(self, order: Order) -> bool:
        """Whether it orders the same of the same placement for the same days."""
        about = (order.execution_reference, articles_of(line.article_number for line in order.lines))
        return (self.execution_reference, self.articles) == about and self.period == order.period


def articles_of(numbers: Iterable[str]) -> str:
    """The articles of an order's lines, in their order, as they are kept."""
    return " ".join(numbers)


def of_document(document: ordering.Order, body: bytes, *, path: str) -> LostOrder | None:
    """The order that a document of ours is; None where it does not say for whom or when."""
    delivery = document.delivery
    days = delivery.requested_delivery_period if delivery is not None else None
    if delivery is None or days is None or days.start_date is None or days.end_date is None:
        return None
    unit = delivery.shipment.transport_handling_unit if delivery.shipment is not None else None
    originator = document.originator_document_reference
    reference = unit.shipping_marks if unit is not None else originator.id if originator is not None else None
    if not reference:
        return None
    items = (each.line_item.item.sellers_item_identification for each in document.order_lines)
    return LostOrder(
        document.id,
        reference,
        articles_of(item.id for item in items if item is not None),
        Period(days.start_date, days.end_date),
        document.issue_date,
        sha256_of(body),
        path,
    )


def taken_up(
    draft: Order, lost: Iterable[LostOrder], rendered: Callable[[Order], bytes]
) -> tuple[Order, LostOrder] | None:
    """The draft with the number and the day of the lost order that has the very bytes; None where none has."""
    for each in lost:
        if not each.is_about(draft):
            continue
        order = replace(draft, number=each.number, issued_on=each.issued_on)
        if sha256_of(rendered(order)) == each.sha256:
            return order, each
    return None
