"""Undoing what a person did, and letting answers leave when the time for second thoughts has ended.

An action can be undone while its answer has not left, nothing was done after it, and the document is where
the action left it. `release_answers` is run by the timetable: it makes each answer from the document as it
stands then, so what was overtaken meanwhile (a credit note has come) is not sent.
"""

from datetime import date, datetime

from invoicing import (
    exception_actions,
    judging,
    responding,
    stored_exceptions,
    stored_facts,
    stored_invoices,
    stored_payables,
)
from invoicing.exception_actions import Hand, Later
from invoicing.exception_rules import Action, ActionRefused
from invoicing.judging import record
from invoicing.model import DocumentType, InvoiceState
from invoicing.response_documents import Question
from invoicing.stored_exceptions import Done
from orders import journal, stored_orders
from orders.contracts import Register
from peppol.sql import Session

_MANY = 200
_CREDIT = (Action.ASK_CREDIT, Action.REJECT_DUPLICATE)
_WHY = {
    "SENT": ("Svaret har redan gått i väg.", "The answer has already left."),
    "LAPSED": ("Dokumentet har gått vidare.", "The document has moved on."),
    "UNDONE": ("Åtgärden är redan ångrad.", "The action is undone already."),
}


def undo(session: Session, register: Register, action_id: int, hand: Hand) -> None:
    """Take an action back. Raises ActionRefused where its answer has left or something came after it."""
    seen = stored_exceptions.action(session, action_id)
    for number in sorted({stored_invoices.by_id(session, seen.invoice_id).order_number} - {""}):
        stored_orders.lock_lines(session, number)
    held = stored_invoices.lock(session, seen.invoice_id)
    done = stored_exceptions.action(session, action_id, lock=True)
    _check(session, done, held.state)
    stored_exceptions.settle_action(session, done.id, "UNDONE", by=hand.by, at=hand.now)
    if done.kind in _CREDIT:
        stored_invoices.set_state(session, held.id, done.state_before, codes=())
        record(session, held, "credit.request.undone", actor=hand.by, state=done.state_before)
    elif done.kind is Action.ACCEPT:
        stored_exceptions.withdraw_acceptance(session, held.id)
    elif done.kind in (Action.LINK, Action.UNLINK):
        stored_exceptions.restore_link(session, held.id, done.detail["link_before"])
    elif done.kind is Action.PARK:
        before = done.detail["rested_until"]
        exception_actions.rest(session, held.id, date.fromisoformat(before) if before else None)
    freed = []
    if done.kind in (Action.LINK, Action.UNLINK) and held.document_type is DocumentType.INVOICE:
        freed = stored_orders.free_lines(session, held.id)
        exception_actions.lay_on(session, register, held)
    if done.kind not in (Action.PARK, Action.ASK_SUPPLIER) and held.document_type is DocumentType.INVOICE:
        now = stored_invoices.by_id(session, held.id)
        judging.judge_again(session, register, now, today=hand.today, actor=hand.by, answering=Later())
    record(session, held, "desk.undone", actor=hand.by, press=str(done.id), kind=done.kind)
    judging.judge_lines_again(session, register, freed, today=hand.today)


def _check(session: Session, done: Done, state: InvoiceState) -> None:
    if done.state in _WHY:
        raise ActionRefused(*_WHY[done.state])
    after = [
        each
        for each in stored_exceptions.actions_of(session, done.invoice_id)
        if each.id > done.id and each.state != "UNDONE"
    ]
    if after:
        raise ActionRefused(
            "Något har gjorts efteråt. Ångra det först.", "Something was done afterwards. Undo that first."
        )
    if state is not done.state_after or stored_payables.is_on_its_way(session, done.invoice_id):
        raise ActionRefused(
            f"Dokumentet är nu {state} och åtgärden kan inte ångras.",
            f"The document is {state} now and the action cannot be undone.",
        )


def can_undo(done: Done, state: InvoiceState, *, newest: bool) -> bool:
    """Whether a page shows the button; `undo` decides."""
    return newest and done.state not in _WHY and state is done.state_after


def release_answers(session: Session, register: Register, *, now: datetime, today: date) -> int:
    """Let the answers leave whose time has come; how many were sent. Run again it finds the next ones."""
    sent = 0
    for done in stored_exceptions.actions_to_answer(session, now=now, limit=_MANY):
        with journal.attempt(session):
            sent += _release(session, register, done, today=today)
    return sent


def _release(session: Session, register: Register, done: Done, *, today: date) -> bool:
    held = stored_invoices.lock(session, done.invoice_id)
    asks = done.kind is Action.ASK_SUPPLIER
    open_still = held.state in (InvoiceState.IN_QUESTION, InvoiceState.PARKED, InvoiceState.HELD)
    overtaken = not open_still if asks else held.state is not done.state_after
    supplier = stored_facts.registered(register, held.supplier)
    if overtaken or supplier is None or not responding.may_follow(held.answered, done.answer):
        stored_exceptions.settle_action(session, done.id, "LAPSED")
        return False
    latest = stored_invoices.matches(session, held.id)[-1][1]
    answered = responding.answer(
        session,
        register,
        held,
        done.answer,
        latest.deviations,
        today=today,
        supplier=supplier,
        question=Question("OTH", done.reason, done.reason) if asks else None,
    )
    stored_invoices.set_answered(session, held.id, answered)
    stored_exceptions.settle_action(session, done.id, "SENT")
    record(session, held, "answer.sent", actor=done.made_by, answered=answered, press=str(done.id))
    return True
