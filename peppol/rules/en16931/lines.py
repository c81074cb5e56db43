"""EN 16931: invoice lines, and allowances and charges on the document and on lines.

Source: EN 16931 validation for UBL, release 1.3.16.
"""

from typing import Final

from peppol.rules.en16931.document import RELEASE
from peppol.rules.en16931.vat_facts import in_vat, is_charge
from peppol.rules.engine.checks import (
    attribute_check,
    filled_check,
    holds,
    number,
    present_check,
    two_decimals_check,
)
from peppol.rules.engine.numbers import decimal_of
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node

BOOK: Final = Book("EN16931", RELEASE)

_line: Final = BOOK.context("cac:InvoiceLine | cac:CreditNoteLine")
_line.add("BR-21", filled_check("cbc:ID"), "A line has an identifier (BT-126).")


@_line.rule("BR-22")
def line_has_a_quantity(line: Node) -> RuleVerdict:
    """A line has a quantity (BT-129)."""
    return holds(line.has("cbc:InvoicedQuantity") or line.has("cbc:CreditedQuantity"))


@_line.rule("BR-23")
def quantity_has_a_unit(line: Node) -> RuleVerdict:
    """A line's quantity says in which unit it counts (BT-130)."""
    quantities = (*line.all("cbc:InvoicedQuantity"), *line.all("cbc:CreditedQuantity"))
    for quantity in quantities:
        if "unitCode" in quantity.attributes:
            return None
    return Broken(expected="@unitCode", at=quantities[0] if quantities else None)


_line.add("BR-24", present_check("cbc:LineExtensionAmount"), "A line has a net amount (BT-131).")
_line.add("BR-25", filled_check("cac:Item", "cbc:Name"), "A line names what is invoiced (BT-153).")
_line.add("BR-26", present_check("cac:Price", "cbc:PriceAmount"), "A line has a net price (BT-146).")


@_line.rule("BR-27")
def price_is_not_negative(line: Node) -> RuleVerdict:
    """The net price (BT-146) is not negative, and there is one."""
    price = number(line, "cac:Price", "cbc:PriceAmount")
    if price is not None and price >= 0:
        return None
    amount = line.at("cac:Price", "cbc:PriceAmount")
    return Broken(found=amount.text if amount is not None else "", expected=">= 0", at=amount)


@_line.rule("BR-28")
def gross_price_is_not_negative(line: Node) -> RuleVerdict:
    """The gross price (BT-148) is not negative."""
    amounts = line.every("cac:Price", "cac:AllowanceCharge", "cbc:BaseAmount")
    if not amounts:
        return None
    values = [decimal_of(amount.text) for amount in amounts]
    if any(value is not None and value >= 0 for value in values):
        return None
    return Broken(found=amounts[0].text, expected=">= 0", at=amounts[0])


@_line.rule("BR-CO-04")
def line_has_a_vat_category(line: Node) -> RuleVerdict:
    """A line has a VAT category (BT-151)."""
    for item in line.all("cac:Item"):
        for category in item.all("cac:ClassifiedTaxCategory"):
            if category.has("cbc:ID") and in_vat(category):
                return None
    return Broken(expected="cac:Item/cac:ClassifiedTaxCategory")


_line.add(
    "BR-DEC-23",
    two_decimals_check("cbc:LineExtensionAmount"),
    "A line's net amount (BT-131) has at most two decimals.",
)

_ON_ITEM: Final = "cac:InvoiceLine/cac:Item/{0} | cac:CreditNoteLine/cac:Item/{0}"

BOOK.context("cac:AdditionalItemProperty").add(
    "BR-54",
    lambda item: holds(item.has("cbc:Name") and item.has("cbc:Value")),
    "A property of an item (BG-32) has a name (BT-160) and a value (BT-161).",
)
BOOK.context(_ON_ITEM.format("cac:CommodityClassification/cbc:ItemClassificationCode")).add(
    "BR-65", attribute_check("listID"), "A classification of an item (BT-158) says from which list it comes."
)
BOOK.context(_ON_ITEM.format("cac:StandardItemIdentification/cbc:ID")).add(
    "BR-64",
    attribute_check("schemeID"),
    "An item's standard number (BT-157) says which scheme it belongs to.",
)


def _reason_given(entry: Node) -> RuleVerdict:
    given = entry.has("cbc:AllowanceChargeReason") or entry.has("cbc:AllowanceChargeReasonCode")
    return None if given else Broken(expected="cbc:AllowanceChargeReason")


