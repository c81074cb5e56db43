"""The months of a supplier's placements and their reports: what is due until when, what was filed, and what came of it.

Convention: a month is due when its days are over and nothing stands filed or approved for it; it becomes so by the
calendar. One that was sent back is both due and filed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, paging
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.paging import (
    Cursor,
    Limit,
    Listing,
    Next,
    UpdatedAfter,
    UpdatedCursor,
    UpdatedReferences,
)
from billing.server.api.suppliers import told_reports
from billing.server.api.suppliers.placements_api import AskedReference, WantedReference, WantedUnit
from billing.server.api.suppliers.receipts_api import MONTH, WantedMonth
from billing.server.api.suppliers.told_reports import OneReportMonth, ToldReportMonth
from foundation.errors import NotThere
from foundation.periods import Month
from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from orders.placements import filing
from orders.placements import store as placement_store
from orders.register.service_terms import Service
from supplier_portal import month_filing
from supplier_portal.pages.query_params import register_of, scope_of
from supplier_portal.queries import order_changes
from supplier_portal.queries import placements as placement_queries
from supplier_portal.queries import reports as report_queries
from supplier_portal.queries.reports import DueMonth, FiledMonth, MonthKey, ReportFilter, ReportsAre
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1", tags=["reports"], dependencies=BEARER)

SEES: Final = (ApiScope.REPORT, ApiScope.VIEW)
AskedMonth = Annotated[str, Path(pattern=MONTH, description="As 2026-01.")]


class ReportPage(BaseModel):
    """A page of months, the oldest first."""

    reports: list[ToldReportMonth] = Field(description="The months of this page, the oldest first.")
    next: Next
    updated_cursor: UpdatedCursor
    updated_references: UpdatedReferences


@router.get(
    "/reports",
    summary="List months and their reports",
    response_model=ReportPage,
    responses={**REFUSALS, **paging.REFUSALS, 200: {"description": f"A page of months. {paging.PAGE}"}},
)
def list_reports(
    request: Request,
    state: Annotated[
        Literal["due", "filed", "approved", "rejected", "revoked"] | None,
        Query(description="`due`: its report is to be filed now; the others are of the newest version."),
    ] = None,
    reference: WantedReference = None,
    month: WantedMonth = None,
    unit: WantedUnit = None,
    updated_after: UpdatedAfter = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """The months that are due, and those with a report, of the placements that the client may see."""
    signed_in(request, *SEES)
    scope, today = scope_of(request.state.person), today_of(request)
    wanted = ReportFilter(
        state=ReportsAre(state) if state not in (None, "due") else None,
        month=Month.parse(month) if month else None,
        unit=unit or "",
        reference=reference or "",
        after=_key(cursor) if cursor else None,
    )

    def told(session: Session, asked: ReportFilter, most: int | None) -> list[ToldReportMonth]:
        shows_due, shows_filed = state in (None, "due"), state != "due"
        return _told(session, scope, asked, most, today, shows_due=shows_due, shows_filed=shows_filed)

    def changed(session: Session, cases: Sequence[str]) -> list[ToldReportMonth]:
        return told(session, replace(wanted, references=tuple(cases)), None)

    listing = Listing(
        order_changes.of_placements(scope),
        lambda session: told(session, wanted, limit + 1),
        lambda row: f"{row.month}~{row.execution_reference}",
        changed,
    )
    page = paging.found(request, listing, limit=limit, updated_after=updated_after)
    answer = ReportPage(
        reports=list(page.rows),
        next=page.next,
        updated_cursor=page.updated_cursor,
        updated_references=page.updated_references,
    )
    return paging.answered(answer, page.next)


@router.get(
    "/reports/{reference:path}/{month}",
    summary="Read a month and its reports",
    response_model=OneReportMonth,
    responses={
        **REFUSALS,
        200: {"description": "The month with its order lines and versions, and its `ETag`."},
        304: {"description": "It is as `If-None-Match` has it."},
        422: paging.WRONG,
    },
)
def read_report(request: Request, reference: AskedReference, month: AskedMonth) -> Response:
    """One month of one placement."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            scope = scope_of(request.state.person)
            told = month_in(session, scope, reference, Month.parse(month), today=today_of(request))
    except OperationalError:
        raise later() from None
    return conditional.answered(request, told)


def month_in(session: Session, scope: Scope, reference: str, month: Month, *, today: date) -> OneReportMonth:
    """A month of a placement within the scope: one that has an order line or a report. Raises NotThere."""
    placement = placement_queries.find(session, scope, reference)
    if placement is None:
        raise NotThere
    versions = placement_store.reports(session, reference, month)
    lines = month_filing.lines_of(session, placement, month)
    if not versions and not lines:
        raise NotThere
    register = register_of(session)
    service, days = register.service(placement.service), register.policy.days_until_report_reminder
    wanted = ReportFilter(reference=reference, month=month)
    due = report_queries.due_among(session, scope, wanted, today=today, days=days, limit=1)
    newest = filing.standing_report(versions)
    told = told_reports.told_month(
        reference,
        month,
        placement.unit.id,
        newest,
        service,
        is_due=bool(due),
        file_by=filing.file_by(month, days=days),
        today=today,
    )
    return told_reports.one_month(told, versions, lines, service)


def _told(
    session: Session,
    scope: Scope,
    wanted: ReportFilter,
    most: int | None,
    today: date,
    *,
    shows_due: bool,
    shows_filed: bool,
) -> list[ToldReportMonth]:
    """The first `most` months of the filter, due or filed, in the order of months and references."""
    register = register_of(session)
    days = register.policy.days_until_report_reminder
    due: dict[MonthKey, DueMonth] = {}
    filed: dict[MonthKey, FiledMonth] = {}
    if shows_filed:
        for report in report_queries.filed_in_order(session, scope, wanted, limit=most):
            filed[str(report.report.month), report.report.execution_reference] = report
    if shows_due:
        for each in report_queries.due_among(session, scope, wanted, today=today, days=days, limit=most):
            due[str(each.month), each.execution_reference] = each
    keys = sorted(due.keys() | filed.keys())[:most]
    # One that was sent back is due as well, whichever of the two was asked for.
    both = replace(wanted, after=None, references=tuple(dict.fromkeys(key[1] for key in keys)))
    if not shows_due:
        due = {
            (str(each.month), each.execution_reference): each
            for each in report_queries.due_among(session, scope, both, today=today, days=days, limit=None)
        }
    references = [key[1] for key in keys]
    services = placement_queries.service_of_each(session, references)
    return [
        _month(key, due.get(key), filed.get(key), register.service(services[key[1]]), days, today)
        for key in keys
    ]


def _month(
    key: MonthKey,
    due: DueMonth | None,
    filed: FiledMonth | None,
    service: Service,
    days: int,
    today: date,
) -> ToldReportMonth:
    month = Month.parse(key[0])
    newest = filed.report if filed is not None else due.newest if due is not None else None
    unit = filed.unit_id if filed is not None else due.unit_id if due is not None else ""
    return told_reports.told_month(
        key[1],
        month,
        unit,
        newest,
        service,
        is_due=due is not None,
        file_by=filing.file_by(month, days=days),
        today=today,
    )


def _key(cursor: str) -> MonthKey:
    """Where the page before ended, as `next` has it."""
    month, _, reference = cursor.partition("~")
    return month, reference
