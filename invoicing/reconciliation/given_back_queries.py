"""What suppliers have given back of claims that still stand: taken off what was paid, as the statement has it.

A settled claim is back whole, and the statement's own questions know that. Of one that is open, what was set off or
repaid is spread over the invoice's lines in proportion, to the öre. Few claims are open, so they are gone through here.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, func, literal, select, type_coerce

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session, among, amount
from invoicing.claims import part_queries
from invoicing.claims import tables as claim_tables
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from invoicing.reconciliation.entry_source_queries import EntryFilter, less_of_part
from invoicing.reconciliation.statement import StatementColumn, StatementEntry
from orders import tables as order_tables

_INVOICE, _PART, _PAYMENT = document_tables.invoice, document_tables.invoice_part, document_tables.payment
_BACK, _SETTLED = claim_tables.claim_part, payment_tables.claim_settled
_ORDER, _LINE = order_tables.purchase_order, order_tables.order_line
_ORE = Decimal("0.01")


def entries(session: Session, wanted: EntryFilter) -> Iterator[StatementEntry]:
    """What of the wanted part of the books is given back of claims that stand, below zero in the column paid."""
    back = {row.invoice_id: row.net for row in session.execute(_given_back(wanted)) if row.net}
    if not back:
        return
    lines = session.execute(_lines(session, wanted, list(back)))
    for invoice_id, rows in groupby(lines, key=lambda row: row.invoice_id):
        parts = list(rows)
        for row, share in zip(parts, spread(back[invoice_id], [each.rest for each in parts]), strict=True):
            if share and _is_wanted(row, wanted):
                yield _entry(row, share)


def spread(whole: Decimal, over: Iterable[Decimal]) -> list[Decimal]:
    """A sum spread in proportion, to the öre and no öre lost. Pure.

    >>> [str(each) for each in spread(Decimal("100.00"), [Decimal("1.00"), Decimal("1.00"), Decimal("1.00")])]
    ['33.33', '33.33', '33.34']
    >>> [str(each) for each in spread(Decimal("5.00"), [Decimal("0.00"), Decimal("9.00")])]
    ['0.00', '5.00']
    """
    weights = list(over)
    base = sum(weights, Decimal(0))
    shares, so_far, told = [], Decimal(0), Decimal("0.00")
    for weight in weights:
        so_far += weight
        # In öre and rounded down, so that the last reaches the whole.
        until = (whole * so_far / base).quantize(_ORE, rounding="ROUND_DOWN") if base else Decimal("0.00")
        shares.append(until - told)
        told = until
    return shares


def _given_back(wanted: EntryFilter) -> Select[Any]:
    """By invoice, what was given back of a claim that is not settled; the payment it claims stands."""
    net = func.sum(part_queries.signed(_BACK.c.amount_net), type_=amount())
    settled = select(_SETTLED.c.invoice_id).where(
        _SETTLED.c.invoice_id == _BACK.c.invoice_id, standing_queries.settlement_stands(wanted.as_of)
    )
    question = (
        select(_BACK.c.invoice_id, net.label("net"))
        .join(_INVOICE, _INVOICE.c.id == _BACK.c.invoice_id)
        .join(
            _PAYMENT, (_PAYMENT.c.invoice_id == _INVOICE.c.id) & standing_queries.payment_stands(wanted.as_of)
        )
        .where(
            part_queries.counts(),
            _INVOICE.c.document_type == DocumentType.INVOICE,
            _INVOICE.c.currency == wanted.currency,
            ~settled.exists(),
        )
        .group_by(_BACK.c.invoice_id)
    )
    if wanted.supplier:
        question = question.where(_INVOICE.c.supplier == wanted.supplier)
    if wanted.as_of is not None:
        question = question.where(_BACK.c.on_day <= wanted.as_of)
    return question


def _lines(session: Session, wanted: EntryFilter, ids: list[int]) -> Select[Any]:
    """The parts of these invoices by position, each with its order line where it lies on one."""
    on_line = (_LINE.c.order_number == _PART.c.order_number) & (_LINE.c.line_id == _PART.c.line_id)
    less = func.coalesce(less_of_part(wanted.as_of), literal(Decimal("0.00"), amount()))
    whole = func.coalesce(_PART.c.amount_net, _INVOICE.c.amount_net)
    nothing = literal("")
    return (
        select(
            _INVOICE.c.id.label("invoice_id"),
            _INVOICE.c.number,
            _INVOICE.c.supplier,
            _INVOICE.c.currency,
            func.coalesce(_ORDER.c.execution_reference, nothing).label("execution_reference"),
            func.coalesce(_ORDER.c.article, nothing).label("article"),
            func.coalesce(_ORDER.c.service, nothing).label("service"),
            func.coalesce(_ORDER.c.delivery_area, nothing).label("delivery_area"),
            func.coalesce(_LINE.c.order_number, nothing).label("order_number"),
            func.coalesce(_LINE.c.line_id, nothing).label("line_id"),
            func.coalesce(_LINE.c.starts_on, _INVOICE.c.issued_on).label("day"),
            type_coerce(whole - less, amount()).label("rest"),
        )
        .select_from(_INVOICE)
        .outerjoin(_PART, _PART.c.invoice_id == _INVOICE.c.id)
        .outerjoin(_LINE, on_line)
        .outerjoin(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .where(among(session, _INVOICE.c.id, ids))
        .order_by(_INVOICE.c.id, _PART.c.position)
    )


def _is_wanted(row: Row[Any], wanted: EntryFilter) -> bool:
    asked = (
        (wanted.execution_reference, row.execution_reference),
        (wanted.article, row.article),
        (wanted.delivery_area, row.delivery_area),
        (wanted.service, row.service),
    )
    if any(value and value != found for value, found in asked):
        return False
    month = Month.of(row.day)
    return (wanted.month is None or month == wanted.month) and (wanted.until is None or month <= wanted.until)


def _entry(row: Row[Any], share: Decimal) -> StatementEntry:
    return StatementEntry(
        column=StatementColumn.PAID,
        document=row.number,
        execution_reference=row.execution_reference,
        supplier=row.supplier,
        month=str(Month.of(row.day)),
        article=row.article,
        amount=Money(-share, row.currency),
        delivery_area=row.delivery_area,
        line=f"{row.order_number}/{row.line_id}" if row.order_number else "",
        about=f"invoice {row.invoice_id}",
        service=row.service,
    )
