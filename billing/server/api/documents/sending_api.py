"""Sending by the API: a document as XML, an order line turned into an invoice, an invoice into its credit note.

Convention: the document, its number, its verdict and the ten minutes in which it can be undone are the portal's own
(`invoicing.portal_invoicing`); XML goes the way of a file that is taken in there, as it came. Each request is done
once, under its Idempotency-Key. Another's line or invoice does not exist.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiClient, ApiScope
from billing.server.api import idempotency
from billing.server.api.base import BEARER, REFUSALS, in_turn, later, problem, signed_in
from billing.server.api.documents import asked_documents, made_documents, xml_documents
from billing.server.api.documents.asked_documents import Asked, CreditedInvoice, InvoicedLine
from billing.server.api.documents.made_documents import SentDocument
from billing.server.bodies import document_bodies
from billing.server.bodies.json_bodies import MEDIA_TYPE, json_bytes, schema_of
from foundation.errors import NotThere
from foundation.sql import Session
from invoicing.portal_invoicing import sending, uploads
from invoicing.portal_invoicing.drafts import CannotBeSent
from invoicing.portal_invoicing.portal_document_store import Made, PressRow
from invoicing.portal_invoicing.sending import Press
from operations.idempotency import replies
from operations.idempotency.reply_store import Reply, ReplyKey
from orders.register import store as register_store
from peppol.exchange import outbox
from supplier_portal.pages.forms import actor_of, held_of
from web.access import instant_of
from web.budgets import Caller
from web.pages import database_of, today_of

router = APIRouter(prefix="/api/v1", tags=["invoices"], dependencies=BEARER)

BODY: Final = {
    "requestBody": {
        "required": True,
        "description": "A document as XML (UBL, with its envelope or bare), or what is to be made of an order line or "
        "an invoice, as JSON.",
        "content": {
            MEDIA_TYPE: {"schema": {"oneOf": [schema_of(InvoicedLine), schema_of(CreditedInvoice)]}},
            **{
                each: {"schema": {"type": "string", "format": "binary"}} for each in xml_documents.MEDIA_TYPES
            },
        },
    }
}
ANSWERS: Final[dict[int | str, dict[str, object]]] = {
    **REFUSALS,
    **idempotency.REFUSALS,
    403: problem("The client may not do this, or the document is another supplier's."),
    408: problem("The body did not come in time."),
    413: problem("The body is too large."),
    415: problem("The form is neither JSON nor XML."),
}


@router.post(
    "/invoices",
    summary="Send an invoice or credit note",
    status_code=201,
    response_model=SentDocument,
    responses={
        **ANSWERS,
        201: {"description": "The document is taken, and leaves in ten minutes. `Location` is where it is."},
    },
    openapi_extra={**BODY, "parameters": [idempotency.described(is_required=True)]},
)
async def send_invoice(request: Request) -> Response:
    """Take a document, or make one, once; needs an Idempotency-Key."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.REPORT)).client
    key = idempotency.required(request, client)
    if xml_documents.is_xml(request):
        async with document_bodies.held(request, Caller(client.actor, is_stranger=False)) as document:
            return await in_turn(request, client, lambda: _sent(request, client, key, document))
    body = await json_bytes(request)
    asked = asked_documents.asked(body)
    return await in_turn(request, client, lambda: _made(request, client, key, body, asked))


def _sent(request: Request, client: ApiClient, key: ReplyKey, document: bytes) -> Response:
    """The reply to a document sent as it is. Raises DocumentInvalid, AnothersDocument, OutsideUnits, NumberTaken."""
    today = today_of(request)
    # Read beside the books: what it takes, nobody else waits for. What is wrong with it is told below, so that a
    # document that was taken is answered the same again whatever the rules of the day are.
    reading = xml_documents.reading_of(request, document, today=today)

    def work(session: Session, press: Press) -> Reply:
        match = None
        if sending.was_pressed(session, press):
            content = xml_documents.content_of(reading)
        else:
            content = xml_documents.sendable(session, press.actor, reading)
            match = uploads.judged(session, register_store.load(session), content, today=today)
        digest = outbox.sha256_of(document)
        (row,) = sending.send_file(session, press, content, document, digest=digest)
        return _created(_made_of(row), made_documents.sent(_made_of(row), match))

    return _once(request, client, key, document, work)


def _made(request: Request, client: ApiClient, key: ReplyKey, body: bytes, asked: Asked) -> Response:
    """The reply to what is made here. Raises NotThere, CannotBeSent."""

    def work(session: Session, press: Press) -> Reply:
        register = register_store.load(session)
        if isinstance(asked, InvoicedLine):
            row = sending.send_line(
                session, register, press, asked.parts, stated=asked.stated, number=asked.number or ""
            )
            if not row.order_number:
                raise NotThere
        else:
            held_of(session, press.actor, asked.credits)
            (row,) = sending.send_credit(
                session,
                register,
                press,
                asked.credits,
                new_invoice=asked.new_invoice,
                only_expected=asked.only_expected,
                quantities=asked.quantities,
                number=asked.number or "",
            )
        return _created(_made_of(row), made_documents.sent(_made_of(row)))

    return _once(request, client, key, body, work)


def _once(
    request: Request,
    client: ApiClient,
    key: ReplyKey,
    body: bytes,
    work: Callable[[Session, Press], Reply],
) -> Response:
    """The reply to the request, now or as it was. Raises KeyUsedForOther, InFlight, and what `work` raises."""
    actor, database = actor_of(request.state.person), database_of(request)
    press = Press(actor, _press_key(client, key), database.clock())
    try:
        reply, was_kept = replies.once(
            database, key, body, lambda session: work(session, press), now=instant_of(request)
        )
    except OperationalError:
        raise later() from None
    return idempotency.response_of(reply, was_kept=was_kept)


def _press_key(client: ApiClient, key: ReplyKey) -> str:
    """A key under which the press happens once as well, whatever becomes of the reply; each address has its own."""
    told = f"{key.route} {key.key_sha256}"
    return f"{client.id:08d}{hashlib.sha256(told.encode()).hexdigest()[:40]}"


def _made_of(row: PressRow) -> Sequence[Made]:
    """The documents of a row. Raises CannotBeSent where there are none."""
    if not row.made:
        raise CannotBeSent(row.reason)
    return row.made


def _created(made: Sequence[Made], said: SentDocument) -> Reply:
    first = made[0]
    return _reply(
        201, said, {"Location": made_documents.href_of(first), "ETag": made_documents.tag_of(first)}
    )


def _reply(status: int, said: BaseModel, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, {"Content-Type": MEDIA_TYPE, **(headers or {})}, said.model_dump_json())
