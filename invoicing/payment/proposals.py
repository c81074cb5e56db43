"""Preparing payments: a proposal for a day, what lies in it, and taking something out again.

Whoever prepares a proposal attests nothing of it. An invoice lies in one proposal at a time; the database
refuses a second. Credits of paid invoices are put in where the policy nets them and there is room.
"""

from collections.abc import Mapping
from datetime import date, datetime

from foundation import journal, personal_numbers
from foundation.sql import Session
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import proposal_store
from invoicing.payment.payable import Payable
from invoicing.payment.proposal_store import Proposal, ProposalItem
from invoicing.payment.runs import making, portion_store
from invoicing.payment.transfers import (
    LIVE,
    PROPOSAL_FOLLOWS,
    ItemState,
    ProposalState,
    ToSend,
    TransferPart,
    proposal_name,
)
from orders.register.register import Register


def propose(session: Session, register: Register, *, pay_on: date, by: str, now: datetime) -> Proposal:
    """Put everything due by `pay_on` into a new proposal, but for what is held back. Raises NothingToPay."""
    drawn = making.draw_up(session, register, pay_on=pay_on)
    return making.make(session, register, drawn, by=by, now=now).proposal


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
    proposal_store.raise_revision(session, proposal.number)
    subject = InvoicingSubject.PROPOSAL.of(proposal.number)
    journal.record(session, by, PaymentAction.TAKEN_OUT, subject, item=str(item_id), why=why)
    settle_state(session, proposal.number)


def settle_state(session: Session, number: str) -> ProposalState:
    """Let a proposal that has not left follow its items: attested when all are, withdrawn when none is left."""
    proposal = proposal_store.get(session, number, lock=True)
    if proposal.state not in (ProposalState.DRAFT, ProposalState.ATTESTED):
        return proposal.state
    live = {state for state in portion_store.counts(session, number) if state in LIVE}
    if not live:
        wanted = ProposalState.WITHDRAWN
    elif live == {ItemState.ATTESTED}:
        wanted = ProposalState.ATTESTED
    else:
        wanted = ProposalState.DRAFT
    if wanted is not proposal.state:
        proposal_store.move(session, proposal, wanted)
    return wanted


def to_send(
    item: ProposalItem, payable: Payable, names: Mapping[str, str] | None = None, *, apart: bool = False
) -> ToSend:
    """The item as a part of a transfer, under the name that files which leave us call it by (`names`).

    The reference of a document that is handled `apart` is left out where it may be a personal identity number.
    """
    number = (names or {}).get(payable.number, payable.number)
    reference = "" if apart and personal_numbers.found_in(item.reference) else item.reference
    part = TransferPart(item.id, item.kind, number, payable.issued_on, item.amount, reference)
    return ToSend(part, item.supplier, payable.payee_name, item.account, payable.address)
