"""What is asked about filed reports by those who judge them: the worklist, and what each report is judged by."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, distinct, func, select, tuple_

from foundation.money import Quantity
from foundation.periods import Month, Period
from foundation.sql import Session
from orders import tables as order_tables
from orders.model import LineState, Report, ReportState
from orders.placements import filing
from orders.placements import store as placement_store
from orders.placements.report_checks import ReportedLine, ReportFacts
from orders.placements.store import report_of
from orders.terms import ArticleKind
from orders.workdays import DayRule

_REPORT, _PLACEMENT = order_tables.periodic_report, order_tables.placement
_ORDER, _LINE, _ACCOUNT = order_tables.purchase_order, order_tables.order_line, order_tables.line_account


@dataclass(frozen=True, slots=True)
class FiledFilter:
    """What the worklist is limited to; empty where not. `state` says which reports are shown."""

    state: ReportState = ReportState.FILED
    supplier: str = ""
    unit: str = ""
    month: Month | None = None
    reference: str = ""


def count(session: Session, wanted: FiledFilter) -> int:
    """How many reports the filter lets through."""
    question = _listed(wanted).with_only_columns(func.count(), maintain_column_froms=True)
    return session.execute(question).scalar_one()


def filed(
    session: Session, wanted: FiledFilter, *, days: int, limit: int = 1000, offset: int = 0
) -> list[ReportFacts]:
    """The reports of the worklist, those that have waited longest first; of judged ones the newest first.

    `days` as the buyer's policy has it.
    """
    waiting = wanted.state is ReportState.FILED
    question = _listed(wanted).order_by(
        _REPORT.c.filed_on if waiting else _REPORT.c.decided_on.desc(),
        _REPORT.c.month,
        _REPORT.c.execution_reference,
        _REPORT.c.version,
    )
    rows = session.execute(question.limit(limit).offset(offset))
    return facts_of(session, [report_of(row) for row in rows], days=days)


def suppliers(session: Session) -> list[tuple[str, str]]:
    """Whose reports wait: (supplier, unit), for the filter."""
    question = (
        select(_PLACEMENT.c.supplier, _PLACEMENT.c.unit_id)
        .join(_REPORT, _REPORT.c.execution_reference == _PLACEMENT.c.execution_reference)
        .where(_REPORT.c.state == ReportState.FILED)
        .distinct()
        .order_by(_PLACEMENT.c.supplier, _PLACEMENT.c.unit_id)
    )
    return [(row.supplier, row.unit_id) for row in session.execute(question)]


def since(session: Session, day: date, *, days: int, limit: int) -> list[ReportFacts]:
    """The reports filed since `day`, whatever became of them, the newest first."""
    question = select(_REPORT).where(_REPORT.c.filed_on >= day)
    newest = question.order_by(_REPORT.c.filed_on.desc(), _REPORT.c.execution_reference, _REPORT.c.version)
    rows = session.execute(newest.limit(limit))
    return facts_of(session, [report_of(row) for row in rows], days=days)


def facts_of(session: Session, reports: Sequence[Report], *, days: int) -> list[ReportFacts]:
    """What each report is judged by, in the order given; `days` as the buyer's policy has it."""
    lines = _lines(session, {each.execution_reference for each in reports})
    alike = _alike(session, reports)
    return [
        ReportFacts(
            report=report,
            placement=placement_store.get(session, report.execution_reference),
            lines=tuple(lines[report.execution_reference, report.month]),
            alike=alike.get((report.execution_reference, str(report.month), report.version), 0),
            file_by=filing.file_by(report.month, days=days),
        )
        for report in reports
    ]


def _listed(wanted: FiledFilter) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [_REPORT.c.state == wanted.state]
    if wanted.supplier:
        conditions.append(_PLACEMENT.c.supplier == wanted.supplier)
    if wanted.unit:
        conditions.append(_PLACEMENT.c.unit_id == wanted.unit)
    if wanted.month is not None:
        conditions.append(_REPORT.c.month == str(wanted.month))
    if wanted.reference:
        conditions.append(_REPORT.c.execution_reference == wanted.reference)
    return (
        select(_REPORT)
        .join(_PLACEMENT, _PLACEMENT.c.execution_reference == _REPORT.c.execution_reference)
        .where(*conditions)
    )


def _lines(session: Session, references: set[str]) -> dict[tuple[str, Month], list[ReportedLine]]:
    """The basic order lines of these placements, by the month they lie in."""
    question = (
        select(_LINE, _ORDER.c.execution_reference, _ORDER.c.day_convention, _ACCOUNT.c.state)
        .join_from(_LINE, _ORDER, _ORDER.c.number == _LINE.c.order_number)
        .join(
            _ACCOUNT,
            (_ACCOUNT.c.order_number == _LINE.c.order_number) & (_ACCOUNT.c.line_id == _LINE.c.line_id),
        )
        .where(_ORDER.c.execution_reference.in_(references), _ORDER.c.article == ArticleKind.BASIC)
        .order_by(_LINE.c.order_number, _LINE.c.line_id)
    )
    found: dict[tuple[str, Month], list[ReportedLine]] = defaultdict(list)
    for row in session.execute(question):
        found[row.execution_reference, Month.of(row.starts_on)].append(
            ReportedLine(
                order_number=row.order_number,
                line_id=row.line_id,
                period=Period(row.starts_on, row.ends_on),
                ordered=Quantity(row.quantity, row.unit),
                rule=DayRule.parse(row.day_convention),
                state=LineState(row.state),
            )
        )
    return found


def _alike(session: Session, reports: Sequence[Report]) -> dict[tuple[str, str, int], int]:
    """For how many participants the same was told, by reference, month and version."""
    other, others_placement = _REPORT.alias("other"), _PLACEMENT.alias("others_placement")
    same = (
        select(func.count(distinct(other.c.execution_reference)))
        .select_from(other)
        .join(others_placement, others_placement.c.execution_reference == other.c.execution_reference)
        .where(
            other.c.month == _REPORT.c.month,
            other.c.filed_on == _REPORT.c.filed_on,
            other.c.filed_by == _REPORT.c.filed_by,
            other.c.activities == _REPORT.c.activities,
            others_placement.c.unit_id == _PLACEMENT.c.unit_id,
        )
        .correlate(_REPORT, _PLACEMENT)
        .scalar_subquery()
    )
    keys = [(each.execution_reference, str(each.month), each.version) for each in reports if each.activities]
    if not keys:
        return {}
    question = (
        select(_REPORT.c.execution_reference, _REPORT.c.month, _REPORT.c.version, same.label("participants"))
        .join(_PLACEMENT, _PLACEMENT.c.execution_reference == _REPORT.c.execution_reference)
        .where(tuple_(_REPORT.c.execution_reference, _REPORT.c.month, _REPORT.c.version).in_(keys))
    )
    return {
        (row.execution_reference, row.month, row.version): row.participants
        for row in session.execute(question)
    }
