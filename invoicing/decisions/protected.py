"""Documents of protected people (skyddade personuppgifter) and documents with personal data in them: handled apart.

Such a document is shown without its number and references, its content only to those with the permission who
say why; each time is one row in the journal. A document is protected when its case is handled by hand for that
reason, when it came with a personal identity number in it, or when a person has marked it because it says who
somebody is. Messages that became no document are protected in the same way. Whoever may open it may also say, with a
reason, that nobody is named in it: a number of a document may look like a person's by chance.
"""

from datetime import date
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from foundation.written import kept_words
from invoicing.decisions import protected_store
from invoicing.decisions.protected_store import ProtectedState
from invoicing.documents import decider_store
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction, InvoicingSubject
from invoicing.model import SupplierInvoice
from peppol.journal_actions import ExchangeSubject

BY_HAND: Final = "BY_HAND"
"""Why a message is marked that no search has marked."""
_MARKING: Final = Text("Skriv varför det ska hanteras som skyddat.")
_OPENING: Final = Text("Skriv varför du öppnar uppgifterna.")


def mark(session: Session, invoice: SupplierInvoice, *, by: str, on: date, reason: str) -> None:
    """Let a document be handled apart from now on; a person may mark one again of which somebody said otherwise.

    Raises Refused where a person says no reason.
    """
    if by != journal.SYSTEM:
        _check(reason, _MARKING)
    added = protected_store.add(session, invoice.id, by=by, on=on, reason=reason)
    again = by != journal.SYSTEM and protected_store.state_of(session, invoice.id) is ProtectedState.CLEARED
    if again:
        protected_store.move(session, invoice.id, ProtectedState.APART)
    if added or again:
        record(session, invoice, DocumentAction.PROTECTED_MARKED, actor=by)


def mark_message(session: Session, message_id: int, *, on: date, reason: str) -> None:
    """Let a message of any kind be handled apart from now on, unless somebody has said that nobody is named in it."""
    if protected_store.add_message(session, message_id, on=on, reason=reason):
        subject = ExchangeSubject.MESSAGE.of(message_id)
        journal.record(session, journal.SYSTEM, DocumentAction.PROTECTED_MARKED, subject)


def mark_message_again(session: Session, message_id: int, *, by: str, on: date, reason: str) -> None:
    """Let a message, and what became of it, be handled apart on a person's word. Raises Refused without a reason."""
    _check(reason, _MARKING)
    if protected_store.state_of_message(session, message_id) is ProtectedState.CLEARED:
        protected_store.move_message(session, message_id, ProtectedState.APART)
    else:
        protected_store.add_message(session, message_id, on=on, reason=BY_HAND)
    subject = ExchangeSubject.MESSAGE.of(message_id)
    journal.record(session, by, DocumentAction.PROTECTED_MARKED, subject, reason=reason)
    document = document_store.of_letter(session, message_id)
    if document is not None:
        mark(session, document, by=by, on=on, reason=reason)


def clear(session: Session, message_id: int, *, by: str, on: date, reason: str) -> None:
    """Note that nobody is named in a message, nor in what became of it: they are handled as all others from now on.

    The reason stays in the journal. Raises Refused without one, and where nothing of it is handled apart.
    """
    _check(reason, Text("Skriv varför uppgifterna inte säger vem någon är."))
    document = document_store.of_letter(session, message_id)
    of_message = protected_store.state_of_message(session, message_id)
    is_apart = document is not None and protected_store.is_protected(session, document.id)
    if of_message is ProtectedState.CLEARED and not is_apart:
        raise Refused(Text("Meddelandet hanteras redan som alla andra."))
    if of_message is None:
        # Nobody has read it yet, or it came before messages were marked: what was said of it holds from now on.
        protected_store.add_message(session, message_id, on=on, reason=BY_HAND)
    if of_message is not ProtectedState.CLEARED:
        protected_store.move_message(session, message_id, ProtectedState.CLEARED)
    subject = ExchangeSubject.MESSAGE.of(message_id)
    if document is not None and is_apart:
        protected_store.move(session, document.id, ProtectedState.CLEARED)
        decider_store.note(session, document.id, by, DocumentAction.PROTECTED_CLEARED)
        subject = InvoicingSubject.INVOICE.of(document.id)
    journal.record(session, by, DocumentAction.PROTECTED_CLEARED, subject, reason=reason)


def reveal(session: Session, invoice: SupplierInvoice, *, by: str, reason: str) -> None:
    """Note that a person opens a protected document, and why. Raises Refused without a reason."""
    _check(reason, _OPENING)
    subject = InvoicingSubject.INVOICE.of(invoice.id)
    journal.record(session, by, DocumentAction.PROTECTED_REVEALED, subject, reason=reason)
    decider_store.note(session, invoice.id, by, DocumentAction.PROTECTED_REVEALED)


def reveal_message(session: Session, message_id: int, *, by: str, reason: str) -> None:
    """Note that a person opens a protected message, and why. Raises Refused without a reason."""
    _check(reason, _OPENING)
    subject = ExchangeSubject.MESSAGE.of(message_id)
    journal.record(session, by, DocumentAction.PROTECTED_REVEALED, subject, reason=reason)


def _check(reason: str, missing: Text) -> None:
    kept_words.kept(reason, Refused, asked=missing)
