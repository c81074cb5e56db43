"""What has been received and paid on one execution reference, and when an invoice was settled without payment.

Convention: named questions that only read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from foundation.money import Money, Quantity
from foundation.periods import Period
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from orders import tables as order_tables


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt or, where `reverses` names one, the row that takes it back."""

    id: int
    order_number: str
    line_id: str
    month: str
    report_version: int
    quantity: Quantity
    amount: Money
    period: Period | None
    received_on: date
    reverses: int | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment and the two who made it."""

    number: str
    invoice_number: str
    supplier: str
    amount: Money
    paid_on: date
    prepared_by: str
    attested_by: str


def receipts_of(session: Session, execution_reference: str) -> Sequence[ReceiptRow]:
    """Every receipt ever made on one execution reference and every one taken back, oldest first."""
    receipt, line, order = order_tables.receipt, order_tables.order_line, order_tables.purchase_order
    on_line = (line.c.order_number == receipt.c.order_number) & (line.c.line_id == receipt.c.line_id)
    question = (
        select(receipt, line.c.unit, order.c.currency)
        .join(line, on_line)
        .join(order, order.c.number == receipt.c.order_number)
        .where(receipt.c.execution_reference == execution_reference)
        .order_by(receipt.c.id)
    )
    return [
        ReceiptRow(
            row.id,
            row.order_number,
            row.line_id,
            row.month,
            row.report_version,
            Quantity(row.quantity, row.unit),
            Money(row.amount, row.currency),
            Period(row.starts_on, row.ends_on) if row.starts_on else None,
            row.received_on,
            row.reverses,
        )
        for row in session.execute(question)
    ]


def payments_of(session: Session, execution_reference: str) -> Sequence[PaymentRow]:
    """The payments of one execution reference's invoices, oldest first."""
    payment, invoice = document_tables.payment, document_tables.invoice
    question = (
        select(payment, invoice.c.number.label("invoice_number"))
        .join(invoice, invoice.c.id == payment.c.invoice_id)
        .where(invoice.c.execution_reference == execution_reference)
        .order_by(payment.c.number)
    )
    return [
        PaymentRow(
            row.number,
            row.invoice_number,
            row.supplier,
            Money(Decimal(row.amount), row.currency),
            row.paid_on,
            row.prepared_by,
            row.attested_by,
        )
        for row in session.execute(question)
    ]


def settled_on(session: Session, invoice_id: int) -> date | None:
    """The day an invoice was settled at zero with its credit note, or None."""
    pair = document_tables.credit_pair
    return session.scalar(select(pair.c.settled_on).where(pair.c.invoice_id == invoice_id))
