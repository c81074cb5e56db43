"""Rules for Greek sellers in BIS Billing: GR-R-001-1 to GR-R-010, GR-S-008-1 and GR-S-011.

Greece by VAT number, representative or address of the seller: GR or EL. The number of a
Greek bill has six parts, divided by "|": tax number, day (dd/mm/yyyy), a whole number,
document type, series, serial number. MARK and verification address from the tax
authority's platform are supporting documents of given descriptions.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from peppol.rules.engine.checks import filled_check, holds
from peppol.rules.engine.rulebook import WARNING, Book, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact, normal
from peppol.rules.engine.xpath import is_integer
from peppol.rules.shared.trading_countries import (
    buyer_country,
    seller_country,
    seller_without_representative,
    vat_schemes,
)

_GREEK: Final = frozenset({"GR", "EL"})
_TYPES: Final = frozenset({"1.1", "1.6", "2.1", "2.4", "5.1", "5.2"})
_MARK: Final = "##M.AR.K##"
_ADDRESS: Final = "##INVOICE|URL##"
_ENDPOINT_SCHEME: Final = "9933"
_DAY: Final = re.compile(r"(0?[1-9]|[12][0-9]|3[01])[-\\/ ]?(0?[1-9]|1[0-2])[-\\/ ]?(19|20)[0-9]{2}")
_MARK_NUMBER: Final = re.compile(r"[1-9]")

GREECE: Final = Book("GR-R", "3.0.21")
"""The rules for Greek sellers; patterns "seller" and "both"."""


def is_greek_tax_number(number: str) -> bool:
    """Nine digits; the first eight, weighed 256 to 2, leave the ninth by 11, then by 10.

    As published, what follows the ninth digit is not looked at.
    """
    digits = number[:9]
    if len(digits) < 9 or not (digits.isascii() and digits.isdecimal()):
        return False
    weighed = sum(int(digit) << (8 - place) for place, digit in enumerate(digits[:8]))
    return weighed % 11 % 10 == int(digits[8])


@fact
def _seller_is_greek(bill: DocumentTree) -> bool:
    return seller_country(bill) in _GREEK


@fact
def _both_are_greek(bill: DocumentTree) -> bool:
    return _seller_is_greek(bill) and buyer_country(bill) in _GREEK


@fact
def _seller_itself_is_greek(bill: DocumentTree) -> bool:
    return seller_without_representative(bill) in _GREEK


@fact
def _seller_is_in_greece(bill: DocumentTree) -> bool:
    path = ("cac:AccountingSupplierParty", "cac:Party", "cac:PostalAddress", "cac:Country")
    countries = bill.every(*path, "cbc:IdentificationCode")
    return _seller_is_greek(bill) and any(code.text == "GR" for code in countries)


def _parts(number: Node) -> Sequence[str]:
    return [*number.text.split("|"), "", "", "", "", "", ""] if number.text else [""] * 6


_NUMBER: Final = GREECE.context(
    "/Invoice/cbc:ID | /CreditNote/cbc:ID", pattern="seller", when=_seller_is_greek
)


@_NUMBER.rule("GR-R-001-1")
def number_has_six_parts(number: Node) -> RuleVerdict:
    """The number of a Greek bill (BT-1) has six parts."""
    count = len(number.text.split("|"))
    return holds(count == 6, found=str(count), expected="6")


@_NUMBER.rule("GR-R-001-2")
def number_begins_with_the_tax_number(number: Node) -> RuleVerdict:
    """Its first part is the valid tax number of the seller (BT-31) or its representative (BT-63)."""
    part = _parts(number)[0]
    bill = number.document
    seller = bill.at("cac:AccountingSupplierParty", "cac:Party")
    schemes = [*vat_schemes(seller), *vat_schemes(bill.first("cac:TaxRepresentativeParty"))]
    known = {scheme.text_of("cbc:CompanyID")[2:11] for scheme in schemes}
    valid = len(normal(part)) == 9 and is_greek_tax_number(part) and part in known
    return holds(valid, found=part, expected=" ".join(sorted(known)))


@_NUMBER.rule("GR-R-001-3")
def number_holds_the_issue_date(number: Node) -> RuleVerdict:
    """Its second part is the issue date (BT-2) as day/month/year."""
    part = _parts(number)[1]
    issued = number.document.text_of("cbc:IssueDate").split("-")
    valid = _DAY.match(part) is not None and len(issued) >= 3 and part.split("/")[:3] == issued[2::-1]
    return holds(valid, found=part, expected="/".join(reversed(issued)))


@_NUMBER.rule("GR-R-001-4")
def number_holds_a_whole_number(number: Node) -> RuleVerdict:
    """Its third part is a whole number, not negative."""
    part = _parts(number)[2]
    return holds(is_integer(part) and int(part) >= 0, found=part)


@_NUMBER.rule("GR-R-001-5")
def number_holds_a_document_type(number: Node) -> RuleVerdict:
    """Its fourth part is a Greek document type: 1.1, 1.6, 2.1, 2.4, 5.1 or 5.2."""
    part = _parts(number)[3]
    return holds(part in _TYPES, found=part, expected=" ".join(sorted(_TYPES)))


def _part_is_filled(place: int) -> Test:
    return lambda number: holds(bool(_parts(number)[place]))


_NUMBER.add("GR-R-001-6", _part_is_filled(4), "The fifth part of a Greek bill's number (BT-1) is not empty.")
_NUMBER.add("GR-R-001-7", _part_is_filled(5), "The sixth part of a Greek bill's number (BT-1) is not empty.")

_SELLER: Final = GREECE.context(
    "cac:AccountingSupplierParty/cac:Party", pattern="seller", when=_seller_is_greek
)


def is_named(party: Node) -> RuleVerdict:
    """The party has a name, and it is not empty."""
    return holds(bool(party.text_of("cac:PartyName", "cbc:Name")), expected="cac:PartyName/cbc:Name")


def has_one_greek_vat_number(party: Node) -> RuleVerdict:
    """The party has exactly one VAT number: EL and a valid tax number."""
    numbers = [
        number.text
        for scheme in party.all("cac:PartyTaxScheme")
        if scheme.value_of("cac:TaxScheme", "cbc:ID") == "VAT"
        for number in scheme.all("cbc:CompanyID")
    ]
    return holds(
        len(numbers) == 1 and _is_greek_vat(numbers[0]), found=" ".join(numbers), expected="EL999999999"
    )


def _is_greek_vat(number: str) -> bool:
    return number[:2] == "EL" and is_greek_tax_number(number[2:])


_SELLER.add("GR-R-002", is_named, "A Greek seller states its registered name (BT-28).")
_SELLER.add(
    "GR-S-011",
    has_one_greek_vat_number,
    "A Greek seller has one VAT number (BT-31): EL and tax number.",
    WARNING,
)


def _is_vat_of_greek_seller(number: Node) -> bool:
    scheme = number.above
    return (
        scheme is not None
        and scheme.value_of("cac:TaxScheme", "cbc:ID") == "VAT"
        and _seller_is_greek(number)
    )


@GREECE.context(
    "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID",
    pattern="seller",
    when=_is_vat_of_greek_seller,
).rule("GR-R-003")
def vat_number_is_greek(number: Node) -> RuleVerdict:
    """A Greek seller's VAT number (BT-31) is EL and a valid tax number."""
    return holds(_is_greek_vat(number.text), found=number.text, expected="EL999999999")


