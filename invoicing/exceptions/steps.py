"""What every press at the finance desk shares: who acts, locking what is acted on, and noting what was done.

The order's lines are locked before the document, as everybody does. The answer a press gives is noted instead of
sent (`Later`) and leaves when `DeskActor.hold` has gone by; until then the press can be undone (`undo`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from foundation.sql import Session
from foundation.text import NO_TEXT, Text
from foundation.written import kept_words
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action, ActionRefused, check_action
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching.deviations import Deviation
from invoicing.model import ExpectedCredit, InvoiceState, SupplierInvoice
from invoicing.responses import responding
from orders.purchase_orders import line_store
from orders.register.parties import Supplier
from orders.register.register import Register

#: How long what follows from a press is held back, so that it can be undone.
HOLD = timedelta(minutes=10)

#: What the journal says of each press.
JOURNAL_ACTIONS: Mapping[Action, DocumentAction] = {
    Action.ASK_CREDIT: DocumentAction.DESK_ASK_CREDIT,
    Action.ACCEPT: DocumentAction.DESK_ACCEPT,
    Action.LINK: DocumentAction.DESK_LINK,
    Action.UNLINK: DocumentAction.DESK_UNLINK,
    Action.PARK: DocumentAction.DESK_PARK,
    Action.ASK_SUPPLIER: DocumentAction.DESK_ASK_SUPPLIER,
    Action.REJECT_DUPLICATE: DocumentAction.DESK_REJECT_DUPLICATE,
    Action.ACCEPT_IN_PART: DocumentAction.DESK_ACCEPT_IN_PART,
    Action.WITHDRAW_PART: DocumentAction.DESK_WITHDRAW_PART,
    Action.DISPUTE: DocumentAction.DESK_DISPUTE,
}


@dataclass(frozen=True, slots=True)
class DeskActor:
    """Who acts and when: the person's opaque id, the instant, the day, and how long the answer is held back."""

    by: str
    now: datetime
    today: date
    hold: timedelta = HOLD
    batch_id: int | None = None


@dataclass(slots=True)
class Later:
    """An answer that is noted instead of sent."""

    code: str = field(default="")

    def __call__(
        self,
        session: Session,
        register: Register,
        invoice: SupplierInvoice,
        code: str,
        deviations: Iterable[Deviation],
        *,
        today: date,
        supplier: Supplier | None,
        expected: ExpectedCredit | None = None,
    ) -> str:
        """Note the answer that is to follow; nothing is sent."""
        if supplier is not None and responding.may_follow(invoice.answered, code):
            self.code = code
        return invoice.answered


def begin(
    session: Session,
    action: Action,
    invoice_id: int,
    *,
    reason: str,
    must_tell_why: bool = False,
    also: Iterable[str] = (),
) -> SupplierInvoice:
    """Lock the order lines and then the document, and check that the action may be taken on it now."""
    kept_words.kept(
        reason, ActionRefused, asked=Text("Skriv varför. Skälet sparas.") if must_tell_why else NO_TEXT
    )
    seen = document_store.by_id(session, invoice_id)
    line_store.lock_orders(session, {*document_store.orders_of(session, seen), *also} - {""})
    invoice = document_store.lock(session, invoice_id)
    check_action(action, invoice)
    return invoice


def note(
    session: Session,
    invoice: SupplierInvoice,
    kind: Action,
    actor: DeskActor,
    reason: str,
    *,
    after: InvoiceState,
    answer: str = "",
    was: InvoiceState | None = None,
    holds: bool = False,
    **detail: object,
) -> int:
    """Note what was done: a row that can be undone, and one of the journal. The number of the action.

    Its answer leaves when the hand's hold has gone by; with `holds` something else waits as long.
    """
    waits = bool(answer) or holds
    action_id = decision_store.add_action(
        session,
        invoice,
        kind,
        by=actor.by,
        at=actor.now,
        reason=reason,
        state_before=was or invoice.state,
        state_after=after,
        answer=answer,
        answers_at=actor.now + actor.hold if waits else None,
        batch_id=actor.batch_id,
        **detail,
    )
    told = {"answer": answer, "reason": reason, "press": str(action_id)}
    record(session, invoice, JOURNAL_ACTIONS[kind], actor=actor.by, **told)
    return action_id
