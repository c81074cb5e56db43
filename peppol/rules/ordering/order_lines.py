"""Lines, prices, allowances and tax categories of the Peppol order: the rest of PEPPOL-T01-R and CL.

Line amounts and allowances may differ from their arithmetic by 0.02, prices not at all.
Terms are those of the transaction's data model (tir01-nnn). An allowance or charge with a
percentage but no base amount is judged by R020 alone, one with a base but no percentage by
R021 alone, as published.
"""

from collections.abc import Collection, Mapping

from peppol.codelists import UNCL5189, UNCL7161
from peppol.rules.engine.amounts import (
    ALLOWANCE,
    CHARGE,
    lacks_base,
    lacks_percentage,
    line_amount_verdict,
    net_price_verdict,
    positive_base_quantity,
    share_of_base_verdict,
)
from peppol.rules.engine.checks import direct_listed_check, holds, of_an_item_that_says
from peppol.rules.engine.rulebook import WARNING, Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact
from peppol.rules.engine.xpath import number_of

_ORDER_OR_LINE = "/Order/cac:AllowanceCharge | /Order/cac:OrderLine/cac:LineItem/cac:AllowanceCharge"
_REASON_CODE = "cac:AllowanceCharge/cbc:AllowanceChargeReasonCode"


def register_lines(book: Book) -> None:
    """Put the rules into the book, as part of the pattern "rules", in published order."""
    _register_allowances(book)
    categories = book.context("cac:TaxCategory | cac:ClassifiedTaxCategory", pattern="rules")
    categories.rule("PEPPOL-T01-R029")(tax_category_has_a_rate)
    categories.rule("PEPPOL-T01-R030")(standard_rate_is_above_zero)
    lines = book.context("cac:OrderLine/cac:LineItem", pattern="rules")
    lines.rule("PEPPOL-T01-R024")(line_amount_agrees)
    meaning = "The price's base quantity (tir01-131) is above zero when stated."
    lines.add("PEPPOL-T01-R025", positive_base_quantity, meaning)
    lines.rule("PEPPOL-T01-R001")(line_id_is_unique)
    meaning = "The ordered quantity (tir01-132) is stated and not negative."
    lines.add("PEPPOL-T01-R004", _number_at_least_zero("cbc:Quantity"), meaning)
    lines.rule("PEPPOL-T01-R013", WARNING)(line_has_a_quantity)
    _register_prices(book)
    quoted = book.context("cac:QuotationLineReference/cbc:LineID", pattern="rules")
    quoted.rule("PEPPOL-T01-R035")(quotation_line_has_a_quotation)
    allowed = book.context(_REASON_CODE, pattern="rules", when=of_an_item_that_says(ALLOWANCE))
    meaning = "The reason code of an allowance (tir01-p008) is one of UNCL5189."
    allowed.add("PEPPOL-T01-CL001", direct_listed_check(UNCL5189), meaning)
    charged = book.context(_REASON_CODE, pattern="rules", when=of_an_item_that_says(CHARGE))
    meaning = "The reason code of a charge (tir01-p008) is one of UNCL7161."
    charged.add("PEPPOL-T01-CL002", direct_listed_check(UNCL7161), meaning)


def _register_allowances(book: Book) -> None:
    book.context("cac:AllowanceCharge", pattern="rules", when=lacks_base).rule("PEPPOL-T01-R020")(
        percentage_has_a_base
    )
    book.context(_ORDER_OR_LINE, pattern="rules", when=lacks_percentage).rule("PEPPOL-T01-R021")(
        base_has_a_percentage
    )
    items = book.context(_ORDER_OR_LINE, pattern="rules")
    meaning = "An allowance or charge with base and percentage is base × percentage / 100, within 0.02."
    items.add("PEPPOL-T01-R022", share_of_base_verdict, meaning)
    items.rule("PEPPOL-T01-R023")(allowance_has_a_reason)
    meaning = "The amount of an allowance or charge (tir01-113) is stated and not negative."
    items.add("PEPPOL-T01-R032", _number_at_least_zero("cbc:Amount"), meaning)


def _register_prices(book: Book) -> None:
    discounts = book.context("cac:Price/cac:AllowanceCharge", pattern="rules")
    meaning = "With a gross price (tir01-152), the net price (tir01-130) is that − the discount (tir01-p006)."
    discounts.add("PEPPOL-T01-R019", net_price_verdict, meaning)
    prices = book.context("cac:Price", pattern="rules")
    meaning = "The net price (tir01-130) is stated and not negative."
    prices.add("PEPPOL-T01-R005", _number_at_least_zero("cbc:PriceAmount"), meaning)
    prices.rule("PEPPOL-T01-R027")(gross_price_is_not_negative)
    prices.rule("PEPPOL-T01-R033")(price_discount_is_not_negative)


