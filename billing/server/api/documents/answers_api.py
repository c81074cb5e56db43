"""The buyer's answers to a supplier's documents: Invoice Responses, and what was said of what came into no book."""

from datetime import date
from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from billing.server.api import exact_bytes, paging
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.documents.documents_api import SEES
from billing.server.api.documents.told_documents import DOCUMENTS
from billing.server.api.paging import WRONG, Limit, Next
from foundation.errors import NotThere
from invoicing.responses.answer_words import answer_name
from peppol.exchange.tables import OutState
from peppol.identifiers import DocumentKind
from supplier_portal.pages.query_params import scope_of
from supplier_portal.queries import answers
from supplier_portal.queries.answers import SentAnswer
from web.pages import database_of

router = APIRouter(prefix="/api/v1", tags=["answers"], dependencies=BEARER)

AnswerId = Annotated[int, Path(description="`id` of an answer.")]

_ANSWERS = "/api/v1/answers"


class ToldAnswer(BaseModel):
    """An answer of the buyer's."""

    id: int
    kind: DocumentKind = Field(
        description="`invoice-response`: to a document in the books. `mlr`, `mls`: to one that broke a rule."
    )
    code: str | None = Field(description="What an Invoice Response answers (UNCL4343); null of others.")
    meaning_sv: str | None
    meaning_en: str | None
    document: str | None = Field(description="Where the document is read that it answers.")
    message: int | None = Field(description="The number of the message, of one that came into no book.")
    issued_on: date
    state: OutState = Field(description="How far the message with it has come; IN_PORTAL is read here alone.")
    sha256: str
    href: str = Field(description="Where the message is, as it was sent.")


class AnswerPage(BaseModel):
    """A page of answers, the oldest first."""

    answers: list[ToldAnswer] = Field(description="The answers of this page, the oldest first.")
    next: Next


@router.get(
    "/answers",
    summary="List the buyer's answers",
    response_model=AnswerPage,
    responses={**REFUSALS, 200: {"description": "A page of answers."}, 422: WRONG},
)
def list_answers(
    request: Request,
    document: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="The id of a document under `/invoices`.")
    ] = None,
    issued_from: Annotated[date | None, Query(description="Issued on this day or later.")] = None,
    issued_to: Annotated[date | None, Query(description="Issued on this day or earlier.")] = None,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1, description="From `next`; not to be made up.")] = 0,
    limit: Limit = 100,
) -> Response:
    """The answers to what the client may see."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            rows = answers.listed(
                session,
                scope_of(request.state.person),
                after=cursor,
                document=document,
                first=issued_from,
                last=issued_to,
                limit=limit + 1,
            )
    except OperationalError:
        raise later() from None
    shown, following = paging.page_of(request, rows, limit, attrgetter("sequence"))
    page = AnswerPage(answers=[_told(each) for each in shown], next=following)
    return paging.answered(page, page.next)


@router.get(
    "/answers/{answer_id:int}",
    summary="Read an answer",
    response_model=ToldAnswer,
    responses={**REFUSALS, 200: {"description": "The answer."}, 422: WRONG},
)
def read_answer(request: Request, answer_id: AnswerId) -> Response:
    """One answer; the document that it answers says why."""
    answer, _ = _found(request, answer_id)
    return JSONResponse(_told(answer).model_dump(mode="json"))


@router.get(
    "/answers/{answer_id:int}/answer.xml",
    summary="Read the message of an answer",
    response_class=Response,
    responses={**REFUSALS, **exact_bytes.answers("application/xml"), 422: WRONG},
)
def read_answer_xml(request: Request, answer_id: AnswerId) -> Response:
    """The very bytes, as they are sent over Peppol to whoever takes answers there."""
    answer, body = _found(request, answer_id)
    return exact_bytes.answer(
        request, body, answer.sha256, name=f"answer-{answer.sequence}.xml", media_type="application/xml"
    )


def _found(request: Request, answer_id: int) -> tuple[SentAnswer, bytes]:
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            found = answers.find(session, scope_of(request.state.person), answer_id)
    except OperationalError:
        raise later() from None
    if found is None:
        raise NotThere
    return found


def _told(answer: SentAnswer) -> ToldAnswer:
    meaning = answer_name(answer.code) if answer.code else None
    return ToldAnswer(
        id=answer.sequence,
        kind=answer.kind,
        code=answer.code or None,
        meaning_sv=meaning.sv if meaning else None,
        meaning_en=meaning.en if meaning else None,
        document=f"{DOCUMENTS}/{answer.document}" if answer.document is not None else None,
        message=answer.message,
        issued_on=answer.issued_on,
        state=answer.state,
        sha256=answer.sha256,
        href=f"{_ANSWERS}/{answer.sequence}/answer.xml",
    )
