"""Totals of the Peppol order: PEPPOL-T01-R006 to R011, R016 and R017.

The sums are exact: no slack. Terms are those of the transaction's data model (tir01-nnn).
An amount that is not there counts as zero where the published test lets it, else the
rule does not hold; nor does it hold when a number cannot be read.
"""

from decimal import Decimal

from peppol.rules.engine.amounts import ALLOWANCE, CHARGE, ZERO, amount_or, plain, signed_sum
from peppol.rules.engine.numbers import decimal_of, hundredths, total
from peppol.rules.engine.rulebook import Book, Broken, RuleVerdict, Test
from peppol.rules.engine.tree import DocumentTree, Node, fact


def register_totals(book: Book) -> None:
    """Put the rules of the order's totals into the book, as part of the pattern "rules"."""
    totals = book.context("cac:AnticipatedMonetaryTotal", pattern="rules")
    meaning = "The payable amount (tir01-118) is not negative."
    totals.add("PEPPOL-T01-R006", _at_least_zero("cbc:PayableAmount"), meaning)
    meaning = "The sum of the lines (tir01-115) is not negative."
    totals.add("PEPPOL-T01-R007", _at_least_zero("cbc:LineExtensionAmount"), meaning)
    totals.rule("PEPPOL-T01-R008")(sum_of_lines_agrees)
    totals.rule("PEPPOL-T01-R009")(sum_of_allowances_agrees)
    totals.rule("PEPPOL-T01-R010")(sum_of_charges_agrees)
    totals.rule("PEPPOL-T01-R011")(amount_without_tax_agrees)
    totals.rule("PEPPOL-T01-R016")(payable_amount_agrees)
    totals.rule("PEPPOL-T01-R017")(amount_with_tax_agrees)


@fact
def _sum_of_lines(order: DocumentTree) -> Decimal | None:
    amounts = order.every("cac:OrderLine", "cac:LineItem", "cbc:LineExtensionAmount")
    return hundredths(total(decimal_of(amount.text) for amount in amounts))


def _at_least_zero(name: str) -> Test:
    def at_least_zero(node: Node) -> RuleVerdict:
        child = node.first(name)
        number = decimal_of(child.text) if child is not None else None
        return (
            None if number is not None and number >= 0 else Broken(found=node.text_of(name), expected=">= 0")
        )

    return at_least_zero


def _equals(totals: Node, name: str, expected: Decimal | None, detail: str) -> RuleVerdict:
    """The child's number is the expected one; a child that is not there counts as zero."""
    stated = amount_or(ZERO, totals, name)
    if stated is not None and stated == expected:
        return None
    return Broken(
        found=totals.text_of(name),
        expected=plain(expected) if expected is not None else "",
        detail=detail,
        at=totals.first(name),
    )


def sum_of_lines_agrees(totals: Node) -> RuleVerdict:
    """The sum of the lines (tir01-115) is the sum of the line amounts (tir01-128), to two decimals."""
    if not totals.has("cbc:LineExtensionAmount"):
        return Broken(expected="cbc:LineExtensionAmount")
    return _equals(totals, "cbc:LineExtensionAmount", _sum_of_lines(totals), "sum of the order lines")


def sum_of_allowances_agrees(totals: Node) -> RuleVerdict:
    """The sum of allowances (tir01-116) is that of the order's allowances (tir01-113)."""
    return _equals(
        totals,
        "cbc:AllowanceTotalAmount",
        signed_sum(totals.document, ALLOWANCE),
        "sum of the order's allowances",
    )


def sum_of_charges_agrees(totals: Node) -> RuleVerdict:
    """The sum of charges (tir01-117) is that of the order's charges (tir01-113)."""
    return _equals(
        totals, "cbc:ChargeTotalAmount", signed_sum(totals.document, CHARGE), "sum of the order's charges"
    )


def _without_tax(totals: Node) -> Decimal | None:
    lines = totals.first("cbc:LineExtensionAmount")
    parts = (
        decimal_of(lines.text) if lines is not None else None,
        amount_or(ZERO, totals, "cbc:AllowanceTotalAmount"),
        amount_or(ZERO, totals, "cbc:ChargeTotalAmount"),
    )
    amount, allowances, charges = parts
    if amount is None or allowances is None or charges is None:
        return None
    return amount - allowances + charges


def amount_without_tax_agrees(totals: Node) -> RuleVerdict:
    """The amount without tax (tir01-145) is lines − allowances + charges."""
    expected = _without_tax(totals)
    if expected is not None and not totals.has("cbc:TaxExclusiveAmount"):
        return None
    return _equals(totals, "cbc:TaxExclusiveAmount", expected, "lines − allowances + charges")


def payable_amount_agrees(totals: Node) -> RuleVerdict:
    """With an amount including tax (tir01-147), the payable amount is that − prepaid + rounding.

    As published an amount including tax of zero is not judged.
    """
    inclusive = amount_or(ZERO, totals, "cbc:TaxInclusiveAmount")
    if inclusive == 0:
        return None
    prepaid = amount_or(ZERO, totals, "cbc:PrepaidAmount")
    rounding = amount_or(ZERO, totals, "cbc:PayableRoundingAmount")
    if inclusive is None or prepaid is None or rounding is None or not totals.has("cbc:PayableAmount"):
        return Broken(expected="cbc:PayableAmount", detail="an amount is missing or cannot be read")
    return _equals(
        totals, "cbc:PayableAmount", inclusive - prepaid + rounding, "with tax − prepaid + rounding"
    )


def amount_with_tax_agrees(totals: Node) -> RuleVerdict:
    """The amount including tax (tir01-147) is that without tax + the order's tax (tir01-114).

    Judged when the order states both; as published an amount of zero is not judged. Of two
    tax amounts none can be meant, so the rule does not hold.
    """
    order = totals.document
    if not order.has("cac:TaxTotal") or amount_or(ZERO, totals, "cbc:TaxInclusiveAmount") == 0:
        return None
    exclusive = totals.first("cbc:TaxExclusiveAmount")
    without_tax = decimal_of(exclusive.text) if exclusive is not None else _without_tax(totals)
    amounts = order.every("cac:TaxTotal", "cbc:TaxAmount")
    tax = total(decimal_of(amount.text) for amount in amounts) if len(amounts) <= 1 else None
    expected = without_tax + tax if without_tax is not None and tax is not None else None
    return _equals(totals, "cbc:TaxInclusiveAmount", expected, "without tax + tax")
