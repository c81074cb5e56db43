"""Amounts, allowances, lines and prices of Peppol bills: the rest of PEPPOL-EN16931-R.

Line amounts and allowances may differ from their arithmetic by 0.02, prices not at all.
An allowance or charge with a percentage but no base amount is judged by R041 alone, one
with a base but no percentage by R042 alone, as published. Terms are BT of EN 16931.
"""

from collections.abc import Callable
from operator import ge, le
from typing import Final

from peppol.rules.engine.amounts import (
    lacks_base,
    lacks_percentage,
    line_amount_verdict,
    net_price_verdict,
    positive_base_quantity,
    share_of_base_verdict,
)
from peppol.rules.engine.checks import holds
from peppol.rules.engine.dates import day_of
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact

AMOUNTS: Final = (
    "cbc:Amount | cbc:BaseAmount | cbc:PriceAmount | cbc:TaxableAmount | cbc:LineExtensionAmount"
    " | cbc:TaxExclusiveAmount | cbc:TaxInclusiveAmount | cbc:AllowanceTotalAmount | cbc:ChargeTotalAmount"
    " | cbc:PrepaidAmount | cbc:PayableRoundingAmount | cbc:PayableAmount"
)
"""The elements that hold money, but for the tax amounts."""

_ON_BILL_OR_LINE: Final = (
    "Invoice/cac:AllowanceCharge | Invoice/cac:InvoiceLine/cac:AllowanceCharge"
    " | CreditNote/cac:AllowanceCharge | CreditNote/cac:CreditNoteLine/cac:AllowanceCharge"
)
_PERIODS: Final = (
    "Invoice/cac:InvoiceLine/cac:InvoicePeriod | CreditNote/cac:CreditNoteLine/cac:InvoicePeriod"
)
_INVOICED_OBJECT: Final = "130"


def register_lines(book: Book) -> None:
    """Put the rules into the book, as part of the pattern "document"."""
    _register_allowances(book)
    _register_amounts(book)
    lines = book.context("cac:InvoiceLine | cac:CreditNoteLine", pattern="document")
    lines.rule("PEPPOL-EN16931-R120")(line_amount_agrees)
    meaning = "The price's base quantity (BT-149) is above zero when stated."
    lines.add("PEPPOL-EN16931-R121", positive_base_quantity, meaning)
    lines.rule("PEPPOL-EN16931-R100")(one_object_at_most)
    lines.rule("PEPPOL-EN16931-R101")(reference_is_to_an_object)
    discounts = book.context("cac:Price/cac:AllowanceCharge", pattern="document")
    discounts.rule("PEPPOL-EN16931-R044")(price_has_no_charge)
    meaning = "With a gross price (BT-148), the net price (BT-146) is that − the discount (BT-147), exactly."
    discounts.add("PEPPOL-EN16931-R046", net_price_verdict, meaning)
    bases = book.context("cac:Price/cbc:BaseQuantity", pattern="document", when=_has_unit)
    bases.rule("PEPPOL-EN16931-R130")(base_quantity_has_the_lines_unit)


def _register_allowances(book: Book) -> None:
    book.context(_ON_BILL_OR_LINE, pattern="document", when=lacks_base).rule("PEPPOL-EN16931-R041")(
        percentage_has_a_base
    )
    book.context(_ON_BILL_OR_LINE, pattern="document", when=lacks_percentage).rule("PEPPOL-EN16931-R042")(
        base_has_a_percentage
    )
    items = book.context(_ON_BILL_OR_LINE, pattern="document")
    meaning = "An allowance or charge (BT-92, -99, -136, -141) is base × percentage / 100, within 0.02."
    items.add("PEPPOL-EN16931-R040", share_of_base_verdict, meaning)
    items.rule("PEPPOL-EN16931-R043")(indicator_is_true_or_false)


def _register_amounts(book: Book) -> None:
    amounts = book.context(f"{AMOUNTS} | cac:TaxSubtotal/cbc:TaxAmount", pattern="document")
    amounts.rule("PEPPOL-EN16931-R051")(in_bill_currency)
    totals = book.context("cac:TaxTotal/cbc:TaxAmount", pattern="document", when=_has_breakdown)
    totals.rule("PEPPOL-EN16931-R051")(in_bill_currency)
    for rule_id, name, fits, sign, meaning in (
        (
            "R110",
            "cbc:StartDate",
            ge,
            ">=",
            "A line's period (BT-134) starts within the bill's (BT-73).",
        ),
        (
            "R111",
            "cbc:EndDate",
            le,
            "<=",
            "A line's period (BT-135) ends within the bill's (BT-74).",
        ),
    ):
        paths = " | ".join(f"{period}/{name}" for period in _PERIODS.split(" | "))
        days = book.context(paths, pattern="document", when=_bill_has_period(name))
        days.add(f"PEPPOL-EN16931-{rule_id}", _fits_in_period(name, fits, sign), meaning)


