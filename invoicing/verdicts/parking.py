"""What waits, and when the waiting ends.

A parked invoice waits for its receipt, a parked credit note for its invoice, a held invoice
for a payment account. An invoice waits as long as a report of its month lies with the buyer; where
the month was never reported, or its report was rejected and not filed again, it is asked back after
the days the buyer's policy gives. A credit note without an invoice is then put in question. A held
invoice is judged again when the register changes: two people changed it there, the invoice never does. So is one
in question by what the register said, of its supplier, its tax or the buyer.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from foundation.journal import SYSTEM
from foundation.periods import Month
from foundation.sql import Session
from invoicing.decisions import store as decision_store
from invoicing.documents import facts_loading
from invoicing.documents import store as document_store
from invoicing.documents.journal import record
from invoicing.journal_actions import DocumentAction
from invoicing.matching import cures, waiting
from invoicing.matching.cures import Cure
from invoicing.matching.deviations import DeviationCode, Match, Verdict
from invoicing.matching.facts import Facts
from invoicing.matching.invoice_matching import match
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from invoicing.responses import responding
from invoicing.verdicts import accepting_in_part, crediting, expected_credits, verdicts
from orders.model import Report
from orders.placements import filing
from orders.placements import store as placement_store
from orders.purchase_orders import line_store
from orders.register.register import Register

_MANY = 100_000


def stop_waiting(session: Session, register: Register, *, today: date) -> list[SupplierInvoice]:
    """End the waiting of every document parked longer than the policy allows; those it ended for.

    Suppliers whose credit note for a part of an invoice has not come by its day are reminded.
    """
    expected_credits.remind(session, today=today)
    policy = register.policy
    ended = []
    for document in document_store.listed(session, state=InvoiceState.PARKED, limit=_MANY):
        is_invoice = document.document_type is DocumentType.INVOICE
        days = policy.days_to_wait_for_receipt if is_invoice else policy.days_to_wait_for_invoice
        overdue = document.received_on + timedelta(days=days) < today
        # What a person has just linked waits for its settlement only, and for no longer than that.
        if facts_loading.registered(register, document.supplier) is None:
            # Our register has lost its supplier: nobody is there to be asked for a credit.
            continue
        if overdue and not decision_store.holds_back(session, document.id):
            stop = _stop_invoice if is_invoice else _stop_credit_note
            stopped = stop(session, register, document, today=today)
            if stopped is not None:
                ended.append(stopped)
    return ended


def judge_waiting_for_register(session: Session, register: Register, *, today: date) -> list[SupplierInvoice]:
    """Judge every held invoice by the register as it is now, and those in question by what it said; those that moved.

    An invoice on an order that was not its supplier's, or with another tax than we knew of, is in question. Where the
    register says otherwise now, that was ours to put right, and the supplier is asked for nothing.
    """
    held = list(document_store.listed(session, state=InvoiceState.ON_HOLD, limit=_MANY))
    by_register = [
        each
        for each in document_store.listed(session, state=InvoiceState.IN_QUESTION, limit=_MANY)
        if each.document_type is DocumentType.INVOICE
        and cures.may_be_cured(each.codes, Cure.REGISTER)
        and facts_loading.registered(register, each.supplier) is not None
        and not decision_store.holds_back(session, each.id)
    ]
    waiting = sorted((*held, *by_register), key=lambda each: each.id)
    judged = []
    for seen in waiting:
        line_store.lock_orders(session, document_store.orders_of(session, seen))
        # Read again: only now is it ours, and somebody may have decided about it.
        invoice = document_store.lock(session, seen.id)
        if invoice.state is seen.state:
            judged.append((seen, verdicts.judge_again(session, register, invoice, today=today)))
    return [now for was, now in judged if now.state is not was.state]


def withdraw_met_requests(session: Session, register: Register, *, today: date) -> list[SupplierInvoice]:
    """Judge again what was asked back for want of a receipt that has come since; those that were.

    A receipt does so by itself when it comes; this finds what it came too early for, as in older books.
    """
    asked = list(document_store.listed(session, state=InvoiceState.CREDIT_REQUESTED, limit=_MANY))
    lacking = [each for each in asked if DeviationCode.NOT_RECEIVED in each.codes]
    for invoice in lacking:
        keys = document_store.lines_of(session, invoice.id)
        verdicts.judge_lines_again(session, register, keys, today=today)
    judged = document_store.by_ids(session, [each.id for each in lacking])
    return [each for each in judged if each.state is not InvoiceState.CREDIT_REQUESTED]


def _stop_invoice(
    session: Session, register: Register, seen: SupplierInvoice, *, today: date
) -> SupplierInvoice | None:
    """Ask an invoice back whose month the supplier has not reported; None where it waits for the buyer."""
    line_store.lock_orders(session, document_store.orders_of(session, seen))
    invoice = document_store.lock(session, seen.id)
    # What was moved on since it was listed waits no longer.
    if invoice.state is not InvoiceState.PARKED:
        return None
    content = decision_store.as_judged(session, invoice.id)
    facts = facts_loading.facts_of(
        session, register, content, received_on=invoice.received_on, invoice_id=invoice.id
    )
    match_now = match(content, facts)
    newest = _newest_reports(session, invoice, content, facts, match_now)
    days = register.policy.days_to_wait_for_receipt
    if not waiting.has_waited_out(newest, received_on=invoice.received_on, days=days, today=today):
        return None
    ended = waiting.waited_out(match_now, newest)
    if ended.verdict is not Verdict.QUESTION:
        return verdicts.judge_again(session, register, invoice, today=today)
    document_store.add_match(session, invoice.id, ended, made_on=today, policy=register.policy)
    questioned = _in_question(session, invoice, codes=ended.codes)
    if (
        accepting_in_part.possible(session, register, questioned, before_receipt=True, judged=ended)
        is not None
    ):
        return accepting_in_part.accept_in_part(
            session, register, questioned, by=SYSTEM, today=today, before_receipt=True, judged=ended
        )
    return crediting.ask_for_credit(session, register, questioned, by=SYSTEM, today=today)


def _newest_reports(
    session: Session, invoice: SupplierInvoice, content: InvoiceContent, facts: Facts, match_now: Match
) -> dict[Month, Report | None]:
    """The newest report of each month that is waited for; of several cases', the one that lies with the buyer."""
    found: dict[Month, Report | None] = {}
    for order_number, month in waiting.waited_for(content, match_now):
        order = facts.of_order(order_number).order
        reference = order.order.execution_reference if order is not None else invoice.execution_reference
        report = filing.standing_report(placement_store.reports(session, reference, month))
        if month not in found or waiting.is_with_buyer(report):
            found[month] = report
    return found


def _stop_credit_note(
    session: Session, register: Register, seen: SupplierInvoice, *, today: date
) -> SupplierInvoice | None:
    """Put a credit note in question whose invoice has not come."""
    credit = document_store.lock(session, seen.id)
    if credit.state is not InvoiceState.PARKED:
        return None
    questioned = _in_question(session, credit, codes=credit.codes)
    latest = document_store.matches(session, credit.id)[-1][1]
    answered = responding.answer(
        session,
        register,
        questioned,
        responding.ANSWER_OF[InvoiceState.IN_QUESTION],
        latest.deviations,
        today=today,
        supplier=facts_loading.registered(register, credit.supplier),
    )
    document_store.set_answered(session, credit.id, answered)
    return replace(questioned, answered=answered)


def _in_question(session: Session, document: SupplierInvoice, *, codes: Sequence[str]) -> SupplierInvoice:
    questioned = document_store.move(session, document, InvoiceState.IN_QUESTION, codes=codes)
    since = str(document.received_on)
    record(session, document, DocumentAction.WAITING_ENDED, state=InvoiceState.IN_QUESTION, since=since)
    return questioned
