"""Counting billable days, against calendars counted by hand and against counting day by day."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.periods import Month, Period, PeriodRefused, six_months_from
from orders.workdays import (
    FIRST_YEAR,
    LAST_YEAR,
    DayConvention,
    DayRule,
    billable_days,
    known_country,
    public_holidays,
)

RULES = WORKDAYS, WEEKDAYS, CALENDAR = [DayRule(each) for each in DayConvention]


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR - 3, 12, 31)))
    return Period(start, start + timedelta(days=draw(st.integers(0, 900))))


@pytest.mark.parametrize(
    ("month", "workdays", "weekdays"),
    [
        ("2021-01", 19, 21),  # New Year's Day and Epiphany
        ("2021-02", 20, 20),
        ("2021-03", 23, 23),
        ("2021-04", 20, 22),  # Good Friday and Easter Monday
        ("2021-05", 20, 21),  # Ascension Day; 1 May is a Saturday
        ("2021-06", 22, 22),  # Midsummer Eve counts; 6 June is a Sunday
        ("2026-12", 22, 23),  # Christmas Day; the eves fall on Thursdays and count
        ("2027-05", 20, 21),  # Ascension Day 6 May; 1 May is a Saturday
        ("2024-02", 21, 21),  # leap day
    ],
)
def test_months_counted_by_hand(month: str, workdays: int, weekdays: int) -> None:
    period = Month.parse(month).period
    assert billable_days(period, WORKDAYS) == workdays
    assert billable_days(period, WEEKDAYS) == weekdays
    assert billable_days(period, CALENDAR) == period.days


def test_the_eves_are_workdays_because_the_law_does_not_name_them() -> None:
    eves = [date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31)]
    assert [billable_days(Period(eve, eve), WORKDAYS) for eve in eves] == [1, 1, 1]


def test_a_year_has_the_thirteen_public_holidays_of_the_act() -> None:
    assert public_holidays(2026, "SE") == {
        date(2026, 1, 1),  # nyårsdagen
        date(2026, 1, 6),  # trettondedag jul
        date(2026, 4, 3),  # långfredagen
        date(2026, 4, 5),  # påskdagen
        date(2026, 4, 6),  # annandag påsk
        date(2026, 5, 1),  # första maj
        date(2026, 5, 14),  # Kristi himmelsfärdsdag
        date(2026, 5, 24),  # pingstdagen
        date(2026, 6, 6),  # nationaldagen
        date(2026, 6, 20),  # midsommardagen
        date(2026, 10, 31),  # alla helgons dag
        date(2026, 12, 25),  # juldagen
        date(2026, 12, 26),  # annandag jul
    }


def test_a_weekend_alone_is_nothing_to_bill() -> None:
    weekend = Period(date(2026, 11, 21), date(2026, 11, 22))
    assert [billable_days(weekend, convention) for convention in RULES] == [0, 0, 2]


def test_a_placement_over_the_turn_of_the_year() -> None:
    period = six_months_from(date(2026, 9, 15))
    by_month = [billable_days(month, WORKDAYS) for month in period.months()]
    assert by_month == [12, 22, 21, 22, 19, 20, 10]
    assert billable_days(period, WORKDAYS) == sum(by_month)


@given(periods(), st.sampled_from(RULES))
def test_the_count_is_what_counting_day_by_day_gives(period: Period, convention: DayRule) -> None:
    days = [period.start + timedelta(days=offset) for offset in range(period.days)]
    assert billable_days(period, convention) == sum(
        billable_days(Period(day, day), convention) for day in days
    )


@given(periods(), st.sampled_from(RULES), st.data())
def test_cutting_a_period_never_changes_the_sum(
    period: Period, convention: DayRule, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, period.days - 1))
    last = period.start + timedelta(days=cut)
    rest = period.overlap(Period(last + timedelta(days=1), period.end + timedelta(days=1)))
    parts = [Period(period.start, last), *([rest] if rest else [])]
    assert sum(billable_days(part, convention) for part in parts) == billable_days(period, convention)


@given(periods())
def test_each_convention_counts_at_most_what_the_wider_one_does(period: Period) -> None:
    counts = [billable_days(period, convention) for convention in (WORKDAYS, WEEKDAYS, CALENDAR)]
    assert counts == sorted(counts)
    assert counts[-1] == period.days


@pytest.mark.parametrize("period", ["1989-12-31/1990-01-05", "2100-12-31/2101-01-01"])
def test_days_outside_the_known_calendar_are_refused(period: str) -> None:
    with pytest.raises(PeriodRefused, match="only be counted from 1990 to 2100"):
        billable_days(Period.parse(period), WORKDAYS)


def test_the_first_and_the_last_day_of_the_known_calendar_are_counted() -> None:
    """New Year's Day 1990 is a holiday and a Monday; 31 December 2100 is a Friday."""
    last = Period(date(2100, 12, 27), date(2100, 12, 31))
    assert billable_days(Period(date(1990, 1, 1), date(1990, 1, 5)), WORKDAYS) == 4
    assert [billable_days(last, each) for each in RULES] == [5, 5, 5]


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_the_holidays_of_each_year_are_known(year: int) -> None:
    """All thirteen of the Act; before 2005 Whit Monday stood for 6 June, and two may fall on one day."""
    assert 12 <= len(public_holidays(year, "SE")) <= 13


@pytest.mark.parametrize(("country", "year"), [("DE", 1990), ("SE", 2101), ("SE", 1952)])
def test_where_no_holidays_are_known_workdays_are_not_counted(country: str, year: int) -> None:
    with pytest.raises(PeriodRefused, match=f"{country} are not known for {year}"):
        public_holidays(year, country)


def test_a_rule_without_holidays_needs_none() -> None:
    whole = Month(1990, 12).period
    assert billable_days(whole, DayRule(DayConvention.WEEKDAYS, "DE")) == 21
    assert billable_days(whole, DayRule(DayConvention.CALENDAR, "DE")) == 31
    with pytest.raises(PeriodRefused, match="DE are not known"):
        billable_days(whole, DayRule(DayConvention.WORKDAYS, "DE"))


@pytest.mark.parametrize("country", ["SE", "FI", "NO"])
@pytest.mark.parametrize("convention", DayConvention)
def test_a_rule_survives_being_written_and_names_only_another_country(
    convention: DayConvention, country: str
) -> None:
    rule = DayRule(convention, country)
    assert DayRule.parse(str(rule)) == rule
    assert str(rule) == (convention if country == "SE" else f"{convention}/{country}")


def test_each_country_has_its_own_holidays_and_what_is_no_rule_is_refused() -> None:
    epiphany, independence = date(2026, 1, 6), date(2027, 12, 6)
    counted = {
        country: [
            billable_days(Period(day, day), DayRule(DayConvention.WORKDAYS, country))
            for day in (epiphany, independence)
        ]
        for country in ("SE", "FI", "NO")
    }
    assert counted == {"SE": [0, 1], "FI": [0, 0], "NO": [1, 1]}
    assert {each for each in ("SE", "FI", "XX", "", "SWE", "se") if known_country(each)} == {"SE", "FI"}
    with pytest.raises(ValueError, match="HOLIDAYS"):
        DayRule.parse("HOLIDAYS/SE")


def test_a_month_of_orders_is_counted_in_a_blink() -> None:
    period = six_months_from(date(2026, 9, 15))
    billable_days(period, WORKDAYS)
    started = time.process_time()
    for _ in range(10_000):
        billable_days(period, WORKDAYS)
    # Ten times the two microseconds aimed at, so that a busy machine does not decide.
    assert time.process_time() - started < 0.2
