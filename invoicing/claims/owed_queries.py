"""What was paid for an invoice, and whether a claim on it is being set off, as the books have it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from foundation.money import Money
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import LIVE, ItemState

_INVOICE, _PAYMENT = document_tables.invoice, document_tables.payment
_ITEM = payment_tables.payment_item


@dataclass(frozen=True, slots=True)
class PaidAmount:
    """What left our account for an invoice, and how much of that is without VAT."""

    amount: Money
    amount_net: Money


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


def set_off_in(session: Session, invoice_id: int, *, states: Collection[ItemState] = LIVE) -> str:
    """The proposal in which the claim of an invoice is being taken off a payment, or nothing."""
    question = select(_ITEM.c.proposal).where(
        _ITEM.c.invoice_id == invoice_id, _ITEM.c.kind == PayableKind.CREDIT, _ITEM.c.state.in_(list(states))
    )
    return session.execute(question.limit(1)).scalar_one_or_none() or ""
