"""Which payment an invoice was paid with, and everything that payment is made of."""

from sqlalchemy import case, select

from foundation.money import Money
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.payment import tables as payment_tables
from invoicing.payment.payable import PayableKind
from invoicing.payment.transfers import ItemState
from invoicing.remittance.advice import Remittance, RemittancePart

_ITEM, _INVOICE = payment_tables.payment_item, document_tables.invoice
_PAIR, _CREDIT = document_tables.credit_pair, document_tables.invoice.alias("credit_note")
_SENT = (ItemState.EXPORTED, ItemState.PAID)


def of_invoice(session: Session, invoice_id: int) -> Remittance | None:
    """The payment that pays the invoice, or has paid it; None where it left by other means, or has not left."""
    question = select(_ITEM.c.end_to_end, _ITEM.c.supplier).where(
        _ITEM.c.invoice_id == invoice_id, _ITEM.c.kind == PayableKind.INVOICE, _ITEM.c.state.in_(_SENT)
    )
    row = session.execute(question).one_or_none()
    return None if row is None else of_payment(session, row.supplier, row.end_to_end)


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
