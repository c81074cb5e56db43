"""Money, quantities and periods: what they refuse, and the laws they keep."""

import doctest
import itertools
import pickle
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import errors, money, periods
from foundation.errors import Refused
from foundation.money import (
    AmountRefused,
    Incomparable,
    Money,
    Quantity,
    line_amount,
    payable,
    rounded,
    split,
    total,
    vat_amount,
)
from foundation.periods import Month, Period, PeriodRefused, add_months, six_months_from, stockholm_date
from foundation.text import WrittenText

decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=6)
amounts = st.integers(-(10**11), 10**11).map(lambda cents: Money(Decimal(cents).scaleb(-2)))
days = st.dates(date(1990, 1, 1), date(2199, 12, 31))


@st.composite
def any_period(draw: st.DrawFn) -> Period:
    start = draw(days)
    return Period(start, start + timedelta(days=draw(st.integers(0, 800))))


# Money ------------------------------------------------------------------------


def test_half_a_cent_rounds_away_from_zero_in_both_directions() -> None:
    assert [rounded(Decimal(text)) for text in ("0.005", "-0.005", "2.675", "0.0049", "1E+3")] == [
        Decimal("0.01"),
        Decimal("-0.01"),
        Decimal("2.68"),
        Decimal("0.00"),
        Decimal("1000.00"),
    ]


def test_an_amount_always_shows_two_decimals_and_never_minus_zero() -> None:
    assert str(Money.of("95")) == "95.00 SEK"
    assert str(-Money.of("0.00")) == "0.00 SEK"
    assert Money.of("0").is_zero


@pytest.mark.parametrize("text", ["", "95,00", "1e3", "NaN", "1_000", " 95.00", "٩٥", "+5", "95.", "0x1F"])
def test_an_amount_is_written_with_plain_digits_or_refused(text: str) -> None:
    with pytest.raises(AmountRefused, match="not a number"):
        Money.of(text)


def test_a_float_is_no_money() -> None:
    with pytest.raises(AmountRefused, match="exact decimal"):
        Money(95.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["0.001", "1E+15", "-1E+15"])
def test_what_is_finer_than_a_cent_or_absurdly_large_is_refused(value: str) -> None:
    with pytest.raises(AmountRefused, match="Round it first"):
        Money(Decimal(value))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_an_infinite_or_undefined_amount_is_refused(value: str) -> None:
    with pytest.raises(AmountRefused):
        Money(Decimal(value))


def test_kronor_and_euros_are_never_mixed() -> None:
    kronor, euros = Money.of("1.00"), Money.of("1.00", "EUR")
    assert kronor != euros
    for mix in (lambda: kronor + euros, lambda: kronor < euros, lambda: total([kronor, euros])):
        with pytest.raises(Incomparable, match="SEK and EUR"):
            mix()


def test_money_cannot_be_multiplied_past_the_named_places() -> None:
    with pytest.raises(TypeError):
        Money.of("95.00") * Decimal("0.5")  # type: ignore[operator]


def test_nothing_sums_to_zero_in_the_currency_asked_for() -> None:
    assert total([], currency="EUR") == Money(Decimal(0), "EUR")


@given(st.lists(amounts, max_size=20))
def test_a_sum_does_not_depend_on_the_order(invoice: list[Money]) -> None:
    assert total(invoice) == total(reversed(invoice))
    assert total(invoice).amount == sum((each.amount for each in invoice), start=Decimal(0))


@given(amounts, amounts)
def test_what_is_added_can_be_taken_away(one: Money, other: Money) -> None:
    assert one + other - other == one
    assert one - one == Money.of("0.00")
    assert (one < other) == (other > one) == (not one >= other)


@given(decimals)
def test_rounding_moves_a_value_by_half_a_cent_at_most_and_never_twice(value: Decimal) -> None:
    assert abs(rounded(value) - value) <= Decimal("0.005")
    assert rounded(rounded(value)) == rounded(value)
    assert rounded(-value) == -rounded(value)


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_splitting_loses_nothing_and_is_fair_to_the_cent(money: Money, weights: list[int]) -> None:
    parts = split(money, weights)
    assert total(parts) == money
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount * sum(weights) - money.amount * weight) < Decimal("0.01") * sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_a_split_needs_weights_that_mean_something(weights: list[int]) -> None:
    with pytest.raises(AmountRefused, match="weights"):
        split(Money.of("1.00"), weights)


# The three named places of rounding ---------------------------------------------


def test_the_buyers_sample_order_122_days_at_95_kronor() -> None:
    months = [line_amount(Quantity.days(days), Decimal("95.00")) for days in (19, 20, 21, 22, 20, 20)]
    assert total(months) == Money.of("11590.00")


def test_a_price_per_hundred_is_divided_before_rounding() -> None:
    assert line_amount(Quantity(Decimal(3), "C62"), Decimal("10"), base_quantity=Decimal(100)) == Money.of(
        "0.30"
    )
    assert line_amount(Quantity(Decimal(1), "C62"), Decimal("1"), base_quantity=Decimal(3)) == Money.of(
        "0.33"
    )
    with pytest.raises(AmountRefused, match="above 0"):
        line_amount(Quantity(Decimal(1), "C62"), Decimal(1), base_quantity=Decimal(0))


@given(st.integers(0, 10**6), st.decimals(0, 10**6, places=4))
def test_a_line_is_its_exact_product_within_half_a_cent(count: int, price: Decimal) -> None:
    assert abs(line_amount(Quantity.days(count), price).amount - count * price) <= Decimal("0.005")


