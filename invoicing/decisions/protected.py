"""Documents of protected people (skyddade personuppgifter) and documents with personal data in them: handled apart.

Such a document is shown without its number and references, its content only to those with the permission who
say why; each time is one row in the journal. A document is protected when its case is handled by hand for that
reason, when it came with a personal identity number in it, or when a person has marked it because it says who
somebody is. Messages that became no document are protected in the same way.
"""

from datetime import date

from foundation import journal, personal_numbers
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import protected_store
from invoicing.documents import decider_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction, InvoicingSubject
from invoicing.model import SupplierInvoice
from peppol.journal_actions import ExchangeSubject


def mark(session: Session, invoice: SupplierInvoice, *, by: str, on: date, reason: str) -> None:
    """Let a document be handled apart from now on; once marked it stays so."""
    if protected_store.add(session, invoice.id, by=by, on=on, reason=reason):
        record(session, invoice, DocumentAction.PROTECTED_MARKED, actor=by)


def mark_message(session: Session, message_id: int, *, on: date, reason: str) -> None:
    """Let a message of any kind be handled apart from now on; once marked it stays so."""
    if protected_store.add_message(session, message_id, on=on, reason=reason):
        subject = ExchangeSubject.MESSAGE.of(message_id)
        journal.record(session, journal.SYSTEM, DocumentAction.PROTECTED_MARKED, subject)


def reveal(session: Session, invoice: SupplierInvoice, *, by: str, reason: str) -> None:
    """Note that a person opens a protected document, and why. Raises Refused without a reason."""
    _check(reason)
    subject = InvoicingSubject.INVOICE.of(invoice.id)
    journal.record(session, by, DocumentAction.PROTECTED_REVEALED, subject, reason=reason)
    decider_store.note(session, invoice.id, by, DocumentAction.PROTECTED_REVEALED)


def reveal_message(session: Session, message_id: int, *, by: str, reason: str) -> None:
    """Note that a person opens a protected message, and why. Raises Refused without a reason."""
    _check(reason)
    subject = ExchangeSubject.MESSAGE.of(message_id)
    journal.record(session, by, DocumentAction.PROTECTED_REVEALED, subject, reason=reason)


def _check(reason: str) -> None:
    if not reason.strip():
        raise Refused(Text("Skriv varför du öppnar uppgifterna."))
    personal_numbers.refuse(reason)
