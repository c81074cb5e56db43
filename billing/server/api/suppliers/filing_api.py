"""Filing the report of a month by the API: the first, a correction of it, or many at once.

Convention: what is filed goes through the use case of the page and of the decision systems' events. A month is filed in
codes of its service, which say nothing of the participant. A correction is a new version: it names the month as it was
read (If-Match), or in a row the version it is to have, so that two never correct the same. What the buyer's policy lets
the system receive by itself is received in a step after the answer's transaction.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, idempotency, row_results, writing
from billing.server.api.base import BEARER
from billing.server.api.row_results import RowResult, Rows
from billing.server.api.suppliers.placements_api import REFERENCE, AskedReference
from billing.server.api.suppliers.receipts_api import MONTH
from billing.server.api.suppliers.reports_api import AskedMonth, month_in
from billing.server.api.suppliers.told_reports import OneReportMonth, report_path
from billing.server.bodies.json_bodies import JsonBody
from foundation.errors import NotThere, Refused
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from operations.idempotency.reply_store import Reply
from orders.model import REPORT_WORDS, Report
from orders.placements import filing
from orders.placements import store as placement_store
from orders.placements.filing import MonthToFile
from orders.register.service_terms import check_code
from orders.terms import Activity
from supplier_portal import month_filing
from supplier_portal.pages.query_params import scope_of
from supplier_portal.queries import placements as placement_queries
from web.pages import database_of, today_of, whole_database_of

router = APIRouter(prefix="/api/v1", tags=["reports"], dependencies=BEARER)

_Month = Annotated[str, Field(pattern=MONTH, description="As 2026-01.")]


class MonthReported(Refused):
    """The month has a report of this version already."""

    def __init__(self, held: Report) -> None:
        super().__init__(
            Text(
                "Månaden %(month)s är redan redovisad: version %(version)s, %(state)s. Läs den, och lämna en "
                "rättelse om den är fel.",
                month=held.month,
                version=held.version,
                state=REPORT_WORDS[held.state],
            )
        )


class ReportedActivities(JsonBody):
    """What was done in the month, in the codes of the service; may be left out, and changes no amount."""

    activities: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Z0-9_]{1,60}$")], ...], Field(max_length=50)
    ] = Field((), description="What was done in the month, in the codes of the service.")


class ReportToFile(ReportedActivities):
    """The first report of a month."""

    execution_reference: Annotated[str, Field(pattern=REFERENCE)]
    month: _Month


class ReportRow(ReportToFile):
    """The report of a month in the version it is to have: 1 for the first, one more than was read for a correction."""

    version: Annotated[int, Field(ge=1, le=1000)] = Field(
        1, description="The version it is to have: 1 for the first, one more for a correction."
    )


class ReportResult(RowResult):
    """What came of a row."""

    execution_reference: str | None
    month: str | None = Field(
        description="The month of the row, as YYYY-MM; null where it could not be read."
    )
    version: int | None = Field(description="The version that was filed; null where none was.")
    href: str | None = Field(description="Where the month is read.")


class ReportAnswer(BaseModel):
    """What came of every row, in its order."""

    done: int
    refused: int
    results: list[ReportResult]


_FILED: dict[int | str, dict[str, object]] = {
    201: {"description": "It is filed.", "headers": writing.LOCATION}
}


@router.post(
    "/reports",
    summary="File the report of a month",
    status_code=201,
    response_model=OneReportMonth,
    responses={**writing.ANSWERS, **_FILED},
    openapi_extra=writing.described(ReportToFile),
)
async def file_report(request: Request) -> Response:
    """File the first report of a month; needs an Idempotency-Key."""
    fresh: list[Report] = []

    def work(session: Session, asked: ReportToFile) -> Reply:
        month = Month.parse(asked.month)
        fresh.append(_file(request, session, MonthToFile(asked.execution_reference, month, 1), asked))
        return _reply(request, session, asked.execution_reference, month)

    return await writing.written(
        request, ReportToFile, ApiScope.REPORT, work=work, then=lambda: _receive(request, fresh)
    )


@router.post(
    "/reports/bulk",
    summary="File the reports of many months",
    response_model=ReportAnswer,
    responses={**writing.ANSWERS, 200: {"description": "What came of every row. Also where none was filed."}},
    openapi_extra=writing.described(row_results.described(ReportRow, "ReportRows")),
)
async def file_reports(request: Request) -> Response:
    """File the reports of many months, row by row; needs an Idempotency-Key."""
    fresh: list[Report] = []

    def work(session: Session, asked: Rows) -> Reply:
        def one(row: ReportRow) -> Report:
            to_file = MonthToFile(row.execution_reference, Month.parse(row.month), row.version)
            return _file(request, session, to_file, row)

        rows, wrong = row_results.each_read(asked, ReportRow)
        done, refused = row_results.each_done(
            session, rows, one, in_order_of=lambda row: (row.execution_reference, row.month, row.version)
        )
        wrong |= refused
        fresh.extend(done.values())
        results = [
            ReportResult(
                index=index,
                refusal=wrong.get(index),
                execution_reference=rows[index].execution_reference if index in rows else None,
                month=rows[index].month if index in rows else None,
                version=done[index].version if index in done else None,
                href=report_path(done[index].execution_reference, done[index].month)
                if index in done
                else None,
            )
            for index in range(len(asked.rows))
        ]
        return idempotency.reply_of(ReportAnswer(done=len(done), refused=len(wrong), results=results))

    return await writing.written(
        request, Rows, ApiScope.REPORT, work=work, then=lambda: _receive(request, fresh)
    )


@router.post(
    "/reports/{reference:path}/{month}/corrections",
    summary="Correct the report of a month",
    status_code=201,
    response_model=OneReportMonth,
    responses={**writing.ANSWERS, **conditional.REFUSALS, **_FILED},
    openapi_extra=writing.described(ReportedActivities, is_matched=True),
)
async def correct_report(request: Request, reference: AskedReference, month: AskedMonth) -> Response:
    """File the next version of a month's report; needs an Idempotency-Key, and the month's ETag in If-Match."""
    fresh: list[Report] = []
    asked_month = Month.parse(month)

    def work(session: Session, asked: ReportedActivities) -> Reply:
        scope, today = scope_of(request.state.person), today_of(request)
        if placement_queries.find(session, scope, reference) is None:
            raise NotThere
        # Held before it is compared, so that what was read is what is corrected.
        placement_store.get(session, reference, lock=True)
        conditional.check(request, month_in(session, scope, reference, asked_month, today=today))
        version = filing.next_version(placement_store.reports(session, reference, asked_month))
        fresh.append(_file(request, session, MonthToFile(reference, asked_month, version), asked))
        return _reply(request, session, reference, asked_month)

    return await writing.written(
        request,
        ReportedActivities,
        ApiScope.REPORT,
        work=work,
        is_matched=True,
        then=lambda: _receive(request, fresh),
    )


def _file(request: Request, session: Session, to_file: MonthToFile, asked: ReportedActivities) -> Report:
    """File this version of the month, as the page does. Raises NotThere, MonthReported, and what refuses it."""
    scope = scope_of(request.state.person)
    if placement_queries.find(session, scope, to_file.execution_reference) is None:
        raise NotThere
    month_filing.check_delivers(scope, to_file.month)
    service = month_filing.service_of(session, to_file.execution_reference)
    for code in asked.activities:
        check_code(code, service.activity_codes, service=service)
    # The placement's row is locked first, so that two who file come one after the other.
    placement_store.get(session, to_file.execution_reference, lock=True)
    for held in placement_store.reports(session, to_file.execution_reference, to_file.month):
        if held.version == to_file.version:
            raise MonthReported(held)
    filed, _ = filing.file_month(
        session,
        to_file,
        activities=[Activity(each) for each in asked.activities],
        at=database_of(request).clock(),
        by=request.state.person.id,
    )
    return filed


def _reply(request: Request, session: Session, reference: str, month: Month) -> Reply:
    told = month_in(session, scope_of(request.state.person), reference, month, today=today_of(request))
    headers = {"Location": report_path(reference, month), "ETag": conditional.etag_of(told)}
    return idempotency.reply_of(told, 201, **headers)


def _receive(request: Request, filed: list[Report]) -> None:
    """Let the system receive what was filed now; a reply that is sent again has filed nothing."""
    month_filing.receive(whole_database_of(request), filed, today=today_of(request))
