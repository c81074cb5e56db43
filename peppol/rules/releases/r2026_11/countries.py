"""New numbers and new national rules of November 2026: Belgium, Luxembourg and Slovakia.

PEPPOL-COMMON-R058, R059 and R062 are warnings until a later release; SK-R-001 to 007 are warnings
between Slovak parties.
"""

import re
from typing import Final

from peppol.rules.engine.checks import holds, present_check
from peppol.rules.engine.rulebook import WARNING, Book, RuleVerdict
from peppol.rules.engine.tree import Node
from peppol.rules.shared.party_numbers import (
    PLACES,
    is_belgian_enterprise_number,
    is_gln,
    number_test,
    vat_number_that,
)
from peppol.rules.shared.trading_countries import both_in, buyer_country, seller_country

_WEIGHTS: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_CORRECTED: Final = "384"
_both_slovak: Final = both_in("SK")


def is_gln_of_13_digits(number: str) -> bool:
    """A GLN as GS1 has it: thirteen digits, the last its check digit (0088)."""
    return len(number) == 13 and is_gln(number)


def is_belgian_number_with_0_or_1(number: str) -> bool:
    """A Belgian enterprise number that begins with 0 or 1, as all that are given out do (0208)."""
    return number[:1] in ("0", "1") and is_belgian_enterprise_number(number)


def is_luxembourg_vat_number(number: str) -> bool:
    """LU and eight digits, the last two of them the remainder of the first six by 89; capitals or not."""
    shape = re.fullmatch(r"LU([0-9]{6})([0-9]{2})", number.upper())
    return shape is not None and int(shape[1]) % 89 == int(shape[2])


def is_luxembourg_matricule(number: str) -> bool:
    """Eleven digits: the fifth and sixth a legal form from 20 to 99, the last a mod-11 check digit (0240).

    For form 24 a second way to count the check digit is allowed.
    """
    if re.fullmatch(r"[0-9]{11}", number) is None or not 20 <= int(number[4:6]) <= 99:
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11
    usual = 0 if remainder == 0 else 11 - remainder
    other = 1 if remainder == 0 else 0 if remainder == 1 else 12 - remainder
    return int(number[10]) in ((usual, other) if number[4:6] == "24" else (usual,))


def is_belgian_vat_number(number: str) -> bool:
    """BE and a Belgian enterprise number; capitals or not."""
    return number[:2].upper() == "BE" and is_belgian_number_with_0_or_1(number[2:])


def _is_matricule(number: Node) -> bool:
    return number.attributes.get("schemeID") == "0240"


def belgium(release: str) -> Book:
    """PEPPOL-COMMON-R062, of billing alone."""
    book = Book("PEPPOL-EN16931", release)
    context = book.context(
        "cac:PartyTaxScheme/cbc:CompanyID", when=vat_number_that(lambda number: number.startswith("BE"))
    )
    meaning = "A VAT number that begins with BE (BT-31, BT-48, BT-63) is BE and an enterprise number."
    context.add("PEPPOL-COMMON-R062", number_test(is_belgian_vat_number), meaning, WARNING)
    return book


def luxembourg(family: str, release: str) -> Book:
    """PEPPOL-COMMON-R058 and R059, of all documents."""
    book = Book(family, release)
    context = book.context(
        "cac:PartyTaxScheme/cbc:CompanyID", when=vat_number_that(lambda number: number[:2].upper() == "LU")
    )
    meaning = "A VAT number that begins with LU (BT-31, BT-48, BT-63) has eight digits with a mod-89 check."
    context.add("PEPPOL-COMMON-R058", number_test(is_luxembourg_vat_number), meaning, WARNING)
    meaning = "A number of scheme 0240 is eleven digits with a mod-11 check (Luxembourg matricule)."
    context = book.context(PLACES, when=_is_matricule)
    context.add("PEPPOL-COMMON-R059", number_test(is_luxembourg_matricule), meaning, WARNING)
    return book


def slovakia(release: str) -> Book:
    """SK-R-001 to 007: a corrected invoice names the one it corrects, and both addresses are whole."""
    book = Book("SK-R", release)
    book.context("Invoice", pattern="corrected", when=_is_between_slovaks).add(
        "SK-R-001",
        _corrected_invoice_names_the_first,
        "A corrected invoice (BT-3 is 384) between Slovak parties names the invoice it corrects (BG-3).",
        WARNING,
    )
    for party, who, numbers in (
        ("cac:AccountingSupplierParty", "seller's", (("002", "BT-35"), ("003", "BT-37"), ("004", "BT-38"))),
        ("cac:AccountingCustomerParty", "buyer's", (("005", "BT-50"), ("006", "BT-52"), ("007", "BT-53"))),
    ):
        address = book.context(f"{party}/cac:Party/cac:PostalAddress", pattern="addresses", when=_both_slovak)
        parts = (("cbc:StreetName", "street"), ("cbc:CityName", "city"), ("cbc:PostalZone", "postal code"))
        for (number, term), (name, called) in zip(numbers, parts, strict=True):
            meaning = f"Between Slovak parties the {who} address has a {called} ({term})."
            address.add(f"SK-R-{number}", present_check(name), meaning, WARNING)
    return book


def _is_between_slovaks(bill: Node) -> bool:
    return seller_country(bill) == buyer_country(bill) == "SK"


def _corrected_invoice_names_the_first(bill: Node) -> RuleVerdict:
    corrected = bill.value_of("cbc:InvoiceTypeCode") == _CORRECTED
    return holds(not corrected or bill.has("cac:BillingReference"), expected="cac:BillingReference")
