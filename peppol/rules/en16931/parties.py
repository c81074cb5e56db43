"""EN 16931: who sells, buys, is paid and represents, where it is delivered, how it is paid.

Source: EN 16931 validation for UBL, release 1.3.16.
"""

from typing import Final

from peppol.rules.en16931.document import RELEASE
from peppol.rules.en16931.lists import VAT_PREFIXES
from peppol.rules.en16931.vat_facts import in_vat
from peppol.rules.engine.checks import attribute_check, filled_check, holds, present, present_check
from peppol.rules.engine.rulebook import WARNING, Book, Broken, RuleVerdict
from peppol.rules.engine.tree import Node

BOOK: Final = Book("EN16931", RELEASE)

_SUPPLIER: Final = "cac:AccountingSupplierParty"
_CUSTOMER: Final = "cac:AccountingCustomerParty"
_COUNTRY: Final = filled_check("cac:Country", "cbc:IdentificationCode")
_TRANSFERS: Final = ("30", "58")


@BOOK.context(_SUPPLIER).rule("BR-CO-26")
def seller_can_be_identified(supplier: Node) -> RuleVerdict:
    """The seller has an identifier (BT-29), a legal registration (BT-30) or a VAT number (BT-31).

    A bank's creditor reference (scheme SEPA) stands in the same place as BT-29 and does not count.
    """
    for party in supplier.all("cac:Party"):
        identifiers = party.every("cac:PartyIdentification", "cbc:ID")
        if any(identifier.attribute("schemeID") != "SEPA" for identifier in identifiers):
            return None
        if party.exists("cac:PartyLegalEntity", "cbc:CompanyID"):
            return None
        if any(scheme.has("cbc:CompanyID") and in_vat(scheme) for scheme in party.all("cac:PartyTaxScheme")):
            return None
    return Broken(expected="cac:PartyLegalEntity/cbc:CompanyID")


BOOK.context(f"{_SUPPLIER}/cac:Party/cbc:EndpointID").add(
    "BR-62", attribute_check("schemeID"), "The seller's electronic address (BT-34) names its scheme."
)
BOOK.context(f"{_CUSTOMER}/cac:Party/cbc:EndpointID").add(
    "BR-63", attribute_check("schemeID"), "The buyer's electronic address (BT-49) names its scheme."
)
BOOK.context(f"{_SUPPLIER}/cac:Party/cac:PostalAddress").add(
    "BR-09", _COUNTRY, "The seller's address (BG-5) has a country code (BT-40)."
)
BOOK.context(f"{_CUSTOMER}/cac:Party/cac:PostalAddress").add(
    "BR-11", _COUNTRY, "The buyer's address (BG-8) has a country code (BT-55)."
)
BOOK.context("cac:TaxRepresentativeParty/cac:PostalAddress").add(
    "BR-20", _COUNTRY, "The address of the seller's tax representative (BG-12) has a country code (BT-69)."
)
BOOK.context("cac:Delivery/cac:DeliveryLocation/cac:Address").add(
    "BR-57",
    present_check("cac:Country", "cbc:IdentificationCode"),
    "The address delivered to (BG-15) has a country code (BT-80).",
)

_representative = BOOK.context("cac:TaxRepresentativeParty")
_representative.add(
    "BR-18",
    filled_check("cac:PartyName", "cbc:Name"),
    "A tax representative of the seller (BG-11) has a name (BT-62).",
)
_representative.add(
    "BR-19",
    present_check("cac:PostalAddress"),
    "A tax representative of the seller (BG-11) has a postal address (BG-12).",
)


@_representative.rule("BR-56")
def representative_in_vat(representative: Node) -> RuleVerdict:
    """A tax representative of the seller (BG-11) has a VAT number (BT-63)."""
    schemes = representative.all("cac:PartyTaxScheme")
    if any(scheme.has("cbc:CompanyID") and in_vat(scheme) for scheme in schemes):
        return None
    return Broken(expected="cac:PartyTaxScheme/cbc:CompanyID")


def _texts(node: Node, *path: str) -> set[str]:
    return {found.text for found in node.every(*path)}


@BOOK.context("cac:PayeeParty").rule("BR-17")
def payee_is_someone_else(payee: Node) -> RuleVerdict:
    """A payee (BG-10) is named (BT-59) and is not the seller under its own name or identifier."""
    names = _texts(payee, "cac:PartyName", "cbc:Name")
    if not names:
        return Broken(expected="cac:PartyName/cbc:Name")
    around = payee.above
    if around is None:
        return None
    seller = (_SUPPLIER, "cac:Party")
    same = names & _texts(around, *seller, "cac:PartyName", "cbc:Name")
    same |= _texts(payee, "cac:PartyIdentification", "cbc:ID") & _texts(
        around, *seller, "cac:PartyIdentification", "cbc:ID"
    )
    return Broken(found=min(same)) if same else None


@BOOK.context("cac:PartyTaxScheme", when=in_vat).rule("BR-CO-09")
def vat_number_has_a_country(scheme: Node) -> RuleVerdict:
    """A VAT number (BT-31, BT-48, BT-63) begins with the code of its country; Greece may use EL.

    As published, two characters are looked for in the list of codes written out as one text;
    an empty number therefore passes.
    """
    number = scheme.text_of("cbc:CompanyID")
    return None if number[:2] in VAT_PREFIXES else Broken(found=number, at=scheme.first("cbc:CompanyID"))


@BOOK.context("cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID").rule("BR-51", WARNING)
def card_number_is_cut(number: Node) -> RuleVerdict:
    """Of a payment card's number (BT-87) at most ten characters are shown."""
    return holds(len(number.value) <= 10)


def _is_transfer(account: Node) -> bool:
    means = account.above
    return means is not None and any(code.text in _TRANSFERS for code in means.all("cbc:PaymentMeansCode"))


BOOK.context("cac:PaymentMeans/cac:PayeeFinancialAccount", when=_is_transfer).add(
    "BR-50", filled_check("cbc:ID"), "For a credit transfer (BG-17) the account paid to is given (BT-84)."
)

_means = BOOK.context("cac:PaymentMeans")
_means.add(
    "BR-49", present_check("cbc:PaymentMeansCode"), "Payment instructions (BG-16) say how to pay (BT-81)."
)


@_means.rule("BR-61")
def transfer_has_an_account(means: Node) -> RuleVerdict:
    """Payment by credit transfer (BT-81 is 30 or 58) names the account paid to (BT-84)."""
    if means.value_of("cbc:PaymentMeansCode") not in _TRANSFERS:
        return None
    return present(means, "cac:PayeeFinancialAccount", "cbc:ID")
