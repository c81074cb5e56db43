"""Amounts beside fractions: whatever is multiplied, divided or compared comes to what it comes to exactly."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from operator import le, lt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foundation.money import (
    AmountRefused,
    Incomparable,
    Money,
    Quantity,
    line_amount,
    payable,
    split,
    tax_withheld,
    total,
    vat_amount,
)

quantities = st.decimals("-9999", "9999", places=4)
prices = st.decimals("-99999", "99999", places=4)
amounts = st.decimals("-99999999.99", "99999999.99", places=2)
percents = st.decimals("0", "100", places=2)


def half_up(exact: Fraction) -> Decimal:
    """The exact value in hundredths, a half away from zero."""
    cents = abs(exact) * 100
    whole = cents.numerator // cents.denominator + (2 * (cents % 1) >= 1)
    return Decimal(-whole if exact < 0 else whole).scaleb(-2)


@given(quantities, prices, st.sampled_from(["1", "10", "100", "3", "0.5"]).map(Decimal))
@example(Decimal("1.15"), Decimal("100.1"), Decimal(1))  # 115.115, of which a float makes 115.11499999999999
@example(Decimal("3"), Decimal("0.335"), Decimal(1))
@example(Decimal("1234567.8901"), Decimal("98765.4321"), Decimal(1))
def test_a_line_comes_to_its_quantity_times_its_price(
    quantity: Decimal, price: Decimal, base: Decimal
) -> None:
    exact = Fraction(quantity) * Fraction(price) / Fraction(base)
    made = line_amount(Quantity(quantity, "DAY"), price, currency="EUR", base_quantity=base)
    assert made == Money(half_up(exact), "EUR")


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("-Infinity"), 1.5, 1, "1"])
def test_a_quantity_is_a_decimal_number(value: object) -> None:
    with pytest.raises(AmountRefused):
        Quantity(value, "DAY")  # type: ignore[arg-type]


@pytest.mark.parametrize("base", ["0", "-1"])
def test_a_price_for_nothing_is_refused(base: str) -> None:
    with pytest.raises(AmountRefused):
        line_amount(Quantity.days(1), Decimal("95.00"), base_quantity=Decimal(base))


@given(amounts, percents)
@example(Decimal("0.02"), Decimal("25.00"))
def test_tax_comes_to_its_share(taxable: Decimal, percent: Decimal) -> None:
    wanted = Money(half_up(Fraction(taxable) * Fraction(percent) / 100), "EUR")
    assert vat_amount(Money(taxable, "EUR"), percent) == wanted
    assert tax_withheld(Money(taxable, "EUR"), percent) == wanted


@given(amounts, amounts, amounts, amounts)
def test_what_is_paid_is_the_sum_of_its_parts(
    net: Decimal, vat: Decimal, prepaid: Decimal, rounding: Decimal
) -> None:
    due = payable(net=Money(net), vat=Money(vat), prepaid=Money(prepaid), rounding=Money(rounding))
    assert due.amount == net + vat - prepaid + rounding
    assert payable(net=Money(net), vat=Money(vat)).amount == net + vat
    assert total([Money(net), Money(vat), Money(prepaid)]).amount == net + vat + prepaid


@given(quantities, quantities)
def test_quantities_of_one_unit_are_added_and_compared_as_numbers(one: Decimal, other: Decimal) -> None:
    left, right = Quantity(one, "HUR"), Quantity(other, "HUR")
    assert left + right == Quantity(one + other, "HUR")
    assert left - right == Quantity(one - other, "HUR")
    assert ((left < right), (left <= right)) == ((one < other), (one <= other))
    assert left <= left
    assert left.is_zero is (one == 0)
    assert (left.compact.value, left.compact.unit) == (one, "HUR")


@given(amounts, amounts)
def test_amounts_of_one_currency_are_added_and_compared_as_numbers(one: Decimal, other: Decimal) -> None:
    left, right = Money(one, "EUR"), Money(other, "EUR")
    assert left + right == Money(one + other, "EUR")
    assert left - right == Money(one - other, "EUR")
    assert ((left < right), (left <= right)) == ((one < other), (one <= other))
    assert (-left, abs(left)) == (Money(-one, "EUR"), Money(abs(one), "EUR"))
    assert left.is_zero is (one == 0)


@pytest.mark.parametrize(
    "together",
    [lt, le, lambda one, other: one + other, lambda one, other: one - other],
    ids=["<", "<=", "+", "-"],
)
def test_unlike_things_are_neither_added_nor_compared(together: Callable[[object, object], object]) -> None:
    for one, other in (
        (Money.of("1.00"), Money.of("1.00", "EUR")),
        (Quantity.days(1), Quantity(Decimal(1), "HUR")),
    ):
        with pytest.raises(Incomparable):
            together(one, other)


@given(st.integers(-100_000, 100_000), st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any))
@example(100, [1, 1, 1])
@example(-100, [1, 1, 1])
@example(5, [3, 3, 0, 3])
def test_the_parts_of_an_amount_are_its_shares_with_the_cents_left_over_where_most_was_cut(
    cents: int, weights: list[int]
) -> None:
    exact = [Fraction(abs(cents) * weight, sum(weights)) for weight in weights]
    whole = [int(share) for share in exact]
    for _ in range(abs(cents) - sum(whole)):
        most = max(range(len(exact)), key=lambda place: (exact[place] - whole[place], -place))
        whole[most] += 1
    sign = -1 if cents < 0 else 1
    assert split(Money(Decimal(cents).scaleb(-2), "EUR"), weights) == tuple(
        Money(Decimal(sign * part).scaleb(-2), "EUR") for part in whole
    )
