"""What is printed: amounts the Swedish way, and nothing a terminal obeys."""

import re
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from foundation.formatting import kronor, number, number_of, period, plain, unbroken
from foundation.money import Money
from foundation.periods import Period


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_an_amount_printed_the_swedish_way_is_the_same_amount(amount: Decimal) -> None:
    printed = kronor(Money(amount))
    assert number_of(printed) == number_of(unbroken(printed)) == amount
    assert re.fullmatch(r"-?\d{1,3}( \d{3})*,\d\d", printed)


def test_amounts_and_quantities_are_printed_the_swedish_way() -> None:
    assert kronor(Money.of("11590.00")) == "11 590,00"
    assert kronor(Money.of("-0.50", "EUR")) == "-0,50 EUR"
    assert (number(Decimal("21.0000")), number(Decimal("95.5000"))) == ("21", "95,5")


def test_a_period_is_printed_from_its_first_day_to_its_last() -> None:
    assert period(Period(date(2026, 9, 1), date(2026, 9, 30))) == "2026-09-01 – 2026-09-30"


@given(st.text())
def test_what_is_printed_holds_nothing_a_terminal_obeys(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", plain(text))
