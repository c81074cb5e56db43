"""Billable days: the one function that counts days for order, receipt and invoice alike.

Convention: a price list says which days are billable, its service in which country. WORKDAYS is Monday to Friday less
the country's public holidays; in Sweden those named in the Act on Public Holidays (1989:253, "allmänna helgdagar").
Midsummer Eve, Christmas Eve and New Year's Eve are not among them and therefore count when they fall on a weekday: the
Annual Leave Act puts them on a par with Sundays only for leave. The buyer's own sample order counts
19, 20 and 20 days for January, February and May 2021, which is this count; its other months follow no rule.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import accumulate

import holidays

from foundation.periods import Period, PeriodRefused
from foundation.text import Text

HOME = "SE"
"""The country of a rule that names none, as all rules were before a service had a country."""

FIRST_YEAR = 1990
LAST_YEAR = 2100

_SATURDAY = 5


class DayConvention(StrEnum):
    """Which calendar days are billable."""

    WORKDAYS = "WORKDAYS"
    WEEKDAYS = "WEEKDAYS"
    CALENDAR = "CALENDAR"


@dataclass(frozen=True, slots=True)
class DayRule:
    """Which days are billable, and the country whose public holidays count (ISO 3166). An order keeps its own.

    >>> str(DayRule(DayConvention.WORKDAYS, "FI")), str(DayRule.parse("WORKDAYS"))
    ('WORKDAYS/FI', 'WORKDAYS')
    """

    convention: DayConvention
    country: str = HOME

    @classmethod
    def parse(cls, text: str) -> "DayRule":
        """The rule `str` wrote; raises ValueError for anything else."""
        convention, _, country = text.partition("/")
        return cls(DayConvention(convention), country or HOME)

    def __str__(self) -> str:
        return self.convention.value if self.country == HOME else f"{self.convention}/{self.country}"


def billable_days(period: Period, rule: DayRule) -> int:
    """How many days of `period`, both ends included, are billable.

    Additive: cutting a period in parts never changes the sum. Takes about a microsecond, because the days
    of each year are counted once. Raises PeriodRefused outside the years 1990 to 2100, and where
    the public holidays of the rule's country are not known: otherwise each of them would be paid for.
    """
    first, last = period.start.year, period.end.year
    if first < FIRST_YEAR or last > LAST_YEAR:
        raise PeriodRefused(
            Text(
                "Dagar kan bara räknas från %(first_year)s till %(last_year)s, men perioden är %(period)s.",
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
                period=period,
            ),
        )
    before_start, counted = _counts(first, rule)
    days = -counted[period.start.toordinal() - before_start - 1]
    for year in range(first, last):
        days += _counts(year, rule)[1][-1]
    before_end, counted = _counts(last, rule)
    return days + counted[period.end.toordinal() - before_end]


@cache
def public_holidays(year: int, country: str) -> frozenset[date]:
    """The public holidays of one year by law, Sundays that are nothing else left out.

    Raises PeriodRefused for a year whose holidays are not known; no country has a year without any.
    """
    known = frozenset(holidays.country_holidays(country, years=year, categories=(holidays.PUBLIC,)))
    if not known:
        raise PeriodRefused(
            Text(
                "Helgdagarna i %(country)s är inte kända för år %(year)s, så arbetsdagarna kan inte räknas.",
                country=country,
                year=year,
            )
        )
    return known


@cache
def known_country(country: str) -> bool:
    """Whether the public holidays of a country (ISO 3166) are known."""
    return country in holidays.list_supported_countries(include_aliases=False)


@cache
def _counts(year: int, rule: DayRule) -> tuple[int, tuple[int, ...]]:
    """The ordinal of the day before the year, and how many days are billable up to each of its days.

    Entry n of the counts is the number of billable days among the first n days of the year.
    """
    new_year = date(year, 1, 1)
    length = (date(year + 1, 1, 1) - new_year).days
    days = (new_year + timedelta(days=offset) for offset in range(length))
    billable = (_is_billable(day, rule) for day in days)
    return new_year.toordinal() - 1, tuple(accumulate(billable, initial=0))


def _is_billable(day: date, rule: DayRule) -> bool:
    match rule.convention:
        case DayConvention.CALENDAR:
            return True
        case DayConvention.WEEKDAYS:
            return day.weekday() < _SATURDAY
        case DayConvention.WORKDAYS:
            return day.weekday() < _SATURDAY and day not in public_holidays(day.year, rule.country)
