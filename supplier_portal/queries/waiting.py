"""What waits for a supplier, in numbers, and its amounts month by month: the questions of the overview.

Convention: each number is counted by the same conditions as the list it leads to. Amounts are without
VAT and belong to the month of the service, as in the statement. An invoice that names no order line of
the scope counts in the month of its date, for whoever sees the whole organisation.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, case, func, literal, select, type_coerce

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment import standing_queries
from invoicing.portal_invoicing.queries import on_its_way
from invoicing.portal_invoicing.scope import Scope
from orders import tables as order_tables
from orders.purchase_orders.line_store import ZERO
from orders.register import store as register_store

_ORDER, _LINE, _ACCOUNT = order_tables.purchase_order, order_tables.order_line, order_tables.line_account
_INVOICE, _PART = document_tables.invoice, document_tables.invoice_part

# What a supplier must do something about, or wait for: the states an invoice is not done in.
IN_QUESTION = (
    InvoiceState.CREDIT_REQUESTED,
    InvoiceState.PARTLY_ACCEPTED,
    InvoiceState.IN_QUESTION,
    InvoiceState.ON_HOLD,
    InvoiceState.PARKED,
)


@dataclass(frozen=True, slots=True)
class ToInvoice:
    """How many lines can be turned into invoices now, and their amounts, one for each currency."""

    lines: int
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Questioned:
    """How many invoices are in one of the states, and their sums with VAT, one for each currency."""

    state: InvoiceState
    count: int
    amounts: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class MonthSums:
    """One month of service in amounts without VAT; `invoiced` is less what was credited."""

    month: Month
    ordered: Money
    received: Money
    invoiced: Money
    paid: Money


def to_invoice(session: Session, scope: Scope) -> ToInvoice:
    """The lines that are received and have no invoice, and what they come to without VAT."""
    question = (
        select(
            func.count().label("lines"),
            func.sum(_ACCOUNT.c.amount_received).label("amount"),
            _ORDER.c.currency,
        )
        .join_from(_ACCOUNT, _ORDER, _ORDER.c.number == _ACCOUNT.c.order_number)
        .join(
            _LINE, (_LINE.c.order_number == _ACCOUNT.c.order_number) & (_LINE.c.line_id == _ACCOUNT.c.line_id)
        )
        .where(
            scope.of_orders(),
            scope.of_deliveries(),
            _ACCOUNT.c.receipt_id.is_not(None),
            _ACCOUNT.c.invoice_id.is_(None),
            _ACCOUNT.c.amount_received > ZERO,
            ~on_its_way(),
        )
        .group_by(_ORDER.c.currency)
        .order_by(_ORDER.c.currency)
    )
    rows = session.execute(question).all()
    return ToInvoice(sum(row.lines for row in rows), tuple(Money(row.amount, row.currency) for row in rows))


def questioned(session: Session, scope: Scope) -> list[Questioned]:
    """The supplier's invoices and credit notes that are not done, by state; a state without any is left out."""
    question = (
        select(
            _INVOICE.c.state,
            _INVOICE.c.currency,
            func.count().label("documents"),
            func.sum(_INVOICE.c.amount_payable).label("amount"),
        )
        .where(scope.of_invoices(), _INVOICE.c.state.in_(IN_QUESTION))
        .group_by(_INVOICE.c.state, _INVOICE.c.currency)
        .order_by(_INVOICE.c.currency)
    )
    counts: dict[str, int] = {}
    sums: dict[str, list[Money]] = {}
    for row in session.execute(question):
        counts[row.state] = counts.get(row.state, 0) + row.documents
        sums.setdefault(row.state, []).append(Money(row.amount, row.currency))
    return [Questioned(state, counts[state], tuple(sums[state])) for state in IN_QUESTION if state in counts]


def by_month(
    session: Session, scope: Scope, *, first: Month, last: Month, currency: str = ""
) -> list[MonthSums]:
    """The sums of each month from `first` to `last`, months without anything too; in the buyer's currency."""
    currency = currency or register_store.currency(session)
    days = (first.period.start, last.period.end)
    lines = _read(session, _on_lines(scope, days), currency)
    receipts = _read(session, _on_receipts(scope, first, last), currency)
    invoices = [
        row for on in (_on_invoices, _on_no_line) for row in _read(session, on(scope, days), currency)
    ]
    return fold(
        first,
        last,
        ordered=[(row.day, row.ordered) for row in lines],
        received=[(Month.parse(row.month).period.start, row.received) for row in receipts],
        invoiced=[(row.day, row.invoiced) for row in invoices],
        paid=[(row.day, row.paid) for row in invoices],
        currency=currency,
    )


def fold(
    first: Month,
    last: Month,
    *,
    ordered: Iterable[tuple[date, Decimal]],
    received: Iterable[tuple[date, Decimal]],
    invoiced: Iterable[tuple[date, Decimal]],
    paid: Iterable[tuple[date, Decimal]],
    currency: str = "SEK",
) -> list[MonthSums]:
    """Amounts by day added up by month; what lies outside the months is left out. Pure."""
    columns = [_added(parts) for parts in (ordered, received, invoiced, paid)]
    return [
        MonthSums(month, *(Money(column.get(month, ZERO), currency) for column in columns))
        for month in _months(first, last)
    ]


