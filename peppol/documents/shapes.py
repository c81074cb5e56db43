"""Parts that several documents share: amounts, parties, addresses, periods, items, prices.

The shapes hold what the profiles of Order (T01), Order Response (T76), Invoice and
Credit Note (BIS Billing 3) and the responses (T71, T111, MLS) use, in the order of
UBL 2.1, so a shape may be wider than one document allows; the rules judge that.
What each document calls the field stands in a comment: BT-n for invoices and credit
notes, tir01-n for orders. Amounts are exact decimals in the currency beside them,
periods include their first and their last day.
"""

from datetime import date, time
from decimal import Decimal
from typing import Annotated

from peppol.xml.codec import aggregate, basic

# --- values with attributes -------------------------------------------------------------------------------


@basic
class Amount:
    """Money: `value` in the currency `currency_id` (ISO 4217)."""

    value: Decimal
    currency_id: str


@basic
class Quantity:
    """A number of units; `unit_code` is a code of UNECE Recommendation 20, such as DAY."""

    value: Decimal
    unit_code: str


@basic
class BareQuantity:
    """A number whose unit may be understood from elsewhere, as a price's base quantity from its line."""

    value: Decimal
    unit_code: str | None = None


@basic
class Identifier:
    """A number within the scheme `scheme_id`: ISO 6523 for parties, UNCL1153 for invoiced objects."""

    value: str
    scheme_id: str | None = None


@basic
class PropertyIdentifier:
    """The identifier of an item property within its dictionary (T01 only)."""

    value: str
    scheme_id: str | None = None
    scheme_data_uri: str | None = None
    scheme_version_id: str | None = None


@basic
class Code:
    """A code from the list `list_id`; `name` is its meaning in words."""

    value: str
    list_id: str | None = None
    list_version_id: str | None = None
    name: str | None = None


@basic
class BinaryObject:
    """An attached file: its bytes, its type such as application/pdf, and its name."""

    value: bytes
    mime_code: str
    filename: str


# --- parties ----------------------------------------------------------------------------------------------


@aggregate
class Country:
    """A country."""

    identification_code: str  # ISO 3166-1 alpha-2; BT-40, BT-55, BT-69, BT-80; tir01-033


@aggregate
class AddressLine:
    """The third line of an address."""

    line: str  # BT-162 to BT-165; tir01-p003


@aggregate
class Address:
    """A postal address; only the country has to be known. BG-5, BG-8, BG-12, BG-15."""

    street_name: str | None = None  # BT-35, BT-50, BT-64, BT-75; tir01-032
    additional_street_name: str | None = None  # BT-36, BT-51, BT-65, BT-76; tir01-027
    city_name: str | None = None  # BT-37, BT-52, BT-66, BT-77; tir01-031
    postal_zone: str | None = None  # BT-38, BT-53, BT-67, BT-78; tir01-024
    country_subentity: str | None = None  # BT-39, BT-54, BT-68, BT-79; tir01-141
    address_line: AddressLine | None = None
    country: Country


@aggregate
class PartyIdentification:
    """A number the party is known by."""

    id: Identifier  # BT-29, BT-46, BT-60, BT-90; tir01-022


@aggregate
class PartyName:
    """The name the party trades under."""

    name: str  # BT-28, BT-45, BT-59, BT-62, BT-70; tir01-023


@aggregate
class TaxScheme:
    """Which tax is meant: VAT, or TAX for the Swedish F-skatt."""

    id: str


@aggregate
class PartyTaxScheme:
    """The party's registration for a tax."""

    company_id: str | None = None  # the rules let it be missing; BT-31, BT-32, BT-48, BT-63; tir01-034
    tax_scheme: TaxScheme


@aggregate
class PartyLegalEntity:
    """The party as the company register knows it."""

    registration_name: str  # BT-27, BT-44; tir01-044
    company_id: Identifier | None = None  # BT-30, BT-47; tir01-043
    company_legal_form: str | None = None  # BT-33
    registration_address: Address | None = None  # tir01-045, tir01-046


@aggregate
class Contact:
    """Whom to ask. BG-6, BG-9."""

    name: str | None = None  # BT-41, BT-56; tir01-050
    telephone: str | None = None  # BT-42, BT-57; tir01-047
    electronic_mail: str | None = None  # BT-43, BT-58; tir01-049


@aggregate
class Party:
    """Someone who takes part, as far as the document says."""

    endpoint_id: Identifier | None = None  # BT-34, BT-49; tir01-021
    party_identifications: tuple[PartyIdentification, ...] = ()
    party_name: PartyName | None = None
    postal_address: Address | None = None
    party_tax_schemes: tuple[PartyTaxScheme, ...] = ()
    party_legal_entity: PartyLegalEntity | None = None
    contact: Contact | None = None


@aggregate
class TradingParty(Party):
    """A party with an address on the network and a registered name: buyer, seller, their messengers."""

    endpoint_id: Identifier
    party_legal_entity: PartyLegalEntity


# --- time, references, attachments ------------------------------------------------------------------------


@aggregate
class Period:
    """From the first to the last day, both included."""

    start_date: date | None = None  # BT-73, BT-134; tir01-099, tir01-126
    start_time: time | None = None  # tir01-p042, tir01-p48
    end_date: date | None = None  # BT-74, BT-135; tir01-100, tir01-127
    end_time: time | None = None  # tir01-p043, tir01-p49
    description_code: str | None = None  # BT-8


