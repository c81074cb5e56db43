"""From a peer's answer document to what it says: order response (T76), Invoice Response (T111), MLR and MLS.

The document has passed its rules before it comes here; everything about its shape stays in this folder.
"""

from invoicing.responses.model import PeerAnswer, PeerLine, in_short
from peppol.documents import ordering, responses, shapes
from peppol.identifiers import DocumentKind

ReadResponse = (
    ordering.OrderResponse
    | responses.InvoiceResponse
    | responses.MessageLevelResponse
    | responses.MessageLevelStatus
)

#: The kinds of answers that may come to us, and the document each is read as.
ANSWERS: dict[DocumentKind, type[ReadResponse]] = {
    DocumentKind.ORDER_RESPONSE: ordering.OrderResponse,
    DocumentKind.INVOICE_RESPONSE: responses.InvoiceResponse,
    DocumentKind.MLR: responses.MessageLevelResponse,
    DocumentKind.MLS: responses.MessageLevelStatus,
}

_ORGANISATION = "0007"


def read_answer(document: ReadResponse) -> PeerAnswer:
    """What an answer says, with the peer's words as they are, on one line."""
    match document:
        case ordering.OrderResponse():
            return _order_answer(document)
        case responses.InvoiceResponse():
            return _invoice_answer(document)
        case _:
            return _technical_answer(document)


def _order_answer(document: ordering.OrderResponse) -> PeerAnswer:
    party = document.seller_supplier_party.party
    return PeerAnswer(
        kind=DocumentKind.ORDER_RESPONSE,
        number=document.id,
        issued_on=document.issue_date,
        code=document.order_response_code,
        sender=_written(party.endpoint_id),
        reference=document.order_reference.id,
        words=in_short(document.note or ""),
        lines=tuple(_order_line(line) for line in document.order_lines),
        seller=_organisation_of(party.party_identifications),
    )


def _order_line(line: ordering.OrderResponseLine) -> PeerLine:
    item = line.line_item
    instead = line.seller_substituted_line_item
    offered = (instead.item.name or "") if instead else ""
    promised = item.delivery.promised_delivery_period if item.delivery else None
    days = f"{promised.start_date or ''} – {promised.end_date or ''}" if promised else ""
    return PeerLine(
        line=line.order_line_reference.line_id,
        code=item.line_status_code,
        words=in_short(" ".join(filter(None, (item.note, days, offered)))),
        quantity=item.quantity.value if item.quantity else None,
        unit=item.quantity.unit_code if item.quantity else "",
        price=item.price.price_amount.value if item.price else None,
    )


def _invoice_answer(document: responses.InvoiceResponse) -> PeerAnswer:
    verdict = document.document_response.response
    return PeerAnswer(
        kind=DocumentKind.INVOICE_RESPONSE,
        number=document.id,
        issued_on=document.issue_date,
        code=verdict.response_code,
        sender=_written(document.sender_party.endpoint_id),
        reference=document.document_response.document_reference.id,
        words=in_short(document.note or ""),
        lines=tuple(
            PeerLine(
                line="",
                code=status.status_reason_code.value if status.status_reason_code else "",
                words=in_short(status.status_reason or ""),
            )
            for status in verdict.statuses
        ),
        seller=_organisation_of(document.sender_party.party_identifications),
    )


def _technical_answer(document: responses.MessageLevelResponse | responses.MessageLevelStatus) -> PeerAnswer:
    told = document.document_response
    return PeerAnswer(
        kind=document.kind,
        number=document.id,
        issued_on=document.issue_date,
        code=told.response.response_code,
        sender=_written(document.sender_party.endpoint_id),
        reference=told.document_reference.id,
        words=in_short(told.response.description or ""),
        lines=tuple(
            PeerLine(
                line=place.line_reference.line_id,
                code=issue.statuses[0].status_reason_code if issue.statuses else "",
                words=in_short(issue.description),
            )
            for place in told.line_responses
            for issue in place.responses
        ),
    )


def _written(endpoint: shapes.Identifier) -> str:
    return f"{endpoint.scheme_id}:{endpoint.value}"


def _organisation_of(identifications: tuple[shapes.PartyIdentification, ...]) -> str:
    numbers = (each.id.value for each in identifications if each.id.scheme_id == _ORGANISATION)
    return next(numbers, "")