def test_vat_is_rounded_on_the_sum_of_its_category_not_on_the_lines() -> None:
    lines = [Money.of("0.10")] * 3
    assert vat_amount(total(lines), Decimal(25)) == Money.of("0.08")
    assert total(vat_amount(line, Decimal(25)) for line in lines) == Money.of("0.09")


def test_what_is_payable_takes_prepayment_and_rounding_into_account() -> None:
    net, vat = Money.of("11590.10"), Money.of("2897.53")
    due = payable(net=net, vat=vat, prepaid=Money.of("487.00"), rounding=Money.of("0.37"))
    assert due == Money.of("14001.00")


# Quantities ---------------------------------------------------------------------


def test_days_and_pieces_are_different_things() -> None:
    assert Quantity.days(3) - Quantity.days(1) == Quantity.days(2)
    assert Quantity.days(2) < Quantity.days(3)
    with pytest.raises(Incomparable, match="DAY and C62"):
        Quantity.days(1) + Quantity(Decimal(1), "C62")


def test_an_invoices_odd_unit_can_be_held_so_that_it_can_be_answered() -> None:
    assert str(Quantity(Decimal("7.5"), "HUR")) == "7.5 HUR"
    with pytest.raises(AmountRefused, match="code"):
        Quantity(Decimal(1), "days")


# Days, months and periods -------------------------------------------------------


def test_a_period_counts_both_its_ends_and_never_runs_backwards() -> None:
    january = Month(2026, 1).period
    assert (january.days, str(january)) == (31, "2026-01-01/2026-01-31")
    assert january.contains(date(2026, 1, 31))
    assert not january.contains(date(2026, 2, 1))
    with pytest.raises(PeriodRefused, match="ends 2026-01-01 before it starts 2026-01-02"):
        Period(date(2026, 1, 2), date(2026, 1, 1))


def test_a_clock_time_is_no_day() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with pytest.raises(PeriodRefused, match="not hours"):
        Period(noon, noon)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "", "0000-01"])
def test_a_month_is_written_year_and_month_or_refused(text: str) -> None:
    with pytest.raises(PeriodRefused):
        Month.parse(text)


@pytest.mark.parametrize("text", ["", "2026-01-01", "2026-01-01/", "2026-02-30/2026-03-01", "a/b"])
def test_a_period_is_written_as_two_dates_or_refused(text: str) -> None:
    with pytest.raises(PeriodRefused, match="not a period"):
        Period.parse(text)


@given(any_period())
def test_months_tile_the_period_exactly(period: Period) -> None:
    parts = period.months()
    assert (parts[0].start, parts[-1].end) == (period.start, period.end)
    assert sum(part.days for part in parts) == period.days
    for part in parts:
        assert Month.of(part.start) == Month.of(part.end)
    for earlier, later in itertools.pairwise(parts):
        assert later.start - earlier.end == timedelta(days=1)
        assert Month.of(earlier.start).next == Month.of(later.start)


@given(any_period(), any_period())
def test_overlap_is_symmetric_and_lies_within_both(one: Period, other: Period) -> None:
    shared = one.overlap(other)
    assert shared == other.overlap(one)
    assert one.overlap(one) == one
    if shared is None:
        assert one.end < other.start or other.end < one.start
    else:
        assert all(whole.contains(day) for whole in (one, other) for day in (shared.start, shared.end))


@given(any_period())
def test_a_period_and_a_month_survive_being_written(period: Period) -> None:
    assert Period.parse(str(period)) == period
    assert Month.parse(str(Month.of(period.start))) == Month.of(period.start)


def test_months_are_added_to_the_calendar_and_stop_at_the_end_of_february() -> None:
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert add_months(date(2026, 7, 9), 3) == date(2026, 10, 9)
    assert add_months(date(2026, 1, 15), -2) == date(2025, 11, 15)
    with pytest.raises(PeriodRefused):
        add_months(date(9999, 12, 1), 1)


@given(days, st.integers(-600, 600))
def test_adding_months_lands_in_the_right_month_and_never_on_a_later_day(day: date, months: int) -> None:
    landed = add_months(day, months)
    assert (landed.year * 12 + landed.month) - (day.year * 12 + day.month) == months
    assert landed.day <= day.day


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 1, 1), date(2026, 6, 30)),
        (date(2026, 1, 15), date(2026, 7, 14)),
        (date(2026, 3, 31), date(2026, 9, 30)),
        (date(2026, 8, 29), date(2027, 2, 28)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
    ],
)
def test_a_placement_period_is_six_calendar_months(start: date, end: date) -> None:
    assert six_months_from(start) == Period(start, end)


@given(days)
def test_a_placement_period_touches_seven_calendar_months_at_most(start: date) -> None:
    period = six_months_from(start)
    assert 181 <= period.days <= 184
    assert 6 <= len(period.months()) <= 7


def test_the_swedish_day_begins_two_hours_before_utc_in_summer_and_one_in_winter() -> None:
    assert stockholm_date(datetime(2026, 6, 30, 22, 0, tzinfo=UTC)) == date(2026, 7, 1)
    assert stockholm_date(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == date(2026, 12, 31)
    with pytest.raises(PeriodRefused, match="no time zone"):
        stockholm_date(datetime(2026, 6, 30, 22, 0))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("module", [money, periods, errors])
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


def test_a_refusal_speaks_both_languages_and_travels_between_processes() -> None:
    refusal = Refused(WrittenText("Ordern är stängd.", "The order is closed."))
    copied = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own bytes
    assert (str(copied), copied.text.sv) == ("The order is closed.", "Ordern är stängd.")
