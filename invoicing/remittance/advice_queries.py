"""Which payment an invoice was paid with, and everything that payment is made of."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import case, exists, select

from foundation.money import Money
from foundation.sql import Session, among
from invoicing.documents import tables as document_tables
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import ItemState
from invoicing.remittance.advice import Remittance, RemittancePart

_ITEM, _INVOICE = payment_tables.payment_item, document_tables.invoice
_PAIR, _CREDIT = document_tables.credit_pair, document_tables.invoice.alias("credit_note")
_SENT = (ItemState.EXPORTED, ItemState.PAID)


def with_others(session: Session, invoice_ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
    """The supplier and the payment of each of the invoices that was paid together with something else."""
    other = _ITEM.alias("other")
    beside = exists().where(
        other.c.end_to_end == _ITEM.c.end_to_end,
        other.c.supplier == _ITEM.c.supplier,
        other.c.state.in_(_SENT),
        other.c.id != _ITEM.c.id,
    )
    question = select(_ITEM.c.invoice_id, _ITEM.c.supplier, _ITEM.c.end_to_end).where(
        among(session, _ITEM.c.invoice_id, invoice_ids),
        _ITEM.c.kind == PayableKind.INVOICE,
        _ITEM.c.state.in_(_SENT),
        beside,
    )
    return {row.invoice_id: (row.supplier, row.end_to_end) for row in session.execute(question)}


def invoices_in(session: Session, supplier: str, payment: str) -> Sequence[int]:
    """The invoices that the supplier's payment pays."""
    question = select(_ITEM.c.invoice_id).where(
        _ITEM.c.end_to_end == payment,
        _ITEM.c.supplier == supplier,
        _ITEM.c.kind == PayableKind.INVOICE,
        _ITEM.c.state.in_(_SENT),
    )
    return session.scalars(question.order_by(_ITEM.c.id)).all()


def of_payment(session: Session, supplier: str, payment: str) -> Remittance | None:
    """The supplier's payment with this end-to-end id, invoices first and each kind in the order it was put in."""
    is_credit = case((_ITEM.c.kind == PayableKind.CREDIT, 1), else_=0)
    question = (
        select(
            _ITEM.c.kind,
            _ITEM.c.amount,
            _ITEM.c.currency,
            _INVOICE.c.number,
            _CREDIT.c.number.label("credit_number"),
        )
        .join(_INVOICE, _INVOICE.c.id == _ITEM.c.invoice_id)
        .outerjoin(_PAIR, _PAIR.c.invoice_id == _ITEM.c.invoice_id)
        .outerjoin(_CREDIT, _CREDIT.c.id == _PAIR.c.credit_id)
        .where(_ITEM.c.end_to_end == payment, _ITEM.c.supplier == supplier, _ITEM.c.state.in_(_SENT))
        .order_by(is_credit, _ITEM.c.id)
    )
    parts = tuple(
        RemittancePart(
            kind=PayableKind(row.kind),
            # What is taken off goes by the credit note; a claim without one by the invoice it takes back.
            document=row.number if row.kind == PayableKind.INVOICE else row.credit_number or row.number,
            about="" if row.kind == PayableKind.INVOICE else row.number,
            amount=Money(row.amount, row.currency),
        )
        for row in session.execute(question)
    )
    return Remittance(payment, supplier, parts) if parts else None
