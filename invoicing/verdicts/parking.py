"""What waits, and when the waiting ends.

A parked invoice waits for its receipt, a parked credit note for its invoice, a held invoice
for a payment account. After the days the buyer's policy gives, an invoice without a receipt is
asked back and a credit note without an invoice is put in question. A held invoice is judged
again when the register changes: two people changed it there, the invoice never does.
"""

from dataclasses import replace
from datetime import date, timedelta

from foundation.journal import SYSTEM
from foundation.sql import Session
from invoicing.decisions import store as decision_store
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.responses import responding
from invoicing.verdicts import crediting, verdicts
from orders.register.register import Register

_MANY = 100_000


def stop_waiting(session: Session, register: Register, *, today: date) -> list[SupplierInvoice]:
    """End the waiting of every document parked longer than the policy allows; those it ended for."""
    policy = register.policy
    ended = []
    for invoice in document_store.listed(session, state=InvoiceState.PARKED, limit=_MANY):
        is_invoice = invoice.document_type is DocumentType.INVOICE
        days = policy.days_to_wait_for_receipt if is_invoice else policy.days_to_wait_for_invoice
        overdue = invoice.received_on + timedelta(days=days) < today
        # What a person has just linked waits for its settlement only, and for no longer than that.
        if overdue and not decision_store.holds_back(session, invoice.id):
            now = document_store.lock(session, invoice.id)
            # What was moved on since it was listed waits no longer.
            if now.state is InvoiceState.PARKED:
                ended.append(_stop(session, register, now, today=today))
    return ended


def judge_held_again(session: Session, register: Register, *, today: date) -> list[SupplierInvoice]:
    """Judge every held invoice by the register as it is now; those that are held no longer."""
    waiting = list(document_store.listed(session, state=InvoiceState.ON_HOLD, limit=_MANY))
    judged = [verdicts.judge_again(session, register, invoice, today=today) for invoice in waiting]
    return [invoice for invoice in judged if invoice.state is not InvoiceState.ON_HOLD]


def _stop(session: Session, register: Register, invoice: SupplierInvoice, *, today: date) -> SupplierInvoice:
    questioned = document_store.move(session, invoice, InvoiceState.IN_QUESTION)
    since = str(invoice.received_on)
    record(session, invoice, DocumentAction.WAITING_ENDED, state=InvoiceState.IN_QUESTION, since=since)
    if invoice.document_type is DocumentType.INVOICE:
        return crediting.ask_for_credit(session, register, questioned, by=SYSTEM, today=today)
    latest = document_store.matches(session, invoice.id)[-1][1]
    answered = responding.answer(
        session,
        register,
        questioned,
        responding.ANSWER_OF[InvoiceState.IN_QUESTION],
        latest.deviations,
        today=today,
        supplier=facts_loading.registered(register, invoice.supplier),
    )
    document_store.set_answered(session, invoice.id, answered)
    return replace(questioned, answered=answered)
