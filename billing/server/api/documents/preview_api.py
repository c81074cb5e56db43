"""A document seen before it is sent: as it would be, what the rules find, and what the buyer's matching would say.

Convention: it goes the way of sending on the same facts, and takes no number and no lock; nothing is written.
"""

from collections.abc import Callable
from datetime import date

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError

from accounts.api_clients.model import ApiScope
from billing.server.api.base import BEARER, in_turn, later, signed_in
from billing.server.api.documents import asked_documents, previews, xml_documents
from billing.server.api.documents.asked_documents import Asked, CreditedInvoice, InvoicedLine
from billing.server.api.documents.previews import PreviewedDocument, Seen
from billing.server.api.documents.sending_api import ANSWERS, BODY
from billing.server.bodies import document_bodies
from billing.server.bodies.json_bodies import json_bytes
from foundation.errors import NotThere, Refused
from foundation.sql import Session
from invoicing.model import DocumentType
from invoicing.portal_invoicing import drafts, numbering, portal_document_store, sending, uploads
from invoicing.portal_invoicing.drafts import CannotBeSent, Draft
from invoicing.portal_invoicing.flipping import AS_RECEIVED, Numbered, Stated
from invoicing.portal_invoicing.scope import SupplierActor
from orders.register import store as register_store
from orders.register.register import Register
from peppol.validation import apart
from supplier_portal.pages.forms import actor_of, held_of
from web import problems
from web.budgets import Caller
from web.pages import database_of, today_of
from web.validation_report import reported

router = APIRouter(prefix="/api/v1", tags=["invoices"], dependencies=BEARER)


@router.post(
    "/invoices/preview",
    summary="See an invoice or credit note before it is sent",
    response_model=PreviewedDocument,
    responses={**ANSWERS, 200: {"description": "The document as it would be, and what would come of it."}},
    openapi_extra=BODY,
)
async def preview_invoice(request: Request) -> Response:
    """A document as it would be, with its verdict; nothing is written."""
    client = (await to_thread.run_sync(signed_in, request, ApiScope.REPORT, ApiScope.VIEW)).client
    if xml_documents.is_xml(request):
        async with document_bodies.held(request, Caller(client.actor, is_stranger=False)) as document:
            return await in_turn(request, client, lambda: _answer(_of_xml(request, document)))
    asked = asked_documents.asked(await json_bytes(request))
    return await in_turn(request, client, lambda: _answer(_of_json(request, asked)))


def _answer(previewed: PreviewedDocument) -> Response:
    return JSONResponse(previewed.model_dump(mode="json"))


def _of_xml(request: Request, document: bytes) -> PreviewedDocument:
    """A document that the program has written: what the rules find, and how it would match."""
    actor, today = actor_of(request.state.person), today_of(request)
    reading = xml_documents.reading_of(request, document, today=today)
    report = apart.validate_message(document, on=today)
    seen = Seen()
    try:
        with database_of(request).reading() as session:
            try:
                content = xml_documents.sendable(session, actor, reading)
                match = uploads.judged(session, register_store.load(session), content, today=today)
                seen = Seen(content, match)
            except Refused as refused:
                # What is another's is not told back, nor how it would match.
                own = reading.invoice is not None and reading.invoice.supplier == actor.supplier
                seen = Seen(reading.invoice if own else None, refused=refused)
    except OperationalError:
        raise later() from None
    return previews.told(
        seen,
        report=reported(report, file="", language=problems.language_of(request)),
        has_personal_number=bool(reading.personal_numbers.written),
    )


def _of_json(request: Request, asked: Asked) -> PreviewedDocument:
    """What would be made here. Raises NotThere."""
    actor, today = actor_of(request.state.person), today_of(request)
    try:
        with database_of(request).reading() as session:
            register = register_store.load(session)
            if isinstance(asked, InvoicedLine):
                return previews.told(_of_line(session, register, actor, asked, today))
            return _of_credit(session, register, actor, asked, today)
    except OperationalError:
        raise later() from None


def _of_line(
    session: Session, register: Register, actor: SupplierActor, asked: InvoicedLine, today: date
) -> Seen:
    """The invoice of a line that no other is on its way for. Raises NotThere."""
    order, line = asked.parts
    drafts.order_line(session, register, actor, order, line)
    (ahead,) = numbering.ahead(session, actor.supplier, today)

    def made() -> Draft:
        if asked.number:
            drafts.check_number(session, actor.supplier, DocumentType.INVOICE, asked.number)
        given = Numbered(asked.number or str(ahead), today)
        return _invoice(session, register, actor, (order, line), given, stated=asked.stated)

    return _seen(made)


def _of_credit(
    session: Session, register: Register, actor: SupplierActor, asked: CreditedInvoice, today: date
) -> PreviewedDocument:
    """The credit note of an invoice, and its line's new invoice. Raises NotThere."""
    invoice = held_of(session, actor, asked.credits)
    first, second = numbering.ahead(session, actor.supplier, today, 2)
    # The number that the credit note takes is its own where one is given, and the series goes on with the invoice.
    next_number = str(first if asked.number else second)

    def credited() -> Draft:
        sending.check_whole(new_invoice=asked.new_invoice, is_part=asked.is_part)
        if portal_document_store.pending_credit(session, actor.supplier, invoice.number) is not None:
            raise CannotBeSent(sending.credit_on_its_way(invoice.number))
        if asked.number:
            drafts.check_number(session, actor.supplier, DocumentType.CREDIT_NOTE, asked.number)
        return drafts.credit_of(
            session,
            register,
            actor,
            invoice,
            given=Numbered(asked.number or str(first), today),
            only_expected=asked.only_expected,
            quantities=asked.quantities,
        )

    def invoiced_anew() -> Draft:
        line = sending.line_anew(session, register, actor, invoice)
        given = Numbered(next_number, today)
        return _invoice(session, register, actor, (invoice.order_number, line), given, credited_first=True)

    credit = _seen(credited)
    return previews.told(credit, replacement=_seen(invoiced_anew) if asked.new_invoice else None)


def _invoice(
    session: Session,
    register: Register,
    actor: SupplierActor,
    line: sending.LineToInvoice,
    given: Numbered,
    *,
    stated: Stated = AS_RECEIVED,
    credited_first: bool = False,
) -> Draft:
    sending.check_free(session, *line)
    return drafts.invoice_of_line(
        session, register, actor, *line, given=given, stated=stated, credited_first=credited_first
    )


def _seen(work: Callable[[], Draft]) -> Seen:
    """The document, and what would refuse it. Raises NotThere."""
    try:
        draft = work()
    except NotThere:
        raise
    except Refused as refused:
        return Seen(refused=refused)
    try:
        drafts.check_sendable(draft)
    except CannotBeSent as refused:
        return Seen.of(draft, refused)
    return Seen.of(draft)
