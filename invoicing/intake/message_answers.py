"""What the sender of a message is told that became no document: that its number is taken, or that the fault is ours.

Convention: the answer is given in a step of its own after the message was laid where it lies, so that no fault in
answering touches the message. Whoever takes Invoice Responses gets one where it says which document it means: two
documents of one number and date cannot be told apart by it, and the first may be approved. Everybody else is told as
of a broken rule (`technical_refusals`). Nobody is ever asked to send again what we could not handle.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from foundation.sql import Session
from foundation.text import Text
from invoicing.documents import facts_loading, reading
from invoicing.documents import store as document_store
from invoicing.intake import technical_refusals
from invoicing.intake.technical_refusals import Said
from invoicing.model import InvoiceContent
from invoicing.responses import response_documents
from invoicing.responses.response_documents import RECEIVED, Announcement
from orders.register.register import Register
from peppol.documents.technical_responses import REJECTED, TAKEN_OVER, Ground
from peppol.envelope.sender import ALWAYS, Sender
from peppol.exchange import inbox, inbox_store, outbox_store, outgoing
from peppol.exchange.identify import sender_of
from peppol.exchange.inbox_store import InboundMessage
from peppol.exchange.outgoing import Outgoing
from peppol.exchange.tables import InState
from peppol.identifiers import DocumentKind
from peppol.validation import apart

OURS_TO_MEND: Final = Text(
    "Dokumentet är mottaget men inte behandlat än: felet är hos oss. Skicka det inte igen. Vi läser det på nytt när "
    "felet är åtgärdat, och svarar då."
)
"""What a supplier is told of a document that our own handling failed on."""


def about_message(
    session: Session, register: Register, message: InboundMessage, *, today: date
) -> DocumentKind | None:
    """Tell the sender of a message what it came to; the answer's kind, or None where none is to be given (again)."""
    match message.state:
        case InState.QUARANTINED:
            return _refuse(session, register, message, today=today)
        case InState.CONFLICT:
            return _conflict(session, register, message, today=today)
        case InState.FAILED:
            return _acknowledge(session, register, message, today=today)
        case InState.HANDLED:
            _, origin = apart.checked(sender_of, message.body)
            return technical_refusals.confirm(session, register, message, origin, today=today)
    return None


def acknowledged_before(session: Session, message: InboundMessage) -> str:
    """AB where the arrival of the document was answered by Invoice Response while our handling failed, else nothing."""
    if not message.supplier:
        return ""
    return RECEIVED if DocumentKind.INVOICE_RESPONSE in _told(session, message, RECEIVED) else ""


def _refuse(
    session: Session, register: Register, message: InboundMessage, *, today: date
) -> DocumentKind | None:
    read = reading.Apart(register).read_message(message.body, on=message.received_on)
    ground = Ground(message.reason, message.reason_text)
    kind, origin = apart.checked(sender_of, message.body)
    return technical_refusals.refuse(
        session,
        register,
        message,
        kind,
        read.findings,
        origin,
        today=today,
        ground=ground,
        counts=read.counts,
    )


def _conflict(
    session: Session, register: Register, message: InboundMessage, *, today: date
) -> DocumentKind | None:
    if _told(session, message, REJECTED):
        return None
    kind, origin = apart.checked(sender_of, message.body)
    first = document_store.of_letter(session, message.repeats) if message.repeats else None
    content = _content(register, message)
    if message.reason != "CONFLICT":
        # A status names the transmission by the very identifier that two of them have.
        origin, content = replace(origin, mls_to=""), None
        # It was laid aside before anybody could look whose it is.
        inbox_store.set_supplier(session, message.id, technical_refusals.whose(register, origin))
    ways: list[Callable[[], Outgoing] | None] = []
    if content is not None and first is not None and content.issued_on != first.issued_on:
        told = Announcement("LEG", message.reason_text.both())
        ways.append(_by_response(session, register, message, content, REJECTED, told, today=today))
    said = Said(REJECTED, ground=Ground(message.reason, message.reason_text))
    ways.append(_by_message(session, register, message, kind, origin, said, today=today))
    return technical_refusals.answer(session, message, ways, rules={message.reason})


def _acknowledge(
    session: Session, register: Register, message: InboundMessage, *, today: date
) -> DocumentKind | None:
    if _told(session, message, TAKEN_OVER):
        return None
    kind, origin = apart.checked(sender_of, message.body)
    if origin.mls_type != ALWAYS:
        # Its service provider asked to hear of refusals alone, and this is none.
        origin = replace(origin, mls_to="")
    said = Said(TAKEN_OVER, ground=Ground(inbox.OUR_FAULT, OURS_TO_MEND))
    by_message = _by_message(session, register, message, kind, origin, said, today=today)
    by_mls = technical_refusals.may_acknowledge(session, origin, TAKEN_OVER)
    way = technical_refusals.way_of(register, origin, kind, (), by_mls=by_mls)
    by_response = None
    content = _content(register, message)
    if content is not None and way is not None and not way.over_network:
        told = Announcement("NON", OURS_TO_MEND.both())
        by_response = _by_response(session, register, message, content, RECEIVED, told, today=today)
    return technical_refusals.answer(session, message, [by_response, by_message], rules={inbox.OUR_FAULT})


def _told(session: Session, message: InboundMessage, code: str) -> list[DocumentKind]:
    """By which kinds of documents a message was answered with this code: RE, or AB, which its number says."""
    told = outbox_store.messages_out(session, about=inbox.about(message.id))
    return [
        DocumentKind(each.kind)
        for each in told
        if (f"-{TAKEN_OVER}" in each.document_id) == (code == TAKEN_OVER)
    ]


def _by_message(
    session: Session,
    register: Register,
    message: InboundMessage,
    kind: DocumentKind | None,
    origin: Sender,
    said: Said,
    *,
    today: date,
) -> Callable[[], Outgoing] | None:
    by_mls = technical_refusals.may_acknowledge(session, origin, said.code)
    way = technical_refusals.way_of(register, origin, kind, (), by_mls=by_mls)
    if way is None:
        return None
    return technical_refusals.as_message(session, message, said, origin, way, today=today)


def _by_response(
    session: Session,
    register: Register,
    message: InboundMessage,
    content: InvoiceContent,
    code: str,
    told: Announcement,
    *,
    today: date,
) -> Callable[[], Outgoing] | None:
    """As an Invoice Response over the network, for a supplier whose system takes such."""
    supplier = facts_loading.registered(register, document_store.supplier_key(content))
    if supplier is None or not supplier.answers:
        return None
    number = technical_refusals.number_of(session, message, DocumentKind.INVOICE_RESPONSE, code)
    if number is None:
        return None
    receiver = response_documents.receiver_of(supplier, content)
    return lambda: Outgoing(
        response_documents.response_about_message(
            register, content, code, told, supplier=supplier, today=today, number=number
        ),
        kind=DocumentKind.INVOICE_RESPONSE,
        document_id=number,
        address=outgoing.MessageAddress(
            register.buyer.participant_id, receiver, supplier.organisation_number
        ),
        about=inbox.about(message.id),
        issued_on=today,
        answers=f"{message.sha256} {number}",
    )


def _content(register: Register, message: InboundMessage) -> InvoiceContent | None:
    """What the document says, where that can be read; what our reading fails on is answered as a message."""
    try:
        return reading.Apart(register).read_message(message.body, on=message.received_on).invoice
    except Exception:
        return None
