"""What happened to a document: one journal row, who handled it, and what its supplier is to be told."""

from collections.abc import Mapping

from foundation import journal
from foundation.journal import SYSTEM
from foundation.sql import Session
from invoicing.documents import handler_store, notice_store
from invoicing.documents.notice_store import NoticeKind
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice

# Said by a payment itself: whoever did only this has decided nothing about the invoice.
_OF_PAYMENT = ("attest.", "payment.", "invoice.paid")


def record(
    session: Session, invoice: SupplierInvoice, action: str, /, *, actor: str = SYSTEM, **detail: str
) -> None:
    """One journal row about a document of ours, and the rows that follow from it."""
    subject, *_ = subjects_of(invoice)
    journal.record(
        session,
        actor,
        action,
        subject,
        execution_reference=invoice.execution_reference,
        **detail,
    )
    by_a_person = actor != SYSTEM and invoice.document_type is DocumentType.INVOICE
    if by_a_person and not action.startswith(_OF_PAYMENT):
        handler_store.note(session, invoice.id, actor)
    kind = notice_of(action, detail)
    if kind is not None:
        notice_store.lay(session, invoice.id, kind)


def subjects_of(invoice: SupplierInvoice) -> list[str]:
    """What a document is called in the journal: what `record` says of it, and any kind of document as an invoice."""
    return [f"{invoice.document_type.lower()} {invoice.id}", f"invoice {invoice.id}"]


def notice_of(action: str, detail: Mapping[str, str]) -> NoticeKind | None:
    """What a supplier is to be told of what happened; nothing of most."""
    if action == "invoice.paid":
        return NoticeKind.PAID
    judged = action in ("invoice.received", "invoice.judged")
    if action == "credit.requested" or (judged and detail.get("state") == InvoiceState.IN_QUESTION):
        return NoticeKind.IN_QUESTION
    return None
