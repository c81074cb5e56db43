"""An invoice that was read before its order is judged again by itself when the order has come.

Documents and events come by different ways, and an invoice may be first. It is in question then, as for an order that
does not exist, and nobody is to do anything about it. What else an event may cure lies on a line we know, and is judged
again with the line (`asking_back`); what the register may cure, when it is loaded (`parking`).
"""

from datetime import date

from foundation.sql import Session
from invoicing.decisions import store as decision_store
from invoicing.documents import store as document_store
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.verdicts import verdicts
from orders.purchase_orders import line_store
from orders.register.register import Register


def judge_again(
    session: Session, register: Register, invoice_id: int, *, today: date
) -> SupplierInvoice | None:
    """Judge one invoice again whose order has come; None where a person has decided about it, or is about to.

    `today` dates its answer, never before the day it came. Raises Refused where it cannot be judged.
    """
    seen = document_store.by_id(session, invoice_id)
    line_store.lock_orders(session, document_store.orders_of(session, seen))
    # Read again: only now is it ours, and somebody may have decided about it.
    invoice = document_store.lock(session, invoice_id)
    if invoice.state is not InvoiceState.IN_QUESTION or decision_store.holds_back(session, invoice_id):
        return None
    return verdicts.judge_again(session, register, invoice, today=max(today, invoice.received_on))