def _added(parts: Iterable[tuple[date, Decimal]]) -> dict[Month, Decimal]:
    sums: dict[Month, Decimal] = {}
    for day, amount in parts:
        month = Month.of(day)
        sums[month] = sums.get(month, ZERO) + amount
    return sums


def _months(first: Month, last: Month) -> Iterator[Month]:
    month = first
    while month <= last:
        yield month
        month = month.next


def months_back(last: Month, count: int) -> Month:
    """The month so many before `last` that both ends make `count` months.

    >>> str(months_back(Month(2026, 11), 12))
    '2025-12'
    """
    index = last.year * 12 + last.month - 1 - (count - 1)
    return Month(index // 12, index % 12 + 1)


def _read(session: Session, question: Select[Any], currency: str) -> list[Row[Any]]:
    return [row for row in session.execute(question) if row.currency == currency]


def _on_lines(scope: Scope, days: tuple[date, date]) -> Select[Any]:
    """What was ordered, each order line in the month it is for."""
    return (
        select(_LINE.c.starts_on.label("day"), _ORDER.c.currency, func.sum(_LINE.c.amount).label("ordered"))
        .join_from(_ORDER, _LINE, _LINE.c.order_number == _ORDER.c.number)
        .where(scope.of_orders(), _ORDER.c.ends_on >= days[0], _LINE.c.starts_on.between(*days))
        .group_by(_LINE.c.starts_on, _ORDER.c.currency)
    )


def _on_receipts(scope: Scope, first: Month, last: Month) -> Select[Any]:
    """What was received for each month, less what was taken back; a receipt's month is its order line's."""
    receipt = order_tables.receipt
    return (
        select(receipt.c.month, _ORDER.c.currency, func.sum(receipt.c.amount).label("received"))
        .join_from(_ORDER, receipt, receipt.c.order_number == _ORDER.c.number)
        .where(
            scope.of_orders(),
            _ORDER.c.ends_on >= first.period.start,
            receipt.c.month.between(str(first), str(last)),
        )
        .group_by(receipt.c.month, _ORDER.c.currency)
    )


def _on_invoices(scope: Scope, days: tuple[date, date]) -> Select[Any]:
    """What is invoiced and not credited, and what of it is paid, each part in the month of its order line.

    Asked from the orders of these months, so that it costs the same however many years of invoices there are.
    """
    on_line = (_LINE.c.order_number == _PART.c.order_number) & (_LINE.c.line_id == _PART.c.line_id)
    return (
        _sums(_LINE.c.starts_on, _left_of(_PART))
        .select_from(_ORDER)
        .join(_LINE, _LINE.c.order_number == _ORDER.c.number)
        .join(_PART, on_line)
        .join(_INVOICE, _INVOICE.c.id == _PART.c.invoice_id)
        .outerjoin(document_tables.payment, _PAID)
        .where(
            scope.of_orders(),
            _ORDER.c.ends_on >= days[0],
            _LINE.c.starts_on.between(*days),
            _INVOICE.c.supplier.in_(scope.suppliers),
            *_COUNTED,
        )
        .group_by(_LINE.c.starts_on, _INVOICE.c.currency)
    )


def _on_no_line(scope: Scope, days: tuple[date, date]) -> Select[Any]:
    """The same of invoices that lie on no order line, whole and in the month of their date."""
    return (
        _sums(_INVOICE.c.issued_on, _left_of(_INVOICE))
        .select_from(_INVOICE)
        .outerjoin(document_tables.payment, _PAID)
        .where(
            # An invoice on no line belongs to no case: few of all, and found by that.
            _INVOICE.c.execution_reference == "",
            _INVOICE.c.issued_on.between(*days),
            ~select(_PART.c.invoice_id).where(_PART.c.invoice_id == _INVOICE.c.id).exists(),
            scope.of_invoices(),
            *_COUNTED,
        )
        .group_by(_INVOICE.c.issued_on, _INVOICE.c.currency)
    )


# The payment of an invoice that has left and not come back: one at most.
_PAID = (document_tables.payment.c.invoice_id == _INVOICE.c.id) & standing_queries.payment_stands()


def _left_of(table: Table) -> ColumnElement[Any]:
    """The amount of an invoice or a part, less the credit notes for parts of it."""
    return type_coerce(table.c.amount_net - table.c.credited_net, table.c.amount_net.type)


def _sums(day: ColumnElement[Any], amount: ColumnElement[Any]) -> Select[Any]:
    paid = case((document_tables.payment.c.number.is_not(None), amount), else_=literal(ZERO, amount.type))
    return select(
        day.label("day"),
        _INVOICE.c.currency,
        func.sum(amount, type_=amount.type).label("invoiced"),
        func.sum(paid, type_=amount.type).label("paid"),
    )


_COUNTED = (_INVOICE.c.document_type == DocumentType.INVOICE, _INVOICE.c.state != InvoiceState.CREDITED)
