"""The steps of what was sent to the bank: moved on, and when a proposal is at its end."""

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import proposal_store
from invoicing.payment.bank_files.movements import BankFileUnreadable
from invoicing.payment.proposal_store import ProposalItem
from invoicing.payment.transfers import ItemState, ProposalState


def step(session: Session, item: ProposalItem, to: ItemState, **values: object) -> None:
    """Move one item on; the state it is in decides, so that two readers of the bank's files cannot both."""
    try:
        proposal_store.move_item(session, item, to, **values)
    except StepRefused:
        raise BankFileUnreadable(
            Text("En annan bankfil ändrade betalningen just nu. Läs in filen igen.")
        ) from None


def finish(session: Session, number: str) -> None:
    """A proposal is at its end when the bank has answered for everything in it: paid, or refused where nothing was."""
    proposal = proposal_store.get(session, number, lock=True)
    states = {item.state for item in proposal_store.items_sent_in(session, number)}
    if proposal.state is not ProposalState.EXPORTED or ItemState.EXPORTED in states:
        return
    to = ProposalState.PAID if ItemState.PAID in states else ProposalState.REFUSED
    proposal_store.move(session, proposal, to)
    if to is ProposalState.PAID:
        journal.record(session, journal.SYSTEM, PaymentAction.CONFIRMED, InvoicingSubject.PROPOSAL.of(number))
