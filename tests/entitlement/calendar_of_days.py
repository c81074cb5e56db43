"""Swedish working days, reckoned a second time and without a library, for the oracle alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

_FIXED = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26))
"""New Year, Epiphany, May Day, the National Day and the two days of Christmas (1989:253)."""


def each_day(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included; none where `last` comes before."""
    while first <= last:
        yield first
        first += timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no public holiday. Midsummer Day and All Saints' Day are always Saturdays."""
    return day.weekday() < 5 and day not in _holidays(day.year)


@cache
def _holidays(year: int) -> frozenset[date]:
    easter = _easter(year)
    moving = (easter + timedelta(days=days) for days in (-2, 1, 39))  # Good Friday, Easter Monday, Ascension
    return frozenset((*moving, *(date(year, month, day) for month, day in _FIXED)))


def _easter(year: int) -> date:
    """Easter Day by the anonymous Gregorian algorithm."""
    golden, century, within = year % 19, year // 100, year % 100
    leap, rest = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (within // 4) - moon - within % 4) % 7
    month, day = divmod(moon + weekday - 7 * ((golden + 11 * moon + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)
