"""Oversight (tillsyn) by the API: an auditor's program reads cases, documents and the journal of a period.

Convention: nothing here changes anything but the journal, where each read stands before it is answered
(`auditing.journalled`). An order counts by the day it was placed, a document by the day it was received, a row of the
journal by its moment; what lies outside the period does not exist. A case is handed out whole or not at all, since it
proves itself only whole.
"""

from datetime import date
from operator import attrgetter
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError

from audit import case_queries, journal_queries
from audit import cases as audit_cases
from audit.cases import NoCase
from audit.journal_queries import Sought
from billing.server.api import exact_bytes, paging
from billing.server.api.base import BEARER, REFUSALS, later, problem
from billing.server.api.buyers import reading_documents, told_audit
from billing.server.api.buyers.auditing import auditor_of, journalled
from billing.server.api.buyers.documents_api import (
    WRONG,
    AskedAfter,
    AskedDocument,
    AskedLimit,
    AskedNumber,
    AskedReference,
    AskedSupplier,
)
from billing.server.api.buyers.told_audit import AuditedDocuments, CasePage, JournalPage, ToldCase
from billing.server.api.buyers.told_documents import OneDocument
from foundation.errors import NotThere, Refused
from foundation.periods import Period
from foundation.text import Text
from invoicing.documents.listing_queries import DocumentFilter
from invoicing.model import InvoiceState
from operations.timeline import queries as timeline_queries
from web.pages import database_of

router = APIRouter(prefix="/api/v1/audit", tags=["oversight"], dependencies=[*BEARER, Depends(journalled)])

_REFERENCE: Final = r"^[^/\x00-\x1f\x7f]{1,60}$"
AskedCase = Annotated[str, Path(pattern=_REFERENCE, description="The execution reference.")]


