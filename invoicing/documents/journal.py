"""What happened to a document: one journal row, who decided it, and what its supplier is to be told."""

from collections.abc import Mapping

from foundation import journal
from foundation.journal import SYSTEM
from foundation.sql import Session
from invoicing.documents import decider_store, deciding, notice_store
from invoicing.documents.notice_store import NoticeKind
from invoicing.journal_actions import DocumentAction, document_subject
from invoicing.matching.deviations import DeviationCode
from invoicing.model import InvoiceState, SupplierInvoice


def record(
    session: Session,
    invoice: SupplierInvoice,
    action: DocumentAction,
    /,
    *,
    actor: str = SYSTEM,
    **detail: str,
) -> None:
    """One journal row about a document of ours, and the rows that follow from it."""
    about, reference = document_subject(invoice.document_type, invoice.id), invoice.execution_reference
    journal.record(session, actor, action, about, execution_reference=reference, **detail)
    if deciding.decides(action) and actor != SYSTEM:
        decider_store.note(session, invoice.id, actor, action)
    kind = notice_of(action, detail)
    if kind is not None:
        notice_store.lay(session, invoice.id, kind)


def notice_of(action: DocumentAction, detail: Mapping[str, str]) -> NoticeKind | None:
    """What a supplier is to be told of what happened; nothing of most."""
    if action is DocumentAction.INVOICE_PAID:
        return NoticeKind.PAID
    if action is DocumentAction.CREDIT_REQUEST_WITHDRAWN:
        return NoticeKind.REQUEST_WITHDRAWN
    judged = action in (DocumentAction.INVOICE_RECEIVED, DocumentAction.INVOICE_JUDGED)
    # A claim for late payment asks its supplier for nothing until a person has decided about it.
    is_claim = DeviationCode.LATE_PAYMENT_CLAIM in detail.get("codes", "").split()
    in_question = judged and detail.get("state") == InvoiceState.IN_QUESTION and not is_claim
    asked = (DocumentAction.CREDIT_REQUESTED, DocumentAction.ACCEPTED_IN_PART)
    if action in asked or in_question:
        return NoticeKind.IN_QUESTION
    return None
