"""What the checks of suppliers' documents are made on: their sums and content, and whose orders they lie on."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, Select, select

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from orders import tables as order_tables

_ON_A_LINE = (InvoiceState.ACCEPTED, InvoiceState.PAID)


def documents(session: Session) -> Iterator[Row[Any]]:
    """Every document's sums, and its content as it was read; not those whose content was disposed of."""
    invoice = document_tables.invoice
    question: Select[Any] = select(
        invoice.c.id, invoice.c.amount_net, invoice.c.amount_vat, invoice.c.amount_payable, invoice.c.content
    ).where(invoice.c.content != "")
    yield from session.execute(question.execution_options(yield_per=200))


def suppliers_on_lines(session: Session) -> Iterator[Row[Any]]:
    """Every pair of suppliers of an approved document and of an order it lies on that are not the same."""
    part, invoice, order = (
        document_tables.invoice_part,
        document_tables.invoice,
        order_tables.purchase_order,
    )
    question: Select[Any] = (
        select(invoice.c.id, invoice.c.supplier, order.c.number, order.c.supplier.label("ordered_of"))
        .join(part, part.c.invoice_id == invoice.c.id)
        .join(order, order.c.number == part.c.order_number)
        .where(invoice.c.state.in_(_ON_A_LINE), invoice.c.supplier != order.c.supplier)
        .distinct()
        .order_by(invoice.c.id)
    )
    yield from session.execute(question)
