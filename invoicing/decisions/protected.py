"""Documents of protected people (skyddade personuppgifter) and documents with personal data in them: handled apart.

Such a document is shown without its number and references, its content only to those with the permission who
say why; each time is one row in the journal. A document is protected when its case is handled by hand for that
reason, or when a person has marked it because it says who somebody is.
"""

from datetime import date

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import protected_store
from invoicing.documents import decider_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction, InvoicingSubject
from invoicing.model import SupplierInvoice


def mark(session: Session, invoice: SupplierInvoice, *, by: str, on: date, reason: str) -> None:
    """Let a document be handled apart from now on; once marked it stays so."""
    if protected_store.add(session, invoice.id, by=by, on=on, reason=reason):
        record(session, invoice, DocumentAction.PROTECTED_MARKED, actor=by)


def reveal(session: Session, invoice: SupplierInvoice, *, by: str, reason: str) -> None:
    """Note that a person opens a protected document, and why. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused(Text("Skriv varför du öppnar uppgifterna."))
    subject = InvoicingSubject.INVOICE.of(invoice.id)
    journal.record(session, by, DocumentAction.PROTECTED_REVEALED, subject, reason=reason)
    decider_store.note(session, invoice.id, by, DocumentAction.PROTECTED_REVEALED)
