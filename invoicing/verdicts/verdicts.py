"""Judging an invoice and letting its verdict take effect: the one place where a match becomes a state.

Used when an invoice arrives, when a receipt changes, and when a line it waits for is opened.
The order line's account decides who was first; an invoice that comes second is judged again
with the line taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from foundation.journal import SYSTEM
from foundation.money import Money, Quantity, line_amount, total
from foundation.sql import Session
from invoicing.decisions import store as decision_store
from invoicing.decisions.rules import Acceptance, with_acceptance
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching import cures, waiting
from invoicing.matching.cures import Cure
from invoicing.matching.deviations import Match, Verdict
from invoicing.matching.facts import Facts, LineFacts
from invoicing.matching.invoice_matching import lines_to_take, match, parts_to_take
from invoicing.matching.invoiced_parts import InvoicedPart
from invoicing.matching.line_matching import due_of
from invoicing.matching.order_slices import orders_named
from invoicing.matching.partial_acceptance import PartialAcceptance, partial_acceptance
from invoicing.model import InvoiceContent, InvoiceState, SupplierInvoice
from invoicing.payment import payable_store
from invoicing.responses import responding
from invoicing.verdicts import expected_credits, request_withdrawal
from orders.model import LineKey, LineState
from orders.purchase_orders import line_share_store, line_store
from orders.register.agreements import Policy
from orders.register.register import Register
from orders.terms import ArticleKind

STATE_OF = {
    Verdict.ACCEPT: InvoiceState.ACCEPTED,
    Verdict.HOLD: InvoiceState.ON_HOLD,
    Verdict.PARK: InvoiceState.PARKED,
    Verdict.QUESTION: InvoiceState.IN_QUESTION,
}

_OPEN_OR_ASKED_BACK = (*document_store.OPEN_STATES, InvoiceState.CREDIT_REQUESTED)


def parts_of(invoice: InvoiceContent, facts: Facts) -> Sequence[tuple[str, str, Money]]:
    """Which order line each part of the invoice is for, with its net amount; nothing without an order of its own.

    Where its lines are judged apart, what is for no line of ours is a last part with no order.
    """
    parts = [(each.order_number, each.line_id, each.amount) for each in parts_to_take(invoice, facts)]
    whole = total((each.amount for each in invoice.lines), currency=invoice.currency)
    rest = whole - total((amount for _, _, amount in parts), currency=invoice.currency)
    if parts and facts.policy.judges_lines_apart and not rest.is_zero:
        parts.append(("", "", rest))
    return parts


def case_of(parts: Sequence[tuple[str, str, Money]], facts: Facts) -> tuple[str, str]:
    """The order an invoice is kept by, and its case: those of its first part; nothing where it has none."""
    order = facts.of_order(parts[0][0]).order if parts else None
    return (order.order.number, order.order.execution_reference) if order is not None else ("", "")


def take_lines(
    session: Session,
    invoice: InvoiceContent,
    facts: Facts,
    verdict: Verdict,
    invoice_id: int,
    *,
    today: date,
) -> bool:
    """Lay the invoice on its lines; only an accepted one claims money. False when a line was taken by another.

    A line that carries another invoice already is not taken: that is a deviation of the match.
    """
    for part in parts_to_take(invoice, facts):
        line = part.line
        if line.occupant is not None:
            continue
        if facts.policy.partial_quantities or line.shares:
            if not _take_share(session, part, facts.policy, invoice_id, claims=verdict is Verdict.ACCEPT):
                return False
            continue
        claim = line.account.amount_received.amount if verdict is Verdict.ACCEPT else line_store.ZERO
        if not line_store.take_line(
            session, line.account.order_number, line.line.line_id, invoice_id, claim=claim
        ):
            return False
    if verdict is Verdict.ACCEPT:
        _close_after_final(session, invoice, facts, today=today)
    return True


def _take_share(
    session: Session, part: InvoicedPart, policy: Policy, invoice_id: int, *, claims: bool
) -> bool:
    """Let the invoice have its share of a line that may be invoiced in parts: what it asks for, if so much is left."""
    due = due_of(part.line, part.invoiced, policy=policy)
    quantity = part.quantity if due is None else min(max(part.quantity, Decimal(0)), due.quantity.value)
    price, unit = part.line.line.price, part.line.line.quantity.unit
    amount = (
        due.amount
        if due is not None and quantity == due.quantity.value
        else line_amount(Quantity(quantity, unit), price, currency=part.line.line.amount.currency)
    )
    return line_share_store.take(
        session,
        part.order_number,
        part.line_id,
        invoice_id,
        quantity=quantity,
        amount=amount.amount,
        claims=claims,
    )


def judge_again(
    session: Session,
    register: Register,
    invoice: SupplierInvoice,
    *,
    today: date,
    actor: str = SYSTEM,
    answering: responding.Answering = responding.answer,
    credit_id: int | None = None,
) -> SupplierInvoice:
    """Match a document in our books again and let the result take effect, if it differs.

    It is read as a person has linked it, and what a person has accepted of it is a note. `answering`
    gives the answer that follows; the finance desk holds it back for a while. `credit_id` is the credit note for a
    part of it that has just come. What was accepted in part stays so while the same of it agrees.
    """
    content = decision_store.as_judged(session, invoice.id)
    accepted = decision_store.acceptance_of(session, invoice.id, currency=invoice.currency)
    facts = facts_loading.facts_of(
        session, register, content, received_on=invoice.received_on, invoice_id=invoice.id
    )
    sent = invoice.paid_on is not None or payable_store.is_on_its_way(session, invoice.id)
    result = _match(content, facts, accepted, sent=sent)
    if not take_lines(session, content, facts, _verdict(result, sent=sent), invoice.id, today=today):
        facts = facts_loading.facts_of(
            session, register, content, received_on=invoice.received_on, invoice_id=invoice.id
        )
        result = _match(content, facts, accepted, sent=sent)
    invoice = _with_parts(session, invoice, content, facts)
    partly = _still_partly(invoice, content, facts, result)
    verdict = _verdict(result, sent=sent)
    if verdict is not Verdict.ACCEPT:
        line_store.drop_claims(session, invoice.id)
    state = STATE_OF[verdict] if partly is None else InvoiceState.PARTLY_ACCEPTED
    if invoice.state is InvoiceState.PARTLY_ACCEPTED:
        expected_credits.follow(session, invoice, partly, today=today, credit_id=credit_id)
    if invoice.paid_on is not None and state is InvoiceState.ACCEPTED:
        state = InvoiceState.PAID
    if state is invoice.state and result.codes == invoice.codes:
        _note_what_is_waited_for(session, register, invoice, result, today=today)
        return invoice
    invoice.check_step(state)
    document_store.add_match(
        session, invoice.id, result, made_on=today, policy=register.policy, verdict=verdict
    )
    answered = answering(
        session,
        register,
        invoice,
        responding.code_for(state, result.deviations, register.policy),
        result.deviations,
        today=today,
        supplier=facts.supplier,
    )
    judged = document_store.move(session, invoice, state, codes=result.codes, answered=answered)
    told = {"was": invoice.state, "state": state, "codes": " ".join(result.codes)}
    if credit_id is not None:
        told["credit"] = str(credit_id)
    record(session, invoice, DocumentAction.INVOICE_JUDGED, actor=actor, **told)
    return judged


def _still_partly(
    invoice: SupplierInvoice, content: InvoiceContent, facts: Facts, result: Match
) -> PartialAcceptance | None:
    """How an invoice that is accepted in part still is; None for another, or where it can be so no longer."""
    if invoice.state is not InvoiceState.PARTLY_ACCEPTED:
        return None
    return partial_acceptance(content, facts, result, before_receipt=True)


def _note_what_is_waited_for(
    session: Session, register: Register, invoice: SupplierInvoice, result: Match, *, today: date
) -> None:
    """Keep the newest judgement of what still waits, where what it waits for has changed: its supplier reads that.

    A parked document waits for somebody, and one in question perhaps for an order that we do not have yet.
    """
    if invoice.state is InvoiceState.PARKED:
        awaits = _for_whom
    elif invoice.state is InvoiceState.IN_QUESTION and cures.may_be_cured(invoice.codes, Cure.ORDER):
        awaits = _for_which_orders
    else:
        return
    latest = document_store.matches(session, invoice.id)[-1][1]
    if awaits(latest) != awaits(result):
        document_store.add_match(session, invoice.id, result, made_on=today, policy=register.policy)


def _for_whom(match: Match) -> list[str]:
    return [each.variant for each in match.deviations]


def _for_which_orders(match: Match) -> list[str]:
    return [each.found for each in match.deviations if cures.may_be_cured((each.code,), Cure.ORDER)]


def _match(content: InvoiceContent, facts: Facts, accepted: Acceptance | None, *, sent: bool) -> Match:
    """How the document matches; what is paid, or on its way, does not wait for a receipt that was taken back."""
    result = with_acceptance(match(content, facts), accepted)
    return waiting.asked_back_when_paid(result) if sent else result


def _with_parts(
    session: Session, invoice: SupplierInvoice, content: InvoiceContent, facts: Facts
) -> SupplierInvoice:
    """Note which lines the document is for, where that could not be told before.

    Its supplier was not registered, or an order it names, perhaps one of several, was not placed.
    """
    lacked_order = invoice.state is InvoiceState.IN_QUESTION and cures.may_be_cured(invoice.codes, Cure.ORDER)
    if facts.order is None or (invoice.execution_reference and not lacked_order):
        return invoice
    parts = parts_of(content, facts)
    known = document_store.lines_of(session, invoice.id)
    if {(order, line) for order, line, _ in parts if order} <= set(known):
        return invoice
    number, reference = case_of(parts, facts)
    document_store.remove_parts(session, invoice.id)
    document_store.add_parts(session, invoice.id, parts)
    document_store.set_order(
        session,
        invoice.id,
        order_number=number,
        execution_reference=reference,
        named=orders_named(content),
    )
    return replace(invoice, execution_reference=reference)


def _verdict(result: Match, *, sent: bool) -> Verdict:
    """What follows from a match. What is paid, or on its way, is not held or parked: it stands, or is in question."""
    if not sent or result.verdict is Verdict.QUESTION:
        return result.verdict
    return Verdict.ACCEPT


def judge_lines_again(session: Session, register: Register, lines: Iterable[LineKey], *, today: date) -> None:
    """Judge every open invoice on these order lines again: the one that lies on a line first, then by arrival.

    So is one that was asked back for want of a receipt, where the receipt has come: the request is withdrawn.
    """
    for order_number, line_id in dict.fromkeys(lines):
        line_store.lock_lines(session, order_number)
        account = line_store.account(session, order_number, line_id)
        named = document_store.on_line(session, order_number, line_id, states=_OPEN_OR_ASKED_BACK)
        occupant = account.invoice_id if account else None
        for invoice in sorted(named, key=lambda each: (each.id != occupant, each.id)):
            asked_back = invoice.state is InvoiceState.CREDIT_REQUESTED
            open_now = (
                request_withdrawal.withdraw_if_received(session, register, invoice, today=today)
                if asked_back
                else invoice
            )
            if open_now is not None:
                judge_again(session, register, open_now, today=today)


def _close_after_final(session: Session, invoice: InvoiceContent, facts: Facts, *, today: date) -> None:
    """After the final basic invoice the later lines of the order are closed as unused (A-9)."""
    taken = lines_to_take(invoice, facts)
    for number in dict.fromkeys(line.account.order_number for line in taken):
        order = facts.of_order(number).order
        if order is None or order.interruption is None or order.order.article is not ArticleKind.BASIC:
            continue
        last_day = order.interruption.effective_on
        on_order = [line for line in taken if line.account.order_number == number]
        if any(line.line.period.contains(last_day) for line in on_order):
            later = [line.line.line_id for line in order.lines.values() if _unused(line, last_day)]
            if later:
                line_store.close_lines(session, number, later, LineState.CLOSED_UNUSED, on=today)


def _unused(line: LineFacts, last_day: date) -> bool:
    return line.line.period.start > last_day and line.receipt is None
