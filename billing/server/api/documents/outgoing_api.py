"""What was made here and is on its way: read, followed until it is in the buyer's books, and undone while it waits.

Convention: what is made together is undone together. Undoing says in If-Match which state was read, so that nobody
undoes what somebody else has changed meanwhile; whoever comes second is told (412).
"""

from operator import attrgetter
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api import conditional, idempotency, paging
from billing.server.api.base import BEARER, REFUSALS, later, signed_in
from billing.server.api.documents import made_documents
from billing.server.api.documents.documents_api import SEES
from billing.server.api.documents.made_documents import MadeDocument, OutgoingDocument
from billing.server.api.documents.told_documents import DOCUMENTS
from billing.server.api.paging import WRONG, Limit, Next
from billing.server.bodies.json_bodies import MEDIA_TYPE
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from invoicing.portal_invoicing import portal_document_store, refused_message_queries, release
from invoicing.portal_invoicing import queries as portal_queries
from invoicing.portal_invoicing.portal_document_store import Made
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.scope import SupplierActor
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply
from supplier_portal.pages.forms import actor_of
from web.access import instant_of
from web.pages import database_of

router = APIRouter(prefix="/api/v1", tags=["invoices"], dependencies=BEARER)

MadeId = Annotated[int, Path(description="`id` of what was made here.")]


class OutgoingPage(BaseModel):
    """A page of what was made here, the oldest first."""

    documents: list[MadeDocument] = Field(description="The documents of this page.")
    next: Next


@router.get(
    "/invoices/outgoing",
    summary="List documents on their way",
    response_model=OutgoingPage,
    responses={**REFUSALS, 200: {"description": "A page of what was made here."}, 422: WRONG},
)
def list_outgoing_invoices(
    request: Request,
    state: Annotated[PortalState | None, Query(description="How far it has come.")] = None,
    number: Annotated[str, Query(max_length=120, description="The document's own number.")] = "",
    cursor: Annotated[int, Query(ge=0, le=2**31 - 1, description="From `next`; not to be made up.")] = 0,
    limit: Limit = 100,
) -> Response:
    """What was made by programs and people of the supplier, in any state."""
    signed_in(request, *SEES)
    try:
        with database_of(request).reading() as session:
            rows = portal_document_store.following(
                session,
                actor_of(request.state.person),
                after=cursor,
                state=state,
                number=number,
                limit=limit + 1,
            )
    except OperationalError:
        raise later() from None
    shown, following = paging.page_of(request, rows, limit, attrgetter("id"))
    page = OutgoingPage(documents=[made_documents.told(each) for each in shown], next=following)
    return paging.answered(page, page.next)


@router.get(
    "/invoices/outgoing/{made_id:int}",
    summary="Read a document on its way",
    response_model=OutgoingDocument,
    responses={**REFUSALS, 200: {"description": "The document; `ETag` is its state's."}, 422: WRONG},
)
def read_outgoing_invoice(request: Request, made_id: MadeId) -> Response:
    """What was made, and what became of it."""
    signed_in(request, *SEES)
    actor = actor_of(request.state.person)
    try:
        with database_of(request).reading() as session:
            made = _made(session, actor, made_id)
            told = _told(session, actor, made)
    except OperationalError:
        raise later() from None
    return JSONResponse(told.model_dump(mode="json"), headers={"ETag": made_documents.tag_of(made)})


@router.delete(
    "/invoices/outgoing/{made_id:int}",
    summary="Undo a document while it waits",
    response_model=OutgoingDocument,
    responses={
        **REFUSALS,
        **idempotency.REFUSALS,
        **conditional.REFUSALS,
        200: {"description": "It is undone, and so is what was made with it: the buyer has seen nothing."},
    },
    openapi_extra={"parameters": [idempotency.described(), conditional.DESCRIBED]},
)
def undo_outgoing_invoice(request: Request, made_id: MadeId) -> Response:
    """Take it back: its number, of a series here, is free again."""
    client = signed_in(request, ApiScope.REPORT).client
    key, given = idempotency.key_of(request, client), conditional.required(request)
    actor, database = actor_of(request.state.person), database_of(request)

    def work(session: Session) -> Reply:
        made = _made(session, actor, made_id)
        conditional.check_tag(request, made_documents.tag_of(made))
        release.undo(session, actor, made.bundle)
        now = _made(session, actor, made_id)
        headers = {"Content-Type": MEDIA_TYPE, "ETag": made_documents.tag_of(now)}
        return Reply(200, headers, _told(session, actor, now).model_dump_json())

    try:
        if key is None:
            with database.writing() as session:
                return idempotency.response_of(work(session), was_kept=False)
        asked = f"{made_id} {given}".encode()
        reply, was_kept = replies.once(database, key, asked, work, now=instant_of(request))
    except OperationalError:
        raise later() from None
    return idempotency.response_of(reply, was_kept=was_kept)


def _made(session: Session, actor: SupplierActor, made_id: int) -> Made:
    made = portal_document_store.by_id(session, actor, made_id)
    if made is None:
        raise NotThere
    return made


def _told(session: Session, actor: SupplierActor, made: Made) -> OutgoingDocument:
    others = portal_document_store.of_bundle(session, actor, made.bundle)
    became: int | None = None
    reason: Text | None = made.reason or None
    if made.letter_id is not None:
        became = portal_queries.of_message(session, actor, made.letter_id)
        refused = refused_message_queries.find(session, actor, made.letter_id)
        reason = refused.reason_text if refused is not None else None
    document = f"{DOCUMENTS}/{became}" if became is not None else None
    return made_documents.outgoing(made, others, reason=reason, document=document)