class CaseReachesOutside(Refused):
    """The case has orders or documents outside the auditor's period, and cannot be handed out in part."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(
            Text(
                "Ärendet har ordrar eller fakturor från %(first)s till %(last)s, utanför perioden, och lämnas bara ut "
                "helt. Be köparen om en klient för den perioden.",
                first=first,
                last=last,
            )
        )


@router.get(
    "/cases",
    summary="List cases of the period",
    response_model=CasePage,
    responses={**REFUSALS, 200: {"description": "A page of references."}, 422: WRONG},
)
def list_audit_cases(
    request: Request,
    cursor: Annotated[str, Query(max_length=60, description="From `next`.")] = "",
    limit: AskedLimit = 100,
) -> Response:
    """The cases with an order placed or a document received in the period."""
    try:
        with database_of(request).reading() as session:
            seen = auditor_of(request).seen
            found = case_queries.references_within(session, seen, after=cursor, limit=limit + 1)
    except OperationalError:
        raise later() from None
    shown, following = paging.page_of(request, found, limit, str)
    page = CasePage(cases=list(shown), next=following)
    return paging.answered(page, following)


@router.get(
    "/cases/{reference}",
    summary="Read a case",
    response_model=ToldCase,
    responses={**REFUSALS, 200: {"description": "What the period has of the case."}, 422: WRONG},
)
def read_audit_case(request: Request, reference: AskedCase) -> Response:
    """The orders and documents of a case that the period has."""
    seen = auditor_of(request).seen
    try:
        with database_of(request).reading() as session:
            days = case_queries.days_of(session, reference)
            orders = timeline_queries.orders_of(session, reference)
            documents, _ = reading_documents.page(
                session, DocumentFilter(reference=reference), seen=seen, limit=None
            )
    except OperationalError:
        raise later() from None
    told = [told_audit.order(each) for each in orders if seen.start <= each.issued_on <= seen.end]
    if days is None or not (told or documents):
        raise NotThere
    case = ToldCase(
        execution_reference=reference,
        first_day=days[0],
        last_day=days[1],
        is_within=_is_within(days, seen),
        orders=told,
        documents=documents,
        href_zip=f"{router.prefix}/cases/{quote(reference, safe='')}/case.zip",
    )
    return JSONResponse(case.model_dump(mode="json"))


@router.get(
    "/cases/{reference}/case.zip",
    summary="Have a case handed out",
    response_class=Response,
    responses={
        **REFUSALS,
        200: {
            "description": "The case as a ZIP that verifies by itself.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        409: problem("Some of the case lies outside the period, and it is handed out whole or not at all."),
        422: WRONG,
    },
)
def read_audit_case_file(request: Request, reference: AskedCase) -> Response:
    """The complete case, with its journal, as the page of oversight hands it out."""
    auditor = auditor_of(request)
    try:
        with database_of(request).writing() as session:
            days = case_queries.days_of(session, reference)
            if days is None or days[1] < auditor.seen.start or auditor.seen.end < days[0]:
                raise NotThere
            if not _is_within(days, auditor.seen):
                raise CaseReachesOutside(*days)
            try:
                body = audit_cases.export(session, reference, by=auditor.client.actor)
            except NoCase:
                raise NotThere from None
    except OperationalError:
        raise later() from None
    named = {"Content-Disposition": f"attachment; filename*=UTF-8''case-{quote(reference, safe='')}.zip"}
    return Response(body, media_type="application/zip", headers=named)


@router.get(
    "/documents",
    summary="List documents of the period",
    response_model=AuditedDocuments,
    responses={**REFUSALS, 200: {"description": "A page of documents."}, 422: WRONG},
)
def list_audit_documents(
    request: Request,
    state: Annotated[InvoiceState | None, Query(description="The state it is in now.")] = None,
    supplier: AskedSupplier = "",
    reference: AskedReference = "",
    number: AskedNumber = "",
    received_from: Annotated[date | None, Query(description="Received on this day or later.")] = None,
    received_to: Annotated[date | None, Query(description="Received on this day or earlier.")] = None,
    cursor: AskedAfter = 0,
    limit: AskedLimit = 100,
) -> Response:
    """Invoices and credit notes received in the period."""
    wanted = DocumentFilter(
        state=state,
        supplier=supplier,
        reference=reference,
        number=number,
        received_from=received_from,
        received_to=received_to,
        after=cursor,
    )
    try:
        with database_of(request).reading() as session:
            documents, last = reading_documents.page(
                session, wanted, seen=auditor_of(request).seen, limit=limit
            )
    except OperationalError:
        raise later() from None
    following = None if last is None else paging.address(request, cursor=str(last))
    page = AuditedDocuments(documents=documents, next=following)
    return paging.answered(page, following)


@router.get(
    "/documents/{number}",
    summary="Read a document and how it was judged",
    response_model=OneDocument,
    responses={**REFUSALS, 200: {"description": "The document with every judgement of it."}, 422: WRONG},
)
def read_audit_document(request: Request, number: AskedDocument) -> Response:
    """One document, why it stands as it stands, and what came of it."""
    try:
        with database_of(request).reading() as session:
            told = reading_documents.one(request, session, number, seen=auditor_of(request).seen)
    except OperationalError:
        raise later() from None
    return JSONResponse(told.model_dump(mode="json"))


@router.get(
    "/documents/{number}/document.xml",
    summary="Read a document of the period as it came",
    response_class=Response,
    responses={**REFUSALS, **exact_bytes.answers(reading_documents.XML)},
)
def read_audit_document_xml(request: Request, number: AskedDocument) -> Response:
    """The very bytes."""
    try:
        return reading_documents.xml(request, database_of(request), number, seen=auditor_of(request).seen)
    except OperationalError:
        raise later() from None


@router.get(
    "/journal",
    summary="Read the journal of the period",
    response_model=JournalPage,
    responses={**REFUSALS, 200: {"description": "A page of rows."}, 422: WRONG},
)
def read_audit_journal(
    request: Request,
    reference: AskedReference = "",
    action: Annotated[str, Query(max_length=60, description="One action, as `invoice.judged`.")] = "",
    since: Annotated[date | None, Query(description="What was written on this day or later.")] = None,
    until: Annotated[date | None, Query(description="What was written on this day or earlier.")] = None,
    cursor: AskedAfter = 0,
    limit: AskedLimit = 100,
) -> Response:
    """Who did what, when and why; with the hash and place by which the rows are proved."""
    seen = auditor_of(request).seen
    sought = Sought(
        text=reference,
        action=action,
        since=max(since or seen.start, seen.start),
        until=min(until or seen.end, seen.end),
    )
    try:
        with database_of(request).reading() as session:
            found = journal_queries.after(session, sought, cursor, limit=limit + 1)
    except OperationalError:
        raise later() from None
    shown, following = paging.page_of(request, found, limit, attrgetter("sequence"))
    page = JournalPage(rows=[told_audit.row(each) for each in shown], next=following)
    return paging.answered(page, following)


def _is_within(days: tuple[date, date], seen: Period) -> bool:
    return seen.start <= days[0] and days[1] <= seen.end
