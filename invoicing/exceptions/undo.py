"""Undoing what a person did, and letting answers leave when the time for second thoughts has ended.

An action can be undone while its answer has not left, nothing was done after it, and the document is where
the action left it. `release_answers` is run by the timetable: it makes each answer from the document as it
stands then, so what was overtaken meanwhile (a credit note has come) is not sent. What follows for other documents
waits as long: a linked pair is settled then, and a line that came free goes to the invoice that waited for it.
"""

from datetime import date, datetime

from foundation import journal
from foundation.sql import Session
from foundation.text import JoinedText, Text
from invoicing.claims import raising
from invoicing.conversation import writing
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import ACTION_FOLLOWS, UNDOES, Action, ActionRefused, ActionState, state_words
from invoicing.decisions.store import Done
from invoicing.documents import expected_credit_store, facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.exceptions import credit_linking, linking, worklist_store
from invoicing.exceptions.steps import HOLD, DeskActor, Later
from invoicing.journal_actions import DocumentAction
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.payment import payable_store
from invoicing.responses import responding
from invoicing.responses.response_documents import Question
from invoicing.verdicts import accepting_in_part, expected_credits, verdicts
from orders.purchase_orders import line_store
from orders.register.register import Register
from peppol.exchange import owed_answer_store

_MANY = 200
_CREDIT = (Action.ASK_CREDIT, Action.REJECT_DUPLICATE, Action.DISPUTE)
_WHY = {
    ActionState.LAPSED: Text("Dokumentet har gått vidare."),
    ActionState.UNDONE: Text("Åtgärden är redan ångrad."),
}
_LEFT = Text("Svaret har redan gått i väg.")
# What to do instead, once it has left us.
_INSTEAD = {
    Action.ASK_CREDIT: Text("Vänta på kreditfakturan, eller kontakta leverantören om fakturan ändå gäller."),
    Action.ACCEPT: Text("Koppla loss fakturan från orderraden och begär kredit, om den inte ska betalas."),
    Action.ACCEPT_IN_PART: Text("Ta tillbaka godkännandet i delar om krediten inte kommer."),
    Action.LINK: Text("Koppla loss fakturan om den ligger på fel orderrad."),
    Action.ASK_SUPPLIER: Text("Ställ en ny fråga som rättar den."),
}
_CLAIMED = Text(
    "Det som betalades för fakturan är krävt tillbaka och håller på att regleras. Ta ut fordran ur betalningsförslaget "
    "först; är den redan reglerad får leverantören kreditera och fakturera på nytt."
)
_PAIR_LEFT = Text(
    "Paret är kvittat och svaret har redan gått i väg. Be leverantören skicka fakturan på "
    "nytt med ett nytt nummer, och en kreditfaktura för den faktura som skulle krediteras."
)


def undo(session: Session, register: Register, action_id: int, actor: DeskActor) -> None:
    """Take an action back. Raises ActionRefused where its answer has left or something came after it."""
    # The action first, as the timetable takes it: so undoing and letting the answer leave never wait in a circle.
    done = decision_store.action(session, action_id, lock=True)
    seen = document_store.by_id(session, done.invoice_id)
    orders = {*document_store.orders_of(session, seen), *linking.orders_of(done)}
    line_store.lock_orders(session, orders - {""})
    invoice = document_store.lock(session, done.invoice_id)
    _check(session, done, invoice)
    decision_store.settle_action(session, done, ActionState.UNDONE, by=actor.by, at=actor.now)
    # What the document is to be told now leaves at once, unless an earlier press still holds its answer back.
    waits = decision_store.holds_back(session, invoice.id)
    answering: responding.Answering = Later() if waits else responding.answer
    if done.kind is Action.PARK:
        before = done.detail["rested_until"]
        worklist_store.set_rest(session, invoice.id, date.fromisoformat(before) if before else None)
    elif done.kind is Action.LINK and invoice.document_type is DocumentType.CREDIT_NOTE:
        credit_linking.put_back(session, register, invoice, done, actor)
    elif done.kind in (Action.LINK, Action.UNLINK):
        linking.put_back(session, register, invoice, done, actor, answering=answering)
    elif done.kind is Action.WITHDRAW_PART:
        accepting_in_part.accept_in_part(
            session,
            register,
            invoice,
            by=actor.by,
            today=actor.today,
            before_receipt=True,
            answering=answering,
        )
    elif done.kind is not Action.ASK_SUPPLIER:
        _judge_as_before(session, register, invoice, done, actor, answering)
    record(session, invoice, DocumentAction.DESK_UNDONE, actor=actor.by, press=str(done.id), kind=done.kind)


