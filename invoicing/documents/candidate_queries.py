"""What a document may be for, as the database holds it: orders named, lines that wait, invoices to credit."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, union

from foundation.money import Money
from foundation.periods import Month, Period
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.matching.candidates import InvoiceCandidate, LineCandidate, NamedOrder
from invoicing.model import FOLLOWS, DocumentType, InvoiceState
from orders import tables as order_tables
from orders.purchase_orders.line_store import ZERO

_LOOKED_AT = 400
# From these an invoice can become credited.
_CREDITABLE = FOLLOWS.before(InvoiceState.CREDITED)


def named_orders(
    session: Session, numbers: Collection[str], *, suppliers: Collection[str]
) -> Sequence[NamedOrder]:
    """The orders with one of these numbers or execution references, of whatever supplier."""
    order = order_tables.purchase_order
    found: dict[str, Row[Any]] = {}
    every = list(numbers)
    for start in range(0, len(every), 500):
        some = every[start : start + 500]
        question = (
            select(order)
            .where(or_(order.c.number.in_(some), order.c.execution_reference.in_(some)))
            .order_by(order.c.number)
            .limit(_LOOKED_AT)
        )
        found.update((row.number, row) for row in session.execute(question))
    rows = [found[number] for number in sorted(found)[:_LOOKED_AT]]
    return [
        NamedOrder(
            row.number,
            row.execution_reference,
            Period(row.starts_on, row.ends_on),
            theirs=row.supplier in suppliers,
        )
        for row in rows
    ]


def waiting_lines(
    session: Session, *, suppliers: Collection[str], references: Collection[str], amount_net: Money
) -> Sequence[LineCandidate]:
    """The suppliers' received and unoccupied lines: those of these participants, or of exactly this sum without any."""
    order, account = order_tables.purchase_order, order_tables.line_account
    line = order_tables.order_line
    near: ColumnElement[bool] = and_(
        account.c.amount_received == amount_net.amount, order.c.currency == amount_net.currency
    )
    supplier: ColumnElement[str] = order.c.supplier
    if references:
        near = order.c.execution_reference.in_(list(references))
        # An expression has no index: SQLite might else go through all orders of the supplier for a participant's.
        supplier = order.c.supplier + ""
    question = (
        select(
            order.c.number,
            order.c.execution_reference,
            order.c.currency,
            line.c.line_id,
            line.c.starts_on,
            line.c.price,
            account.c.quantity_received,
            account.c.amount_received,
        )
        .join(account, account.c.order_number == order.c.number)
        .join(line, and_(line.c.order_number == account.c.order_number, line.c.line_id == account.c.line_id))
        .where(
            supplier.in_(list(suppliers)),
            account.c.invoice_id.is_(None),
            account.c.amount_received > ZERO,
            near,
        )
        # By the account's own columns, as they lie in its index: then the first of them are enough.
        .order_by(account.c.order_number.desc(), account.c.line_id)
        .limit(_LOOKED_AT)
    )
    return [
        LineCandidate(
            order_number=row.number,
            line_id=row.line_id,
            execution_reference=row.execution_reference,
            month=Month.of(row.starts_on),
            quantity=row.quantity_received,
            price=row.price,
            received=Money(row.amount_received, row.currency),
        )
        for row in session.execute(question)
    ]


def creditable(
    session: Session,
    *,
    suppliers: Collection[str],
    numbers: Collection[str],
    references: Collection[str],
    amount_payable: Money,
) -> Sequence[InvoiceCandidate]:
    """The suppliers' invoices that can be credited: with one of these numbers, orders or participants, or this sum."""
    table, part = document_tables.invoice, document_tables.invoice_part
    # The likeliest places stand first.
    numbers, references = list(numbers)[:_LOOKED_AT], list(references)
    # Each likeness has an index; asked for all at once, every invoice of the supplier would be looked at. An expression
    # has none: what is named is found by its name, of whatever supplier and in whatever state.
    whose, state, currency = table.c.supplier, table.c.state, table.c.currency == amount_payable.currency
    by_sum = _creditable(
        whose, state, suppliers, and_(table.c.amount_payable == amount_payable.amount, currency)
    )
    by_name = (
        _creditable(whose + "", state + "", suppliers, and_(named, currency))
        for named in (
            table.c.number.in_(numbers),
            table.c.order_number.in_(numbers),
            table.c.execution_reference.in_(references),
        )
    )
    question = (
        select(table)
        .where(table.c.id.in_(union(by_sum, *by_name)))
        .order_by(table.c.id.desc())
        .limit(_LOOKED_AT)
    )
    rows = session.execute(question).all()
    lines: dict[int, list[str]] = defaultdict(list)
    parts = select(part.c.invoice_id, part.c.line_id).where(part.c.invoice_id.in_([row.id for row in rows]))
    for invoice_id, line_id in session.execute(parts):
        lines[invoice_id].append(line_id)
    return [
        InvoiceCandidate(
            number=row.number,
            order_number=row.order_number,
            execution_reference=row.execution_reference,
            issued_on=row.issued_on,
            amount=Money(row.amount_payable, row.currency),
            state=InvoiceState(row.state),
            lines=tuple(lines[row.id]),
        )
        for row in rows
    ]


def _creditable(
    whose: ColumnElement[str],
    state: ColumnElement[str],
    suppliers: Collection[str],
    likeness: ColumnElement[bool],
) -> Select[tuple[int]]:
    """The newest of the suppliers' invoices that are so and can be credited."""
    table = document_tables.invoice
    newest = (
        select(table.c.id)
        .where(
            whose.in_(list(suppliers)),
            table.c.document_type == DocumentType.INVOICE,
            state.in_(_CREDITABLE),
            likeness,
        )
        .order_by(table.c.id.desc())
        .limit(_LOOKED_AT)
    )
    return select(newest.subquery().c.id)
