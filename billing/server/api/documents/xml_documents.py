"""A document that a program sends as XML: read in a process apart, and asked whether its supplier may send it."""

from datetime import date
from typing import Final

from fastapi import Request

from foundation.sql import Session
from foundation.text import Text
from invoicing.documents.reading import Apart, Reading
from invoicing.model import InvoiceContent
from invoicing.portal_invoicing import uploads
from invoicing.portal_invoicing.scope import SupplierActor
from invoicing.portal_invoicing.uploads import DocumentInvalid
from orders.register import store as register_store
from web.pages import database_of
from web.problems import ProblemResponse
from web.refusals.problem_codes import ProblemCode

MEDIA_TYPES: Final = ("application/xml", "text/xml")


def is_xml(request: Request) -> bool:
    """Whether the body says that it is XML; its own declaration says in which encoding.

    Raises ProblemResponse (415) where it is compressed.
    """
    named = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if named in MEDIA_TYPES and request.headers.get("Content-Encoding", "identity") != "identity":
        raise ProblemResponse(ProblemCode.MEDIA_TYPE_NOT_TAKEN, Text("Skicka begäran utan komprimering."))
    return named in MEDIA_TYPES


def reading_of(request: Request, document: bytes, *, today: date) -> Reading:
    """What the document says, by today's rules. Raises WorkEnded, WorkFailed, NoneFree."""
    with database_of(request).reading() as session:
        register = register_store.load(session)
    return Apart(register).read_message(document, on=today)


def content_of(reading: Reading) -> InvoiceContent:
    """The invoice or credit note that was read. Raises DocumentInvalid."""
    if reading.invoice is not None:
        return reading.invoice
    if reading.reason_text:
        raise DocumentInvalid(reading.reason_text)
    raise DocumentInvalid(
        Text("Dokumentet är ingen faktura eller kreditfaktura. Bara de två slagen skickas hit.")
    )


def sendable(session: Session, actor: SupplierActor, reading: Reading) -> InvoiceContent:
    """The same, where the client may send it. Raises DocumentInvalid, AnothersDocument, OutsideUnits, NumberTaken."""
    content_of(reading)
    return uploads.sendable(session, actor, reading)