@aggregate
class Reference:
    """Another document, by its number alone."""

    id: str


@aggregate
class LineReference:
    """A line of another document, with that document where it is not the one the document names itself."""

    line_id: str  # BT-132
    order_reference: Reference | None = None  # the line's own order; BT-188


@aggregate
class ExternalReference:
    """Where a file is kept."""

    uri: str  # BT-124; tir01-018


@aggregate
class Attachment:
    """A file in the document, or where to find it."""

    embedded_document_binary_object: BinaryObject | None = None  # BT-125; tir01-017
    external_reference: ExternalReference | None = None


# --- money ------------------------------------------------------------------------------------------------


@aggregate
class TaxCategory:
    """A VAT category and its rate in percent; the exemption reason where there is no VAT."""

    id: str  # UNCL5305; BT-95, BT-102, BT-118, BT-151; tir01-150
    percent: Decimal | None = None  # BT-96, BT-103, BT-119, BT-152; tir01-170
    tax_exemption_reason_code: str | None = None  # BT-121
    tax_exemption_reason: str | None = None  # BT-120
    tax_scheme: TaxScheme


@aggregate
class AllowanceCharge:
    """A discount (`charge_indicator` false) or a fee. BG-20, BG-21, BG-27, BG-28."""

    charge_indicator: bool
    allowance_charge_reason_code: str | None = None  # BT-98, BT-105, BT-140, BT-145; tir01-p008
    allowance_charge_reason: str | None = None  # BT-97, BT-104, BT-139, BT-144; tir01-112
    multiplier_factor_numeric: Decimal | None = None  # percent; BT-94, BT-101, BT-138, BT-143; tir01-p009
    amount: Amount  # BT-92, BT-99, BT-136, BT-141, BT-147; tir01-113
    base_amount: Amount | None = None  # BT-93, BT-100, BT-137, BT-142, BT-148; tir01-p010
    tax_category: TaxCategory | None = None


@aggregate
class TaxSubtotal:
    """The VAT of one category and rate. BG-23."""

    taxable_amount: Amount  # BT-116
    tax_amount: Amount  # BT-117
    tax_category: TaxCategory


@aggregate
class TaxTotal:
    """The VAT of the document; in an order without the breakdown."""

    tax_amount: Amount  # BT-110, BT-111; tir01-114
    tax_subtotals: tuple[TaxSubtotal, ...] = ()


@aggregate
class MonetaryTotal:
    """The totals of a document. BG-22."""

    line_extension_amount: Amount  # BT-106; tir01-115
    tax_exclusive_amount: Amount | None = None  # BT-109; tir01-145
    tax_inclusive_amount: Amount | None = None  # BT-112; tir01-147
    allowance_total_amount: Amount | None = None  # BT-107; tir01-116
    charge_total_amount: Amount | None = None  # BT-108; tir01-117
    prepaid_amount: Amount | None = None  # BT-113; tir01-148
    payable_rounding_amount: Amount | None = None  # BT-114; tir01-146
    payable_amount: Amount  # BT-115; tir01-118


@aggregate
class Price:
    """The net price of `base_quantity` units, one if not said, without VAT. BG-29."""

    price_amount: Amount  # BT-146; tir01-130, tir76-130
    base_quantity: BareQuantity | None = None  # BT-149, BT-150; tir01-131
    allowance_charge: AllowanceCharge | None = None  # the discount in the price: BT-147, BT-148


# --- items ------------------------------------------------------------------------------------------------


@aggregate
class StandardItemIdentification:
    """A registered article number, such as a GTIN."""

    id: Identifier  # BT-157; tir01-136


@aggregate
class CommodityClassification:
    """Where the article stands in a classification, such as CPV or UNSPSC."""

    item_classification_code: Code | None = None  # BT-158; tir01-149


@aggregate
class AdditionalItemProperty:
    """A property of the article, by name and value. BG-32."""

    id: PropertyIdentifier | None = None
    name: str  # BT-160; tir01-138
    name_code: Code | None = None  # tir01-p024
    value: str  # BT-161; tir01-139
    value_quantity: Quantity | None = None  # tir01-p020
    value_qualifier: str | None = None  # tir01-p021


@aggregate
class Lot:
    """The batch an article comes from."""

    lot_number_id: str | None = None  # tir01-p022


@aggregate
class ItemInstance:
    """One single article."""

    serial_id: str | None = None  # tir01-p023
    lot_identification: Lot | None = None


@aggregate
class Item:
    """The article or service. BG-31."""

    description: str | None = None  # BT-154; tir01-133
    name: str  # BT-153; tir01-135, tir76-205
    buyers_item_identification: Reference | None = None  # BT-156; tir01-p022
    sellers_item_identification: Reference | None = None  # BT-155; tir01-p020
    manufacturers_item_identification: Reference | None = None  # tir01-p46
    standard_item_identification: StandardItemIdentification | None = None
    item_specification_document_references: tuple[Reference, ...] = ()  # tir01-p007
    origin_country: Country | None = None  # BT-159
    commodity_classifications: tuple[CommodityClassification, ...] = ()
    classified_tax_category: TaxCategory | None = None  # BG-30
    additional_item_properties: Annotated[tuple[AdditionalItemProperty, ...], "AdditionalItemProperty"] = ()
    item_instances: tuple[ItemInstance, ...] = ()
