"""Approved months that are not received on one of their order lines, for those who are to see to it.

It comes of an order that was placed after its month was approved: a second period that begins in the month the
first one ends in (E-08). The report is approved, so no new one is asked for, and nothing is received on the line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, String, and_, cast, func, select

from foundation.periods import Month, Period
from foundation.sql import Session
from orders import tables as order_tables
from orders.model import LineState, PlacementState, ReportState
from orders.terms import ArticleKind

_REPORT, _PLACEMENT = order_tables.periodic_report, order_tables.placement
_ORDER, _LINE, _ACCOUNT = order_tables.purchase_order, order_tables.order_line, order_tables.line_account


@dataclass(frozen=True, slots=True)
class UnreceivedLine:
    """An order line whose month is approved and over, and on which nothing is received; it has waited since `since`.

    `counts_to` is the last day the approval was for, where that was early: the rest then comes with a correction.
    """

    execution_reference: str
    supplier: str
    unit_id: str
    month: Month
    version: int
    order_number: str
    line_id: str
    period: Period
    since: date
    counts_to: date | None


def listed(
    session: Session, *, today: date, until: date | None = None, limit: int = 200
) -> Sequence[UnreceivedLine]:
    """The lines, those that have waited longest first; with `until` only those that have since then."""
    rows = session.execute(_lines(today).order_by(_LINE.c.ends_on, _LINE.c.order_number, _LINE.c.line_id))
    found = [
        UnreceivedLine(
            execution_reference=row.execution_reference,
            supplier=row.supplier,
            unit_id=row.unit_id,
            month=Month.parse(row.month),
            version=row.version,
            order_number=row.order_number,
            line_id=row.line_id,
            period=Period(row.starts_on, row.ends_on),
            since=max(row.decided_on, row.issued_on, row.ends_on),
            counts_to=row.counts_to,
        )
        for row in rows
    ]
    waiting = [each for each in found if until is None or each.since <= until]
    return sorted(waiting, key=lambda each: each.since)[:limit]


def count(session: Session, *, today: date) -> int:
    """How many lines there are."""
    question = _lines(today).with_only_columns(func.count(), maintain_column_froms=True)
    return session.execute(question).scalar_one()


def _lines(today: date) -> Select[Any]:
    same_line = and_(_ACCOUNT.c.order_number == _LINE.c.order_number, _ACCOUNT.c.line_id == _LINE.c.line_id)
    month_of_line = func.substr(cast(_LINE.c.starts_on, String), 1, 7)
    return (
        select(
            _REPORT.c.execution_reference,
            _REPORT.c.month,
            _REPORT.c.version,
            _REPORT.c.decided_on,
            _REPORT.c.counts_to,
            _PLACEMENT.c.supplier,
            _PLACEMENT.c.unit_id,
            _LINE.c.order_number,
            _LINE.c.line_id,
            _LINE.c.starts_on,
            _LINE.c.ends_on,
            _ORDER.c.issued_on,
        )
        .select_from(_ACCOUNT)
        .join(_LINE, same_line)
        .join(_ORDER, _ORDER.c.number == _LINE.c.order_number)
        .join(_PLACEMENT, _PLACEMENT.c.execution_reference == _ORDER.c.execution_reference)
        .join(
            _REPORT,
            and_(
                _REPORT.c.execution_reference == _ORDER.c.execution_reference,
                _REPORT.c.month == month_of_line,
                _REPORT.c.state == ReportState.APPROVED,
            ),
        )
        .where(
            # In the words of the partial index, so that the engine uses it.
            _ACCOUNT.c.receipt_id.is_(None),
            _ACCOUNT.c.state == LineState.OPEN,
            _ORDER.c.article == ArticleKind.BASIC,
            _PLACEMENT.c.state == PlacementState.DECIDED,
            _LINE.c.ends_on < today,
        )
    )
