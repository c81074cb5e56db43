"""What is asked about periodic reports: which months are due, what was filed, and who must be reminded.

A month is due when the days of its basic order line are over and nothing stands filed or approved for
it. The order line is what is asked, not the calendar: a month without a line has nothing to receive.
A month after an interruption's last billable day is not due, and one the interruption cuts is due from
the day after. `missing` is the same question over all suppliers, for the reminders (E-12).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from foundation.periods import Month
from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from orders import tables as order_tables
from orders.model import InterruptionState, LineState, PlacementState, Report, ReportState
from orders.placements import filing
from orders.placements.store import report_of
from orders.terms import ArticleKind

_ORDER, _LINE, _ACCOUNT = order_tables.purchase_order, order_tables.order_line, order_tables.line_account
_REPORT, _PLACEMENT, _INTERRUPTION = (
    order_tables.periodic_report,
    order_tables.placement,
    order_tables.interruption,
)
_LIVING = (ReportState.FILED, ReportState.APPROVED)


_ASKED_TOGETHER = 5_000


@dataclass(frozen=True, slots=True)
class DueMonth:
    """A month that waits for its report. `newest` is what was filed for it and sent back, if anything was."""

    execution_reference: str
    month: Month
    supplier: str
    unit_id: str
    address_id: str
    file_by: date
    newest: Report | None

    @property
    def version(self) -> int:
        """The version its report gets."""
        return self.newest.version + 1 if self.newest is not None else 1

    def late(self, today: date) -> bool:
        """Whether the last day to file has passed."""
        return self.file_by < today


class ReportsAre(StrEnum):
    """Which reports the list of filed ones shows."""

    FILED = "filed"
    APPROVED = "approved"
    REJECTED = "rejected"
    REVOKED = "revoked"


MonthKey = tuple[str, str]
"""A month of a placement: the month as it is written, and the execution reference."""


class ReportOrder(StrEnum):
    """The columns that the filed reports are sorted by."""

    MONTH = "month"
    REFERENCE = "reference"
    UNIT = "unit"
    FILED = "filed"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What a list of months is limited to; empty where not."""

    state: ReportsAre | None = None
    month: Month | None = None
    unit: str = ""
    reference: str = ""
    references: tuple[str, ...] | None = None
    """Only months of these cases; None: of all."""
    after: MonthKey | None = None
    """Only months that come after this one, in the order of months and then references."""
    order: ReportOrder = ReportOrder.MONTH
    falling: bool = True


@dataclass(frozen=True, slots=True)
class FiledMonth:
    """The newest report of a month, with the unit of its placement."""

    report: Report
    unit_id: str


def due(
    session: Session,
    scope: Scope,
    *,
    today: date,
    days: int,
    unit: str = "",
    limit: int = 1000,
    offset: int = 0,
) -> list[DueMonth]:
    """The supplier's months that wait for a report, the oldest first; `days` as the buyer's policy has it."""
    return _due(
        session, _of_months(scope.limited_to(unit)), today=today, days=days, limit=limit, offset=offset
    )


def due_of(session: Session, scope: Scope, reference: str, *, today: date, days: int = 10) -> list[DueMonth]:
    """The months of one placement that wait for a report."""
    return due_among(session, scope, ReportFilter(reference=reference), today=today, days=days, limit=100)


def due_among(
    session: Session, scope: Scope, wanted: ReportFilter, *, today: date, days: int, limit: int | None
) -> list[DueMonth]:
    """The months that wait for a report among those of the filter, the oldest first."""
    written = month_text(_LINE.c.starts_on)
    parts = [_of_months(scope.limited_to(wanted.unit))]
    if wanted.month is not None:
        parts.append(written == str(wanted.month))
    if wanted.reference:
        parts.append(_ORDER.c.execution_reference == wanted.reference)
    if wanted.references is not None:
        parts.append(_ORDER.c.execution_reference.in_(wanted.references))
    if wanted.after is not None:
        parts.append(_comes_after(written, _ORDER.c.execution_reference, wanted.after))
    return _due(session, and_(*parts), today=today, days=days, limit=limit)


