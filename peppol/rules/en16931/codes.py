"""EN 16931: codes come from their lists (BR-CL).

A code is compared with blanks around it taken away; a code with a blank inside is in no
list. Source: EN 16931 validation for UBL, release 1.3.16.
"""

from typing import Final

from peppol import codelists
from peppol.rules.en16931.document import RELEASE
from peppol.rules.en16931.lists import CREDIT_NOTE_TYPES, CURRENCIES
from peppol.rules.en16931.vat_facts import is_charge
from peppol.rules.engine.checks import attribute_listed_check, listed, listed_check, of_list
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node, normal

BOOK: Final = Book("EN16931", RELEASE)

_CODES: Final = "codes"
_AMOUNTS: Final = (
    "Amount",
    "BaseAmount",
    "PriceAmount",
    "TaxAmount",
    "TaxableAmount",
    "LineExtensionAmount",
    "TaxExclusiveAmount",
    "TaxInclusiveAmount",
    "AllowanceTotalAmount",
    "ChargeTotalAmount",
    "PrepaidAmount",
    "PayableRoundingAmount",
    "PayableAmount",
)

BOOK.context("cbc:InvoiceTypeCode", pattern=_CODES).add(
    "BR-CL-01", listed_check(codelists.INVOICE_TYPES_EN), "The kind of invoice (BT-3) is one of UNCL 1001."
)
BOOK.context("cbc:CreditNoteTypeCode", pattern=_CODES).add(
    "BR-CL-01", listed_check(CREDIT_NOTE_TYPES), "The kind of credit note (BT-3) is one of UNCL 1001."
)


def _has_a_currency(currencies: frozenset[str]) -> Test:
    def has_a_currency(amount: Node) -> RuleVerdict:
        currency = amount.attributes.get("currencyID", "")
        if currency in currencies or normal(currency) in currencies:
            return None
        return Broken(found=currency, attribute="currencyID")

    return has_a_currency


BOOK.context(" | ".join(f"cbc:{name}" for name in _AMOUNTS), pattern=_CODES).add(
    "BR-CL-03",
    of_list(_has_a_currency, CURRENCIES),
    "Every amount names its currency by its code in ISO 4217.",
)
BOOK.context("cbc:DocumentCurrencyCode", pattern=_CODES).add(
    "BR-CL-04", listed_check(CURRENCIES), "The invoice's currency (BT-5) is one of ISO 4217."
)
BOOK.context("cbc:TaxCurrencyCode", pattern=_CODES).add(
    "BR-CL-05", listed_check(CURRENCIES), "The currency for VAT (BT-6) is one of ISO 4217."
)
BOOK.context("cac:InvoicePeriod/cbc:DescriptionCode", pattern=_CODES).add(
    "BR-CL-06", listed_check(codelists.UNCL2005), "The code for the tax point (BT-8) is 3, 35 or 432."
)


def _is_invoiced_object(identifier: Node) -> bool:
    reference = identifier.above
    return reference is not None and any(code.text == "130" for code in reference.all("cbc:DocumentTypeCode"))


BOOK.context(
    "cac:AdditionalDocumentReference/cbc:ID | cac:DocumentReference/cbc:ID",
    pattern=_CODES,
    when=_is_invoiced_object,
).add(
    "BR-CL-07",
    attribute_listed_check("schemeID", codelists.UNCL1153),
    "The scheme of an invoiced object's identifier (BT-18, BT-128) is one of UNCL 1153.",
)


def _party_scheme(schemes: frozenset[str]) -> Test:
    def party_scheme(identifier: Node) -> RuleVerdict:
        scheme = identifier.attributes.get("schemeID")
        if scheme is None or normal(scheme) in schemes:
            return None
        if normal(scheme) == "SEPA" and _stands_below(
            identifier, ("cac:AccountingSupplierParty", "cac:PayeeParty")
        ):
            return None
        return Broken(found=scheme, attribute="schemeID")

    return party_scheme


BOOK.context("cac:PartyIdentification/cbc:ID", pattern=_CODES).add(
    "BR-CL-10",
    of_list(_party_scheme, codelists.ICD),
    "The scheme of a party's identifier is one of ISO 6523, or SEPA for the seller and the payee.",
)


