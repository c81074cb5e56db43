"""EN 16931: how UBL's data types are written (UBL-DT): amounts, attached files, attributes.

Source: EN 16931 validation for UBL, release 1.3.16.
"""

from typing import Final

from peppol.rules.en16931.document import RELEASE
from peppol.rules.engine.checks import attribute_check
from peppol.rules.engine.numbers import decimals_in
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict
from peppol.rules.engine.tree import Node

BOOK: Final = Book("EN16931", RELEASE)

# Prices may have more decimals: they are matched first, by contexts without rules.
BOOK.context("*PriceAmount")
BOOK.context("cac:Price/cac:AllowanceCharge/**/*Amount")


@BOOK.context("*Amount").rule("UBL-DT-01")
def amount_in_cents(amount: Node) -> RuleVerdict:
    """An amount has at most two decimals, except prices and their discounts."""
    text = amount.string if amount.kids else amount.text
    return None if decimals_in(text) <= 2 else Broken(found=text, expected="2")


_file: Final = BOOK.context("*BinaryObject")
_file.add("UBL-DT-06", attribute_check("mimeCode"), "An attached file says of which kind it is.")
_file.add("UBL-DT-07", attribute_check("filename"), "An attached file says what it is called.")

BOOK.absent(
    "UBL-DT-18",
    ("@name",),
    "The attribute name is used for payment means only.",
    but=("cbc:PaymentMeansCode/@name",),
)

for _id, _name in (
    ("UBL-DT-08", "schemeName"),
    ("UBL-DT-09", "schemeAgencyName"),
    ("UBL-DT-10", "schemeDataURI"),
    ("UBL-DT-11", "schemeURI"),
    ("UBL-DT-12", "format"),
    ("UBL-DT-13", "unitCodeListIdentifier"),
    ("UBL-DT-14", "unitCodeListAgencyIdentifier"),
    ("UBL-DT-15", "unitCodeListAgencyName"),
    ("UBL-DT-16", "listAgencyName"),
    ("UBL-DT-17", "listName"),
    ("UBL-DT-19", "languageID"),
    ("UBL-DT-20", "listURI"),
    ("UBL-DT-21", "listSchemeURI"),
    ("UBL-DT-22", "languageLocaleID"),
    ("UBL-DT-23", "uri"),
    ("UBL-DT-24", "currencyCodeListVersionID"),
    ("UBL-DT-25", "characterSetCode"),
    ("UBL-DT-26", "encodingCode"),
    ("UBL-DT-27", "schemeAgencyID"),
    ("UBL-DT-28", "listAgencyID"),
):
    BOOK.absent(_id, (f"@{_name}",), f"The attribute {_name} is not used.")
