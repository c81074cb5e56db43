"""What is ordered, cancelled, received and invoiced, added up by the database by what decides the coding of a cost.

Of today the accounts of the order lines tell it, quickly. Of a past day the statement's questions do, which read every
document that lay in the books then. The two agree, and with the statement (`invoicing.reconciliation`).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select, case, func, literal, or_, select, union_all

from bookkeeping.budget import open_line_queries
from bookkeeping.budget.commitments import OrderedSum
from bookkeeping.budget.open_line_queries import BASIS, basis_of
from bookkeeping.coding import CodingBasis
from foundation.sql import Session, amount
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.reconciliation import entry_source_queries
from invoicing.reconciliation.entry_source_queries import EntryFilter
from orders import tables as order_tables
from orders.model import LineState
from orders.register import store as register_store

_ACCOUNT, _ORDER, _LINE = order_tables.line_account, order_tables.purchase_order, order_tables.order_line
_INVOICE, _PART = document_tables.invoice, document_tables.invoice_part
_ZERO: Final = Decimal("0.00")
_NIL: Final = literal(_ZERO, amount())
_SUMS: Final = ("ordered", "cancelled", "received", "invoiced", "outstanding", "outstanding_later")


def sums(session: Session, *, as_of: date, today: date) -> list[OrderedSum]:
    """What orders in the buyer's currency had come to by that day, by the basis of their coding."""
    currency = register_store.currency(session)
    new_year = date(as_of.year + 1, 1, 1)
    then = as_of if as_of < today else None
    parts = [
        *(_documents(currency, then) if then else _accounts(currency)),
        _open_lines(currency, then, new_year),
    ]
    found: dict[CodingBasis, OrderedSum] = {}
    for row in session.execute(_by_basis(parts, currency)):
        values: Sequence[Any] = row
        count = len(BASIS)
        _add(found, OrderedSum(basis_of(*values[:count]), *values[count:]))
    for cut in open_line_queries.cut_lines(session, currency, then):
        later = cut.left if cut.starts_on >= new_year else _ZERO
        gone = cut.ordered - cut.left
        _add(found, OrderedSum(cut.basis, cancelled=gone, outstanding=cut.left, outstanding_later=later))
    return list(found.values())


def _add(found: dict[CodingBasis, OrderedSum], more: OrderedSum) -> None:
    held = found.get(more.basis)
    found[more.basis] = more if held is None else held + more


def _accounts(currency: str) -> Iterator[Select[Any]]:
    """What lines have come to, as their accounts stand now, and what is approved of invoices."""
    is_over = or_(_ACCOUNT.c.receipt_id.is_not(None), _ACCOUNT.c.state == LineState.CLOSED_UNUSED)
    will_not_come = case(
        (_ACCOUNT.c.state == LineState.CANCELLED, _ACCOUNT.c.amount_ordered),
        (is_over, _ACCOUNT.c.amount_ordered - _ACCOUNT.c.amount_received),
        else_=_NIL,
    )
    yield select(
        _ACCOUNT.c.order_number,
        _ACCOUNT.c.amount_ordered.label("ordered"),
        will_not_come.label("cancelled"),
        _ACCOUNT.c.amount_received.label("received"),
    )
    yield (
        select(_PART.c.order_number, (_PART.c.amount_net - _PART.c.credited_net).label("invoiced"))
        .join(_INVOICE, _INVOICE.c.id == _PART.c.invoice_id)
        .where(
            _INVOICE.c.state.in_([InvoiceState.ACCEPTED, InvoiceState.PAID]),
            _INVOICE.c.document_type == DocumentType.INVOICE,
            _INVOICE.c.currency == currency,
        )
    )


def _documents(currency: str, as_of: date) -> Iterator[Select[Any]]:
    """The same of a past day, from the documents that lay in the books then."""
    wanted = EntryFilter(as_of=as_of, currency=currency)
    for name, question in (
        ("ordered", entry_source_queries.ordered(wanted)),
        ("cancelled", entry_source_queries.cancelled(wanted)),
        ("cancelled", entry_source_queries.closed_unused(wanted)),
        ("received", entry_source_queries.received(wanted)),
    ):
        source = question.subquery()
        yield select(source.c.order_number, source.c.amount.label(name))
    source = entry_source_queries.invoiced_on_lines(wanted).subquery()
    approved = (source.c.amount - source.c.less) * source.c.approved
    yield select(source.c.order_number, approved.label("invoiced"))


def _open_lines(currency: str, as_of: date | None, new_year: date) -> Select[Any]:
    """What may still come whole, and what an interruption has cut whole."""
    gone = open_line_queries.is_cut_whole(as_of)
    comes = case((gone, _NIL), else_=_LINE.c.amount)
    question = select(
        _LINE.c.order_number,
        case((gone, _LINE.c.amount), else_=_NIL).label("cancelled"),
        comes.label("outstanding"),
        case((_LINE.c.starts_on >= new_year, comes), else_=_NIL).label("outstanding_later"),
    )
    return open_line_queries.still_open(question, currency, as_of).where(
        ~open_line_queries.is_cut_in_part(as_of)
    )


def _by_basis(parts: Iterable[Select[Any]], currency: str) -> Select[Any]:
    """Amounts of order lines added up: order by order first, so that each order is looked up but a few times."""
    of_order = union_all(*(_by_order(each) for each in parts)).subquery()
    summed = [func.sum(of_order.c[name], type_=amount()) for name in _SUMS]
    return (
        select(*BASIS, *summed)
        .select_from(of_order)
        .join(_ORDER, _ORDER.c.number == of_order.c.order_number)
        .where(_ORDER.c.currency == currency)
        .group_by(*BASIS)
    )


def _by_order(of_lines: Select[Any]) -> Select[Any]:
    """The sums of each order, with nothing where the question does not tell one."""
    source = of_lines.subquery()
    told = [func.sum(source.c[name]) if name in source.c else _NIL for name in _SUMS]
    named = [each.label(name) for each, name in zip(told, _SUMS, strict=True)]
    return select(source.c.order_number, *named).group_by(source.c.order_number)