def _described(bill: Node, description: str) -> int:
    return sum(
        any(node.text == description for node in reference.all("cbc:DocumentDescription"))
        for reference in bill.all("cac:AdditionalDocumentReference")
    )


_BILL: Final = GREECE.context("/Invoice | /CreditNote", pattern="seller", when=_seller_is_in_greece)


@_BILL.rule("GR-R-004-1")
def has_one_mark(bill: Node) -> RuleVerdict:
    """A Greek bill has one MARK: a supporting document described ##M.AR.K## (BT-123)."""
    count = _described(bill, _MARK)
    return holds(count == 1, found=str(count), expected="1")


@_BILL.rule("GR-S-008-1", WARNING)
def has_a_verification_address(bill: Node) -> RuleVerdict:
    """A Greek bill should have one address for verification, described ##INVOICE|URL## (BT-123)."""
    count = _described(bill, _ADDRESS)
    return holds(count == 1, found=str(count), expected="1")


@_BILL.rule("GR-R-008-2")
def has_one_verification_address_at_most(bill: Node) -> RuleVerdict:
    """A Greek bill has one address for verification at most."""
    count = _described(bill, _ADDRESS)
    return holds(count <= 1, found=str(count), expected="1")


def _is_described(reference: Node | None, description: str) -> bool:
    return reference is not None and any(
        node.text == description for node in reference.all("cbc:DocumentDescription")
    )


def _is_mark(number: Node) -> bool:
    return _is_described(number.above, _MARK) and _seller_is_in_greece(number)


@GREECE.context("cac:AdditionalDocumentReference/cbc:ID", pattern="seller", when=_is_mark).rule("GR-R-004-2")
def mark_is_a_positive_number(number: Node) -> RuleVerdict:
    """A MARK (BT-122) begins with a digit from 1 to 9; more is not asked for, as published."""
    return holds(_MARK_NUMBER.match(number.text) is not None, found=number.text)


def _is_verification(reference: Node) -> bool:
    return _is_described(reference, _ADDRESS) and _seller_is_greek(reference)


GREECE.context("cac:AdditionalDocumentReference", pattern="seller", when=_is_verification).add(
    "GR-R-008-3",
    filled_check("cac:Attachment", "cac:ExternalReference", "cbc:URI"),
    "The verification document of a Greek bill gives its address (BT-124).",
)
GREECE.context("cac:AccountingCustomerParty/cac:Party", pattern="seller", when=_seller_is_greek).add(
    "GR-R-005", is_named, "A Greek seller states the buyer's name (BT-45)."
)


def has_greek_address(endpoint: Node) -> RuleVerdict:
    """The electronic address is a valid Greek tax number of scheme 9933."""
    good = endpoint.attributes.get("schemeID") == _ENDPOINT_SCHEME and is_greek_tax_number(endpoint.text)
    return holds(good, found=endpoint.text, expected=_ENDPOINT_SCHEME)


def _endpoint(party: str, pattern: str, rule_id: str, when: Callable[[Node], bool], meaning: str) -> None:
    context = GREECE.context(f"{party}/cac:Party/cbc:EndpointID", pattern=pattern, when=when)
    context.add(rule_id, has_greek_address, meaning)


_endpoint(
    "cac:AccountingSupplierParty",
    "seller",
    "GR-R-009",
    _seller_itself_is_greek,
    "A Greek seller's electronic address (BT-34) is its tax number, scheme 9933.",
)
GREECE.context("cac:AccountingCustomerParty/cac:Party", pattern="both", when=_both_are_greek).add(
    "GR-R-006", has_one_greek_vat_number, "A Greek buyer of a Greek seller has one VAT number (BT-48)."
)
_endpoint(
    "cac:AccountingCustomerParty",
    "both",
    "GR-R-010",
    _both_are_greek,
    "A Greek buyer's electronic address (BT-49) is its tax number, scheme 9933.",
)
