"""A line that does not agree with its own arithmetic is never tolerated, however much the buyer tolerates."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.money import Money
from invoicing.matching.deviations import DeviationCode, Source, Verdict, Weight
from invoicing.matching.invoice_matching import match
from invoicing.model import InvoicedLine
from orders.register.agreements import Policy
from orders.register.tolerances import Tolerance
from tests.support.stories.builders import a_line, a_receipt, an_invoice, an_order, facts_of, with_lines

ORDER = an_order()
GENEROUS = Tolerance(
    amount_over=Decimal(1_000_000),
    amount_under=Decimal(1_000_000),
    quantity_over=Decimal(1_000_000),
    quantity_under=Decimal(1_000_000),
)


def judged(line: InvoicedLine, *, tolerance: Tolerance = GENEROUS) -> tuple[Verdict, dict[str, Weight]]:
    """Thirty days are received at 95.00; the line says something else."""
    facts = facts_of(ORDER, a_receipt(ORDER, days=30), policy=Policy(tolerances=(tolerance,)))
    result = match(with_lines(an_invoice(ORDER), line), facts)
    return result.verdict, {each.code: each.weight for each in result.deviations}


def off(line: InvoicedLine, by: str) -> InvoicedLine:
    return replace(line, amount=line.amount + Money.of(by))


@pytest.mark.parametrize(("days", "price"), [("31", "95.00"), ("30", "96.00"), ("29", "94.00")])
@pytest.mark.parametrize("by", ["-100.00", "-1.00", "1.00", "100.00"])
def test_a_wrong_product_is_a_question_also_where_the_difference_would_be_let_through(
    days: str, price: str, by: str
) -> None:
    right = a_line(days=days, price=price)
    assert judged(right)[0] is Verdict.ACCEPT
    verdict, found = judged(off(right, by))
    assert verdict is Verdict.QUESTION
    assert found[DeviationCode.AMOUNT] is Weight.QUESTION


def test_its_sentence_names_the_arithmetic() -> None:
    facts = facts_of(ORDER, a_receipt(ORDER, days=30), policy=Policy(tolerances=(GENEROUS,)))
    line = off(a_line(days="31"), "5.00")
    (amount,) = [
        each
        for each in match(with_lines(an_invoice(ORDER), line), facts).deviations
        if each.code is DeviationCode.AMOUNT
    ]
    assert (amount.expected_from, amount.found) == (Source.ARITHMETIC, "2950.00")


@given(
    st.integers(1, 40), st.decimals("90.00", "100.00", places=2), st.decimals("-500.00", "500.00", places=2)
)
def test_nothing_generous_lets_a_wrong_product_through(days: int, price: Decimal, by: Decimal) -> None:
    """The published rule leaves 2 öre for rounding (PEPPOL-EN16931-R120); beyond it no tolerance reaches."""
    line = off(a_line(days=str(days), price=str(price)), str(by))
    agrees_with_the_order = days == 30 and price == Decimal("95.00")
    verdict, _ = judged(line)
    if agrees_with_the_order or abs(by) <= Decimal("0.02"):
        assert verdict is Verdict.ACCEPT
    else:
        assert verdict is Verdict.QUESTION
