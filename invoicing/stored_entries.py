"""The entries of the statement, one question per column, read row by row so that memory stays flat."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, literal_column, select

from invoicing import tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.reconciliation import Column, Entry
from orders import tables as held
from orders.values import Money, Month
from peppol.sql import Session

_APPROVED = (InvoiceState.ACCEPTED, InvoiceState.PAID)


def entries(
    session: Session, *, execution_reference: str = "", month: Month | None = None, currency: str = "SEK"
) -> Iterator[Entry]:
    """Every document's part of the statement, of one execution reference or month where that is given.

    A statement is in one currency; an invoice in another than its order's is in question and in its own.
    """
    for column, question in _questions().items():
        if execution_reference:
            question = question.where(_SOURCES[column] == execution_reference)
        for row in session.execute(question.execution_options(yield_per=1000)):
            entry = _entry(column, row)
            if entry.amount.currency == currency and (month is None or entry.month == str(month)):
                yield entry


def _entry(column: Column, row: Row[Any]) -> Entry:
    service_day: date = row.day
    return Entry(
        column,
        row.document,
        row.execution_reference,
        row.supplier,
        str(Month.of(service_day)),
        row.article or "",
        Money(row.amount, row.currency),
    )


_ORDER, _LINE, _INVOICE, _PART = held.purchase_order, held.order_line, tables.invoice, tables.invoice_part

# The column that says whose case an entry is, for the filter.
_SOURCES = {
    Column.ORDERED: _ORDER.c.execution_reference,
    Column.RECEIVED: _ORDER.c.execution_reference,
    Column.INVOICED: _INVOICE.c.execution_reference,
    Column.CREDITED: _INVOICE.c.execution_reference,
    Column.APPROVED: _INVOICE.c.execution_reference,
    Column.PAID: _INVOICE.c.execution_reference,
}


def _questions() -> dict[Column, Select[Any]]:
    invoices = _invoice_parts()
    is_credited = _INVOICE.c.state == InvoiceState.CREDITED
    is_paid = _INVOICE.c.id.in_(select(tables.payment.c.invoice_id))
    conditions: dict[Column, Callable[[Select[Any]], Select[Any]]] = {
        Column.INVOICED: lambda question: question,
        Column.CREDITED: lambda question: question.where(is_credited),
        Column.APPROVED: lambda question: question.where(_INVOICE.c.state.in_(_APPROVED)),
        Column.PAID: lambda question: question.where(is_paid),
    }
    return {
        Column.ORDERED: _ordered(),
        Column.RECEIVED: _received(),
        **{column: condition(invoices) for column, condition in conditions.items()},
    }


def _ordered() -> Select[Any]:
    return select(
        _LINE.c.order_number.label("document"),
        _ORDER.c.execution_reference,
        _ORDER.c.supplier,
        _ORDER.c.article,
        _ORDER.c.currency,
        _LINE.c.starts_on.label("day"),
        _LINE.c.amount,
    ).join(_ORDER, _ORDER.c.number == _LINE.c.order_number)


def _received() -> Select[Any]:
    receipt = held.receipt
    on_line = (_LINE.c.order_number == receipt.c.order_number) & (_LINE.c.line_id == receipt.c.line_id)
    return (
        select(
            receipt.c.order_number.label("document"),
            _ORDER.c.execution_reference,
            _ORDER.c.supplier,
            _ORDER.c.article,
            _ORDER.c.currency,
            _LINE.c.starts_on.label("day"),
            receipt.c.amount,
        )
        .join(_ORDER, _ORDER.c.number == receipt.c.order_number)
        .join(_LINE, on_line)
    )


def _invoice_parts() -> Select[Any]:
    """Each part of an invoice on an order line; an invoice without one counts whole, in the month of its date."""
    on_line = (_LINE.c.order_number == _PART.c.order_number) & (_LINE.c.line_id == _PART.c.line_id)
    return (
        select(
            _INVOICE.c.number.label("document"),
            _INVOICE.c.execution_reference,
            _INVOICE.c.supplier,
            func.coalesce(_ORDER.c.article, literal_column("''")).label("article"),
            _INVOICE.c.currency,
            func.coalesce(_LINE.c.starts_on, _INVOICE.c.issued_on).label("day"),
            func.coalesce(_PART.c.amount_net, _INVOICE.c.amount_net, type_=_INVOICE.c.amount_net.type).label(
                "amount"
            ),
        )
        .outerjoin(_PART, _PART.c.invoice_id == _INVOICE.c.id)
        .outerjoin(_LINE, on_line)
        .outerjoin(_ORDER, _ORDER.c.number == _PART.c.order_number)
        .where(_INVOICE.c.document_type == DocumentType.INVOICE)
    )
