"""The desk's worklist for programs: what needs a person, since when, by when, and what to do about it.

Convention: the parts of the worklist and their words are those of the finance desk's page. It is read here and worked
on there: what stands in it is there because a person must decide.
"""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import paging
from billing.server.api.base import BEARER, REFUSALS, later, problem, signed_in
from billing.server.api.buyers import told_exceptions
from billing.server.api.buyers.documents_api import (
    WRONG,
    AskedLimit,
    AskedReference,
    AskedSupplier,
)
from billing.server.api.buyers.told_exceptions import OF_DOCUMENTS, ExceptionPage, ListedKind, ToldException
from finance_desk import queue_words
from finance_desk.words import cause_name
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import protected_store
from invoicing.documents import store as document_store
from invoicing.exceptions import aside_queries, queue_queries, report_queries
from invoicing.exceptions.queue import QueueFilter, QueuePart
from invoicing.matching.causes import cause as cause_of
from operations.mail import mail_queries
from orders.placements import start_queries
from web.pages import database_of, today_of
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

router = APIRouter(prefix="/api/v1/exceptions", tags=["exceptions"], dependencies=BEARER)

# Of documents the day and number of the last one; of other things how many have been told.
_CURSOR: Final = rf"^({paging.DAY}\.)?[0-9]{{1,9}}$"


@router.get(
    "",
    summary="Read the worklist",
    response_model=ExceptionPage,
    responses={
        **REFUSALS,
        200: {"description": "One part of the worklist. `Link` with `rel=next` is where to go on."},
        409: problem("The filters are of documents, and another kind is asked for."),
        422: WRONG,
    },
)
def list_exceptions(
    request: Request,
    kind: Annotated[ListedKind, Query(description="The part of the worklist.")] = ListedKind.EXCEPTIONS,
    cause: Annotated[str, Query(max_length=40, description="One code of deviation; of documents.")] = "",
    supplier: AskedSupplier = "",
    reference: AskedReference = "",
    age_days: Annotated[int, Query(ge=0, le=9999, description="At least so many days old.")] = 0,
    cursor: Annotated[
        str | None, Query(pattern=_CURSOR, description="From `next`; not to be made up.")
    ] = None,
    limit: AskedLimit = 100,
) -> Response:
    """What needs a person: one part of the desk's queue, and how many things lie in the others."""
    signed_in(request, ApiScope.DOCUMENTS_READ)
    today = today_of(request)
    try:
        with database_of(request).reading() as session:
            counts = dict(queue_queries.counts(session, today=today))
            counts[QueuePart.POST] += mail_queries.count_stuck(session)
            if kind in OF_DOCUMENTS:
                wanted = QueueFilter(
                    part=QueuePart(kind.value),
                    cause=cause,
                    supplier=supplier,
                    text=reference,
                    days=age_days,
                    after=_document_place(cursor),
                )
                items, last = _documents(session, kind, wanted, today=today, limit=limit)
            else:
                _refuse_filters(cause, supplier, reference, age_days)
                told_before = 0 if cursor is None or "." in cursor else int(cursor)
                found = _others(session, kind, today=today, limit=limit + 1, offset=told_before)
                items = found[:limit]
                last = str(told_before + limit) if len(found) > limit else None
    except OperationalError:
        raise later() from None
    following = None if last is None else paging.address(request, cursor=last)
    explained = queue_words.EXPLAINED[QueuePart(kind.value)]
    page = ExceptionPage(
        kind=kind,
        what_to_do_sv=explained.sv,
        what_to_do_en=explained.en,
        items=items,
        counts=[told_exceptions.count(part, many) for part, many in counts.items()],
        next=following,
    )
    return paging.answered(page, following)


def _documents(
    session: Session, kind: ListedKind, wanted: QueueFilter, *, today: date, limit: int
) -> tuple[list[ToldException], str | None]:
    """A page of documents, and the place after which there are more."""
    found = queue_queries.items(session, wanted, today=today, limit=limit + 1)
    rows = found[:limit]
    hidden = protected_store.among(session, [row.id for row in rows])
    judged = document_store.latest_matches(session, [row.id for row in rows])
    items = []
    for row in rows:
        if row.id in hidden and wanted.text:
            continue
        named = cause_of(row.codes, judged.get(row.id)) or _cause_name(kind, row.cause)
        items.append(told_exceptions.document(kind, row, named, apart=row.id in hidden, today=today))
    last = f"{rows[-1].received_on.toordinal()}.{rows[-1].id}" if len(found) > limit else None
    return items, last


def _others(
    session: Session, kind: ListedKind, *, today: date, limit: int, offset: int
) -> list[ToldException]:
    """What is no document, as its page lists it: reports the oldest first, all else the newest first."""
    match kind:
        case ListedKind.REPORTS:
            reports = report_queries.waiting(session, today=today, limit=limit, offset=offset)
            return [told_exceptions.report(each, today) for each in reports]
        case ListedKind.EVENTS:
            return [
                told_exceptions.event(each, today)
                for each in aside_queries.events(session, limit=limit, offset=offset)
            ]
        case ListedKind.MESSAGES:
            aside = aside_queries.messages(session, limit=limit, offset=offset)
            return [told_exceptions.message(each, today) for each in aside]
        case _:
            starts = start_queries.listed(session, today=today, limit=limit, offset=offset)
            return [told_exceptions.start(each) for each in starts]


def _cause_name(kind: ListedKind, code: str) -> Text:
    return queue_words.credit_cause(code) if kind is ListedKind.CREDITS else cause_name(code)


def _document_place(cursor: str | None) -> tuple[date, int] | None:
    """The day and number in a cursor; None where it counts what was told before."""
    day, _, number = (cursor or "").partition(".")
    return (date.fromordinal(int(day)), int(number)) if number else None


def _refuse_filters(*given: object) -> None:
    if any(given):
        raise ProblemResponse(
            ProblemCode.QUESTION_WITHOUT_ANSWER,
            Text(
                "cause, supplier, reference och age_days väljer bland fakturor och kreditfakturor. Fråga utan dem, "
                "eller efter en annan kind."
            ),
        )
