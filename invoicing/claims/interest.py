"""Late-payment interest by the Swedish interest act: day by day, half-year by half-year, and explained in words. Pure.

Räntelagen (1975:635) 6 §: the reference rate of the Riksbank with eight percentage points, per year; 9 §: the rate of
each calendar half-year is for that half-year. 3 § where the day to pay was settled beforehand; otherwise 4 §, thirty
days after the demand left. The act says nothing of how a year is divided into days: here a day is 1/365, as the
enforcement authority reckons, also in a leap year.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from foundation.errors import Refused
from foundation.formatting import kronor
from foundation.formatting import price as percent_words
from foundation.money import Money, rounded, total
from foundation.text import CountedText, JoinedText, Text

POINTS_ABOVE: Final = Decimal(8)
"""Percentage points above the reference rate (6 §)."""

DAYS_OF_YEAR: Final = 365
DAYS_BEFORE: Final = 30
"""So many days after a demand or an invoice nothing more than the sum is owed (4 §)."""

Rates = Mapping[date, Decimal]
"""The reference rate in percent by the first day of its half-year, 1 January or 1 July."""


class RateUnknown(Refused):
    """The reference rate of a half-year is not in the books; nothing is reckoned with a guess."""

    def __init__(self, valid_from: date) -> None:
        super().__init__(
            Text(
                "Referensräntan från %(day)s är inte inlagd. Lägg in Riksbankens siffra på sidan Referensränta; en "
                "annan person bekräftar den.",
                day=valid_from,
            )
        )


@dataclass(frozen=True, slots=True)
class InterestSpan:
    """Days in a row, both included, with the same sum owed at the same rate. `percent` is the reference rate."""

    first: date
    last: date
    owed: Money
    percent: Decimal

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def rate(self) -> Decimal:
        """Percent a year."""
        return self.percent + POINTS_ABOVE

    @property
    def amount(self) -> Money:
        """The interest of the span, rounded to the öre."""
        exact = self.owed.amount * self.rate * self.days / (100 * DAYS_OF_YEAR)
        return Money(rounded(exact), self.owed.currency)

    @property
    def words(self) -> Text:
        """How it was reckoned.

        >>> span = InterestSpan(date(2024, 6, 1), date(2024, 6, 30), Money.of("10000.00"), Decimal("4.00"))
        >>> print(span.words.en)  # doctest: +NORMALIZE_WHITESPACE
        2024-06-01 to 2024-06-30: 30 days on 10 000,00 at 12,00 percent a year (reference rate 4,00 + 8) is 98,63.
        """
        return Text(
            "%(first)s till %(last)s: %(days)s på %(owed)s med %(rate)s procent om året (referensränta %(percent)s + "
            "8) blir %(amount)s.",
            first=self.first,
            last=self.last,
            days=CountedText("%(count)s dag", "%(count)s dagar", count=self.days),
            owed=kronor(self.owed),
            rate=percent_words(self.rate),
            percent=percent_words(self.percent),
            amount=kronor(self.amount),
        )


@dataclass(frozen=True, slots=True)
class Interest:
    """Late-payment interest: its spans in order, which add up to `amount`."""

    spans: tuple[InterestSpan, ...]
    currency: str

    @property
    def amount(self) -> Money:
        """What they come to; nothing where no day was late."""
        return total((each.amount for each in self.spans), currency=self.currency)

    @property
    def words(self) -> Text:
        """Every span in a sentence of its own."""
        return JoinedText(" ", [each.words for each in self.spans])


def runs_from(*, sent_on: date, due_on: date) -> date:
    """The first day with interest: the day after the one given to pay, and never before 30 days have passed (4 §)."""
    return max(due_on, sent_on + timedelta(days=DAYS_BEFORE)) + timedelta(days=1)


def late_payment(
    owed: Money,
    *,
    first: date,
    last: date,
    rates: Rates,
    given_back: Sequence[tuple[date, Money]] = (),
) -> Interest:
    """Interest from the day `first` to the day `last`, both included, on what was owed each day.

    What is given back lessens what is owed from the day after. Raises RateUnknown for a half-year without a rate.
    """
    spans = []
    for start, end in _pieces(first, last, [day for day, _ in given_back]):
        left = owed - total((amount for day, amount in given_back if day < start), currency=owed.currency)
        half = half_year_of(start)
        if left.amount <= 0:
            continue  # it may be owed again, when what was set off comes back
        if half not in rates:
            raise RateUnknown(half)
        spans.append(InterestSpan(start, end, left, rates[half]))
    return Interest(tuple(spans), owed.currency)


def half_year_of(day: date) -> date:
    """The first day of the calendar half-year."""
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def _pieces(first: date, last: date, days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """The days from first to last, cut where a half-year begins and after each of the days."""
    years = range(first.year, last.year + 1)
    starts = {first, *(date(year, month, 1) for year in years for month in (1, 7))}
    starts |= {day + timedelta(days=1) for day in days}
    within = sorted(each for each in starts if first <= each <= last)
    if not within:
        return
    for start, following in zip(within, [*within[1:], last + timedelta(days=1)], strict=True):
        yield start, following - timedelta(days=1)
