"""What a supplier tells the buyer about a placement beside the months, in a code, and takes back until it is read."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, idempotency, paging, writing
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.suppliers.placements_api import SEES, AskedReference
from billing.server.api.suppliers.told_placements import ToldInformative, told_informative
from billing.server.api.writing import Nothing
from billing.server.bodies.json_bodies import JsonBody
from foundation.errors import NotThere
from foundation.sql import Session
from operations.idempotency.reply_store import Reply
from orders.events.data import InformativeReportFiled
from orders.placements import store as placement_store
from orders.placements.informative import informative_reports, informative_store
from orders.placements.informative.informative_store import InformativeReport
from orders.terms import InformativeKind
from supplier_portal.pages.query_params import scope_of
from supplier_portal.queries import placements as placement_queries
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1/placements", tags=["placements"], dependencies=BEARER)

_PATH = "/{reference:path}/informative-reports"
AskedNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="Our number of the report.")]


class InformativeToFile(JsonBody):
    """What the buyer is told, in a code: there is no text, which could name somebody."""

    kind: InformativeKind


@router.post(
    _PATH,
    summary="File an informative report",
    status_code=201,
    response_model=ToldInformative,
    responses={
        **writing.ANSWERS,
        200: {"description": "The same waits to be read already.", "model": ToldInformative},
        201: {"description": "It is filed.", "headers": writing.LOCATION},
    },
    openapi_extra=writing.described(InformativeToFile),
)
async def file_informative_report(request: Request, reference: AskedReference) -> Response:
    """Tell the buyer something about the placement; needs an Idempotency-Key."""

    def work(session: Session, asked: InformativeToFile) -> Reply:
        _check_seen(request, session, reference)
        filed = InformativeReportFiled(
            execution_reference=reference,
            kind=asked.kind,
            at=database_of(request).clock(),
            by=request.state.person.id,
        )
        report, is_new = informative_reports.file(session, filed)
        told = told_informative(report)
        if not is_new:
            return idempotency.reply_of(told)
        return idempotency.reply_of(told, 201, Location=f"{request.url.path}/{report.id}")

    return await writing.written(request, InformativeToFile, ApiScope.REPORT, work=work)


@router.get(
    f"{_PATH}/{{number}}",
    summary="Read an informative report",
    response_model=ToldInformative,
    responses={
        **REFUSALS,
        200: {"description": "The report, and its `ETag`."},
        304: {"description": "It is as `If-None-Match` has it."},
        422: paging.WRONG,
    },
)
def read_informative_report(request: Request, reference: AskedReference, number: AskedNumber) -> Response:
    """Whether it waits, or has been read or withdrawn."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            _check_seen(request, session, reference)
            report = _found(session, reference, number)
    except OperationalError:
        raise later() from None
    return conditional.answered(request, told_informative(report))


@router.post(
    f"{_PATH}/{{number}}/withdraw",
    summary="Withdraw an informative report",
    response_model=ToldInformative,
    responses={**writing.ANSWERS, **conditional.REFUSALS, 200: {"description": "It is withdrawn."}},
    openapi_extra=writing.described(Nothing, is_matched=True),
)
async def withdraw_informative_report(
    request: Request, reference: AskedReference, number: AskedNumber
) -> Response:
    """Take it back before it is read; needs an Idempotency-Key and If-Match."""

    def work(session: Session, _: Nothing) -> Reply:
        _check_seen(request, session, reference)
        placement_store.get(session, reference, lock=True)
        held = _found(session, reference, number)
        conditional.check(request, told_informative(held))
        person, today = request.state.person, today_of(request)
        told = told_informative(informative_reports.withdraw(session, held.id, by=person.id, today=today))
        return idempotency.reply_of(told, ETag=conditional.etag_of(told))

    return await writing.written(request, Nothing, ApiScope.REPORT, work=work, is_matched=True)


def _check_seen(request: Request, session: Session, reference: str) -> None:
    if placement_queries.find(session, scope_of(request.state.person), reference) is None:
        raise NotThere


def _found(session: Session, reference: str, number: int) -> InformativeReport:
    report = informative_store.find(session, number)
    if report is None or report.execution_reference != reference:
        raise NotThere
    return report
