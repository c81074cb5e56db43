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
from invoicing.model import DocumentType, Held, InvoiceState, check_step
from invoicing.responses import responding
from invoicing.verdicts import crediting, verdicts
from orders.register.register import Register

_MANY = 100_000


def stop_waiting(session: Session, register: Register, *, today: date) -> list[Held]:
    """End the waiting of every document parked longer than the policy allows; those it ended for."""
    policy = register.policy
    ended = []
    for held in document_store.listed(session, state=InvoiceState.PARKED, limit=_MANY):
        is_invoice = held.document_type is DocumentType.INVOICE
        days = policy.days_to_wait_for_receipt if is_invoice else policy.days_to_wait_for_invoice
        overdue = held.received_on + timedelta(days=days) < today
        # What a person has just linked waits for its settlement only, and for no longer than that.
        if overdue and not decision_store.holds_back(session, held.id):
            ended.append(_stop(session, register, held, today=today))
    return ended


def judge_held_again(session: Session, register: Register, *, today: date) -> list[Held]:
    """Judge every held invoice by the register as it is now; those that are held no longer."""
    waiting = list(document_store.listed(session, state=InvoiceState.HELD, limit=_MANY))
    judged = [verdicts.judge_again(session, register, held, today=today) for held in waiting]
    return [held for held in judged if held.state is not InvoiceState.HELD]


def _stop(session: Session, register: Register, held: Held, *, today: date) -> Held:
    check_step(held.number, held.state, InvoiceState.IN_QUESTION)
    document_store.set_state(session, held.id, InvoiceState.IN_QUESTION)
    record(session, held, "waiting.ended", state=InvoiceState.IN_QUESTION, since=str(held.received_on))
    questioned = replace(held, state=InvoiceState.IN_QUESTION)
    if held.document_type is DocumentType.INVOICE:
        return crediting.ask_for_credit(session, register, questioned, by=SYSTEM, today=today)
    latest = document_store.matches(session, held.id)[-1][1]
    answered = responding.answer(
        session,
        register,
        questioned,
        responding.ANSWER_OF[InvoiceState.IN_QUESTION],
        latest.deviations,
        today=today,
        supplier=facts_loading.registered(register, held.supplier),
    )
    document_store.set_answered(session, held.id, answered)
    return replace(questioned, answered=answered)
