"""Rules for Italian and Dutch sellers in BIS Billing: IT-R-001 to -004 and NL-R-001 to -009.

Italy by the seller's VAT number, representative or address; the Netherlands by postal
address (BT-40, BT-55, BT-69), capitals or not.
"""

import re
from collections.abc import Callable
from typing import Final

from peppol.rules.engine.checks import holds, present, present_check
from peppol.rules.engine.numbers import decimal_of
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact, normal
from peppol.rules.shared.trading_countries import both_in, seller_country, seller_postal

_REGISTRATION: Final = re.compile(r"[A-Z0-9]{11,16}")
_REGISTERS: Final = frozenset({"0106", "0190"})
_PAYMENT_CODES: Final = frozenset({"30", "48", "49", "57", "58", "59"})

ITALY: Final = Book("IT-R", "3.0.21")
"""The rules for Italian sellers."""

NETHERLANDS: Final = Book("NL-R", "3.0.21")
"""The rules for Dutch sellers."""


@fact
def _seller_is_italian(bill: DocumentTree) -> bool:
    return seller_country(bill) == "IT"


def _is_italian_registration(registration: Node) -> bool:
    return _seller_is_italian(registration) and registration.value_of("cac:TaxScheme", "cbc:ID") != "VAT"


@ITALY.context(
    "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme", when=_is_italian_registration
).rule("IT-R-001")
def registration_has_11_to_16_characters(registration: Node) -> RuleVerdict:
    """An Italian seller's tax registration beside VAT (BT-32) is 11 to 16 capitals or digits."""
    number = registration.value_of("cbc:CompanyID")
    return holds(_REGISTRATION.fullmatch(number) is not None, found=number)


_ITALIAN: Final = ITALY.context("cac:AccountingSupplierParty/cac:Party", when=_seller_is_italian)
for _id, _name, _meaning in (
    ("IT-R-002", "cbc:StreetName", "An Italian seller states its street (BT-35)."),
    ("IT-R-003", "cbc:CityName", "An Italian seller states its city (BT-37)."),
    ("IT-R-004", "cbc:PostalZone", "An Italian seller states its post code (BT-38)."),
):
    _ITALIAN.add(_id, present_check("cac:PostalAddress", _name), _meaning)


@fact
def _seller_is_dutch(bill: DocumentTree) -> bool:
    return normal(seller_postal(bill)).upper() == "NL"


@fact
def _representative_is_dutch(bill: DocumentTree) -> bool:
    path = ("cac:TaxRepresentativeParty", "cac:PostalAddress", "cac:Country", "cbc:IdentificationCode")
    return _seller_is_dutch(bill) and bill.value_of(*path).upper() == "NL"


_both_are_dutch: Final = both_in("NL")


@NETHERLANDS.context("cbc:CreditNoteTypeCode", when=_seller_is_dutch).rule("NL-R-001")
def credit_note_names_its_invoice(code: Node) -> RuleVerdict:
    """A Dutch credit note refers to the invoice it corrects (BT-25)."""
    return present(code.document, "cac:BillingReference", "cac:InvoiceDocumentReference", "cbc:ID")


def address_is_whole(address: Node) -> RuleVerdict:
    """The address has street, city and post code."""
    missing = [name for name in ("cbc:StreetName", "cbc:CityName", "cbc:PostalZone") if not address.has(name)]
    return Broken(expected=" ".join(missing)) if missing else None


def is_registered(number: Node) -> RuleVerdict:
    """The number is of the chamber of commerce (0106) or a government organisation's (0190)."""
    scheme = number.attributes.get("schemeID", "")
    registered = not _REGISTERS.isdisjoint(scheme.split(" "))
    return holds(registered and bool(number.value), found=scheme, expected="0106 0190")


def _register(rule_id: str, path: str, when: Callable[[Node], bool], test: Test, meaning: str) -> None:
    NETHERLANDS.context(path, when=when).add(rule_id, test, meaning)


_register(
    "NL-R-002",
    "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress",
    _seller_is_dutch,
    address_is_whole,
    "A Dutch seller's address has street, city and post code (BT-35, -37, -38).",
)
_register(
    "NL-R-003",
    "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
    _seller_is_dutch,
    is_registered,
    "A Dutch seller's registration number (BT-30) is of scheme 0106 or 0190.",
)
_register(
    "NL-R-004",
    "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress",
    _both_are_dutch,
    address_is_whole,
    "A Dutch buyer's address has street, city and post code (BT-50, -52, -53).",
)
_register(
    "NL-R-005",
    "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
    _both_are_dutch,
    is_registered,
    "A Dutch buyer's registration number (BT-47) is of scheme 0106 or 0190.",
)
_register(
    "NL-R-006",
    "cac:TaxRepresentativeParty/cac:PostalAddress",
    _representative_is_dutch,
    address_is_whole,
    "A Dutch representative's address has street, city and post code (BT-64, -66, -67).",
)


@NETHERLANDS.context("cac:LegalMonetaryTotal", when=_seller_is_dutch).rule("NL-R-007")
def payment_is_explained(totals: Node) -> RuleVerdict:
    """A Dutch seller says how to pay (BG-16) when the buyer is to pay (BT-115)."""
    bill = totals.document
    if bill.named("cac:PaymentMeans"):
        return None
    payable = decimal_of(totals.text_of("cbc:PayableAmount"))
    owed_by_buyer = payable is None or (payable > 0 if bill.name == "Invoice" else payable < 0)
    return holds(not owed_by_buyer, expected="cac:PaymentMeans")


@NETHERLANDS.context("cac:PaymentMeans", when=_both_are_dutch).rule("NL-R-008")
def payment_code_is_dutch(means: Node) -> RuleVerdict:
    """Between Dutch parties the payment means (BT-81) is one of 30, 48, 49, 57, 58 and 59."""
    code = means.value_of("cbc:PaymentMeansCode")
    return holds(code in _PAYMENT_CODES, found=code, expected="30 48 49 57 58 59")


@NETHERLANDS.context("cac:OrderLineReference/cbc:LineID", when=_seller_is_dutch).rule("NL-R-009")
def order_line_has_an_order(line_id: Node) -> RuleVerdict:
    """A Dutch bill that refers to order lines (BT-132) refers to the order (BT-13)."""
    return present(line_id.document, "cac:OrderReference", "cbc:ID")
