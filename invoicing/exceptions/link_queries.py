"""What a document may be linked to: order lines it may be for, invoices it may credit, and what its line had before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from orders import tables as order_tables
from orders.purchase_orders.line_store import ZERO


@dataclass(frozen=True, slots=True)
class LineCandidate:
    """An order line that is received and that no invoice lies on."""

    order_number: str
    line_id: str
    execution_reference: str
    month: Month
    quantity: Decimal
    received: Money


@dataclass(frozen=True, slots=True)
class InvoiceCandidate:
    """An invoice that is not credited."""

    number: str
    order_number: str
    execution_reference: str
    amount: Money
    state: InvoiceState


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another invoice of the same order line."""

    id: int
    number: str
    issued_on: date
    amount: Money
    state: InvoiceState


def open_lines(
    session: Session,
    invoice: SupplierInvoice,
    content: InvoiceContent,
    *,
    suppliers: Sequence[str],
    limit: int,
) -> Sequence[LineCandidate]:
    """The suppliers' received and unoccupied lines with the invoice's sum, order or execution reference."""
    order, account = order_tables.purchase_order, order_tables.line_account
    line = order_tables.order_line
    near = or_(
        account.c.amount_received == invoice.amount_net.amount,
        order.c.number == content.order_number,
        order.c.execution_reference.in_(list(content.references) or [""]),
    )
    question = (
        select(order.c.number, order.c.execution_reference, order.c.currency, line, account.c.amount_received)
        .join(account, account.c.order_number == order.c.number)
        .join(line, (line.c.order_number == account.c.order_number) & (line.c.line_id == account.c.line_id))
        .where(
            order.c.supplier.in_(suppliers),
            account.c.invoice_id.is_(None),
            account.c.amount_received > ZERO,
            near,
        )
        .order_by(order.c.number.desc(), line.c.line_id)
        .limit(limit)
    )
    return [
        LineCandidate(
            order_number=row.number,
            line_id=row.line_id,
            execution_reference=row.execution_reference,
            month=Month.of(row.starts_on),
            quantity=row.quantity,
            received=Money(row.amount_received, row.currency),
        )
        for row in session.execute(question)
    ]


def creditable(
    session: Session,
    credit: SupplierInvoice,
    content: InvoiceContent,
    *,
    suppliers: Sequence[str],
    limit: int,
) -> Sequence[InvoiceCandidate]:
    """The suppliers' uncredited invoices with the credit note's sum or order."""
    table = document_tables.invoice
    question = (
        select(table)
        .where(
            table.c.supplier.in_(suppliers),
            table.c.document_type == DocumentType.INVOICE,
            table.c.state != InvoiceState.CREDITED,
            or_(
                table.c.amount_payable == credit.amount_payable.amount,
                table.c.order_number == (content.order_number or "-"),
            ),
        )
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    return [
        InvoiceCandidate(
            number=row.number,
            order_number=row.order_number,
            execution_reference=row.execution_reference,
            amount=Money(row.amount_payable, row.currency),
            state=InvoiceState(row.state),
        )
        for row in session.execute(question)
    ]


def earlier_on_line(session: Session, invoice_id: int, order_number: str, line_id: str) -> Sequence[Earlier]:
    """The other documents of an order line, oldest first; none where no line is named."""
    content, part = document_tables.invoice, document_tables.invoice_part
    if not line_id:
        return []
    question = (
        select(content)
        .join(part, part.c.invoice_id == content.c.id)
        .where(
            part.c.order_number == order_number,
            part.c.line_id == line_id,
            content.c.id != invoice_id,
        )
        .order_by(content.c.id)
    )
    return [
        Earlier(
            id=row.id,
            number=row.number,
            issued_on=row.issued_on,
            amount=Money(row.amount_payable, row.currency),
            state=InvoiceState(row.state),
        )
        for row in session.execute(question)
    ]
