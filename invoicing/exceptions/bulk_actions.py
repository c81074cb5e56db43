"""One press for many documents alike: simulated first, each row on its own, undone together.

`simulate` asks of each document whether the action may be taken and what follows; it changes nothing. `start`
keeps the batch under the button's key, so a second press finds the first. `go_on` takes the next rows, each
in a savepoint of its own: one that is refused says why and stops nothing. A batch broken off goes on where it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from foundation import journal
from foundation.errors import Refused
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import batch_store
from invoicing.decisions import store as decision_store
from invoicing.decisions.batch_store import MOST, ActionBatch, BatchRowState
from invoicing.decisions.rules import Action, acceptable, at_stake, check_action, is_late_payment_claim
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.exceptions import actions as exception_actions
from invoicing.exceptions import undo as exception_undo
from invoicing.exceptions.actions import OverLimit
from invoicing.exceptions.steps import DeskActor
from invoicing.journal_actions import DeskAction, InvoicingSubject
from invoicing.model import SupplierInvoice
from invoicing.responses import responding, response_documents
from invoicing.responses.response_documents import receiver_of
from orders.register.register import Register

#: What can be done to many at once; the rest needs a person's eye on each.
BULK = (Action.ASK_CREDIT, Action.ACCEPT, Action.ASK_SUPPLIER)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an action would come to for one document; `refusal` says why it may not be taken.

    `answer` is what leaves, `to` the endpoint it leaves for (empty: read in the portal), and `matches_at`
    what the supplier's next invoice of the line must come to, without VAT, to match by itself.
    """

    invoice: SupplierInvoice
    refusal: Refused | None
    answer: str = ""
    to: str = ""
    matches_at: Money | None = None


def simulate(
    session: Session, register: Register, kind: Action, ids: Sequence[int], *, by: str
) -> Sequence[Foreseen]:
    """What the action would come to for each document, in their order."""
    limit = decision_store.limit_of(session, by)
    return [_foreseen(session, register, kind, document_store.by_id(session, each), limit) for each in ids]


def _foreseen(
    session: Session, register: Register, kind: Action, invoice: SupplierInvoice, limit: Money | None
) -> Foreseen:
    supplier = facts_loading.registered(register, invoice.supplier)
    try:
        check_action(kind, invoice)
        if kind is Action.ACCEPT:
            match = document_store.matches(session, invoice.id)[-1][1]
            received = exception_actions.received_for(session, invoice, match)
            stake = at_stake(invoice, received, acceptable(invoice, match))
            if limit is None or stake.amount > limit.amount:
                raise OverLimit(stake, limit, is_claim=is_late_payment_claim(match))
    except Refused as refusal:
        return Foreseen(invoice, refusal)
    answer = {
        Action.ASK_CREDIT: response_documents.REJECTED,
        Action.ACCEPT: response_documents.APPROVED,
        Action.ASK_SUPPLIER: response_documents.UNDER_QUERY,
    }[kind]
    sends = supplier is not None and responding.may_follow(invoice.answered, answer)
    return Foreseen(
        invoice,
        None,
        answer if sends else "",
        receiver_of(supplier, invoice) if supplier is not None and supplier.answers else "",
        _received_or_none(session, invoice) if kind is Action.ASK_CREDIT else None,
    )


def _received_or_none(session: Session, invoice: SupplierInvoice) -> Money | None:
    try:
        received = exception_actions.received_on(session, invoice)
    except Refused:
        return None
    return None if received.is_zero else received


def start(
    session: Session, kind: Action, ids: Sequence[int], actor: DeskActor, *, key: str, reason: str = ""
) -> int:
    """Keep a batch under its key, with a row per document; the batch of an earlier press of the same button."""
    if kind not in BULK or not ids or len(ids) > MOST or not key:
        raise Refused(Text("Välj mellan ett och %(most)s dokument och en åtgärd.", most=MOST))
    return batch_store.keep(session, kind, ids, by=actor.by, at=actor.now, key=key, reason=reason)


def go_on(session: Session, register: Register, batch_id: int, actor: DeskActor, *, limit: int = 25) -> int:
    """Take the next rows of a batch; how many are left. Another press meanwhile waits for these."""
    head = batch_store.locked(session, batch_id)
    by = DeskActor(head.made_by, actor.now, actor.today, actor.hold, batch_id)
    for invoice_id in batch_store.waiting(session, batch_id, limit=limit):
        try:
            with journal.attempt(session):
                number = _take(session, register, Action(head.kind), invoice_id, by, head.reason)
                batch_store.done(session, batch_id, invoice_id, action_id=number)
        except Refused as refusal:
            batch_store.refused(session, batch_id, invoice_id, refusal)
    return len(batch_store.waiting(session, batch_id))


def _take(
    session: Session, register: Register, kind: Action, invoice_id: int, actor: DeskActor, reason: str
) -> int:
    if kind is Action.ASK_CREDIT:
        return exception_actions.ask_credit(session, register, invoice_id, actor, reason=reason)
    if kind is Action.ACCEPT:
        return exception_actions.accept(session, register, invoice_id, actor, reason=reason)
    return exception_actions.ask_supplier(session, register, invoice_id, actor, text=reason)


def undo(session: Session, register: Register, batch_id: int, actor: DeskActor) -> tuple[int, int]:
    """Undo all of a batch that can be; how many were, and how many could not be."""
    undone = refused = 0
    for row in batch(session, batch_id).rows:
        if row.state is not BatchRowState.DONE or row.action_id is None:
            continue
        try:
            with journal.attempt(session):
                exception_undo.undo(session, register, row.action_id, actor)
                batch_store.undone(session, batch_id, row.invoice_id)
            undone += 1
        except Refused as refusal:
            batch_store.refused(session, batch_id, row.invoice_id, refusal, state=BatchRowState.DONE)
            refused += 1
    subject = InvoicingSubject.BATCH.of(batch_id)
    journal.record(session, actor.by, DeskAction.BATCH_UNDONE, subject, count=str(undone))
    return undone, refused


def batch(session: Session, batch_id: int) -> ActionBatch:
    """A batch with its rows in their order. Raises NoBatch."""
    return batch_store.named(session, batch_id, *BULK)


def can_undo(session: Session, found: ActionBatch) -> int:
    """How many rows of the batch could be undone now."""
    done = [row for row in found.rows if row.state is BatchRowState.DONE and row.action_id is not None]
    return sum(
        exception_undo.can_undo(
            decision_store.action(session, row.action_id or 0),
            document_store.by_id(session, row.invoice_id).state,
            newest=True,
        )
        for row in done
    )