def filed_in_order(
    session: Session, scope: Scope, wanted: ReportFilter, *, limit: int | None
) -> list[FiledMonth]:
    """The newest report of each month of the filter, the oldest month first."""
    question = _filed(scope, wanted).order_by(_REPORT.c.month, _REPORT.c.execution_reference)
    return [FiledMonth(report_of(row), row.unit_id) for row in session.execute(question.limit(limit))]


def _comes_after(
    month: ColumnElement[str], reference: ColumnElement[str], last: MonthKey
) -> ColumnElement[bool]:
    return or_(month > last[0], and_(month == last[0], reference > last[1]))


def count_due(session: Session, scope: Scope, *, today: date, unit: str = "") -> int:
    """How many months wait for a report."""
    waiting = _waiting(_of_months(scope.limited_to(unit)), today).subquery()
    return session.execute(select(func.count()).select_from(waiting)).scalar_one()


def waiting_months(session: Session, scope: Scope, *, today: date) -> tuple[int, Month | None]:
    """How many months wait for a report, and the oldest of them."""
    waiting = _waiting(_of_months(scope), today).subquery()
    months, oldest = session.execute(select(func.count(), func.min(waiting.c.month_text))).one()
    return months, Month.parse(oldest) if oldest is not None else None


def missing(session: Session, *, today: date, days: int) -> list[DueMonth]:
    """Every supplier's months whose report is late: what the reminders are written from (E-12)."""
    found = _due(session, literal(True), today=today, days=days)
    return [each for each in found if each.late(today)]


def count_filed(session: Session, scope: Scope, wanted: ReportFilter) -> int:
    """How many months have a report that the filter lets through."""
    question = _filed(scope, wanted).with_only_columns(func.count(), maintain_column_froms=True)
    return session.execute(question).scalar_one()


def waiting_for_buyer(session: Session, scope: Scope) -> tuple[int, date | None]:
    """How many reports the buyer has not decided about, and since when the oldest of them waits."""
    wanted = ReportFilter(state=ReportsAre.FILED)
    question = _filed(scope, wanted).with_only_columns(
        func.count(), func.min(_REPORT.c.filed_on), maintain_column_froms=True
    )
    waiting, oldest = session.execute(question).one()
    return waiting, oldest


def filed(
    session: Session, scope: Scope, wanted: ReportFilter, *, limit: int, offset: int = 0
) -> list[FiledMonth]:
    """The newest report of each month, in the order that is asked for; of one month the last filed first."""
    column = {
        ReportOrder.MONTH: _REPORT.c.month,
        ReportOrder.REFERENCE: _REPORT.c.execution_reference,
        ReportOrder.UNIT: _PLACEMENT.c.unit_id,
        ReportOrder.FILED: _REPORT.c.filed_on,
        ReportOrder.STATE: _REPORT.c.state,
    }[wanted.order]
    question = _filed(scope, wanted).order_by(
        column.desc() if wanted.falling else column,
        _REPORT.c.filed_on.desc(),
        _REPORT.c.execution_reference,
        _REPORT.c.month,
    )
    rows = session.execute(question.limit(limit).offset(offset))
    return [FiledMonth(report_of(row), row.unit_id) for row in rows]


def _of_months(scope: Scope) -> ColumnElement[bool]:
    return scope.of_orders() & scope.of_deliveries()


def _due(
    session: Session,
    condition: ColumnElement[bool],
    *,
    today: date,
    days: int,
    limit: int | None = None,
    offset: int = 0,
) -> list[DueMonth]:
    question = _waiting(condition, today).order_by("month_text", _ORDER.c.execution_reference)
    rows = session.execute(question.limit(limit).offset(offset)).all()
    newest = _newest(session, [(row.execution_reference, row.month_text) for row in rows])
    found = []
    for row in rows:
        month = Month.parse(row.month_text)
        found.append(
            DueMonth(
                execution_reference=row.execution_reference,
                month=month,
                supplier=row.supplier,
                unit_id=row.unit_id,
                address_id=row.address_id,
                file_by=filing.file_by(month, days=days),
                newest=newest.get((row.execution_reference, row.month_text)),
            )
        )
    return found


