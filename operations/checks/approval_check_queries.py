"""What is asked about approvals: receipts on what was revoked, and results beside what they rest on. Rows, streamed."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, and_, func, select

from foundation.sql import Session
from operations.checks.invariant_queries import stream
from orders import tables as order_tables
from orders.model import InterruptionState, PlannedState, ReportState
from orders.terms import ArticleKind

_ORDER, _ACCOUNT, _RECEIPT = order_tables.purchase_order, order_tables.line_account, order_tables.receipt
_PLAN, _REPORT, _CUT = order_tables.planned_order, order_tables.periodic_report, order_tables.interruption
_PERIOD, _LINE = order_tables.placement_period, order_tables.order_line
_KNOWN = (InterruptionState.STANDING, InterruptionState.ENDED)


def received_on_revoked_reports(session: Session) -> Iterator[Row[Any]]:
    """Receipts that stand on an order line though the report they were made on is revoked."""
    question = (
        select(_RECEIPT.c.order_number, _RECEIPT.c.line_id, _RECEIPT.c.month, _RECEIPT.c.report_version)
        .join(_ACCOUNT, _ACCOUNT.c.receipt_id == _RECEIPT.c.id)
        .join(
            _REPORT,
            and_(
                _REPORT.c.execution_reference == _RECEIPT.c.execution_reference,
                _REPORT.c.month == _RECEIPT.c.month,
                _REPORT.c.version == _RECEIPT.c.report_version,
            ),
        )
        .where(_REPORT.c.state == ReportState.REVOKED)
    )
    return stream(session, question)


def received_on_revoked_results(session: Session) -> Iterator[Row[Any]]:
    """Orders of results and supplements that are received though their approval is revoked."""
    question = (
        select(_ACCOUNT.c.order_number, _ACCOUNT.c.line_id)
        .join(_PLAN, _PLAN.c.order_number == _ACCOUNT.c.order_number)
        .where(_PLAN.c.state == PlannedState.REVOKED, _ACCOUNT.c.receipt_id.is_not(None))
    )
    return stream(session, question)


def results_with_interruptions(session: Session) -> Iterator[Row[Any]]:
    """Every received result with each interruption of its placement that stands or ended, and its last period's end.

    One row an interruption, those of an order after one another; empty interruption columns where there is none.
    """
    ends_on = (
        select(func.max(_PERIOD.c.ends_on))
        .where(_PERIOD.c.execution_reference == _PLAN.c.execution_reference)
        .scalar_subquery()
    )
    cuts = and_(_CUT.c.execution_reference == _PLAN.c.execution_reference, _CUT.c.state.in_(_KNOWN))
    question = (
        select(
            _PLAN.c.execution_reference,
            _PLAN.c.order_number,
            _PLAN.c.article,
            _PLAN.c.stage,
            _PLAN.c.kind,
            _PLAN.c.outcome_started_on,
            _ORDER.c.price_list_id,
            ends_on.label("placement_ends_on"),
            _CUT.c.effective_on,
            _CUT.c.reason,
            _CUT.c.state,
            _CUT.c.back_on,
        )
        .join(_ORDER, _ORDER.c.number == _PLAN.c.order_number)
        .join(_ACCOUNT, _ACCOUNT.c.order_number == _ORDER.c.number)
        .outerjoin(_CUT, cuts)
        .where(_PLAN.c.article != ArticleKind.SUPPLEMENTARY, _ACCOUNT.c.receipt_id.is_not(None))
        .order_by(_PLAN.c.order_number, _CUT.c.effective_on)
    )
    return stream(session, question)


def last_day_of(session: Session) -> Any:  # noqa: ANN401 - a day, or None before anything is received
    """The last day anything was received or taken back: as far as the books have come."""
    return session.scalar(select(func.max(_RECEIPT.c.received_on)))


def basic_receipts_of(session: Session, reference: str) -> list[Row[Any]]:
    """What is received on the basic orders of one execution reference, with the days that count there."""
    question = (
        select(
            _RECEIPT.c.order_number,
            _RECEIPT.c.line_id,
            _RECEIPT.c.quantity,
            _RECEIPT.c.starts_on,
            _RECEIPT.c.ends_on,
            _ORDER.c.day_convention,
            _LINE.c.quantity.label("ordered"),
            _LINE.c.unit,
            _LINE.c.starts_on.label("line_starts_on"),
            _LINE.c.ends_on.label("line_ends_on"),
        )
        .join(_ACCOUNT, _ACCOUNT.c.receipt_id == _RECEIPT.c.id)
        .join(_ORDER, _ORDER.c.number == _RECEIPT.c.order_number)
        .join(
            _LINE,
            (_LINE.c.order_number == _RECEIPT.c.order_number) & (_LINE.c.line_id == _RECEIPT.c.line_id),
        )
        .where(
            _RECEIPT.c.execution_reference == reference,
            _ORDER.c.article == ArticleKind.BASIC,
            _RECEIPT.c.starts_on.is_not(None),
        )
        .order_by(_RECEIPT.c.starts_on)
    )
    return list(session.execute(question))


def period_starts_of(session: Session, reference: str) -> list[Any]:
    """The first days of a placement's periods, in order."""
    question = select(_PERIOD.c.starts_on).where(_PERIOD.c.execution_reference == reference)
    return list(session.scalars(question.order_by(_PERIOD.c.starts_on)))
