"""Linking a credit note to the invoice it credits: both looked at first, settled when it can no longer be undone.

A pair, once settled, is final: its rows are only ever added. So a link by a person does not settle at once. It
stands, the credit note waits, and the timetable settles the two and answers the supplier when the time for second
thoughts has ended (`settle`). Until then nothing of the invoice, its order line or the statement has changed, and
undoing the link is to withdraw it (`put_back`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from foundation.identifiers import trimmed
from foundation.journal import SYSTEM
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Action, ActionRefused, ActionState, LineLink, as_linked
from invoicing.decisions.store import Done
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.exceptions.steps import DeskActor, begin, note
from invoicing.journal_actions import DocumentAction
from invoicing.matching.deviations import Match, Verdict
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from invoicing.responses import responding
from invoicing.verdicts import crediting
from invoicing.verdicts.verdicts import STATE_OF
from orders.model import LineAccount
from orders.purchase_orders import line_store
from orders.register.register import Register

_WAITS = (InvoiceState.PARKED, InvoiceState.IN_QUESTION)


@dataclass(frozen=True, slots=True)
class CreditPair:
    """A credit note beside the invoice it may credit, and what linking them would come to.

    `opens` are the order lines that come free, `waiting` the invoices that wait for them and are judged then.
    """

    credit: SupplierInvoice
    invoice: SupplierInvoice
    credit_says: InvoiceContent
    invoice_says: InvoiceContent
    match: Match
    opens: tuple[LineAccount, ...]
    waiting: tuple[SupplierInvoice, ...]
    answer: str

    @property
    def settles(self) -> bool:
        """Whether the two agree, so that they are set to zero."""
        return self.match.verdict is Verdict.ACCEPT

    @property
    def settled(self) -> SupplierInvoice:
        """The credit note as it will stand: for the answer that is shown before it leaves."""
        return replace(
            self.credit,
            state=InvoiceState.SETTLED,
            execution_reference=self.invoice.execution_reference,
        )


def foresee(session: Session, register: Register, credit_id: int, *, credits: str) -> CreditPair:
    """What linking the credit note to an invoice would come to; changes nothing. Raises ActionRefused."""
    credit = document_store.by_id(session, credit_id)
    invoice = _named(session, register, credit, credits)
    says = document_store.content(session, credit.id)
    meant = as_linked(says, LineLink(0, "", "", "", "", invoice.number))
    match = crediting.judge(session, register, meant, lock=False).match
    opens = tuple(line_store.occupied_by(session, invoice.id))
    waiting = {
        each.id: each
        for account in opens
        for each in document_store.on_line(session, account.order_number, account.line_id, lock=False)
        if each.id != invoice.id
    }
    supplier = facts_loading.registered(register, credit.supplier)
    code = responding.ANSWER_OF[InvoiceState.SETTLED]
    answers = supplier is not None and responding.may_follow(credit.answered, code)
    return CreditPair(
        credit,
        invoice,
        says,
        decision_store.as_judged(session, invoice.id),
        match,
        opens,
        tuple(waiting.values()),
        code if answers else "",
    )


def link_credit(
    session: Session, register: Register, credit_id: int, actor: DeskActor, *, credits: str, reason: str
) -> int:
    """Say which invoice a credit note credits; the number of the action.

    Where the two agree they are settled when the hold has gone by. Otherwise the credit note stays in question,
    with what differs.
    """
    credit = begin(session, Action.LINK, credit_id, reason=reason, must_tell_why=True)
    if credit.document_type is DocumentType.INVOICE:
        raise ActionRefused(
            Text("%(credit_number)s är en faktura. Ange en orderrad.", credit_number=credit.number)
        )
    invoice = _named(session, register, credit, credits)
    before = decision_store.link_of(session, credit.id)
    decision_store.add_link(
        session, credit.id, by=actor.by, on=actor.today, reason=reason, credited_number=invoice.number
    )
    judged = crediting.judge(session, register, decision_store.as_judged(session, credit.id))
    settles = judged.match.verdict is Verdict.ACCEPT
    # A credit note that is settled in a while waits until then.
    state = InvoiceState.PARKED if settles else STATE_OF[judged.match.verdict]
    document_store.add_match(session, credit.id, judged.match, made_on=actor.today, policy=register.policy)
    _move(session, credit, state, judged.match.codes, by=actor.by)
    supplier = facts_loading.registered(register, credit.supplier)
    code = responding.ANSWER_OF[InvoiceState.SETTLED]
    answers = settles and supplier is not None and responding.may_follow(credit.answered, code)
    return note(
        session,
        credit,
        Action.LINK,
        actor,
        reason,
        after=state,
        answer=code if answers else "",
        holds=settles,
        link_before=before.id if before else None,
        credits=invoice.number,
    )


def settle(session: Session, register: Register, done: Done, *, today: date) -> bool:
    """Settle the pair a person linked and answer the supplier; False where they no longer agree.

    What happened meanwhile is looked at: another credit note may have come for the same invoice.
    """
    seen = document_store.by_key(
        session,
        document_store.by_id(session, done.invoice_id).supplier,
        DocumentType.INVOICE,
        done.detail["credits"],
    )
    if seen is not None:
        line_store.lock_orders(session, document_store.orders_of(session, seen))
    invoice = document_store.lock(session, done.invoice_id)
    if invoice.state not in _WAITS:
        return False
    judged = crediting.judge(session, register, decision_store.as_judged(session, invoice.id))
    if judged.match.verdict is Verdict.ACCEPT:
        crediting.take_effect(session, register, invoice, judged, today=today)
        return True
    document_store.add_match(session, invoice.id, judged.match, made_on=today, policy=register.policy)
    _move(session, invoice, STATE_OF[judged.match.verdict], judged.match.codes, by=SYSTEM)
    return False


def put_back(
    session: Session, register: Register, invoice: SupplierInvoice, done: Done, actor: DeskActor
) -> None:
    """Withdraw the link: the credit note is judged as it was before, and lies where it lay in the queue."""
    decision_store.restore_link(session, invoice.id, done.detail["link_before"])
    judged = crediting.judge(session, register, decision_store.as_judged(session, invoice.id))
    document_store.add_match(session, invoice.id, judged.match, made_on=actor.today, policy=register.policy)
    if judged.match.verdict is Verdict.ACCEPT:
        # The invoice that it names itself has come meanwhile.
        crediting.take_effect(session, register, invoice, judged, today=actor.today)
        return
    # Whose waiting had ended is in question, though its invoice may still come.
    was_in_question = done.state_before is InvoiceState.IN_QUESTION
    state = InvoiceState.IN_QUESTION if was_in_question else STATE_OF[judged.match.verdict]
    _move(session, invoice, state, judged.match.codes, by=actor.by)


def waiting_for(session: Session, invoice: SupplierInvoice) -> Sequence[tuple[SupplierInvoice, Done]]:
    """The credit notes a person has linked to this invoice and that are settled in a while, with the press."""
    found = []
    for credit_id in decision_store.credits_linked_to(session, invoice.supplier, invoice.number):
        actions = decision_store.actions_of(session, credit_id)
        held_back = [
            each for each in actions if each.kind is Action.LINK and each.state is ActionState.PENDING
        ]
        if held_back:
            found.append((document_store.by_id(session, credit_id), held_back[0]))
    return found


def _move(
    session: Session, invoice: SupplierInvoice, state: InvoiceState, codes: Sequence[str], *, by: str
) -> None:
    document_store.move(session, invoice, state, codes=codes)
    record(session, invoice, DocumentAction.CREDIT_JUDGED, actor=by, state=state, codes=" ".join(codes))


def _named(session: Session, register: Register, credit: SupplierInvoice, number: str) -> SupplierInvoice:
    """The supplier's invoice with this number, or that of the one supplier it has taken over.

    Raises ActionRefused where there is none, or it is taken already.
    """
    number = trimmed(number)
    found = document_store.by_key(session, credit.supplier, DocumentType.INVOICE, number)
    if found is None:
        found = facts_loading.of_predecessor(session, register, credit.supplier, number, on=credit.issued_on)
    if found is None:
        raise ActionRefused(
            Text(
                "Leverantören har ingen faktura %(number)s hos oss. Välj ett förslag, eller skriv "
                "numret som på fakturan. En kredit som kom före sin faktura väntar av sig själv.",
                number=number or "–",
            ),
        )
    others = [one for one, _ in waiting_for(session, found) if one.id != credit.id]
    if others:
        raise ActionRefused(
            Text(
                "%(invoice_number)s är redan kopplad till %(credit_number)s. Ångra den kopplingen först.",
                invoice_number=found.number,
                credit_number=others[0].number,
            ),
        )
    return found
