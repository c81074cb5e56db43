"""Making a proposal in two steps: what is due is read for as long as it takes, and then written in one stroke.

Nobody waits for the reading. What has become another meanwhile is not written: it waits for the next proposal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foundation import journal, number_series
from foundation.errors import Refused
from foundation.sql import Session, take_turns
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import payable_store, proposal_store
from invoicing.payment.payable import PayableKind, PaymentTerms
from invoicing.payment.proposal_store import Proposal
from invoicing.payment.runs import due_queries
from invoicing.payment.transfers import ToSend, TransferPart, netted
from invoicing.payment_control import run_store
from invoicing.payment_control.runs import RunStep, Tally
from orders.register.agreements import CreditOfPaid
from orders.register.register import Register

_PORTION = 5_000

Told = Callable[[int, int], None]
"""Called with how many of what is due has been read, and of how many."""


class NothingToPay(Refused):
    """No accepted invoice has come to its day."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a proposal would hold, as it was when it was read."""

    pay_on: date
    payables: tuple[PaymentTerms, ...]
    held_back: int
    controls: Tally


@dataclass(frozen=True, slots=True)
class Made:
    """A proposal, how many lie in it, and how many became another while it was drawn up and do not."""

    proposal: Proposal
    items: int
    changed: int


def draw_up(
    session: Session, register: Register, *, pay_on: date, tell: Told = lambda done, total: None
) -> Drawn:
    """Read everything due by `pay_on`, but for what is held back. Raises NothingToPay."""
    due = payable_store.due(session, on=pay_on)
    if not due:
        raise NothingToPay(Text("Ingen godkänd faktura ska betalas till och med %(pay_on)s.", pay_on=pay_on))
    payables: list[PaymentTerms] = []
    controls = Tally()
    for start in range(0, len(due), _PORTION):
        keys = [(each, PayableKind.INVOICE) for each in due[start : start + _PORTION]]
        loaded = payable_store.terms(session, register, keys, pay_on=pay_on)
        payables += [each for each in loaded.values() if not each.held_back]
        for each in loaded.values():
            # What was stopped lies in no proposal and is told with it all the same.
            controls.add(each.invoice_id, each.controls)
        tell(min(start + _PORTION, len(due)), len(due))
    if not payables:
        raise NothingToPay(
            Text(
                "Allt som ska betalas till och med %(pay_on)s hålls kvar för leverantörens skull "
                "(%(count)s fakturor). Se dem med billing payments due eller på sidan Attest och betalning.",
                pay_on=pay_on,
                count=len(due),
            )
        )
    held_back = len(due) - len(payables)
    if register.policy.credit_of_paid is CreditOfPaid.NETTED:
        payables += _fitting(session, register, payables, pay_on=pay_on)
    return Drawn(pay_on, tuple(payables), held_back, controls)


def make(session: Session, register: Register, drawn: Drawn, *, by: str, now: datetime) -> Made:
    """Write the proposal, of what is still as it was read. Raises NothingToPay where nothing is."""
    # Whoever makes another waits here, and then sees what lies in this one.
    take_turns(session, "payment proposals")
    still = due_queries.still_due(session, register, drawn.payables)
    payables = [each for each in drawn.payables if (each.invoice_id, each.kind) in still]
    if not any(each.kind is PayableKind.INVOICE for each in payables):
        raise NothingToPay(
            Text(
                "Allt som skulle ha lagts i förslaget ändrades medan det gjordes. Gör ett nytt förslag.",
            )
        )
    number = number_series.next_number(session, number_series.PROPOSALS)
    proposal_store.add(session, number, payables, pay_on=drawn.pay_on, by=by, at=now)
    run_store.add(session, number, RunStep.PROPOSED, drawn.controls, by=by, at=now)
    told = {"pay_on": str(drawn.pay_on), "items": str(len(payables))}
    journal.record(session, by, PaymentAction.PROPOSED, InvoicingSubject.PROPOSAL.of(number), **told)
    proposal = proposal_store.get(session, number)
    return Made(proposal, len(payables), len(drawn.payables) - len(payables))


def _fitting(
    session: Session, register: Register, invoices: Sequence[PaymentTerms], *, pay_on: date
) -> list[PaymentTerms]:
    """The suppliers' credits of paid invoices that leave something to pay."""
    claims = payable_store.claims_of(session, {each.supplier for each in invoices})
    loaded = payable_store.terms(
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
