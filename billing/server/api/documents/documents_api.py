"""A supplier's invoices and credit notes in the buyer's books: the list, one with its story, its bytes and its PDF.

Convention: both kinds stand in one list, as on the portal's page, since both go one way; `type` tells them apart. Who
sees which is the portal's own question; another's document does not exist. `updated_after` follows the feed, so that
whoever goes on from the number it was given misses nothing (decision 140).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import exact_bytes, paging
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, signed_in
from billing.server.api.documents import told_documents
from billing.server.api.documents.told_documents import OneInvoice, ToldInvoice
from billing.server.api.paging import Limit, Next, UpdatedAfter, UpdatedCursor
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.documents import view as document_view
from invoicing.matching.deviations import Match
from invoicing.model import DocumentType, InvoiceState, SupplierInvoice
from invoicing.payment import paid_to
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.queries import InvoiceFilter
from operations.event_feed import change_queries, numbering
from orders.register import store as register_store
from peppol.exchange import inbox_store
from supplier_portal.pages.forms import actor_of, as_pdf, held_of
from supplier_portal.queries import account_entries, order_changes
from supplier_portal.queries.invoice_steps import story
from web import problems
from web.invoice_pdf import part_of, pdf_of
from web.pages import database_of, today_of, whole_database_of

router = APIRouter(prefix="/api/v1", tags=["invoices"], dependencies=BEARER)

SEES: Final = (ApiScope.REPORT, ApiScope.VIEW)
"""Who reads documents: as on the portal's pages, whoever reports or reads everything."""

InvoiceId = Annotated[int, Path(description="`id` of an invoice or credit note.")]

_WORD: Final = 120
PDF: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "description": "The document as a person reads it.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    },
    409: problem("What came cannot be shown as a document; read its bytes."),
}


class InvoicePage(BaseModel):
    """A page of invoices and credit notes, in the order in which they came into the books."""

    documents: list[ToldInvoice] = Field(description="The invoices and credit notes of this page.")
    next: Next
    updated_cursor: UpdatedCursor


@router.get(
    "/invoices",
    summary="List invoices and credit notes",
    response_model=InvoicePage,
    responses={
        **REFUSALS,
        200: {"description": "A page of documents. `Link` with `rel=next` is where to go on."},
        **paging.REFUSALS,
    },
)
def list_invoices(
    request: Request,
    reference: Annotated[str, Query(max_length=60, description="One execution reference.")] = "",
    number: Annotated[str, Query(max_length=_WORD, description="The document's own number.")] = "",
    order: Annotated[str, Query(max_length=_WORD, description="The number of the order.")] = "",
    type: Annotated[DocumentType | None, Query(description="Invoices alone, or credit notes alone.")] = None,
    state: Annotated[InvoiceState | None, Query(description="The state it is in now.")] = None,
    issued_from: Annotated[date | None, Query(description="Issued on this day or later.")] = None,
    issued_to: Annotated[date | None, Query(description="Issued on this day or earlier.")] = None,
    received_from: Annotated[date | None, Query(description="Received on this day or later.")] = None,
    received_to: Annotated[date | None, Query(description="Received on this day or earlier.")] = None,
    updated_after: UpdatedAfter = None,
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1, description="From `next`; not to be made up.")] = 0,
    limit: Limit = 100,
) -> Response:
    """The supplier's documents that the client may see."""
    signed_in(request, *SEES)
    wanted = InvoiceFilter(
        state=state,
        document_type=type,
        number=number,
        reference=reference,
        order_number=order,
        issued_from=issued_from,
        issued_to=issued_to,
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
    "/invoices/{invoice_id:int}",
    summary="Read an invoice or credit note",
    response_model=OneInvoice,
    responses={**REFUSALS, 200: {"description": "The document and how it has fared."}, 422: paging.WRONG},
)
def read_invoice(request: Request, invoice_id: InvoiceId) -> Response:
    """One document: where it stands and why, its answers, its payment."""
    signed_in(request, *SEES)
    actor, today = actor_of(request.state.person), today_of(request)
    try:
        with database_of(request).reading() as session:
            invoice = held_of(session, actor, invoice_id)
            told = told_documents.one(
                told_documents.told(invoice, _latest(session, [invoice]).get(invoice.id)),
                story(session, actor, invoice),
                payment=account_entries.payment_of(session, actor, invoice.id),
                pays_to=paid_to.words(session, register_store.load(session), invoice, today=today),
                sha256=_sha256(_body(session, invoice)),
            )
    except OperationalError:
        raise later() from None
    return JSONResponse(told.model_dump(mode="json"))


