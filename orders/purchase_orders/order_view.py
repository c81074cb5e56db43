"""An order as its message says it, for people to read: parties, delivery, terms and lines out of the bytes sent.

What stands on the page and on paper is read from the document and not from today's register, so that it
stays what the supplier was sent. A party is its lines as one would write them on an envelope.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from foundation.money import Money
from foundation.periods import Period
from peppol.documents import ordering, shapes
from peppol.xml import codec


@dataclass(frozen=True, slots=True)
class WrittenParty:
    """A party: its name, its numbers and the lines of its address; empty where the document has none."""

    name: str
    organisation_number: str = ""
    endpoint: str = ""
    address: tuple[str, ...] = ()
    contact: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One line as written."""

    line_id: str
    name: str
    article_number: str
    quantity: Decimal
    unit: str
    price: Decimal | None
    amount: Money | None
    period: Period | None


@dataclass(frozen=True, slots=True)
class WrittenOrder:
    """The order as its document says it; amounts are without VAT."""

    number: str
    issued_on: date
    currency: str
    valid_until: date | None
    decision: str
    contract: str
    execution_reference: str
    buyer: WrittenParty
    seller: WrittenParty
    invoice_to: WrittenParty | None
    unit: WrittenParty | None
    unit_id: str
    delivery: Period | None
    payable: Money | None
    lines: tuple[WrittenLine, ...]


def written_order(body: bytes) -> WrittenOrder:
    """The order in the bytes of its message; raises what `codec.parse` raises for bytes that are no order."""
    document = codec.parse(ordering.Order, body)
    delivery = document.delivery or ordering.OrderDelivery()
    shipment = delivery.shipment
    marks = shipment.transport_handling_unit if shipment else None
    total = document.anticipated_monetary_total
    location = delivery.delivery_location
    accounting = document.accounting_customer_party
    return WrittenOrder(
        number=document.id,
        issued_on=document.issue_date,
        currency=document.document_currency_code,
        valid_until=document.validity_period.end_date if document.validity_period else None,
        decision=_id(document.originator_document_reference),
        contract=_id(document.contract),
        execution_reference=(marks.shipping_marks or "") if marks else "",
        buyer=_party(document.buyer_customer_party.party),
        seller=_party(document.seller_supplier_party.party),
        invoice_to=_party(accounting.party) if accounting else None,
        unit=_unit(delivery.delivery_party, location),
        unit_id=location.id.value if location and location.id else "",
        delivery=_period(delivery.requested_delivery_period),
        payable=_money(total.payable_amount) if total else None,
        lines=tuple(_line(line.line_item) for line in document.order_lines),
    )


def _line(item: ordering.LineItem) -> WrittenLine:
    return WrittenLine(
        line_id=item.id,
        name=item.item.name,
        article_number=_id(item.item.sellers_item_identification),
        quantity=item.quantity.value,
        unit=item.quantity.unit_code,
        price=item.price.price_amount.value if item.price else None,
        amount=_money(item.line_extension_amount) if item.line_extension_amount else None,
        period=_period(item.delivery.requested_delivery_period) if item.delivery else None,
    )


def _party(party: shapes.Party) -> WrittenParty:
    entity = party.party_legal_entity
    name = party.party_name.name if party.party_name else (entity.registration_name if entity else "")
    numbers = [each.id.value for each in party.party_identifications]
    if entity and entity.company_id:
        numbers.insert(0, entity.company_id.value)
    endpoint = party.endpoint_id
    return WrittenParty(
        name,
        numbers[0] if numbers else "",
        f"{endpoint.scheme_id}:{endpoint.value}" if endpoint else "",
        _address(party.postal_address),
        (party.contact.name or "") if party.contact else "",
        (party.contact.electronic_mail or "") if party.contact else "",
    )


def _unit(
    party: ordering.DeliveryParty | None, location: ordering.DeliveryLocation | None
) -> WrittenParty | None:
    if party is None:
        return None
    address = party.postal_address or (location.address if location else None)
    return WrittenParty(party.party_name.name, address=_address(address))


def _address(address: shapes.Address | None) -> tuple[str, ...]:
    if address is None:
        return ()
    town = " ".join(part for part in (address.postal_zone, address.city_name) if part)
    lines = (address.street_name, address.additional_street_name, town)
    return tuple(line for line in lines if line)


def _period(days: shapes.Period | None) -> Period | None:
    if days is None or days.start_date is None or days.end_date is None:
        return None
    return Period(days.start_date, days.end_date)


def _money(amount: shapes.Amount) -> Money:
    return Money(amount.value, amount.currency_id)


def _id(reference: shapes.Reference | None) -> str:
    return reference.id if reference else ""