def _stands_below(node: Node, names: tuple[str, ...]) -> bool:
    around = node.above
    while around is not None:
        if around.name in names:
            return True
        around = around.above
    return False


for _path, _attribute, _codes, _id, _meaning in (
    (
        "cac:PartyLegalEntity/cbc:CompanyID",
        "schemeID",
        codelists.ICD,
        "BR-CL-11",
        "The scheme of a company's registration is one of ISO 6523.",
    ),
    (
        "cac:CommodityClassification/cbc:ItemClassificationCode",
        "listID",
        codelists.UNCL7143,
        "BR-CL-13",
        "The list of an item's classification (BT-158) is one of UNCL 7143.",
    ),
    (
        "cac:StandardItemIdentification/cbc:ID",
        "schemeID",
        codelists.ICD,
        "BR-CL-21",
        "The scheme of an item's standard number (BT-157) is one of ISO 6523.",
    ),
    (
        "cbc:InvoicedQuantity | cbc:BaseQuantity | cbc:CreditedQuantity",
        "unitCode",
        codelists.UNECE_REC20,
        "BR-CL-23",
        "A unit (BT-130, BT-150) is one of UN/ECE Recommendation 20 or 21.",
    ),
    (
        "cbc:EndpointID",
        "schemeID",
        codelists.EAS_EN,
        "BR-CL-25",
        "The scheme of an electronic address is one of the EAS list.",
    ),
    (
        "cac:DeliveryLocation/cbc:ID",
        "schemeID",
        codelists.ICD,
        "BR-CL-26",
        "The scheme of the place delivered to (BT-71) is one of ISO 6523.",
    ),
):
    BOOK.context(_path, pattern=_CODES).add(_id, attribute_listed_check(_attribute, _codes), _meaning)

for _path, _codes, _id, _meaning in (
    (
        "cac:Country/cbc:IdentificationCode",
        codelists.ISO3166,
        "BR-CL-14",
        "A country is one of ISO 3166-1.",
    ),
    (
        "cac:OriginCountry/cbc:IdentificationCode",
        codelists.ISO3166,
        "BR-CL-15",
        "An item's country of origin (BT-159) is one of ISO 3166-1.",
    ),
    (
        "cac:PaymentMeans/cbc:PaymentMeansCode",
        codelists.UNCL4461,
        "BR-CL-16",
        "How to pay (BT-81) is one of UNCL 4461.",
    ),
    ("cac:TaxCategory/cbc:ID", codelists.UNCL5305, "BR-CL-17", "A VAT category is one of UNCL 5305."),
    (
        "cac:ClassifiedTaxCategory/cbc:ID",
        codelists.UNCL5305,
        "BR-CL-18",
        "A line's VAT category (BT-151) is one of UNCL 5305.",
    ),
):
    BOOK.context(_path, pattern=_CODES).add(_id, listed_check(_codes), _meaning)


def _side(code: Node) -> bool | None:
    return is_charge(code.above)


_REASON: Final = "cac:AllowanceCharge/cbc:AllowanceChargeReasonCode"
BOOK.context(_REASON, pattern=_CODES, by=_side, case=False).add(
    "BR-CL-19", listed_check(codelists.UNCL5189), "The reason for an allowance is one of UNCL 5189."
)
BOOK.context(_REASON, pattern=_CODES, by=_side, case=True).add(
    "BR-CL-20", listed_check(codelists.UNCL7161), "The reason for a charge is one of UNCL 7161."
)


@BOOK.context("cbc:TaxExemptionReasonCode", pattern=_CODES).rule("BR-CL-22")
def exemption_reason(code: Node) -> RuleVerdict:
    """The reason for exemption from VAT (BT-121) is one of the VATEX list, in letters of any size."""
    return listed(code.value.upper(), codelists.VATEX)


@BOOK.context("cbc:EmbeddedDocumentBinaryObject", pattern=_CODES).rule("BR-CL-24")
def attachment_type(attachment: Node) -> RuleVerdict:
    """An attached file (BT-125) is of one of six kinds: PDF, PNG, JPEG, CSV, XLSX, ODS."""
    kind = attachment.attributes.get("mimeCode")
    if kind is None or kind in codelists.MIME_BILLING:
        return None
    return Broken(found=kind, attribute="mimeCode")
