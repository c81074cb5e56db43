"""What suppliers' systems write about documents of ours, for stories: order responses, MLR, MLS."""

from datetime import date

from peppol.documents import ordering, responses, shapes
from peppol.documents.shapes import Identifier
from peppol.findings import Finding, Severity
from tests.support.stories.system import FYRBAKEN

BUYER = "2021002114"


def order_response(
    order_number: str,
    code: str,
    *,
    number: str = "OR-1",
    on: date,
    seller: str = FYRBAKEN,
    lines: tuple[ordering.OrderResponseLine, ...] = (),
    note: str | None = None,
) -> ordering.OrderResponse:
    """A supplier's answer to an order."""
    return ordering.OrderResponse(
        id=number,
        issue_date=on,
        order_response_code=code,
        note=note,
        document_currency_code="SEK",
        order_reference=shapes.Reference(id=order_number),
        seller_supplier_party=ordering.ResponseParty(party=_party(seller)),
        buyer_customer_party=ordering.ResponseParty(party=_party(BUYER)),
        order_lines=lines,
    )


def answered_line(line_id: str, status: str, note: str | None = None) -> ordering.OrderResponseLine:
    """What the supplier says of one line."""
    return ordering.OrderResponseLine(
        line_item=ordering.ResponseLineItem(
            id=line_id, note=note, line_status_code=status, item=shapes.Item(name="Grundersättning")
        ),
        order_line_reference=shapes.LineReference(line_id=line_id),
    )


def a_finding() -> Finding:
    """A rule of the order that somebody found broken."""
    return Finding("PEPPOL-T01-R005", Severity.FATAL, "/Order/cac:OrderLine[1]")


def accepting_mlr(
    answered: str, *, on: date, code: str = "AP", number: str = "MLR-9", sender: str = FYRBAKEN
) -> responses.MessageLevelResponse:
    """A receiver's word that a document passed its checks, or was taken over (AB)."""
    return responses.MessageLevelResponse(
        id=number,
        issue_date=on,
        sender_party=responses.Messenger(endpoint_id=Identifier(sender, "0007")),
        receiver_party=responses.Messenger(endpoint_id=Identifier(BUYER, "0007")),
        document_response=responses.MessageAnswer(
            response=responses.Outcome(response_code=code),
            document_reference=responses.AnsweredMessage(id=answered),
        ),
    )


def _party(number: str) -> ordering.RespondingParty:
    return ordering.RespondingParty(
        endpoint_id=Identifier(number, "0007"),
        party_identifications=(shapes.PartyIdentification(id=Identifier(number, "0007")),),
    )
