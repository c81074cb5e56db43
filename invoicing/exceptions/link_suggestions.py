"""Which order line a document may be for, and which invoice a credit note may credit: ranked, never linked alone.

Only the supplier's own received and unoccupied lines are candidates. What speaks for a candidate is told in
words, so that a person can judge; the one with most for it comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select

from foundation.errors import Pair
from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceContent, InvoiceState, SupplierInvoice
from orders import tables as order_tables
from orders.purchase_orders.line_store import ZERO

_LOOKED_AT = 400
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LineSuggestion:
    """An order line a document may be for; `weight` ranks, `because` says why."""

    order_number: str
    line_id: str
    execution_reference: str
    month: Month
    received: Money
    weight: int
    because: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class CreditSuggestion:
    """An invoice a credit note may credit."""

    number: str
    execution_reference: str
    amount: Money
    state: InvoiceState
    weight: int
    because: tuple[Pair, ...]


def lines(session: Session, invoice: SupplierInvoice) -> Sequence[LineSuggestion]:
    """The order lines an invoice may be for, best first."""
    content = document_store.content(session, invoice.id)
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
            order.c.supplier == invoice.supplier,
            account.c.invoice_id.is_(None),
            account.c.amount_received > ZERO,
            near,
        )
        .order_by(order.c.number.desc(), line.c.line_id)
        .limit(_LOOKED_AT)
    )
    found = [_line(row, invoice, content) for row in session.execute(question)]
    return sorted(found, key=lambda each: (-each.weight, each.order_number, each.line_id))[:_SHOWN]


def _line(row: Row[Any], invoice: SupplierInvoice, content: InvoiceContent) -> LineSuggestion:
    month = Month.of(row.starts_on)
    received = Money(row.amount_received, row.currency)
    days = [
        day for line in content.lines if line.period for day in (line.period.start, line.period.end) if day
    ]
    quantity = {line.quantity.value for line in content.lines}
    speaks: list[tuple[int, Pair]] = []
    if row.number == content.order_number:
        speaks.append((50, ("samma order", "the same order")))
    if row.execution_reference in content.references:
        speaks.append((40, ("samma genomförandereferens", "the same execution reference")))
    if received == invoice.amount_net:
        speaks.append((30, ("samma belopp som inleveransen", "the same amount as received")))
    if days and all(Month.of(day) == month for day in days):
        speaks.append((20, ("perioden är samma månad", "the period is the same month")))
    elif not days and Month.of(content.issued_on) in (month, month.next):
        speaks.append((5, ("daterad månaden efter", "dated the month after")))
    if row.quantity in quantity:
        speaks.append((5, ("samma antal som beställt", "the same quantity as ordered")))
    return LineSuggestion(
        row.number,
        row.line_id,
        row.execution_reference,
        month,
        received,
        sum(weight for weight, _ in speaks),
        tuple(words for _, words in speaks),
    )


def credits(session: Session, invoice: SupplierInvoice) -> Sequence[CreditSuggestion]:
    """The invoices a credit note may credit, best first."""
    content = document_store.content(session, invoice.id)
    table = document_tables.invoice
    question = (
        select(table)
        .where(
            table.c.supplier == invoice.supplier,
            table.c.document_type == DocumentType.INVOICE,
            table.c.state != InvoiceState.CREDITED,
            or_(
                table.c.amount_payable == invoice.amount_payable.amount,
                table.c.order_number == (content.order_number or "-"),
            ),
        )
        .order_by(table.c.id.desc())
        .limit(_LOOKED_AT)
    )
    found = [_credit(row, invoice, content) for row in session.execute(question)]
    return sorted(found, key=lambda each: (-each.weight, each.number))[:_SHOWN]


def _credit(row: Row[Any], invoice: SupplierInvoice, content: InvoiceContent) -> CreditSuggestion:
    speaks: list[tuple[int, Pair]] = []
    if row.amount_payable == invoice.amount_payable.amount:
        speaks.append((40, ("samma belopp", "the same amount")))
    if row.order_number and row.order_number == content.order_number:
        speaks.append((20, ("samma order", "the same order")))
    if row.state == InvoiceState.CREDIT_REQUESTED:
        speaks.append((30, ("kredit är begärd för den", "credit is asked for it")))
    return CreditSuggestion(
        row.number,
        row.execution_reference,
        Money(row.amount_payable, row.currency),
        InvoiceState(row.state),
        sum(weight for weight, _ in speaks),
        tuple(words for _, words in speaks),
    )
