"""Preparing payments: a proposal for a day, what lies in it, and taking something out again.

Whoever prepares a proposal attests nothing of it. An invoice lies in one proposal at a time; the database
refuses a second. Credits of paid invoices are put in where the policy nets them and there is room.
"""

from collections.abc import Sequence
from datetime import date, datetime

from foundation import journal, number_series
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import payable_store, proposal_store
from invoicing.payment.payable import Payable, PayableKind
from invoicing.payment.proposal_store import Proposal, ProposalItem
from invoicing.payment.transfers import (
    PROPOSAL_FOLLOWS,
    ItemState,
    ProposalState,
    ToSend,
    TransferPart,
    netted,
    proposal_name,
)
from orders.register.agreements import CreditOfPaid
from orders.register.register import Register


class NothingToPay(Refused):
    """No accepted invoice has come to its day."""


def propose(session: Session, register: Register, *, pay_on: date, by: str, now: datetime) -> Proposal:
    """Put everything due by `pay_on` into a new proposal, but for what is held back. Raises NothingToPay."""
    due = payable_store.due(session, on=pay_on)
    if not due:
        raise NothingToPay(Text("Ingen godkänd faktura ska betalas till och med %(pay_on)s.", pay_on=pay_on))
    loaded = payable_store.load(
        session, register, [(each, PayableKind.INVOICE) for each in due], pay_on=pay_on
    )
    payables = [each for each in loaded.values() if not each.held_back]
    if not payables:
        raise NothingToPay(
            Text(
                "Allt som ska betalas till och med %(pay_on)s hålls kvar för leverantörens skull "
                "(%(count)s fakturor). Se dem med billing payments due eller på sidan Attest och betalning.",
                pay_on=pay_on,
                count=len(due),
            )
        )
    if register.policy.credit_of_paid is CreditOfPaid.NETTED:
        payables += _fitting(session, register, payables, pay_on=pay_on)
    number = number_series.next_number(session, number_series.PROPOSALS)
    proposal_store.add(session, number, payables, pay_on=pay_on, by=by, at=now)
    subject = InvoicingSubject.PROPOSAL.of(number)
    journal.record(session, by, PaymentAction.PROPOSED, subject, pay_on=str(pay_on), items=str(len(payables)))
    return proposal_store.get(session, number)


def withdraw(session: Session, number: str, *, by: str) -> None:
    """Take a proposal back before it leaves us: its invoices may be proposed again."""
    proposal = proposal_store.get(session, number, lock=True)
    PROPOSAL_FOLLOWS.check(proposal_name(number), proposal.state, ProposalState.WITHDRAWN)
    proposal_store.withdraw_items(session, number)
    proposal_store.move(session, proposal, ProposalState.WITHDRAWN)
    journal.record(session, by, PaymentAction.WITHDRAWN, InvoicingSubject.PROPOSAL.of(number))


def take_out(session: Session, item_id: int, *, by: str, why: str = "BY_HAND") -> None:
    """Leave one item out of its proposal; it may be proposed again another day."""
    item = proposal_store.item_of(session, item_id)
    proposal = proposal_store.get(session, item.proposal, lock=True)
    if proposal.state not in (ProposalState.DRAFT, ProposalState.ATTESTED):
        raise PROPOSAL_FOLLOWS.refusal(proposal_name(proposal.number), proposal.state, ProposalState.DRAFT)
    # Read again: only now is the proposal ours, and its items with it.
    proposal_store.move_item(session, proposal_store.item_of(session, item_id), ItemState.TAKEN_OUT, why=why)
    subject = InvoicingSubject.PROPOSAL.of(proposal.number)
    journal.record(session, by, PaymentAction.TAKEN_OUT, subject, item=str(item_id), why=why)
    settle_state(session, proposal.number)


def settle_state(session: Session, number: str) -> ProposalState:
    """Let a proposal that has not left follow its items: attested when all are, withdrawn when none is left."""
    proposal = proposal_store.get(session, number, lock=True)
    states = [item.state for item in proposal_store.items(session, number) if item.is_live]
    if proposal.state not in (ProposalState.DRAFT, ProposalState.ATTESTED):
        return proposal.state
    if not states:
        wanted = ProposalState.WITHDRAWN
    elif all(state is ItemState.ATTESTED for state in states):
        wanted = ProposalState.ATTESTED
    else:
        wanted = ProposalState.DRAFT
    if wanted is not proposal.state:
        proposal_store.move(session, proposal, wanted)
    return wanted


def to_send(item: ProposalItem, payable: Payable) -> ToSend:
    """The item as a part of a transfer."""
    part = TransferPart(item.id, item.kind, payable.number, payable.issued_on, item.amount, item.reference)
    return ToSend(part, item.supplier, payable.payee_name, item.account, payable.address)


def _fitting(
    session: Session, register: Register, invoices: Sequence[Payable], *, pay_on: date
) -> list[Payable]:
    """The suppliers' credits of paid invoices that leave something to pay."""
    claims = payable_store.claims_of(session, {each.supplier for each in invoices})
    loaded = payable_store.load(
        session, register, [(each, PayableKind.CREDIT) for each in claims], pay_on=pay_on
    )
    credits = [each for each in loaded.values() if not each.held_back]
    everything = [*invoices, *credits]
    planned = netted(
        [
            ToSend(
                TransferPart(place, each.kind, each.number, each.issued_on, each.amount, each.reference),
                each.supplier,
                each.payee_name,
                each.account,
            )
            for place, each in enumerate(everything)
        ],
        message_id="",
    )
    out = {each.part.item_id for each in planned.left_out}
    return [
        each for place, each in enumerate(everything) if each.kind is PayableKind.CREDIT and place not in out
    ]
