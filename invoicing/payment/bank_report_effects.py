"""What a movement of the bank's does to our payments: paid, returned, or a finding for a person.

A payment is found by its end-to-end id, or a whole proposal by the bank's batch reference where the bank
does not list its payments. The amount must be ours to the öre.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from foundation import journal
from foundation.money import Money
from foundation.sql import Session
from foundation.text import NO_TEXT, Text
from foundation.transitions import StepRefused
from invoicing.documents import store as document_store
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import payment, payment_store, proposal_store
from invoicing.payment.bank_files.camt import Booked
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.bank_report_store import BankReportResult
from invoicing.payment.export import message_id
from invoicing.payment.payable import PayableKind
from invoicing.payment.payment_store import ClaimWay
from invoicing.payment.proposal_store import ProposalItem
from invoicing.payment.transfers import ItemState, ProposalState
from orders.register.register import Register


def take_effect(
    session: Session, register: Register, movement: Booked, *, by: str, today: date, touched: set[str]
) -> tuple[BankReportResult, Text]:
    """Let one movement do what it says, and tell what became of it; proposals it changes are added to `touched`."""
    items, ours = _items_of(session, movement)
    if not items:
        if not ours:
            return BankReportResult.NOT_OURS, NO_TEXT
        return BankReportResult.UNKNOWN, Text(
            "Banken nämner %(name)s, som vi inte har skickat.", name=movement.end_to_end or movement.batch
        )
    name = movement.end_to_end or movement.batch
    states = {item.state for item in items}
    if not movement.booked:
        return BankReportResult.NOT_BOOKED, Text(
            "%(name)s är aviserad men inte bokförd. Vänta på kontoutdraget.", name=name
        )
    if not movement.debit:
        return _returned(session, items, states, name, by=by, touched=touched)
    expected = _sum(items)
    if (movement.amount, movement.currency) != (expected.amount, expected.currency):
        return BankReportResult.AMOUNT, Text(
            "%(name)s: banken bokförde %(amount)s %(currency)s, vi skickade %(expected)s. Fråga "
            "banken; betalningen står kvar som exporterad.",
            name=name,
            amount=movement.amount,
            currency=movement.currency,
            expected=expected,
        )
    if states == {ItemState.PAID}:
        return BankReportResult.REPEAT, NO_TEXT
    if states != {ItemState.EXPORTED}:
        return BankReportResult.UNKNOWN, Text(
            "%(name)s kom tillbaka tidigare och står nu som betald. Fråga banken.", name=name
        )
    paid_on = movement.booked_on or today
    for item in items:
        _note(session, register, item, paid_on)
        _step(session, item, ItemState.PAID)
        touched.add(item.proposal)
    return BankReportResult.PAID, NO_TEXT


def finish(session: Session, number: str) -> None:
    """A proposal is paid when the bank has answered for everything in it."""
    proposal = proposal_store.get(session, number, lock=True)
    waiting = any(item.state is ItemState.EXPORTED for item in proposal_store.items(session, number))
    if proposal.state is ProposalState.EXPORTED and not waiting:
        proposal_store.move(session, proposal, ProposalState.PAID)
        journal.record(session, journal.SYSTEM, PaymentAction.CONFIRMED, InvoicingSubject.PROPOSAL.of(number))


def _items_of(session: Session, movement: Booked) -> tuple[list[ProposalItem], bool]:
    """The items the movement is about, and whether its id has our form."""
    name = movement.end_to_end
    items: list[ProposalItem] = []
    if name:
        items = proposal_store.items_sent_as(session, name)
    elif movement.batch.startswith(message_id("")):
        items = proposal_store.items_sent_in(session, movement.batch.removeprefix(message_id("")))
    return items, (name or movement.batch).startswith(message_id("3"))


def _returned(
    session: Session,
    items: list[ProposalItem],
    states: set[ItemState],
    name: str,
    *,
    by: str,
    touched: set[str],
) -> tuple[BankReportResult, Text]:
    """The money came back: what was only exported may be proposed again; what was noted as paid needs a person."""
    if states == {ItemState.RETURNED}:
        return BankReportResult.REPEAT, NO_TEXT
    if states != {ItemState.EXPORTED}:
        return BankReportResult.RETURNED_AFTER_PAID, Text(
            "%(name)s har kommit tillbaka efter att den noterats som betald. Ta kontakt med leverantören.",
            name=name,
        )
    for item in items:
        _step(session, item, ItemState.RETURNED)
        touched.add(item.proposal)
        subject = InvoicingSubject.PROPOSAL.of(item.proposal)
        journal.record(session, by, PaymentAction.RETURNED, subject, item=str(item.id))
    return BankReportResult.RETURNED, Text(
        "%(name)s kunde inte betalas ut. Kontrollera kontot; fakturan föreslås för betalning igen.", name=name
    )


def _note(session: Session, register: Register, item: ProposalItem, paid_on: date) -> None:
    if item.kind is PayableKind.INVOICE:
        invoice = document_store.lock(session, item.invoice_id)
        payment.note_paid(
            session,
            register,
            invoice,
            prepared_by=item.prepared_by,
            attested_by=item.attested_by,
            today=paid_on,
        )
        return
    (claim,) = [each for each in payment_store.claims(session) if each.invoice_id == item.invoice_id]
    payment.settle_claim(
        session,
        replace(claim, amount=item.amount),
        how=ClaimWay.NETTED,
        first_by=item.prepared_by,
        second_by=item.attested_by,
        on=paid_on,
        reference=item.end_to_end,
    )


def _step(session: Session, item: ProposalItem, to: ItemState) -> None:
    """Move one item on; the state it is in decides, so that two readers of the bank's files cannot both."""
    try:
        proposal_store.move_item(session, item, to)
    except StepRefused:
        raise BankFileUnreadable(
            Text("En annan bankfil ändrade betalningen just nu. Läs in filen igen.")
        ) from None


def _sum(items: Sequence[ProposalItem]) -> Money:
    amount = Money.of("0.00", items[0].amount.currency)
    for item in items:
        amount = amount + item.amount if item.kind is PayableKind.INVOICE else amount - item.amount
    return amount
