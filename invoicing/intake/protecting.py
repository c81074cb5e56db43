"""Messages of every kind with personal identity numbers in them, and what they became, are handled apart alike.

Numbers that the register has for an organisation (a sole trader's organisation number is a personal number) and
numbers of orders of ours are nobody's secret here, wherever in a message they stand.
"""

from collections.abc import Collection
from datetime import date

from foundation import personal_numbers
from foundation.journal import SYSTEM
from foundation.sql import Session
from invoicing.decisions import protected
from invoicing.model import SupplierInvoice
from orders.purchase_orders import order_store
from peppol.exchange.inbox_store import InboundMessage

PERSONAL_NUMBER = "PERSONAL_NUMBER"


def protect(
    session: Session,
    message: InboundMessage,
    found: Collection[str],
    invoice: SupplierInvoice | None,
    *,
    today: date,
) -> bool:
    """Mark the message, and what became of it, where one of the numbers found in it or its name is no order of ours."""
    numbers = {*found, *personal_numbers.numbers_in(message.transport_id, on=message.received_on)}
    if all(order_store.find(session, number) is not None for number in numbers):
        return False
    protected.mark_message(session, message.id, on=today, reason=PERSONAL_NUMBER)
    if invoice is not None:
        protected.mark(session, invoice, by=SYSTEM, on=today, reason=PERSONAL_NUMBER)
    return True
