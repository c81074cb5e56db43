"""Rules for Norwegian and Icelandic sellers in BIS Billing: NO-R-001, -002 and IS-R-001 to IS-R-010.

Norway by the seller's VAT number, representative or address; Iceland by postal address
(BT-40, BT-55) as written. EINDAGI, the last day before interest on an Icelandic invoice,
is a supporting document of that description whose identifier is the day.
"""

import re
from typing import Final

from peppol.rules.engine.checks import holds, present
from peppol.rules.engine.rulebook import WARNING, Book, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact, normal
from peppol.rules.engine.xpath import is_plain_date
from peppol.rules.shared.party_numbers import has_mod11_check_digit
from peppol.rules.shared.trading_countries import buyer_postal, seller_country, seller_postal

_NO_VAT: Final = re.compile(r"NO[0-9]{9}MVA")
_BUSINESS_REGISTER: Final = "Foretaksregisteret"
_KENNITALA: Final = "0196"
_LAST_DAY: Final = "EINDAGI"

NORWAY: Final = Book("NO-R", "3.0.21")
"""The rules for Norwegian sellers."""

ICELAND: Final = Book("IS-R", "3.0.21")
"""The rules for Icelandic sellers."""


@fact
def _seller_is_norwegian(bill: DocumentTree) -> bool:
    return seller_country(bill) == "NO"


def _registrations(party: Node, scheme: str) -> list[str]:
    return [
        registration.text_of("cbc:CompanyID")
        for registration in party.all("cac:PartyTaxScheme")
        if registration.value_of("cac:TaxScheme", "cbc:ID") == scheme
    ]


_SELLER: Final = NORWAY.context("cac:AccountingSupplierParty/cac:Party", when=_seller_is_norwegian)


@_SELLER.rule("NO-R-002", WARNING)
def seller_names_the_register(party: Node) -> RuleVerdict:
    """Most Norwegian sellers must write "Foretaksregisteret" as a tax registration (BT-32)."""
    written = next(iter(_registrations(party, "TAX")), "")
    return holds(normal(written) == _BUSINESS_REGISTER, found=written, expected=_BUSINESS_REGISTER)


@_SELLER.rule("NO-R-001")
def vat_number_is_norwegian(party: Node) -> RuleVerdict:
    """A VAT number that begins with NO (BT-31) is NO, a valid organisation number, and MVA."""
    number = next(iter(_registrations(party, "VAT")), "")
    if number[:2] != "NO":
        return None
    valid = _NO_VAT.fullmatch(number) is not None and has_mod11_check_digit(number[2:11])
    return holds(valid, found=number, expected="NO999999999MVA")


@fact
def _seller_is_icelandic(bill: DocumentTree) -> bool:
    return seller_postal(bill) == "IS"


@fact
def _both_are_icelandic(bill: DocumentTree) -> bool:
    return seller_postal(bill) == "IS" == buyer_postal(bill)


_BILL: Final = ICELAND.context("CreditNote | Invoice", when=_seller_is_icelandic)


@_BILL.rule("IS-R-001", WARNING)
def type_is_invoice_or_credit_note(bill: Node) -> RuleVerdict:
    """The type (BT-3) of an Icelandic bill should be 380 or 381."""
    types = (bill.value_of("cbc:InvoiceTypeCode"), bill.value_of("cbc:CreditNoteTypeCode"))
    return holds(any(code in ("380", "381") for code in types), found="".join(types), expected="380 381")


def _has_kennitala(*path: str) -> Test:
    def has_kennitala(node: Node) -> RuleVerdict:
        numbers = node.every(*path, "cac:PartyLegalEntity", "cbc:CompanyID")
        good = any(number.attributes.get("schemeID") == _KENNITALA for number in numbers)
        return holds(good, expected=f"@schemeID {_KENNITALA}")

    return has_kennitala


def _has_street_and_zone(*path: str) -> Test:
    def has_street_and_zone(node: Node) -> RuleVerdict:
        street = present(node, *path, "cac:PostalAddress", "cbc:StreetName")
        return street or present(node, *path, "cac:PostalAddress", "cbc:PostalZone")

    return has_street_and_zone


_SUPPLIER: Final = ("cac:AccountingSupplierParty", "cac:Party")
_BILL.add(
    "IS-R-002", _has_kennitala(*_SUPPLIER), "An Icelandic seller states its kennitala (BT-30, scheme 0196)."
)
_BILL.add(
    "IS-R-003",
    _has_street_and_zone(*_SUPPLIER),
    "An Icelandic seller states street (BT-35) and post code (BT-38).",
)


def _account_has_12_digits(code: str) -> Test:
    def account_has_12_digits(bill: Node) -> RuleVerdict:
        means = [
            item
            for item in bill.all("cac:PaymentMeans")
            if any(node.text == code for node in item.all("cbc:PaymentMeansCode"))
        ]
        accounts = [
            account for item in means for account in item.every("cac:PayeeFinancialAccount", "cbc:ID")
        ]
        if not means:
            return None
        found = accounts[0].value if accounts else ""
        return holds(len(found) == 12, found=found)

    return account_has_12_digits


_BILL.add(
    "IS-R-006", _account_has_12_digits("9"), "Payment by claim (BT-81 is 9) names 12 characters (BT-84)."
)
_BILL.add("IS-R-007", _account_has_12_digits("42"), "A transfer (BT-81 is 42) names 12 characters (BT-84).")


def _last_days(bill: Node) -> list[Node]:
    return [
        reference
        for reference in bill.all("cac:AdditionalDocumentReference")
        if any(node.text == _LAST_DAY for node in reference.all("cbc:DocumentDescription"))
    ]


@_BILL.rule("IS-R-008")
def last_day_is_a_date(bill: Node) -> RuleVerdict:
    """The identifier of an EINDAGI document (BT-122) is a date, YYYY-MM-DD."""
    references = _last_days(bill)
    if not references:
        return None
    day = references[0].text_of("cbc:ID")
    return holds(is_plain_date(day), found=day, expected="YYYY-MM-DD")


@_BILL.rule("IS-R-009")
def last_day_goes_with_a_due_date(bill: Node) -> RuleVerdict:
    """A bill with an EINDAGI document has a due date (BT-9)."""
    return holds(not _last_days(bill) or bill.has("cbc:DueDate"), expected="cbc:DueDate")


@_BILL.rule("IS-R-010")
def last_day_is_not_before_due(bill: Node) -> RuleVerdict:
    """The EINDAGI day is the due date (BT-9) or later; compared as texts, as published."""
    references = _last_days(bill)
    days = [node.string for reference in references for node in reference.all("cbc:ID")]
    due = bill.all("cbc:DueDate")
    in_order = any(date.string <= day for date in due for day in days)
    return holds(
        not references or in_order, found=" ".join(days), expected=f">= {bill.text_of('cbc:DueDate')}"
    )


_BUYER: Final = ICELAND.context(
    "CreditNote/cac:AccountingCustomerParty | Invoice/cac:AccountingCustomerParty", when=_both_are_icelandic
)
_BUYER.add(
    "IS-R-004", _has_kennitala("cac:Party"), "An Icelandic buyer's kennitala (BT-47, scheme 0196) is stated."
)
_BUYER.add(
    "IS-R-005",
    _has_street_and_zone("cac:Party"),
    "An Icelandic buyer's street (BT-50) and post code (BT-53) are stated.",
)
