"""What was paid for an invoice, and whether a claim on it is being set off, as the books have it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select

from foundation.money import Money
from foundation.sql import Session, among
from invoicing.claims.claim_states import STANDING
from invoicing.claims.claim_store import SupplierClaim
from invoicing.documents import tables as document_tables
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import UNDER_WAY, ItemState

_INVOICE, _PAYMENT = document_tables.invoice, document_tables.payment
_ITEM = payment_tables.payment_item
_HERE = (ItemState.PROPOSED, ItemState.ATTESTED)


@dataclass(frozen=True, slots=True)
class PaidAmount:
    """What left our account for an invoice, and how much of that is without VAT."""

    amount: Money
    amount_net: Money


@dataclass(frozen=True, slots=True)
class SetOff:
    """The proposal that a claim is about to be taken off a payment in, and when; `has_left` where the bank has it."""

    proposal: str
    pay_on: date
    has_left: bool


def paid(session: Session, invoice_id: int) -> PaidAmount:
    """What was paid for the invoice, which is paid."""
    question = (
        select(
            _PAYMENT.c.amount,
            _PAYMENT.c.currency,
            _INVOICE.c.amount_net,
            _INVOICE.c.credited_net,
        )
        .join(_INVOICE, _INVOICE.c.id == _PAYMENT.c.invoice_id)
        .where(_PAYMENT.c.invoice_id == invoice_id, standing_queries.payment_stands())
    )
    row = session.execute(question).one()
    return PaidAmount(Money(row.amount, row.currency), Money(row.amount_net - row.credited_net, row.currency))


def set_off_in(session: Session, invoice_id: int, *, states: Collection[ItemState] = UNDER_WAY) -> str:
    """The proposal in which the claim of an invoice is being taken off a payment, or nothing.

    What was taken off and paid stands in the way of nothing: a part of the claim may be owed again after it.
    """
    question = select(_ITEM.c.proposal).where(
        _ITEM.c.invoice_id == invoice_id, _ITEM.c.kind == PayableKind.CREDIT, _ITEM.c.state.in_(list(states))
    )
    return session.execute(question.limit(1)).scalar_one_or_none() or ""


def set_offs(session: Session, claims: Sequence[SupplierClaim]) -> Mapping[str, SetOff]:
    """Which of these claims are about to be taken off a payment, by their numbers; one question for all.

    What has left for the bank is, whatever is said since. A proposal that has not left lets go of a claim that no
    longer stands when it is attested or sent.
    """
    proposal = payment_tables.payment_proposal
    standing = [each.invoice_id for each in claims if each.state in STANDING]
    owed = {each.invoice_id: each.number for each in claims if not each.is_ended}
    question = (
        select(_ITEM.c.invoice_id, _ITEM.c.proposal, _ITEM.c.state, proposal.c.pay_on)
        .join(proposal, proposal.c.number == _ITEM.c.proposal)
        .where(
            _ITEM.c.kind == PayableKind.CREDIT,
            or_(
                and_(among(session, _ITEM.c.invoice_id, standing), _ITEM.c.state.in_(_HERE)),
                and_(among(session, _ITEM.c.invoice_id, list(owed)), _ITEM.c.state == ItemState.EXPORTED),
            ),
        )
    )
    return {
        owed[row.invoice_id]: SetOff(row.proposal, row.pay_on, row.state == ItemState.EXPORTED)
        for row in session.execute(question)
    }
