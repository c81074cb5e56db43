"""Judging again what is in question, when the policy has become looser: looked at first, then row by row.

A new policy holds for what is judged from its day on; what already lies in question is judged by it only when a
person asks for that. Nothing but invoices in question is touched, so no attest and no payment; each is judged as it
is when it arrives, its match stores the policy it used, and the answer it gives leaves at once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import JoinedText, Text
from invoicing.decisions import batch_store
from invoicing.decisions import store as decision_store
from invoicing.decisions.batch_store import MOST, ActionBatch
from invoicing.decisions.rules import state_words, with_acceptance
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.matching.deviation_texts import title
from invoicing.matching.deviations import Match, Verdict
from invoicing.matching.invoice_matching import match
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.verdicts import verdicts
from orders.purchase_orders import line_store
from orders.register.agreements import Policy
from orders.register.register import Register, fingerprint

KIND = "JUDGE_AGAIN"


class StillInQuestion(Refused):
    """The invoice is not accepted by the policy, or is in question no longer; it stays as it is."""


def would_accept(
    session: Session, register: Register, policy: Policy | None = None
) -> Sequence[SupplierInvoice]:
    """The invoices in question that a policy would accept as they stand now, oldest first; changes nothing.

    Without a policy the one in force is asked. At most `MOST` invoices in question are looked at.
    """
    asked = replace(register, policy=policy) if policy is not None else register
    waiting = [
        invoice
        for invoice in document_store.listed(session, state=InvoiceState.IN_QUESTION, limit=MOST)
        if invoice.document_type is DocumentType.INVOICE
    ]
    return [invoice for invoice in waiting if _judged(session, asked, invoice).verdict is Verdict.ACCEPT]


def start(
    session: Session, register: Register, ids: Sequence[int], *, by: str, at: datetime, key: str
) -> int:
    """Keep a batch of these invoices under the button's key. Raises Refused where there is none."""
    if not ids or len(ids) > MOST or not key:
        raise Refused(Text("Välj mellan en och %(most)s fakturor att pröva igen.", most=MOST))
    reason = fingerprint(register.policy)
    return batch_store.keep(session, KIND, ids, by=by, at=at, key=key, reason=reason)


def go_on(session: Session, register: Register, batch_id: int, *, today: date, limit: int = 25) -> int:
    """Judge the next rows by the policy in force; how many are left. Each is a savepoint of its own."""
    head = batch_store.locked(session, batch_id)
    for invoice_id in batch_store.waiting(session, batch_id, limit=limit):
        try:
            with journal.attempt(session):
                _judge(session, register, invoice_id, by=head.made_by, today=today)
                batch_store.done(session, batch_id, invoice_id)
        except Refused as refusal:
            batch_store.refused(session, batch_id, invoice_id, refusal)
    return len(batch_store.waiting(session, batch_id))


def batch(session: Session, batch_id: int) -> ActionBatch:
    """What became of each row. Raises NoBatch."""
    return batch_store.named(session, batch_id, KIND)


def _judged(session: Session, register: Register, invoice: SupplierInvoice) -> Match:
    content = decision_store.as_judged(session, invoice.id)
    accepted = decision_store.acceptance_of(session, invoice.id, currency=invoice.currency)
    facts = facts_loading.facts_of(
        session, register, content, received_on=invoice.received_on, invoice_id=invoice.id, lock=False
    )
    return with_acceptance(match(content, facts), accepted)


def _judge(session: Session, register: Register, invoice_id: int, *, by: str, today: date) -> None:
    """Judge one again. Raises StillInQuestion where it would not be accepted: then nothing of it changes."""
    seen = document_store.by_id(session, invoice_id)
    line_store.lock_orders(session, document_store.orders_of(session, seen))
    invoice = document_store.lock(session, invoice_id)
    if invoice.state is not InvoiceState.IN_QUESTION:
        raise StillInQuestion(
            Text(
                "%(invoice_number)s %(state)s nu.",
                invoice_number=invoice.number,
                state=state_words(invoice.state),
            )
        )
    if decision_store.holds_back(session, invoice.id):
        raise StillInQuestion(
            Text("Någon har just gjort något med den. Vänta tills det har skickats, eller ångra det.")
        )
    judged = verdicts.judge_again(session, register, invoice, today=today, actor=by)
    if judged.state not in (InvoiceState.ACCEPTED, InvoiceState.PAID):
        why = _judged(session, register, judged).deviations
        raise StillInQuestion(
            Text("Avviker fortfarande: %(titles)s.", titles=JoinedText(", ", (title(each) for each in why)))
        )
