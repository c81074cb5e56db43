"""What happened to a document, written to the journal in one shape."""

from foundation import journal
from foundation.journal import SYSTEM
from foundation.sql import Session
from invoicing.model import SupplierInvoice


def record(
    session: Session, invoice: SupplierInvoice, action: str, /, *, actor: str = SYSTEM, **detail: str
) -> None:
    """One journal row about a document of ours."""
    journal.record(
        session,
        actor,
        action,
        f"{invoice.document_type.lower()} {invoice.id}",
        execution_reference=invoice.execution_reference,
        **detail,
    )
