"""Messages of every kind with personal identity numbers in them, and what they became, are handled apart alike.

Numbers that the register has for an organisation (a sole trader's organisation number is a personal number) and
numbers of orders of ours are nobody's secret here, wherever in a message they stand. Where a number stands as ten bare
digits in identifiers alone, it counts unless nobody of working age has it or the supplier's own series does.
"""

from datetime import date

from foundation import personal_numbers
from foundation.journal import SYSTEM
from foundation.sql import Session
from invoicing.decisions import protected, protected_store
from invoicing.decisions.protected_store import ProtectedState
from invoicing.documents import store as document_store
from invoicing.intake import number_series
from invoicing.model import SupplierInvoice
from orders.purchase_orders import order_store
from peppol.exchange.inbox_store import InboundMessage
from peppol.validation.personal_data import FoundNumbers

PERSONAL_NUMBER = "PERSONAL_NUMBER"


def protect(
    session: Session,
    message: InboundMessage,
    found: FoundNumbers,
    invoice: SupplierInvoice | None,
    *,
    today: date,
    is_cleared: bool | None = None,
) -> bool:
    """Mark the message, and what became of it, where one of the numbers in it or its name is taken for a person's.

    `is_cleared`: whether somebody has said that it names nobody, where that was asked before.
    """
    if is_cleared is None:
        is_cleared = protected_store.state_of_message(session, message.id) is ProtectedState.CLEARED
    if is_cleared:
        return False
    numbers = {
        *found.written,
        *personal_numbers.numbers_in(message.transport_id, on=message.received_on),
        *_as_identifiers(session, found, invoice, on=message.received_on),
    }
    if all(order_store.find(session, number) is not None for number in numbers):
        return False
    protected.mark_message(session, message.id, on=today, reason=PERSONAL_NUMBER)
    if invoice is not None:
        protected.mark(session, invoice, by=SYSTEM, on=today, reason=PERSONAL_NUMBER)
    return True


def _as_identifiers(
    session: Session, found: FoundNumbers, invoice: SupplierInvoice | None, *, on: date
) -> list[str]:
    """Those that stand as identifiers alone and are taken for a person's all the same."""
    possible = [each for each in found.as_identifiers if personal_numbers.is_of_working_age(each, on=on)]
    if not possible or invoice is None:
        return possible
    others = document_store.latest_numbers(session, invoice, limit=number_series.LATEST)
    return [each for each in possible if not number_series.is_in_series(each, others)]
