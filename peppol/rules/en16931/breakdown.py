"""EN 16931: the VAT breakdown, whatever the category: its groups, their tax and their sum.

Source: EN 16931 validation for UBL, release 1.3.16.
"""

from decimal import ROUND_FLOOR, Decimal
from typing import Final

from peppol.rules.en16931.document import RELEASE
from peppol.rules.en16931.totals import amounts_of, equal, written_out
from peppol.rules.en16931.vat_facts import code_of, in_vat
from peppol.rules.engine.checks import holds, number, present_check, two_decimals_check
from peppol.rules.engine.numbers import decimal_of, hundredths, total
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict
from peppol.rules.engine.tree import Node

BOOK: Final = Book("EN16931", RELEASE)

_ONE: Final = Decimal(1)
_HALF: Final = Decimal("0.5")


@BOOK.context("/Invoice/cac:TaxTotal | /CreditNote/cac:TaxTotal").rule("BR-CO-14")
def sum_of_vat(tax_total: Node) -> RuleVerdict:
    """The VAT total (BT-110) is the sum of the VAT of the groups in the breakdown (BT-117)."""
    groups = tax_total.all("cac:TaxSubtotal")
    if not groups:
        return None
    amounts = amounts_of(groups, "cbc:TaxAmount")
    expected = hundredths(total(amounts))
    return equal(tax_total.first("cbc:TaxAmount"), expected, lambda: written_out(amounts, expected))


_group: Final = BOOK.context("cac:TaxTotal/cac:TaxSubtotal")
_group.add("BR-45", present_check("cbc:TaxableAmount"), "A VAT group states what is taxed (BT-116).")
_group.add("BR-46", present_check("cbc:TaxAmount"), "A VAT group states the tax (BT-117).")


def _vat_categories(group: Node) -> list[Node]:
    return [category for category in group.all("cac:TaxCategory") if in_vat(category)]


@_group.rule("BR-47")
def group_has_a_category(group: Node) -> RuleVerdict:
    """A VAT group has a category code (BT-118)."""
    return holds(any(category.has("cbc:ID") for category in _vat_categories(group)))


@_group.rule("BR-48")
def group_has_a_rate(group: Node) -> RuleVerdict:
    """A VAT group has a rate (BT-119), except outside VAT (O)."""
    return holds(
        any(category.has("cbc:Percent") or code_of(category) == "O" for category in _vat_categories(group))
    )


@_group.rule("BR-CO-17")
def group_tax(group: Node) -> RuleVerdict:
    """The tax (BT-117) is what is taxed (BT-116) times the rate (BT-119).

    As published a difference of less than one unit of the currency is allowed, and at a
    rate that rounds to nothing, or without a rate, the tax rounds to nothing.
    """
    stated = group.first("cbc:TaxAmount")
    tax = decimal_of(stated.text) if stated is not None else None
    percent = next(
        (
            category.text_of("cbc:Percent")
            for category in _vat_categories(group)
            if category.has("cbc:Percent")
        ),
        None,
    )
    rate = decimal_of(percent) if percent is not None else None
    found = stated.text if stated is not None else ""
    if tax is None or (percent is not None and rate is None):
        return Broken(found=found, at=stated)
    if rate is None or _whole(rate) == 0:
        return holds(_whole(tax) == 0, found=found, expected="0")
    taxable = number(group, "cbc:TaxableAmount")
    expected = hundredths(abs(taxable) * rate / 100) if taxable is not None else None
    if taxable is None or expected is None:
        return Broken(found=found, at=stated)
    if abs(tax) - _ONE < expected < abs(tax) + _ONE:
        return None
    return Broken(found, f"{expected:f}", f"{taxable:f} x {rate:f} % = {expected:f}", stated)


def _whole(value: Decimal) -> Decimal:
    return (value + _HALF).to_integral_value(ROUND_FLOOR)


_group.add(
    "BR-DEC-19",
    two_decimals_check("cbc:TaxableAmount"),
    "What is taxed in a VAT group (BT-116) has at most two decimals.",
)
_group.add(
    "BR-DEC-20",
    two_decimals_check("cbc:TaxAmount"),
    "The tax of a VAT group (BT-117) has at most two decimals.",
)