@fact
def _lines_by_id(order: DocumentTree) -> Mapping[str, Collection[int]]:
    """Which lines bear an identifier; one that bears it twice is one line."""
    lines: dict[str, set[int]] = {}
    for line in order.named("cac:LineItem"):
        for number in line.all("cbc:ID"):
            lines.setdefault(number.string, set()).add(id(line))
    return lines


def _number_at_least_zero(name: str) -> Test:
    def number_at_least_zero(node: Node) -> RuleVerdict:
        child = node.first(name)
        number = number_of(child.text) if child is not None else None
        if number is not None and number >= 0:
            return None
        return Broken(found=node.text_of(name), expected=">= 0", at=child)

    return number_at_least_zero


def percentage_has_a_base(_: Node) -> RuleVerdict:
    """An allowance or charge with a percentage (tir01-p009) states its base amount (tir01-p010)."""
    return Broken(expected="cbc:BaseAmount")


def base_has_a_percentage(_: Node) -> RuleVerdict:
    """An allowance or charge with a base amount (tir01-p010) states its percentage (tir01-p009)."""
    return Broken(expected="cbc:MultiplierFactorNumeric")


def allowance_has_a_reason(item: Node) -> RuleVerdict:
    """An allowance or charge says why, in words (tir01-112) or as a code (tir01-p008)."""
    return holds(item.has("cbc:AllowanceChargeReason") or item.has("cbc:AllowanceChargeReasonCode"))


def tax_category_has_a_rate(category: Node) -> RuleVerdict:
    """A tax category has a rate (tir01-170, tir01-p012) unless it is O, outside the scope of VAT."""
    return holds(category.has("cbc:Percent") or category.value_of("cbc:ID") == "O", expected="cbc:Percent")


def standard_rate_is_above_zero(category: Node) -> RuleVerdict:
    """The standard category S has a rate above zero."""
    if category.value_of("cbc:ID") != "S":
        return None
    rates = [number_of(rate.text) for rate in category.all("cbc:Percent")]
    found = category.text_of("cbc:Percent")
    return holds(any(rate is not None and rate > 0 for rate in rates), found=found, expected="> 0")


def line_amount_agrees(line: Node) -> RuleVerdict:
    """The line amount (tir01-128) is quantity × net price / base + charges − allowances, within 0.02.

    A line without a line amount is held against zero, so a priced line must state it.
    """
    return line_amount_verdict(line, "cbc:Quantity")


def line_id_is_unique(line: Node) -> RuleVerdict:
    """The line has an identifier (tir01-120) that no other line of the order has."""
    lines = _lines_by_id(line)
    identifiers = {number.string for number in line.all("cbc:ID")}
    namesakes = {twin for identifier in identifiers for twin in lines[identifier]}
    return holds(len(namesakes) == 1, found=line.text_of("cbc:ID"))


def line_has_a_quantity(line: Node) -> RuleVerdict:
    """A line should have an ordered quantity (tir01-132)."""
    return holds(line.has("cbc:Quantity"))


def gross_price_is_not_negative(price: Node) -> RuleVerdict:
    """The gross price (tir01-152) is not negative; of several one is enough, as published."""
    return _one_not_negative(price, "cbc:BaseAmount")


def price_discount_is_not_negative(price: Node) -> RuleVerdict:
    """The discount on the price (tir01-p006) is not negative."""
    return _one_not_negative(price, "cbc:Amount")


def _one_not_negative(price: Node, name: str) -> RuleVerdict:
    if "cac:AllowanceCharge" not in price.kids:
        return None
    amounts = price.every("cac:AllowanceCharge", name)
    numbers = [number_of(amount.text) for amount in amounts]
    if not amounts or any(number is not None and number >= 0 for number in numbers):
        return None
    return Broken(found=amounts[0].text, expected=">= 0", at=amounts[0])


def quotation_line_has_a_quotation(line_id: Node) -> RuleVerdict:
    """A reference to a line of a quotation needs the order's reference to the quotation (tir01-010)."""
    if line_id.document.exists("cac:QuotationDocumentReference", "cbc:ID"):
        return None
    return Broken(expected="cac:QuotationDocumentReference/cbc:ID")
