"""An order as a Peppol Order (T01): the shape of the buyer's own sample order, element by element.

The profile is the one the supplier is registered for: order_only, in which no order response
exists, or ordering, under which its system answers. No participant's name or number stands
anywhere, as in the buyer's own sample; the execution reference is the only link.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from foundation.money import Money
from foundation.periods import Period as Days
from orders.model import Order, OrderLine
from orders.register.agreements import DeliveryUnit, ExecutionReferenceSlot, Policy
from orders.register.parties import Address, Buyer, Supplier
from orders.register.response_agreements import OrderProcess
from peppol.documents import ordering, shapes
from peppol.documents.ordering import (
    DeliveryLocation,
    DeliveryParty,
    LineDelivery,
    LineItem,
    OrderDelivery,
    Shipment,
)
from peppol.identifiers import DocumentKind

_PROFILES: Mapping[OrderProcess, str] = {
    OrderProcess.ORDER_ONLY: DocumentKind.ORDER.profile_ids[0],
    OrderProcess.ORDERING: DocumentKind.ORDER.profile_ids[1],
}
_ORGANISATION = "0007"
# Shipment/ID is mandatory where the execution reference stands beside it, and there is no shipment.
_NO_SHIPMENT = "NA"


def order_document(
    order: Order, *, buyer: Buyer, supplier: Supplier, unit: DeliveryUnit, policy: Policy
) -> ordering.Order:
    """The document of `order`; every amount without VAT, in the order's currency."""
    total = amount_document(order.amount)
    in_marks = policy.execution_reference_slot is ExecutionReferenceSlot.SHIPPING_MARKS
    return ordering.Order(
        profile_id=_PROFILES[supplier.order_process],
        id=order.number,
        issue_date=order.issued_on,
        document_currency_code=order.amount.currency,
        # A result is often ordered after its day, and no order ends before it is issued.
        validity_period=ordering.ValidityPeriod(end_date=max(order.period.end, order.issued_on)),
        originator_document_reference=shapes.Reference(
            id=order.decision_id if in_marks else order.execution_reference
        ),
        contract=shapes.Reference(id=order.contract_id),
        buyer_customer_party=ordering.BuyerParty(party=_buyer(buyer)),
        seller_supplier_party=ordering.SellerParty(party=_seller(supplier, order.issued_on)),
        accounting_customer_party=ordering.OtherParty(party=_invoice_address(buyer)),
        delivery=_delivery(order, unit, in_marks=in_marks),
        anticipated_monetary_total=shapes.MonetaryTotal(line_extension_amount=total, payable_amount=total),
        order_lines=tuple(_line(line) for line in order.lines),
    )


def _buyer(buyer: Buyer) -> shapes.TradingParty:
    number = shapes.Identifier(buyer.organisation_number, _ORGANISATION)
    return shapes.TradingParty(
        endpoint_id=_endpoint(buyer.participant_id),
        party_identifications=(shapes.PartyIdentification(id=number),),
        party_name=shapes.PartyName(name=buyer.name),
        postal_address=_address(buyer.address),
        party_legal_entity=shapes.PartyLegalEntity(registration_name=buyer.name, company_id=number),
        contact=shapes.Contact(name=buyer.contact.name, electronic_mail=buyer.contact.email),
    )


def _seller(supplier: Supplier, on: date) -> shapes.TradingParty:
    number = shapes.Identifier(supplier.organisation_number, _ORGANISATION)
    return shapes.TradingParty(
        # A supplier without an address of its own reads the order in the portal, under its own number.
        endpoint_id=_endpoint(supplier.participant_id or f"{_ORGANISATION}:{supplier.organisation_number}"),
        party_name=shapes.PartyName(name=supplier.name),
        postal_address=_address(supplier.on(on).address),
        party_legal_entity=shapes.PartyLegalEntity(registration_name=supplier.name, company_id=number),
    )


def _invoice_address(buyer: Buyer) -> shapes.Party:
    return shapes.Party(
        party_identifications=(
            shapes.PartyIdentification(id=shapes.Identifier(buyer.organisation_number, _ORGANISATION)),
        ),
        party_name=shapes.PartyName(name=buyer.name),
        postal_address=_address(buyer.invoice_address),
        party_legal_entity=shapes.PartyLegalEntity(registration_name=buyer.name),
    )


def _delivery(order: Order, unit: DeliveryUnit, *, in_marks: bool) -> OrderDelivery:
    address = _address(unit.address)
    shipment = Shipment(
        id=_NO_SHIPMENT,
        transport_handling_unit=ordering.TransportHandlingUnit(shipping_marks=order.execution_reference),
    )
    return OrderDelivery(
        delivery_location=DeliveryLocation(id=shapes.Identifier(unit.id), address=address),
        requested_delivery_period=_period(order.period),
        delivery_party=DeliveryParty(party_name=shapes.PartyName(name=unit.name), postal_address=address),
        shipment=shipment if in_marks else None,
    )


def _line(line: OrderLine) -> ordering.OrderLine:
    currency = line.amount.currency
    return ordering.OrderLine(
        line_item=LineItem(
            id=line.line_id,
            quantity=shapes.Quantity(number_document(line.quantity.value), line.quantity.unit),
            line_extension_amount=amount_document(line.amount),
            delivery=LineDelivery(requested_delivery_period=_period(line.period)),
            price=shapes.Price(price_amount=shapes.Amount(price_document(line.price), currency)),
            item=shapes.Item(
                name=line.article_name,
                sellers_item_identification=shapes.Reference(id=line.article_number),
            ),
        )
    )


def _endpoint(participant: str) -> shapes.Identifier:
    scheme, _, number = participant.partition(":")
    return shapes.Identifier(number, scheme)


def _address(address: Address) -> shapes.Address:
    return shapes.Address(
        street_name=address.street or None,
        additional_street_name=address.additional_street or None,
        city_name=address.city or None,
        postal_zone=address.postal_code or None,
        country=shapes.Country(identification_code=address.country),
    )


def _period(days: Days) -> shapes.Period:
    return shapes.Period(start_date=days.start, end_date=days.end)


def amount_document(money: Money) -> shapes.Amount:
    """Money as a document writes it."""
    return shapes.Amount(money.amount, money.currency)


def number_document(value: Decimal) -> Decimal:
    """A quantity without meaningless decimals: 21, not 21.0000."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


def price_document(value: Decimal) -> Decimal:
    """A price with at least two decimals and no meaningless ones: 95.00, not 95.0000."""
    cents = value.quantize(Decimal("0.01"))
    return cents if cents == value else value.normalize()
