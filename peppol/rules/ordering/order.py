"""Rules of the Peppol order (T01 3.7), assembled: common, structure, and PEPPOL-T01-R and CL.

This module holds the book and the rules of the order's head; totals are in
`order_totals`, lines and prices in `order_lines`. Terms are those of the transaction's
data model (tir01-nnn). Of the contexts of one pattern the first that matches a node is
used, as published.
"""

from typing import Final

from peppol.codelists import ISO3166
from peppol.rules.engine.checks import holds
from peppol.rules.engine.numbers import decimals_in
from peppol.rules.engine.rulebook import WARNING, Book, Broken, RuleVerdict
from peppol.rules.engine.tree import DocumentTree, Node, fact
from peppol.rules.ordering.order_lines import register_lines
from peppol.rules.ordering.order_model import ORDER
from peppol.rules.ordering.order_totals import register_totals
from peppol.rules.shared.post_award import register_post_award
from peppol.rules.shared.structure import register_structure

_PROFILES: Final = frozenset(
    f"urn:fdc:peppol.eu:poacc:bis:{name}:3" for name in ("order_only", "ordering", "advanced_ordering")
)
_CUSTOMIZATION: Final = "urn:fdc:peppol.eu:poacc:trns:order:3"

# The published list of VAT prefixes is older than the country list: some codes are missing, AN and
# EL are in. The published test asks whether two characters occur in the list written as one text,
# so "" and one letter pass too.
_VAT_PREFIXES: Final = " ".join(sorted((ISO3166 - {"1A", "BQ", "CW", "RE", "SS", "SX", "XI"}) | {"AN", "EL"}))

T01: Final = Book("PEPPOL-T01", "2026.5")
"""All rules of the order: common, structure, then those of this module."""

register_post_award(T01)
register_structure(T01, ORDER)


@fact
def _currencies(order: DocumentTree) -> frozenset[str]:
    return frozenset(code.text for code in order.all("cbc:DocumentCurrencyCode"))


@T01.context("cbc:ProfileID", pattern="rules").rule("PEPPOL-T01-R031")
def profile_is_an_ordering_profile(node: Node) -> RuleVerdict:
    """The profile (tir01-002) is order only, ordering or advanced ordering."""
    return holds(node.value in _PROFILES, found=node.value)


@T01.context("cbc:CustomizationID", pattern="rules").rule("PEPPOL-T01-R034")
def customization_is_the_order(node: Node) -> RuleVerdict:
    """The specification identifier (tir01-001) begins with that of the order transaction."""
    return holds(node.value.startswith(_CUSTOMIZATION), found=node.value, expected=_CUSTOMIZATION)


def _in_order_currency(amount: Node) -> RuleVerdict:
    currency = amount.attributes.get("currencyID")
    if currency is None or currency in _currencies(amount):
        return None
    return Broken(found=currency, expected=" ".join(_currencies(amount)), attribute="currencyID")


def _two_decimals_outside_prices(amount: Node) -> RuleVerdict:
    if decimals_in(amount.text) <= 2 or _stands_in_price(amount):
        return None
    return Broken(found=amount.text, expected="2")


def _stands_in_price(node: Node) -> bool:
    above = node.above
    while above is not None:
        if above.name == "cac:Price":
            return True
        above = above.above
    return False


def _is_basic(node: Node) -> bool:
    return node.name.startswith("cbc:")


_AMOUNT_CONTEXTS: Final = (
    T01.context(
        "cbc:Amount | cbc:TaxAmount | cbc:LineExtensionAmount | cbc:PriceAmount | cbc:BaseAmount",
        pattern="rules",
    ),
    T01.context("cac:AnticipatedMonetaryTotal/*", pattern="rules", when=_is_basic),
)
for _context in _AMOUNT_CONTEXTS:
    _context.add(
        "PEPPOL-T01-R003", _in_order_currency, "All amounts are in the order's currency (tir01-007)."
    )
    _context.add(
        "PEPPOL-T01-R028",
        _two_decimals_outside_prices,
        "An amount has at most two decimals; only prices may have more.",
    )


@T01.context("Order", pattern="rules").rule("PEPPOL-T01-R002", WARNING)
def says_how_long_it_is_valid(order: Node) -> RuleVerdict:
    """The order should say until when it may be answered (tir01-009)."""
    return holds(order.exists("cac:ValidityPeriod", "cbc:EndDate"))


@T01.context("cac:OriginatorCustomerParty", pattern="rules").rule("PEPPOL-T01-R014")
def originator_is_named(party: Node) -> RuleVerdict:
    """The originator has a name (tir01-082) or an identifier (tir01-081)."""
    named = party.exists("cac:Party", "cac:PartyName", "cbc:Name")
    return holds(named or party.exists("cac:Party", "cac:PartyIdentification", "cbc:ID"))


def _is_vat(scheme: Node) -> bool:
    return any(node.text == "VAT" for node in scheme.every("cac:TaxScheme", "cbc:ID"))


@T01.context("cac:PartyTaxScheme", pattern="rules", when=_is_vat).rule("PEPPOL-T01-R026")
def vat_number_begins_with_country(scheme: Node) -> RuleVerdict:
    """A VAT number (tir01-034, tir01-p018) begins with the code of its country; EL for Greece."""
    number = scheme.text_of("cbc:CompanyID")
    return holds(number[:2] in _VAT_PREFIXES, found=number)


register_totals(T01)
register_lines(T01)
