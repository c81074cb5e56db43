"""Periods beside sets of days, and what is at the very edge of the calendar."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from foundation.periods import (
    Month,
    Period,
    PeriodRefused,
    add_months,
    months_from,
    stockholm_date,
)

FIRST = date(2026, 1, 1)


def days(first: int, last: int) -> Period:
    """From the first to the last day of 2026, counted from 1 January."""
    return Period(FIRST + timedelta(days=first), FIRST + timedelta(days=last))


def each_day(*periods: Period) -> list[date]:
    """Every day of them, in their order."""
    return [each.start + timedelta(days=place) for each in periods for place in range(each.days)]


short = st.tuples(st.integers(0, 80), st.integers(0, 50)).map(lambda told: days(told[0], sum(told)))


@given(short, short)
@example(days(10, 20), days(10, 20))
@example(days(10, 20), days(10, 19))
@example(days(10, 20), days(11, 20))
@example(days(10, 20), days(15, 15))
@example(days(10, 20), days(20, 20))
@example(days(10, 20), days(21, 30))
@example(days(10, 20), days(0, 9))
def test_periods_are_sets_of_days(one: Period, other: Period) -> None:
    left = one.without(other)
    assert each_day(*left) == [day for day in each_day(one) if not other.contains(day)]
    # Two parts are two because days lie between them.
    assert len(left) <= 1 or left[0].end + timedelta(days=1) < left[1].start
    shared = one.overlap(other)
    assert each_day(*[shared] if shared else []) == [day for day in each_day(one) if other.contains(day)]
    assert each_day(*one.months()) == each_day(one)
    assert [Month.of(each.start) for each in one.months()] == sorted({Month.of(day) for day in each_day(one)})


@pytest.mark.parametrize(("year", "month"), [(1, 1), (1, 12), (9999, 1), (9999, 12)])
def test_the_first_and_the_last_month_of_the_calendar(year: int, month: int) -> None:
    made = Month(year, month)
    assert Month.parse(str(made)) == made == Month.of(made.period.start) == Month.of(made.period.end)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Month(0, 12),
        lambda: Month(10_000, 1),
        lambda: Month(2026, 0),
        lambda: Month(2026, 13),
        lambda: Month(9999, 12).next,
        lambda: Period(datetime(2026, 1, 1, tzinfo=UTC), FIRST + timedelta(days=1)),
        lambda: Period(FIRST, datetime(2026, 1, 2, tzinfo=UTC)),
        lambda: Period(FIRST, FIRST - timedelta(days=1)),
        lambda: add_months(date(1, 1, 31), -1),
        lambda: add_months(date(9999, 12, 1), 1),
        lambda: stockholm_date(datetime(2026, 1, 1)),  # noqa: DTZ001 - the point of the test
    ],
)
def test_what_is_no_month_no_period_and_no_day(made: Callable[[], object]) -> None:
    with pytest.raises(PeriodRefused):
        made()


@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)), st.integers(1, 36))
@example(date(2026, 8, 31), 6)
@example(date(2026, 8, 29), 6)
@example(date(2026, 1, 1), 12)
def test_periods_of_months_follow_each_other_without_a_day_between(start: date, months: int) -> None:
    """The day after the last is the same day months later, or the first where that month has no such day."""
    after = months_from(start, months).end + timedelta(days=1)
    same = add_months(start, months)
    assert after == (same if same.day == start.day else same + timedelta(days=1))
    assert (after.day == start.day) or (after.day == 1 and start.day > 28)