@router.get(
    "/invoices/{invoice_id:int}/document.xml",
    summary="Read the bytes of a document",
    response_class=Response,
    responses={**REFUSALS, **exact_bytes.answers("application/xml"), 422: paging.WRONG},
)
def read_invoice_xml(request: Request, invoice_id: InvoiceId) -> Response:
    """The very bytes that came to the buyer."""
    invoice, body = _found(request, invoice_id)
    return exact_bytes.answer(
        request, body, _sha256(body), name=f"{invoice.number}.xml", media_type="application/xml"
    )


@router.get(
    "/invoices/{invoice_id:int}/document.pdf",
    summary="Read a document as a PDF",
    response_class=Response,
    responses={**REFUSALS, **PDF, 422: problem("The document takes more time or memory than one may.")},
)
async def read_invoice_pdf(
    request: Request,
    invoice_id: InvoiceId,
    part: Annotated[
        int, Query(ge=1, le=10_000, description="Which part of a document of very many lines.")
    ] = 1,
) -> Response:
    """The document as the portal prints it, in the language of `?lang=`."""
    client = (await to_thread.run_sync(signed_in, request, *SEES)).client

    def printed() -> Response:
        invoice, body = _held(request, invoice_id)
        paper = document_view.paper_of(body)
        made = pdf_of(paper, problems.language_of(request), part_of(request, paper))
        return as_pdf(made, invoice.number)

    return await in_turn(request, client, printed)


def _whole_page(request: Request, wanted: InvoiceFilter, limit: int) -> InvoicePage:
    # What is told of is committed before it is numbered: read the number first, and the documents after it.
    with numbering.reading_numbered(whole_database_of(request)) as session:
        upto = change_queries.last_number(session)
    with database_of(request).reading() as session:
        rows = portal_queries.following(session, actor_of(request.state.person), wanted, limit=limit + 1)
        shown, following = paging.page_of(request, rows, limit, attrgetter("id"))
        told = _told(session, shown)
    return InvoicePage(documents=told, next=following, updated_cursor=upto)


def _changed_page(request: Request, wanted: InvoiceFilter, after: int, limit: int) -> InvoicePage:
    """The documents, as they are now, of what was told of since. Raises CursorTooOld, CursorAhead."""
    actor = actor_of(request.state.person)
    with numbering.reading_numbered(whole_database_of(request)) as session:
        changed = order_changes.documents_changed_after(session, actor, after, limit=limit)
    only = replace(wanted, changed=(changed.references, changed.documents))
    told: list[ToldInvoice] = []
    if changed.references or changed.documents:  # most of those who ask are told that nothing has changed
        with database_of(request).reading() as session:
            rows = portal_queries.following(session, actor, only, limit=None)
            told = _told(session, rows)
    following = paging.address(request, updated_after=str(changed.upto)) if changed.is_more else None
    return InvoicePage(documents=told, next=following, updated_cursor=changed.upto)


def _told(session: Session, rows: Sequence[SupplierInvoice]) -> list[ToldInvoice]:
    matches = _latest(session, rows)
    return [told_documents.told(each, matches.get(each.id)) for each in rows]


def _latest(session: Session, rows: Sequence[SupplierInvoice]) -> Mapping[int, Match]:
    return document_store.latest_matches(session, [each.id for each in rows])


def _found(request: Request, invoice_id: int) -> tuple[SupplierInvoice, bytes]:
    signed_in(request, *SEES)
    return _held(request, invoice_id)


def _held(request: Request, invoice_id: int) -> tuple[SupplierInvoice, bytes]:
    """A document that the client may see, and its bytes. Raises NotThere."""
    try:
        with database_of(request).reading() as session:
            invoice = held_of(session, actor_of(request.state.person), invoice_id)
            return invoice, _body(session, invoice)
    except OperationalError:
        raise later() from None


def _body(session: Session, invoice: SupplierInvoice) -> bytes:
    return inbox_store.body_of(session, invoice.letter_id) or b""


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
