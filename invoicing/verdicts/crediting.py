"""Credit: asking for it, receiving it, and settling a pair at zero.

A wrong invoice is credited in full and replaced by a new one (REQ-37). A credit note is
paired with exactly one uncredited invoice of the same supplier; the pair is never paid, and
the order line is open again for the corrected invoice. A credit note may come before its
invoice: then it waits.
"""

from dataclasses import dataclass, replace
from datetime import date

from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import store as decision_store
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching.credit_matching import match_credit
from invoicing.matching.deviations import Match, Verdict
from invoicing.matching.facts import CreditFacts
from invoicing.model import FOLLOWS, InvoiceContent, InvoiceState, SupplierInvoice
from invoicing.responses import responding, response_documents
from invoicing.verdicts import verdicts
from orders.purchase_orders import line_store
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class JudgedCredit:
    """A credit note's match, and what it was matched against."""

    match: Match
    facts: CreditFacts


class NotInQuestion(Refused):
    """Credit is asked for an invoice that is in question, and for no other."""

    def __init__(self, invoice: SupplierInvoice) -> None:
        super().__init__(
            Text(
                "%(invoice_number)s är %(state)s. Kredit begärs bara för en faktura som avviker "
                "(IN_QUESTION).",
                invoice_number=invoice.number,
                state=invoice.state,
            ),
        )


def judge(session: Session, register: Register, credit: InvoiceContent, *, lock: bool = True) -> JudgedCredit:
    """Match a credit note with what it names; without `lock` only to look at the verdict."""
    facts = facts_loading.credit_facts_of(session, register, credit, lock=lock)
    return JudgedCredit(match_credit(credit, facts), facts)


def take_effect(
    session: Session,
    register: Register,
    credit: SupplierInvoice,
    judged: JudgedCredit,
    *,
    today: date,
    answering: responding.Answering = responding.answer,
) -> SupplierInvoice:
    """Settle the pair, or park the credit note, or leave it in question; answered in each case."""
    credited = judged.facts.credited
    if judged.match.verdict is Verdict.ACCEPT and credited is not None:
        return _settle(session, register, credit=credit, invoice=credited, today=today)
    answered = answering(
        session,
        register,
        credit,
        responding.ANSWER_OF[credit.state],
        judged.match.deviations,
        today=today,
        supplier=facts_loading.registered(register, credit.supplier),
    )
    document_store.set_answered(session, credit.id, answered)
    return replace(credit, answered=answered)


def settle_waiting(
    session: Session, register: Register, invoice: SupplierInvoice, *, today: date
) -> SupplierInvoice | None:
    """Settle an invoice that has just come with the credit note that waited for it, if there is one."""
    for credit in document_store.parked_credits(session, invoice.supplier):
        content = decision_store.as_judged(session, credit.id)
        if content.credits[0].number != invoice.number:
            continue
        judged = judge(session, register, content)
        document_store.add_match(session, credit.id, judged.match, made_on=today, policy=register.policy)
        if judged.match.verdict is Verdict.ACCEPT:
            _settle(session, register, credit=credit, invoice=invoice, today=today)
            return document_store.by_id(session, invoice.id)
        state = verdicts.STATE_OF[judged.match.verdict]
        document_store.move(session, credit, state, codes=judged.match.codes)
        record(session, credit, DocumentAction.CREDIT_JUDGED, state=state, codes=" ".join(judged.match.codes))
    return None


def ask_for_credit(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    *,
    by: str,
    today: date,
    answering: responding.Answering = responding.answer,
) -> SupplierInvoice:
    """Answer RE: credit the whole invoice and send a new one. Raises NotInQuestion.

    Where the invoice was approved before (AP), a rejection may not follow in the message flow;
    the request then stands in our books and the supplier is told in person.
    """
    invoice = document_store.lock(session, invoice.id)
    if invoice.state is not InvoiceState.IN_QUESTION:
        raise NotInQuestion(invoice)
    latest = document_store.matches(session, invoice.id)[-1][1]
    answered = answering(
        session,
        register,
        invoice,
        response_documents.REJECTED,
        latest.deviations,
        today=today,
        supplier=facts_loading.registered(register, invoice.supplier),
    )
    asked = document_store.move(session, invoice, InvoiceState.CREDIT_REQUESTED, answered=answered)
    codes = " ".join(invoice.codes)
    record(session, invoice, DocumentAction.CREDIT_REQUESTED, actor=by, answered=answered, codes=codes)
    return asked


def _settle(
    session: Session, register: Register, *, credit: SupplierInvoice, invoice: SupplierInvoice, today: date
) -> SupplierInvoice:
    """Pair the two at zero, open the order line, and judge again what waited for it."""
    FOLLOWS.check(invoice.number, invoice.state, InvoiceState.CREDITED)
    FOLLOWS.check(credit.number, credit.state, InvoiceState.SETTLED)
    document_store.add_pair(session, credit_id=credit.id, invoice_id=invoice.id, on=today)
    document_store.move(session, invoice, InvoiceState.CREDITED)
    settled = replace(credit, state=InvoiceState.SETTLED, execution_reference=invoice.execution_reference)
    answered = responding.answer(
        session,
        register,
        settled,
        responding.ANSWER_OF[InvoiceState.SETTLED],
        (),
        today=today,
        supplier=facts_loading.registered(register, credit.supplier),
    )
    # Whose case the credit note belongs to is known by its invoice.
    settled = document_store.move(
        session,
        credit,
        InvoiceState.SETTLED,
        codes=(),
        answered=answered,
        execution_reference=invoice.execution_reference,
    )
    record(session, invoice, DocumentAction.INVOICE_CREDITED, was=invoice.state, credit=str(credit.id))
    record(session, settled, DocumentAction.CREDIT_SETTLED, invoice=str(invoice.id))
    opened = line_store.free_lines(session, invoice.id)
    verdicts.judge_lines_again(session, register, opened, today=today)
    return settled
