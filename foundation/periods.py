"""Days, months and periods of the calendar.

Convention: a period counts both its ends, a month added to the 31st stops at the month's last day, and a
day is a day in Sweden. Nothing here knows what day it is today.
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from foundation.errors import Refused
from foundation.text import Language, Text

Clock = Callable[[], datetime]
"""Tells the instant, with its zone; handed in, so that a test or a demo has a day of its own."""

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


class PeriodRefused(Refused, ValueError):
    """A day, month or period that does not exist or runs backwards."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month, ordered in time and written 2026-01. Raises PeriodRefused."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and date.min.year <= self.year <= date.max.year):
            raise PeriodRefused(
                Text("Månaden %(year)s-%(month)s finns inte.", year=self.year, month=self.month),
            )

    @classmethod
    def parse(cls, text: str) -> "Month":
        """The month written YYYY-MM; raises PeriodRefused."""
        if not (found := _MONTH.fullmatch(text)):
            raise PeriodRefused(
                Text("Det är inte en månad. Skriv ÅÅÅÅ-MM, till exempel 2026-01."),
            )
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month `day` lies in."""
        return cls(day.year, day.month)

    @property
    def period(self) -> "Period":
        """From the first day to the last."""
        last = calendar.monthrange(self.year, self.month)[1]
        return Period(date(self.year, self.month, 1), date(self.year, self.month, last))

    @property
    def next(self) -> "Month":
        """The month after this one."""
        return Month(self.year + 1, 1) if self.month == 12 else Month(self.year, self.month + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    def in_language(self, language: Language) -> str:
        """The month in a sentence: its name and its year.

        >>> Text("Redovisningen för %(month)s.", month=Month(2026, 9)).sv
        'Redovisningen för september 2026.'
        """
        # Sentences are said seldom beside all that reckons in months, which does without the names.
        from babel.dates import format_date

        return format_date(self.period.start, "LLLL yyyy", locale=language)


def month_in(text: str) -> Month | None:
    """The month that is written there as YYYY-MM and nothing beside it, or None.

    >>> month_in("2026-09"), month_in("2026-09 v1")
    (Month(year=2026, month=9), None)
    """
    return Month.parse(text) if _MONTH.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Period:
    """Calendar days from `start` to `end`, both included. Raises PeriodRefused when it runs backwards.

    >>> str(Period.parse("2026-01-15/2026-02-02").overlap(Month(2026, 2).period))
    '2026-02-01/2026-02-02'
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        # A datetime is a date to Python, but its day depends on the time zone: ask stockholm_date first.
        if isinstance(self.start, datetime) or isinstance(self.end, datetime):
            raise PeriodRefused(Text("En period räknas i dagar, inte i klockslag."))
        if self.end < self.start:
            raise PeriodRefused(
                Text("Perioden slutar %(end)s innan den börjar %(start)s.", end=self.end, start=self.start),
            )

    @classmethod
    def parse(cls, text: str) -> "Period":
        """The period written as two ISO dates with a slash, as str() gives it; raises PeriodRefused."""
        start, _, end = text.partition("/")
        try:
            return cls(date.fromisoformat(start), date.fromisoformat(end))
        except ValueError as error:
            raise PeriodRefused(
                Text("Det är inte en period. Skriv två datum, till exempel 2026-01-01/2026-01-31."),
            ) from error

    @property
    def days(self) -> int:
        """How many calendar days, at least one."""
        return (self.end - self.start).days + 1

    def contains(self, day: date) -> bool:
        """Whether `day` is one of its days."""
        return self.start <= day <= self.end

    def overlap(self, other: "Period") -> "Period | None":
        """The days both have, or None when they share no day."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start <= end else None

    def without(self, other: "Period") -> "tuple[Period, ...]":
        """What is left of its days without those of the other: none, one or two periods."""
        if self.overlap(other) is None:
            return (self,)
        one = timedelta(days=1)
        before = (Period(self.start, other.start - one),) if self.start < other.start else ()
        after = (Period(other.end + one, self.end),) if other.end < self.end else ()
        return (*before, *after)

    def months(self) -> tuple["Period", ...]:
        """The same days cut at the turn of each calendar month, in order, without gap or overlap."""
        parts: list[Period] = []
        start = self.start
        while (last := Month.of(start).period.end) < self.end:
            parts.append(Period(start, last))
            start = last + timedelta(days=1)
        return (*parts, Period(start, self.end))

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later (or earlier), or that month's last day if it has no such day.

    Raises PeriodRefused outside the years 1 to 9999.

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = Month(years, month + 1).period.end
    return last.replace(day=min(day.day, last.day))


def months_from(start: date, months: int) -> Period:
    """So many calendar months from `start` on, as a placement period is counted (REQ-02).

    They end the day before the same day that many months later. Where that month has no such day they end with
    the month, as the Swedish Act on the Calculation of Statutory Time (1930:173) section 1 has it, so a
    start on 29, 30 or 31 August gives 28 February, not 27.

    >>> str(months_from(date(2026, 1, 15), 6)), str(months_from(date(2026, 8, 31), 6))
    ('2026-01-15/2026-07-14', '2026-08-31/2027-02-28')
    """
    same_day = add_months(start, months)
    return Period(start, same_day if same_day.day != start.day else same_day - timedelta(days=1))


def six_months_from(start: date) -> Period:
    """The six calendar months from `start` on, the usual placement period."""
    return months_from(start, 6)


def stockholm_date(instant: datetime) -> date:
    """The calendar day in Sweden at `instant`; raises PeriodRefused where it has no time zone.

    >>> from datetime import UTC
    >>> stockholm_date(datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    datetime.date(2026, 7, 1)
    """
    if instant.utcoffset() is None:
        raise PeriodRefused(Text("Klockslaget saknar tidszon."))
    return instant.astimezone(STOCKHOLM).date()