def _newest(session: Session, months: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Report]:
    found = {}
    key = tuple_(_REPORT.c.execution_reference, _REPORT.c.month)
    for first in range(0, len(months), _ASKED_TOGETHER):
        question = select(_REPORT).where(key.in_(months[first : first + _ASKED_TOGETHER]))
        for row in session.execute(question.order_by(_REPORT.c.version)):
            found[row.execution_reference, row.month] = report_of(row)
    return found


def month_text(column: ColumnElement[date]) -> ColumnElement[str]:
    """The month of a day column, written 2026-01, on either engine."""
    return func.substr(cast(column, String), 1, 7)


def _waiting(condition: ColumnElement[bool], today: date) -> Select[Any]:
    """One row for each month of each placement that waits for its report."""
    written = month_text(_LINE.c.starts_on)
    of_line = _INTERRUPTION.c.execution_reference == _ORDER.c.execution_reference
    # One that the participant came back from ends only its own period, which is that of the order.
    counts = or_(
        _INTERRUPTION.c.state == InterruptionState.STANDING,
        and_(
            _INTERRUPTION.c.state == InterruptionState.ENDED,
            _INTERRUPTION.c.effective_on >= _ORDER.c.starts_on,
            _INTERRUPTION.c.back_on.is_(None),
        ),
    )
    ended_before = exists().where(of_line, counts, _INTERRUPTION.c.effective_on < _LINE.c.starts_on)
    cut_already = exists().where(
        of_line,
        counts,
        _INTERRUPTION.c.effective_on >= _LINE.c.starts_on,
        _INTERRUPTION.c.effective_on <= today - timedelta(days=1),
    )
    reported = exists().where(
        _REPORT.c.execution_reference == _ORDER.c.execution_reference,
        _REPORT.c.month == written,
        _REPORT.c.state.in_(_LIVING),
    )
    return (
        select(
            _ORDER.c.execution_reference,
            written.label("month_text"),
            func.min(_ORDER.c.supplier).label("supplier"),
            func.min(_ORDER.c.unit_id).label("unit_id"),
            func.min(_PLACEMENT.c.address_id).label("address_id"),
        )
        .join_from(_ORDER, _ACCOUNT, _ACCOUNT.c.order_number == _ORDER.c.number)
        .join(
            _LINE,
            (_LINE.c.order_number == _ACCOUNT.c.order_number) & (_LINE.c.line_id == _ACCOUNT.c.line_id),
        )
        .join(_PLACEMENT, _PLACEMENT.c.execution_reference == _ORDER.c.execution_reference)
        .where(
            condition,
            _PLACEMENT.c.state == PlacementState.DECIDED,
            _ORDER.c.article == ArticleKind.BASIC,
            _ACCOUNT.c.receipt_id.is_(None),
            _ACCOUNT.c.state == LineState.OPEN,
            _LINE.c.starts_on < today,
            or_(_LINE.c.ends_on < today, cut_already),
            ~ended_before,
            ~reported,
        )
        .group_by(_ORDER.c.execution_reference, written)
    )


def _filed(scope: Scope, wanted: ReportFilter) -> Select[Any]:
    newer = _REPORT.alias("newer")
    is_newest = ~exists().where(
        newer.c.execution_reference == _REPORT.c.execution_reference,
        newer.c.month == _REPORT.c.month,
        newer.c.version > _REPORT.c.version,
    )
    question = (
        select(_REPORT, _PLACEMENT.c.unit_id)
        .join(_PLACEMENT, _PLACEMENT.c.execution_reference == _REPORT.c.execution_reference)
        .where(scope.limited_to(wanted.unit).of_placements(), is_newest)
    )
    if wanted.state is not None:
        question = question.where(_REPORT.c.state == ReportState(wanted.state.value.upper()))
    if wanted.month is not None:
        question = question.where(_REPORT.c.month == str(wanted.month))
    if wanted.reference:
        question = question.where(_REPORT.c.execution_reference == wanted.reference)
    if wanted.references is not None:
        question = question.where(_REPORT.c.execution_reference.in_(wanted.references))
    if wanted.after is not None:
        question = question.where(_comes_after(_REPORT.c.month, _REPORT.c.execution_reference, wanted.after))
    return question
