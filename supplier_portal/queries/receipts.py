"""What a supplier asks about its receipts: each with its order line, what took it back, and the report it came of.

Convention: every question takes a `Scope`. A receipt is never changed: what takes one back is a row of its own, shown
here with the receipt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, select

from foundation.money import Money
from foundation.periods import Month, Period
from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from orders import tables as order_tables
from orders.model import Report
from orders.placements.store import report_of

_RECEIPT, _ORDER, _LINE = order_tables.receipt, order_tables.purchase_order, order_tables.order_line
_ACCOUNT, _REPORT = order_tables.line_account, order_tables.periodic_report
_REVERSAL = _RECEIPT.alias("reversal")


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """What the list is limited to; empty where not."""

    reference: str = ""
    order_number: str = ""
    line_id: str = ""
    unit: str = ""
    month: Month | None = None
    received_from: date | None = None
    received_to: date | None = None
    references: tuple[str, ...] | None = None
    """Only receipts of these cases; None: of all."""
    after: int = 0
    """Only receipts with a higher number: where the page before ended."""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt (inleverans); `reversed_on` is the day it was taken back, `report` the version it came of, if any."""

    id: int
    order_number: str
    line_id: str
    execution_reference: str
    unit_id: str
    service: str
    month: Month
    quantity: Decimal
    unit: str
    amount: Money
    period: Period | None
    received_on: date
    stands: bool
    reversed_on: date | None
    report: Report | None


def listed(session: Session, scope: Scope, wanted: ReceiptFilter, *, limit: int | None) -> list[ReceiptRow]:
    """The receipts of the filter, the oldest first."""
    of_report = and_(
        _REPORT.c.execution_reference == _RECEIPT.c.execution_reference,
        _REPORT.c.month == _RECEIPT.c.month,
        _REPORT.c.version == _RECEIPT.c.report_version,
    )
    question: Select[Any] = (
        select(
            _RECEIPT.c.id,
            _RECEIPT.c.order_number,
            _RECEIPT.c.line_id,
            _RECEIPT.c.execution_reference.label("case_reference"),
            _RECEIPT.c.month.label("receipt_month"),
            _RECEIPT.c.quantity,
            _RECEIPT.c.amount,
            _RECEIPT.c.starts_on,
            _RECEIPT.c.ends_on,
            _RECEIPT.c.received_on,
            _ORDER.c.unit_id,
            _ORDER.c.service,
            _ORDER.c.currency,
            _LINE.c.unit,
            _ACCOUNT.c.receipt_id,
            _REVERSAL.c.received_on.label("reversed_on"),
            *_REPORT.c,
        )
        .select_from(_RECEIPT)
        .join(_ORDER, _ORDER.c.number == _RECEIPT.c.order_number)
        .join(_LINE, _is_line(_LINE))
        .join(_ACCOUNT, _is_line(_ACCOUNT))
        .outerjoin(_REVERSAL, _REVERSAL.c.reverses == _RECEIPT.c.id)
        .outerjoin(_REPORT, of_report)
        .where(_RECEIPT.c.reverses.is_(None), *_conditions(scope, wanted))
        .order_by(_RECEIPT.c.id)
        .limit(limit)
    )
    return [_receipt_row(row) for row in session.execute(question)]


def has_line(session: Session, scope: Scope, order_number: str, line_id: str) -> bool:
    """Whether there is such a line within the scope."""
    question = (
        select(_LINE.c.line_id)
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .where(_LINE.c.order_number == order_number, _LINE.c.line_id == line_id, scope.of_orders())
    )
    return session.execute(question).one_or_none() is not None


def _is_line(table: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a table or its alias
    return and_(table.c.order_number == _RECEIPT.c.order_number, table.c.line_id == _RECEIPT.c.line_id)


def _conditions(scope: Scope, wanted: ReceiptFilter) -> Sequence[ColumnElement[bool]]:
    parts = [scope.limited_to(wanted.unit).of_orders()]
    if wanted.reference:
        parts.append(_RECEIPT.c.execution_reference == wanted.reference)
    if wanted.references is not None:
        parts.append(_RECEIPT.c.execution_reference.in_(wanted.references))
    if wanted.order_number:
        parts.append(_RECEIPT.c.order_number == wanted.order_number)
    if wanted.line_id:
        parts.append(_RECEIPT.c.line_id == wanted.line_id)
    if wanted.month is not None:
        parts.append(_RECEIPT.c.month == str(wanted.month))
    if wanted.received_from is not None:
        parts.append(_RECEIPT.c.received_on >= wanted.received_from)
    if wanted.received_to is not None:
        parts.append(_RECEIPT.c.received_on <= wanted.received_to)
    if wanted.after:
        parts.append(_RECEIPT.c.id > wanted.after)
    return parts


def _receipt_row(row: Row[Any]) -> ReceiptRow:
    return ReceiptRow(
        id=row.id,
        order_number=row.order_number,
        line_id=row.line_id,
        execution_reference=row.case_reference,
        unit_id=row.unit_id,
        service=row.service,
        month=Month.parse(row.receipt_month),
        quantity=row.quantity,
        unit=row.unit,
        amount=Money(row.amount, row.currency),
        period=Period(row.starts_on, row.ends_on) if row.starts_on else None,
        received_on=row.received_on,
        stands=row.receipt_id == row.id,
        reversed_on=row.reversed_on,
        report=report_of(row) if row.version is not None else None,
    )
