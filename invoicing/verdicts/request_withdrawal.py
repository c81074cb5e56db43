"""Taking back a request for credit when the receipt that was lacking has come after all.

Only a request whose one reason was that nothing was received, and that no credit note has answered. It is told to the
supplier, and the invoice is then judged as if it had just come; what it lies on was its own all the time.
"""

from datetime import date

from foundation.sql import Session
from foundation.transitions import Transitions
from invoicing.claims import raising
from invoicing.decisions import store as decision_store
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching import waiting
from invoicing.matching.invoice_matching import match
from invoicing.model import FOLLOWS, INVOICE_WORDS, InvoiceState, SupplierInvoice
from invoicing.responses import responding
from orders.register.register import Register

# Apart from FOLLOWS on purpose: a document for which credit was asked goes nowhere but by its credit note,
# or by what is withdrawn here.
WITHDRAWS = Transitions(
    {InvoiceState.CREDIT_REQUESTED: {InvoiceState.IN_QUESTION}},
    ends=set(InvoiceState) - {InvoiceState.CREDIT_REQUESTED},
    words=INVOICE_WORDS,
    beside=FOLLOWS.follows,
)
"""Where an invoice goes whose request for credit is withdrawn."""


def withdraw_if_received(
    session: Session, register: Register, invoice: SupplierInvoice, *, today: date
) -> SupplierInvoice | None:
    """Withdraw the request and tell the supplier; the invoice, to be judged, or None where the request stands."""
    latest = document_store.matches(session, invoice.id)[-1][1]
    if not waiting.lacked_only_a_receipt(latest):
        return None
    content = decision_store.as_judged(session, invoice.id)
    facts = facts_loading.facts_of(
        session, register, content, received_on=invoice.received_on, invoice_id=invoice.id
    )
    if not waiting.has_its_receipt(match(content, facts)) or _is_being_credited(session, invoice):
        return None
    if not raising.withdraw_for(session, invoice.id, today=today):
        # What was claimed has been given back: a credit note and a new invoice are the way to be paid again.
        return None
    answered = responding.withdraw_rejection(session, register, invoice, today=today, supplier=facts.supplier)
    # Without codes it is judged as if never before, with a match and an answer of its own.
    withdrawn = document_store.move(
        session, invoice, InvoiceState.IN_QUESTION, by=WITHDRAWS, codes=(), answered=answered
    )
    told = {"state": InvoiceState.IN_QUESTION, "answered": answered}
    record(session, withdrawn, DocumentAction.CREDIT_REQUEST_WITHDRAWN, **told)
    return withdrawn


def _is_being_credited(session: Session, invoice: SupplierInvoice) -> bool:
    """Whether a credit note for it has come, though it has not been settled."""
    return any(
        reference.number == invoice.number
        for credit in document_store.credits_undecided(session, invoice.supplier)
        for reference in decision_store.as_judged(session, credit.id).credits
    )
