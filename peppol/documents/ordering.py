"""The buyer's order and the seller's answer: Order (T01) and Order Response (T76).

Structure of Peppol BIS Order 3.7 and Order Response 3.3 (May 2026), in UBL 2.1's
order; the numbers beside the fields are the business terms of the specification.
An order says by its `profile_id` whether an answer is expected, which is why that
has no default. Amounts are without VAT unless named otherwise.
"""

from datetime import date, time
from typing import Annotated, ClassVar

from peppol.documents.shapes import (
    AdditionalItemProperty,
    Address,
    AllowanceCharge,
    Amount,
    Attachment,
    BareQuantity,
    CommodityClassification,
    Contact,
    Identifier,
    Item,
    LineReference,
    MonetaryTotal,
    Party,
    PartyIdentification,
    PartyLegalEntity,
    PartyName,
    Period,
    Price,
    Quantity,
    Reference,
    StandardItemIdentification,
    TaxCategory,
    TaxTotal,
    TradingParty,
)
from peppol.identifiers import DocumentKind
from peppol.xml.codec import Document, aggregate

# --- order ------------------------------------------------------------------------------------------------


@aggregate
class ValidityPeriod:
    """How long the seller may rely on the order; not the period of the service."""

    end_date: date  # tir01-009


@aggregate
class AdditionalDocumentReference:
    """An attachment or another document that belongs to the order."""

    id: str  # tir01-154
    document_type: str | None = None  # in words; tir01-016
    attachment: Attachment | None = None


@aggregate
class BuyerParty:
    """The buyer of an order and of its response."""

    party: TradingParty


@aggregate
class SellerParty:
    """The seller of an order and of its response."""

    party: TradingParty


@aggregate
class OtherParty:
    """The unit an order is made for, or the one that gets the invoice."""

    party: Party


@aggregate
class DeliveryLocation:
    """Where the service is given."""

    id: Identifier | None = None  # tir01-169
    name: str | None = None  # tir01-p028
    address: Address | None = None


@aggregate
class DeliveryParty:
    """The unit that receives or performs."""

    party_identifications: tuple[PartyIdentification, ...] = ()  # tir01-101
    party_name: PartyName  # tir01-102
    postal_address: Address | None = None
    contact: Contact | None = None


@aggregate
class Despatch:
    """When goods are to be fetched."""

    requested_despatch_date: date  # tir01-p053
    requested_despatch_time: time | None = None  # tir01-p054


@aggregate
class TransportHandlingUnit:
    """A package; its marks are free text that the buyer uses for the execution reference."""

    shipping_marks: str | None = None  # tir01-p036


@aggregate
class Shipment:
    """The consignment; where there is none the `id` is NA."""

    id: str
    shipping_priority_level_code: str | None = None  # tir01-p47
    transport_handling_unit: TransportHandlingUnit | None = None


@aggregate
class OrderDelivery:
    """Where, when and by whom the whole order is delivered."""

    delivery_location: DeliveryLocation | None = None
    requested_delivery_period: Period | None = None  # tir01-099, tir01-100
    delivery_party: DeliveryParty | None = None
    despatch: Despatch | None = None
    shipment: Shipment | None = None


@aggregate
class DeliveryTerms:
    """Terms of delivery for goods."""

    id: str | None = None  # tir01-107
    special_terms: str | None = None  # tir01-108
    delivery_location: Reference | None = None  # tir01-109


@aggregate
class PaymentTerms:
    """When to pay, in words."""

    note: str  # tir01-p010


@aggregate
class LineDelivery:
    """The period of the service on one line."""

    id: Identifier | None = None  # tir01-p037
    requested_delivery_period: Period  # tir01-126, tir01-127


@aggregate
class OriginatorParty:
    """Who asked for the line."""

    party_identifications: tuple[PartyIdentification, ...] = ()  # tir01-121
    party_name: PartyName | None = None  # tir01-122


@aggregate
class LineItem:
    """What is ordered on one line."""

    id: str  # what an invoice line refers to (BT-132); tir01-120
    quantity: Quantity  # tir01-132
    line_extension_amount: Amount | None = None  # tir01-128
    partial_delivery_indicator: bool | None = None  # tir01-124
    accounting_cost: str | None = None  # comes back as BT-133; tir01-125
    delivery: LineDelivery | None = None
    originator_party: OriginatorParty | None = None
    allowance_charges: tuple[AllowanceCharge, ...] = ()
    price: Price | None = None
    item: Item


@aggregate
class OrderLine:
    """One line of an order."""

    note: str | None = None  # tir01-123
    line_item: LineItem
    quotation_line_reference: LineReference | None = None