def _judge_as_before(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    done: Done,
    actor: DeskActor,
    answering: responding.Answering,
) -> None:
    """Take back a request for credit or an acceptance, and judge the document as if it had not been."""
    if done.kind in _CREDIT:
        if not raising.withdraw_for(session, invoice.id, today=actor.today):
            raise ActionRefused(_CLAIMED)
        record(
            session, invoice, DocumentAction.CREDIT_REQUEST_UNDONE, actor=actor.by, state=done.state_before
        )
    elif done.kind is Action.ACCEPT_IN_PART:
        expected_credits.follow(session, invoice, None, today=actor.today)
        record(
            session,
            invoice,
            DocumentAction.PARTIAL_ACCEPTANCE_WITHDRAWN,
            actor=actor.by,
            state=done.state_before,
        )
    else:
        decision_store.withdraw_acceptance(session, invoice.id)
    if invoice.document_type is DocumentType.CREDIT_NOTE:
        document_store.move(session, invoice, done.state_before, by=UNDOES)
        return
    # Without codes it is judged as if never before: what new rules come to by themselves has its own match and answer.
    now = document_store.move(session, invoice, done.state_before, by=UNDOES, codes=())
    verdicts.judge_again(session, register, now, today=actor.today, actor=actor.by, answering=answering)


def _check(session: Session, done: Done, invoice: SupplierInvoice) -> None:
    if done.state is ActionState.SENT:
        is_pair = done.kind is Action.LINK and invoice.document_type is DocumentType.CREDIT_NOTE
        instead = _INSTEAD.get(done.kind, _INSTEAD[Action.ASK_CREDIT])
        raise ActionRefused(_PAIR_LEFT if is_pair else JoinedText(" ", (_LEFT, instead)))
    if done.state in _WHY:
        raise ActionRefused(_WHY[done.state])
    after = [
        each
        for each in decision_store.actions_of(session, done.invoice_id)
        if each.id > done.id and each.state is not ActionState.UNDONE
    ]
    if after:
        raise ActionRefused(Text("Något har gjorts efteråt. Ångra det först."))
    if invoice.state is not done.state_after or payable_store.is_on_its_way(session, done.invoice_id):
        raise ActionRefused(
            Text(
                "%(invoice_number)s %(state)s nu, och åtgärden kan inte ångras. Ta det därifrån.",
                invoice_number=invoice.number,
                state=state_words(invoice.state),
            ),
        )


def can_undo(done: Done, state: InvoiceState, *, newest: bool) -> bool:
    """Whether a page shows the button; `undo` decides."""
    return newest and ACTION_FOLLOWS.allows(done.state, ActionState.UNDONE) and state is done.state_after


def release_answers(session: Session, register: Register, *, now: datetime, today: date) -> int:
    """Let the answers leave whose time has come; how many were sent. Run again it finds the next ones."""
    sent = 0
    decision_store.begin_holds_anew(session, now=now, hold=HOLD)
    for done in decision_store.actions_to_answer(session, now=now, limit=_MANY):
        with journal.attempt(session):
            sent += _release(session, register, done, now=now, today=today)
    return sent


def _release(session: Session, register: Register, done: Done, *, now: datetime, today: date) -> bool:
    invoice = document_store.by_id(session, done.invoice_id)
    if done.kind is Action.LINK and invoice.document_type is DocumentType.CREDIT_NOTE:
        settled = credit_linking.settle(session, register, done, today=today)
        decision_store.settle_action(session, done, ActionState.SENT if settled else ActionState.LAPSED)
        return settled
    orders = {*document_store.orders_of(session, invoice), *linking.orders_of(done)}
    line_store.lock_orders(session, orders - {""})
    sent = _answer(session, register, done, now=now, today=today) if done.answer else None
    # An action that answers nothing stands on: it can be undone for as long as its line is free.
    ends = {None: ActionState.STANDING, True: ActionState.SENT, False: ActionState.LAPSED}[sent]
    decision_store.settle_action(session, done, ends)
    linking.offer_lines(session, register, done, today=today)
    return bool(sent)


def _answer(session: Session, register: Register, done: Done, *, now: datetime, today: date) -> bool:
    """Give the answer of an action, if the document still stands where the action left it."""
    invoice = document_store.lock(session, done.invoice_id)
    asks = done.kind is Action.ASK_SUPPLIER
    open_still = invoice.state in (InvoiceState.IN_QUESTION, InvoiceState.PARKED, InvoiceState.ON_HOLD)
    overtaken = not open_still if asks else invoice.state is not done.state_after
    supplier = facts_loading.registered(register, invoice.supplier)
    if overtaken or supplier is None or not responding.may_follow(invoice.answered, done.answer):
        return False
    latest = document_store.matches(session, invoice.id)[-1][1]
    answered = responding.answer(
        session,
        register,
        invoice,
        done.answer,
        latest.deviations,
        today=today,
        supplier=supplier,
        question=Question("OTH", done.reason) if asks else None,
        expected=expected_credit_store.open_for(session, invoice.id),
    )
    document_store.set_answered(session, invoice.id, answered)
    if asks:
        writing.note_question(session, invoice, done.reason, by=done.made_by, at=now)
    if owed_answer_store.open_about(session, f"invoice {invoice.id}") is None:
        told = {"answered": answered, "press": str(done.id)}
        record(session, invoice, DocumentAction.ANSWER_SENT, actor=done.made_by, **told)
    # One that could not be written is owed, with its words.
    return True
