"""The second confirmation of a supplier's change, and what it sets free: invoices held for it are judged again."""

from datetime import date, datetime

from foundation.sql import Session
from invoicing.documents import decider_store
from invoicing.documents import store as document_store
from invoicing.journal_actions import SupplierAction
from invoicing.model import DocumentType, InvoiceState
from invoicing.supplier_changes import change_request_store, change_requests, payee_releases
from invoicing.supplier_changes.change_request_store import ChangeKind
from invoicing.verdicts import verdicts
from orders.register import store as register_store

_MOST = 10_000


def confirm_second(session: Session, request_id: int, *, by: str, now: datetime, today: date) -> int:
    """Confirm as the second person, and judge what waited; how many invoices. Raises ChangeRefused."""
    change_requests.confirm_second(session, request_id, by=by, now=now, today=today)
    register = register_store.load(session)
    request = change_request_store.get(session, request_id)
    if request.kind is ChangeKind.PAY_SELLER:
        payee_releases.release(session, register, request, today=today)
        return 1
    supplier = request.supplier
    waiting = [
        invoice.id
        for invoice in document_store.listed(
            session, state=InvoiceState.ON_HOLD, supplier=supplier, limit=_MOST
        )
        if invoice.document_type is DocumentType.INVOICE
    ]
    for invoice_id in waiting:
        judged = verdicts.judge_again(
            session, register, document_store.lock(session, invoice_id), today=today
        )
        if judged.state is not InvoiceState.ON_HOLD:
            # What was held for its account is free because these two say so.
            for person in (request.first_by, request.second_by):
                decider_store.note(session, invoice_id, person, SupplierAction.CHANGE_CONFIRMED)
    return len(waiting)
