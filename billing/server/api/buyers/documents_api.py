"""Suppliers' documents for the buyer's programs: the list, one with its verdict, and its XML as it came.

Convention: they are read and never decided on: to accept, attest or pay takes a person (decision 141). `updated_after`
follows the feed, so that whoever goes on from the number it was given misses nothing.
"""

from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import exact_bytes, paging
from billing.server.api.base import BEARER, REFUSALS, later, problem, signed_in
from billing.server.api.buyers import reading_documents
from billing.server.api.buyers.told_documents import OneDocument, ToldDocument
from invoicing.documents.listing_queries import DocumentFilter
from invoicing.model import DocumentType, InvoiceState
from operations.event_feed import change_queries, numbering
from web.pages import database_of

router = APIRouter(prefix="/api/v1/documents", tags=["documents"], dependencies=BEARER)

LIMIT_MOST: Final = 200
_KEY_MOST: Final = 2**31 - 1
WRONG: Final = problem("A parameter has a value that is not allowed.")

AskedDocument = Annotated[int, Path(ge=1, le=_KEY_MOST, description="The document's number in the books.")]
AskedReference = Annotated[str, Query(max_length=60, description="One execution reference.")]
AskedSupplier = Annotated[str, Query(max_length=120, description="A supplier's organisation number.")]
AskedNumber = Annotated[str, Query(max_length=120, description="The document's number at its supplier.")]
AskedAfter = Annotated[int, Query(ge=0, le=_KEY_MOST, description="From `next`; not to be made up.")]
AskedLimit = Annotated[int, Query(ge=1, le=LIMIT_MOST, description="How many a page has at most.")]


class DocumentPage(BaseModel):
    """A page of documents, in the order they came."""

    documents: list[ToldDocument] = Field(description="The invoices and credit notes of this page.")
    next: str | None = Field(description="Where the next page is; null on the last. Also in `Link`.")
    updated_cursor: int = Field(description="Ask with `updated_after` from here for what is changed later.")


@router.get(
    "",
    summary="List documents",
    response_model=DocumentPage,
    responses={
        **REFUSALS,
        200: {"description": "A page of documents. `Link` with `rel=next` is where to go on."},
        409: problem("`updated_after` lies beyond what there is: another installation's, or restored books."),
        410: problem("What was changed after `updated_after` is no longer kept: list all documents anew."),
        422: WRONG,
    },
)
def list_documents(
    request: Request,
    state: Annotated[InvoiceState | None, Query(description="The state it is in now.")] = None,
    document_type: Annotated[
        DocumentType | None, Query(description="Invoices alone, or credit notes alone.")
    ] = None,
    supplier: AskedSupplier = "",
    reference: AskedReference = "",
    number: AskedNumber = "",
    received_from: Annotated[date | None, Query(description="Received on this day or later.")] = None,
    received_to: Annotated[date | None, Query(description="Received on this day or earlier.")] = None,
    updated_after: Annotated[
        int | None,
        Query(ge=0, le=_KEY_MOST, description="`updated_cursor` of an answer: only what changed after it."),
    ] = None,
    cursor: AskedAfter = 0,
    limit: AskedLimit = 100,
) -> Response:
    """Invoices and credit notes as they came."""
    signed_in(request, ApiScope.DOCUMENTS_READ)
    wanted = DocumentFilter(
        state=state,
        document_type=document_type,
        supplier=supplier,
        reference=reference,
        number=number,
        received_from=received_from,
        received_to=received_to,
        after=cursor,
    )
    try:
        if updated_after is None:
            page = _whole_page(request, wanted, limit)
        else:
            page = _changed_page(request, wanted, updated_after, limit)
    except OperationalError:
        raise later() from None
    return paging.answered(page, page.next)


@router.get(
    "/{number}",
    summary="Read a document",
    response_model=OneDocument,
    responses={
        **REFUSALS,
        200: {"description": "The document with its verdict, attests, answers and payments."},
        422: WRONG,
    },
)
def read_document(request: Request, number: AskedDocument) -> Response:
    """One document, how it was judged and what came of it."""
    signed_in(request, ApiScope.DOCUMENTS_READ)
    try:
        with database_of(request).reading() as session:
            told = reading_documents.one(request, session, number)
    except OperationalError:
        raise later() from None
    return JSONResponse(told.model_dump(mode="json"))


@router.get(
    "/{number}/document.xml",
    summary="Read a document as it came",
    response_class=Response,
    responses={**REFUSALS, **exact_bytes.answers(reading_documents.XML)},
)
def read_document_xml(request: Request, number: AskedDocument) -> Response:
    """The very bytes."""
    signed_in(request, ApiScope.DOCUMENTS_READ)
    try:
        return reading_documents.xml(request, database_of(request), number)
    except OperationalError:
        raise later() from None


def _whole_page(request: Request, wanted: DocumentFilter, limit: int) -> DocumentPage:
    # What is told of is committed before it is numbered: read the number first, and the documents after it.
    with numbering.reading_numbered(database_of(request)) as session:
        upto = change_queries.last_number(session)
        documents, last = reading_documents.page(session, wanted, limit=limit)
    following = None if last is None else paging.address(request, cursor=str(last))
    return DocumentPage(documents=documents, next=following, updated_cursor=upto)


def _changed_page(request: Request, wanted: DocumentFilter, after: int, limit: int) -> DocumentPage:
    """The documents, as they are now, that something was told about since. Raises CursorTooOld, CursorAhead."""
    with numbering.reading_numbered(database_of(request)) as session:
        changed = change_queries.changed_after(session, after, limit=limit)
        among = replace(wanted, ids=changed.documents)
        documents, _ = reading_documents.page(session, among, limit=None)
    following = paging.address(request, updated_after=str(changed.upto)) if changed.is_more else None
    return DocumentPage(documents=documents, next=following, updated_cursor=changed.upto)
