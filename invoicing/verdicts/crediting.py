"""Credit: asking for it, receiving it, and settling a pair at zero.

A wrong invoice is credited in full and replaced by a new one (REQ-37). A credit note is
paired with exactly one uncredited invoice of the same supplier; the pair is never paid, and
the order line is open again for the corrected invoice. A credit note may come before its
invoice: then it waits. Where the policy judges lines apart it may be for some of them: then
those are credited, and the rest of the invoice is judged as if it had come alone.
"""

from dataclasses import dataclass, replace
from datetime import date

from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import raising
from invoicing.decisions import store as decision_store
from invoicing.documents import facts_loading, partial_credit_store
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching.credit_notes.credit_matching import is_partial, match_credit
from invoicing.matching.credit_notes.credited_lines import less, line_credit
from invoicing.matching.deviations import Match, Verdict
from invoicing.matching.facts import CreditFacts
from invoicing.model import InvoiceContent, InvoiceState, PartialCredit, SupplierInvoice
from invoicing.payment import payable_store
from invoicing.responses import responding, response_documents
from invoicing.verdicts import expected_credits, verdicts
from orders.purchase_orders import line_store
from orders.register.register import Register


@dataclass(frozen=True, slots=True)
class JudgedCredit:
    """A credit note's match, and what it was matched against."""

    match: Match
    facts: CreditFacts


# From these an invoice may be credited in part; one that is asked back, or paid, is credited whole.
_CREDITED_IN_PART = (
    InvoiceState.PARKED,
    InvoiceState.IN_QUESTION,
    InvoiceState.ON_HOLD,
    InvoiceState.ACCEPTED,
    InvoiceState.PARTLY_ACCEPTED,
)


class NotInQuestion(Refused):
    """Credit is asked for an invoice that is in question, and for no other."""

    def __init__(self, invoice: SupplierInvoice) -> None:
        super().__init__(
            Text(
                "%(name)s har läget ”%(state)s”. Kredit begärs bara för en faktura som avviker.",
                name=invoice.name,
                state=invoice.state_word,
            ),
        )


def judge(session: Session, register: Register, credit: InvoiceContent, *, lock: bool = True) -> JudgedCredit:
    """Match a credit note with what it names; without `lock` only to look at the verdict."""
    facts = facts_loading.credit_facts_of(session, register, credit, lock=lock)
    credited = facts.credited
    if credited is not None and (register.policy.judges_lines_apart or credited.credited is not None):
        only_whole = (
            credited.state not in _CREDITED_IN_PART
            or credited.paid_on is not None
            or payable_store.lies_in_proposal(session, credited.id)
        )
        left = decision_store.as_judged(session, credited.id)
        facts = replace(facts, left=left, only_whole=only_whole)
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
        return _settle(session, register, judged, credit=credit, invoice=credited, today=today)
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
            _settle(session, register, judged, credit=credit, invoice=invoice, today=today)
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
    session: Session,
    register: Register,
    judged: JudgedCredit,
    *,
    credit: SupplierInvoice,
    invoice: SupplierInvoice,
    today: date,
) -> SupplierInvoice:
    """Pair the two at zero, or take the credit note off a part of the invoice; judge again what waited for it."""
    content = decision_store.as_judged(session, credit.id)
    left = judged.facts.left
    if left is not None and is_partial(content, judged.facts):
        return _settle_part(session, register, content, left, credit=credit, invoice=invoice, today=today)
    invoice.check_step(InvoiceState.CREDITED)
    credit.check_step(InvoiceState.SETTLED)
    document_store.add_pair(session, credit_id=credit.id, invoice_id=invoice.id, on=today)
    expected_credits.follow(session, invoice, None, today=today, credit_id=credit.id)
    document_store.move(session, invoice, InvoiceState.CREDITED)
    if invoice.paid_on is not None:
        raising.raise_for_credit(session, invoice, today=today)
    settled = _settled(session, register, credit, invoice, today=today)
    record(session, invoice, DocumentAction.INVOICE_CREDITED, was=invoice.state, credit=str(credit.id))
    record(session, settled, DocumentAction.CREDIT_SETTLED, invoice=str(invoice.id))
    opened = line_store.free_lines(session, invoice.id)
    verdicts.judge_lines_again(session, register, opened, today=today)
    return settled


def _settle_part(
    session: Session,
    register: Register,
    content: InvoiceContent,
    left: InvoiceContent,
    *,
    credit: SupplierInvoice,
    invoice: SupplierInvoice,
    today: date,
) -> SupplierInvoice:
    """Take the credit note off the lines it is for, open those that are credited whole, and judge the rest again."""
    credit.check_step(InvoiceState.SETTLED)
    lines = line_credit(content, left).lines
    taken_back = PartialCredit(
        credit_id=credit.id,
        invoice_id=invoice.id,
        amount_net=content.amount_net,
        amount_vat=content.amount_vat,
        amount_payable=content.amount_payable,
        settled_on=today,
        lines=lines,
    )
    partial_credit_store.add(session, taken_back)
    settled = _settled(session, register, credit, invoice, today=today)
    record(session, settled, DocumentAction.CREDIT_SETTLED, invoice=str(invoice.id), part="yes")
    still = {(line.order_number or left.order_number, line.order_line) for line in less(left.lines, lines)}
    opened = [
        key for key in dict.fromkeys((each.order_number, each.line_id) for each in lines) if key not in still
    ]
    freed = [key for key in opened if line_store.free_line(session, *key, invoice.id)]
    now = document_store.by_id(session, invoice.id)
    verdicts.judge_again(session, register, now, today=today, credit_id=credit.id)
    verdicts.judge_lines_again(session, register, freed, today=today)
    return settled


def _settled(
    session: Session, register: Register, credit: SupplierInvoice, invoice: SupplierInvoice, *, today: date
) -> SupplierInvoice:
    """The credit note, answered and settled; whose case it belongs to is known by its invoice."""
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
    return document_store.move(
        session,
        credit,
        InvoiceState.SETTLED,
        codes=(),
        answered=answered,
        execution_reference=invoice.execution_reference,
    )