def _category_given(entry: Node) -> RuleVerdict:
    categories = entry.all("cac:TaxCategory")
    return holds(any(category.has("cbc:ID") and in_vat(category) for category in categories))


def _never(entry: Node) -> RuleVerdict:
    return None


_AMOUNT: Final = present_check("cbc:Amount")
_CENTS: Final = two_decimals_check("cbc:Amount")
_BASE_CENTS: Final = two_decimals_check("cbc:BaseAmount")
_DOCUMENT: Final = "/Invoice/cac:AllowanceCharge | /CreditNote/cac:AllowanceCharge"
_ON_LINE: Final = "cac:InvoiceLine/cac:AllowanceCharge | cac:CreditNoteLine/cac:AllowanceCharge"
_UNTESTED: Final = "Not tested by machine."

# Where it stands, whether a charge, what it is called, and its rules in published order.
_ENTRIES: Final[tuple[tuple[str, bool, str, tuple[tuple[str, Test, str], ...]], ...]] = (
    (
        _DOCUMENT,
        False,
        "An allowance on the document (BG-20)",
        (
            ("BR-31", _AMOUNT, "has an amount (BT-92)."),
            ("BR-32", _category_given, "has a VAT category (BT-95)."),
            ("BR-33", _reason_given, "gives a reason in words (BT-97) or as a code (BT-98)."),
            ("BR-CO-05", _never, f"means the same by code (BT-98) and words (BT-97). {_UNTESTED}"),
            ("BR-CO-21", _reason_given, "gives a reason in words (BT-97), as a code (BT-98) or both."),
            ("BR-DEC-01", _CENTS, "has an amount (BT-92) of at most two decimals."),
            ("BR-DEC-02", _BASE_CENTS, "has a base amount (BT-93) of at most two decimals."),
        ),
    ),
    (
        _DOCUMENT,
        True,
        "A charge on the document (BG-21)",
        (
            ("BR-36", _AMOUNT, "has an amount (BT-99)."),
            ("BR-37", _category_given, "has a VAT category (BT-102)."),
            ("BR-38", _reason_given, "gives a reason in words (BT-104) or as a code (BT-105)."),
            ("BR-CO-06", _never, f"means the same by code (BT-105) and words (BT-104). {_UNTESTED}"),
            ("BR-CO-22", _reason_given, "gives a reason in words (BT-104), as a code (BT-105) or both."),
            ("BR-DEC-05", _CENTS, "has an amount (BT-99) of at most two decimals."),
            ("BR-DEC-06", _BASE_CENTS, "has a base amount (BT-100) of at most two decimals."),
        ),
    ),
    (
        _ON_LINE,
        False,
        "An allowance on a line (BG-27)",
        (
            ("BR-41", _AMOUNT, "has an amount (BT-136)."),
            ("BR-42", _reason_given, "gives a reason in words (BT-139) or as a code (BT-140)."),
            ("BR-CO-07", _never, f"means the same by code (BT-140) and words (BT-139). {_UNTESTED}"),
            ("BR-CO-23", _reason_given, "gives a reason in words (BT-139), as a code (BT-140) or both."),
            ("BR-DEC-24", _CENTS, "has an amount (BT-136) of at most two decimals."),
            ("BR-DEC-25", _BASE_CENTS, "has a base amount (BT-137) of at most two decimals."),
        ),
    ),
    (
        _ON_LINE,
        True,
        "A charge on a line (BG-28)",
        (
            ("BR-43", _AMOUNT, "has an amount (BT-141)."),
            ("BR-44", _reason_given, "gives a reason in words (BT-144) or as a code (BT-145)."),
            ("BR-CO-08", _never, f"means the same by code (BT-145) and words (BT-144). {_UNTESTED}"),
            ("BR-CO-24", _reason_given, "gives a reason in words (BT-144), as a code (BT-145) or both."),
            ("BR-DEC-27", _CENTS, "has an amount (BT-141) of at most two decimals."),
            ("BR-DEC-28", _BASE_CENTS, "has a base amount (BT-142) of at most two decimals."),
        ),
    ),
)

for _path, _charge, _subject, _rules in _ENTRIES:
    _entry = BOOK.context(_path, by=is_charge, case=_charge)
    for _id, _test, _meaning in _rules:
        _entry.add(_id, _test, f"{_subject} {_meaning}")
