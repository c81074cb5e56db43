"""Restricted code lists and formats of Peppol BIS Billing 3.0.21: PEPPOL-EN16931-CL, P and F rules.

Peppol allows fewer codes than EN 16931 in some places (type codes, reasons, attachments,
address schemes), and asks an exemption code to stand with its own VAT category. All are
fatal. Terms are BT of EN 16931. One pattern, "codes": the first context that matches a
node is used, as published.
"""

from collections.abc import Callable
from typing import Final

from peppol.codelists import (
    CREDIT_NOTE_TYPES_PEPPOL,
    EAS,
    INVOICE_TYPES_PEPPOL,
    ISO4217,
    MIME_BILLING,
    UNCL2005,
    UNCL5189,
    UNCL7161,
)
from peppol.rules.billing.document import PROFILES
from peppol.rules.billing.lines import AMOUNTS
from peppol.rules.engine.amounts import ALLOWANCE, CHARGE
from peppol.rules.engine.checks import direct_listed_check, holds, of_an_item_that_says, of_list
from peppol.rules.engine.dates import day_of
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import Node
from peppol.rules.shared.post_award import DATES
from peppol.rules.shared.trading_countries import both_in

_REASON_CODE: Final = "cac:AllowanceCharge/cbc:AllowanceChargeReasonCode"
_GERMAN_TYPES: Final = frozenset({"326", "384"})
_EXEMPTIONS: Final = (
    ("P0104", "VATEX-EU-G", "G"),
    ("P0105", "VATEX-EU-O", "O"),
    ("P0106", "VATEX-EU-IC", "K"),
    ("P0107", "VATEX-EU-AE", "AE"),
    ("P0108", "VATEX-EU-D", "E"),
    ("P0109", "VATEX-EU-F", "E"),
    ("P0110", "VATEX-EU-I", "E"),
    ("P0111", "VATEX-EU-J", "E"),
)
_both_german: Final = both_in("DE")

CODES: Final = Book("PEPPOL-EN16931", "3.0.21")
"""The rules of this module."""


def _attribute_among(name: str, codes: frozenset[str]) -> Test:
    def make(codes: frozenset[str]) -> Test:
        def attribute_among(node: Node) -> RuleVerdict:
            value = node.attributes.get(name)
            if value in codes:
                return None
            return Broken(found=value or "", expected=f"@{name}", attribute=name if value is not None else "")

        return attribute_among

    return of_list(make, codes)


def _has(name: str) -> Callable[[Node], bool]:
    return lambda node: name in node.attributes


CODES.context("cbc:EmbeddedDocumentBinaryObject", pattern="codes", when=_has("mimeCode")).add(
    "PEPPOL-EN16931-CL001",
    _attribute_among("mimeCode", MIME_BILLING),
    "An attachment (BT-125) is PDF, PNG, JPEG, CSV, or a spreadsheet.",
)
CODES.context(_REASON_CODE, pattern="codes", when=of_an_item_that_says(ALLOWANCE)).add(
    "PEPPOL-EN16931-CL002",
    direct_listed_check(UNCL5189),
    "The reason code of an allowance (BT-98, BT-140) is one of UNCL5189.",
)
CODES.context(_REASON_CODE, pattern="codes", when=of_an_item_that_says(CHARGE)).add(
    "PEPPOL-EN16931-CL003",
    direct_listed_check(UNCL7161),
    "The reason code of a charge (BT-105, BT-145) is one of UNCL7161.",
)
CODES.context("cac:InvoicePeriod/cbc:DescriptionCode", pattern="codes").add(
    "PEPPOL-EN16931-CL006", direct_listed_check(UNCL2005), "The code of the VAT date (BT-8) is 3, 35 or 432."
)
CODES.context(f"{AMOUNTS} | cbc:TaxAmount", pattern="codes").add(
    "PEPPOL-EN16931-CL007",
    _attribute_among("currencyID", ISO4217),
    "An amount says its currency, a code of ISO 4217.",
)

_INVOICE_TYPE: Final = CODES.context("cbc:InvoiceTypeCode", pattern="codes")


def _type_among(codes: frozenset[str]) -> Test:
    def type_among(code: Node) -> RuleVerdict:
        # Of an unknown process nothing is known; PEPPOL-EN16931-R007 speaks of it.
        known = code.document.value_of("cbc:ProfileID") in PROFILES
        return holds(not known or code.direct_value in codes, found=code.value)

    return type_among


_INVOICE_TYPE.add(
    "PEPPOL-EN16931-P0100",
    of_list(_type_among, INVOICE_TYPES_PEPPOL),
    "The type of an invoice (BT-3) is one Peppol allows.",
)


@_INVOICE_TYPE.rule("PEPPOL-EN16931-P0112")
def german_types_stay_in_germany(code: Node) -> RuleVerdict:
    """Types 326, partial, and 384, corrected (BT-3), are for German sellers and buyers alone."""
    return holds(code.value not in _GERMAN_TYPES or _both_german(code), found=code.value)


CODES.context("cbc:CreditNoteTypeCode", pattern="codes").add(
    "PEPPOL-EN16931-P0101",
    of_list(_type_among, CREDIT_NOTE_TYPES_PEPPOL),
    "The type of a credit note (BT-3) is one Peppol allows.",
)


@CODES.context(DATES, pattern="codes").rule("PEPPOL-EN16931-F001")
def date_is_plain(node: Node) -> RuleVerdict:
    """A date (BT-2, -7, -9, -26, -72 to -74, -134, -135) is written YYYY-MM-DD, without time zone."""
    plain = len(node.direct_text) == 10 and day_of(node.text) is not None
    return None if plain else Broken(found=node.text, expected="YYYY-MM-DD")


CODES.context("cbc:EndpointID", pattern="codes", when=_has("schemeID")).add(
    "PEPPOL-EN16931-CL008",
    _attribute_among("schemeID", EAS),
    "The scheme of an electronic address (BT-34-1, BT-49-1) is one Peppol uses.",
)


def _exemption(category: Node) -> str:
    return category.text_of("cbc:TaxExemptionReasonCode").upper()


def _is_category(code: str) -> Test:
    def is_category(category: Node) -> RuleVerdict:
        found = category.value_of("cbc:ID")
        return holds(found == code, found=found, expected=code)

    return is_category


for _id, _reason, _category in _EXEMPTIONS:
    CODES.context("cac:TaxCategory", pattern="codes", by=_exemption, case=_reason).add(
        f"PEPPOL-EN16931-{_id}",
        _is_category(_category),
        f"With the exemption reason {_reason} (BT-121) the VAT category (BT-118) is {_category}.",
    )