@fact
def _currencies(bill: DocumentTree) -> frozenset[str]:
    return frozenset(code.text for code in bill.all("cbc:DocumentCurrencyCode"))


def _has_breakdown(amount: Node) -> bool:
    return amount.above is not None and amount.above.has("cac:TaxSubtotal")


def _has_unit(quantity: Node) -> bool:
    return "unitCode" in quantity.attributes


def _quantity_name(node: Node) -> str:
    return "cbc:InvoicedQuantity" if node.document.name == "Invoice" else "cbc:CreditedQuantity"


def _bill_has_period(name: str) -> Callable[[Node], bool]:
    return fact(lambda bill: bill.exists("cac:InvoicePeriod", name))


def _fits_in_period(name: str, fits: Callable[[int, int], bool], sign: str) -> Test:
    def fits_in_period(node: Node) -> RuleVerdict:
        limit = node.document.text_of("cac:InvoicePeriod", name)
        day, edge = day_of(node.text), day_of(limit)
        if day is not None and edge is not None and fits(day, edge):
            return None
        return Broken(found=node.text, expected=f"{sign} {limit}")

    return fits_in_period


def percentage_has_a_base(_: Node) -> RuleVerdict:
    """An allowance or charge with a percentage (BT-94, -101, -138, -143) states its base amount."""
    return Broken(expected="cbc:BaseAmount")


def base_has_a_percentage(_: Node) -> RuleVerdict:
    """An allowance or charge with a base amount (BT-93, -100, -137, -142) states its percentage."""
    return Broken(expected="cbc:MultiplierFactorNumeric")


def indicator_is_true_or_false(item: Node) -> RuleVerdict:
    """The charge indicator is written true or false."""
    stated = item.first("cbc:ChargeIndicator")
    indicator = stated.direct_value if stated is not None else ""
    return holds(indicator in ("true", "false"), found=indicator, expected="true false")


def in_bill_currency(amount: Node) -> RuleVerdict:
    """Every amount is in the bill's currency (BT-5), but for VAT in accounting currency (BT-111)."""
    currency = amount.attributes.get("currencyID")
    if currency in _currencies(amount):
        return None
    return Broken(found=currency or "", expected=" ".join(_currencies(amount)), attribute="currencyID")


def line_amount_agrees(line: Node) -> RuleVerdict:
    """The line amount (BT-131) is quantity × net price / base + charges − allowances, within 0.02."""
    return line_amount_verdict(line, _quantity_name(line))


def one_object_at_most(line: Node) -> RuleVerdict:
    """A line refers to one invoiced object at most (BT-128)."""
    count = len(line.all("cac:DocumentReference"))
    return holds(count <= 1, found=str(count), expected="1")


def reference_is_to_an_object(line: Node) -> RuleVerdict:
    """A document reference on a line is to the invoiced object: its type is 130 (BT-128)."""
    if not line.has("cac:DocumentReference"):
        return None
    types = line.every("cac:DocumentReference", "cbc:DocumentTypeCode")
    return holds(any(code.text == _INVOICED_OBJECT for code in types), expected=_INVOICED_OBJECT)


def price_has_no_charge(discount: Node) -> RuleVerdict:
    """A price knows discounts alone: its charge indicator is false."""
    indicator = discount.value_of("cbc:ChargeIndicator")
    return holds(indicator == "false", found=indicator, expected="false")


def base_quantity_has_the_lines_unit(base: Node) -> RuleVerdict:
    """The unit of the price's base quantity (BT-150) is that of the invoiced quantity (BT-130)."""
    line = base.above.above if base.above is not None else None
    if line is None or not (line.has("cbc:InvoicedQuantity") or line.has("cbc:CreditedQuantity")):
        return None
    units = [quantity.attributes.get("unitCode") for quantity in line.all(_quantity_name(base))]
    unit = base.attributes["unitCode"]
    return holds(unit in units, found=unit, expected=" ".join(filter(None, units)))
