"""What documents that must see one another take turns about. Pure."""

from invoicing.documents.store import supplier_key
from invoicing.model import DocumentType, InvoiceContent


def turn_of(document: InvoiceContent) -> str:
    """The supplier and the number of the invoice a document is about: its own, or the one it credits.

    An invoice and its credit note may arrive at once: one of them must see the other.
    """
    is_credit = document.document_type is DocumentType.CREDIT_NOTE and document.credits
    number = document.credits[0].number if is_credit else document.number
    return f"{supplier_key(document)} {number}"