@aggregate
class Order(Document):
    """Order, transaction T01."""

    kind: ClassVar = DocumentKind.ORDER

    customization_id: str = DocumentKind.ORDER.customization_id  # tir01-001; then profile_id tir01-002
    # id is the order number, tir01-003
    sales_order_id: str | None = None  # tir01-p001
    issue_date: date  # tir01-004
    issue_time: time | None = None  # tir01-005
    order_type_code: str | None = None  # 220 and its like; tir01-153
    note: str | None = None  # tir01-006
    document_currency_code: str  # tir01-007
    customer_reference: str | None = None  # comes back as BT-10; tir01-p002
    accounting_cost: str | None = None  # comes back as BT-19; tir01-008
    validity_period: ValidityPeriod | None = None
    quotation_document_reference: Reference | None = None  # tir01-010
    order_document_reference: Reference | None = None  # the order this one replaces; tir01-011
    originator_document_reference: Reference | None = None  # tir01-012
    catalogue_reference: Reference | None = None  # tir01-p45
    additional_document_references: tuple[AdditionalDocumentReference, ...] = ()
    contract: Reference | None = None  # tir01-019
    project_reference: Reference | None = None  # tir01-p044
    buyer_customer_party: BuyerParty
    seller_supplier_party: SellerParty
    originator_customer_party: OtherParty | None = None
    accounting_customer_party: OtherParty | None = None
    delivery: OrderDelivery | None = None
    delivery_terms: DeliveryTerms | None = None
    payment_terms: PaymentTerms | None = None
    allowance_charges: tuple[AllowanceCharge, ...] = ()
    tax_total: TaxTotal | None = None
    anticipated_monetary_total: MonetaryTotal | None = None
    order_lines: tuple[OrderLine, ...]


# --- order response ---------------------------------------------------------------------------------------


@aggregate
class RespondingParty:
    """Buyer or seller, as an order response names them."""

    endpoint_id: Identifier  # tir76-058, tir76-021
    party_identifications: tuple[PartyIdentification, ...] = ()  # tir76-059, tir76-022
    party_legal_entity: PartyLegalEntity | None = None  # tir76-060, tir76-023


@aggregate
class ResponseParty:
    """The buyer or the seller of an order response."""

    party: RespondingParty


@aggregate
class PromisedDelivery:
    """When the seller promises to deliver."""

    promised_delivery_period: Period  # tir76-099, tir76-100; on a line tir76-126, tir76-127


@aggregate
class ResponseLineItem:
    """What the seller says about one ordered line."""

    id: str  # tir76-120
    note: str | None = None  # tir76-204
    line_status_code: str  # 1 added, 3 changed, 5 accepted, 7 not accepted, 42 delivered; tir76-202
    quantity: Quantity | None = None  # tir76-132
    maximum_backorder_quantity: BareQuantity | None = None  # tir76-p005
    delivery: PromisedDelivery | None = None
    price: Price | None = None
    item: Item


@aggregate
class SubstitutedItem:
    """The article offered instead."""

    name: str | None = None  # tir76-134
    sellers_item_identification: Reference | None = None  # tir76-135
    standard_item_identification: StandardItemIdentification | None = None  # tir76-136
    commodity_classifications: tuple[CommodityClassification, ...] = ()  # tir76-149
    classified_tax_category: TaxCategory | None = None  # tir76-150
    additional_item_properties: Annotated[
        tuple[AdditionalItemProperty, ...], "AdditionalItemProperty"
    ] = ()  # tir76-138, tir76-139


@aggregate
class SubstitutedLineItem:
    """What the seller offers instead of an ordered line."""

    id: str  # tir76-p002
    item: SubstitutedItem


@aggregate
class OrderResponseLine:
    """The answer to one ordered line."""

    line_item: ResponseLineItem
    seller_substituted_line_item: SubstitutedLineItem | None = None
    order_line_reference: LineReference  # tir76-201


@aggregate
class OrderResponse(Document):
    """Order Response, transaction T76."""

    kind: ClassVar = DocumentKind.ORDER_RESPONSE

    customization_id: str = DocumentKind.ORDER_RESPONSE.customization_id  # tir76-001
    profile_id: str = DocumentKind.ORDER_RESPONSE.profile_ids[0]  # tir76-002; then id tir76-003
    sales_order_id: str | None = None  # tir76-p007
    issue_date: date  # tir76-004
    issue_time: time | None = None  # tir76-005
    order_response_code: str  # AB, AP, CA or RE; tir76-200
    note: str | None = None  # tir76-006
    document_currency_code: str  # tir76-007
    customer_reference: str | None = None  # tir110-044
    order_reference: Reference  # tir76-011
    seller_supplier_party: ResponseParty
    buyer_customer_party: ResponseParty
    delivery: PromisedDelivery | None = None
    order_lines: tuple[OrderResponseLine, ...] = ()
