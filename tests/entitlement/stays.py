"""Placements as the oracle keeps them: what was decided, what broke it off, what was reported."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.entitlement.calendar_of_days import each_day

PERIOD_MONTHS = 6


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or its last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def longest_end(start: date) -> date:
    """The last day a period that begins on `start` may have: the month's last, where it has no such day."""
    next_start = months_after(start, PERIOD_MONTHS)
    return next_start - timedelta(days=next_start.day == start.day)


def month_of(day: date) -> str:
    """The calendar month as YYYY-MM."""
    return f"{day:%Y-%m}"


@dataclass(slots=True)
class Part:
    """One decided period of a placement."""

    first: date
    last: date
    decided_on: date


@dataclass(slots=True)
class Break:
    """An interruption: its last paid day, and why."""

    last_day: date
    reason: str
    back_on: date | None = None  # where the participant came back within the same period


@dataclass(slots=True)
class Version:
    """A version of a month's report: FILED, APPROVED, REJECTED or REPLACED; and the last day of an early approval."""

    state: str = "FILED"
    counts_to: date | None = None
    was_approved: bool = False
    periods: int = 0  # a period that was decided after the approval is not reported with it


@dataclass(slots=True)
class Stay:
    """One execution reference."""

    reference: str
    supplier: str
    level: str
    parts: list[Part]
    follows: str = ""
    cancelled: bool = False
    standing: Break | None = None
    came_back_after: list[Break] = field(default_factory=list)
    reports: dict[str, list[Version]] = field(default_factory=dict)

    @property
    def first(self) -> date:
        """The first day of all."""
        return self.parts[0].first

    @property
    def last(self) -> date:
        """The last day decided."""
        return self.parts[-1].last

    def part_of(self, day: date) -> Part:
        """The period the day is in, or the last that began before it."""
        begun = [part for part in self.parts if part.first <= day]
        return begun[-1] if begun else self.parts[0]

    def last_paid_day(self, part: Part) -> date | None:
        """The last paid day of a period by an interruption in it or, where it still stands, before it."""
        days = [
            each.last_day
            for each in self.came_back_after
            if each.back_on is None and self.part_of(each.last_day) is part
        ]
        if self.standing is not None and self.part_of(self.standing.last_day).first <= part.first:
            days.append(self.standing.last_day)
        return min(days, default=None)

    def left_by(self, day: date) -> Break | None:
        """What broke off the period that work or studies beginning on this day were left from."""
        part = self.part_of(day)
        breaks = [
            each
            for each in self.came_back_after
            if self.part_of(each.last_day) is part and (each.back_on is None or day < each.back_on)
        ]
        if self.standing is not None and self.part_of(self.standing.last_day).first <= part.first:
            breaks.append(self.standing)
        return min(breaks, key=lambda each: each.last_day, default=None)

    def within(self, part: Part, month: str) -> list[date]:
        """The days of a period in a month."""
        return [day for day in each_day(part.first, part.last) if month_of(day) == month]

    def is_away(self, day: date) -> bool:
        """Whether the participant was away that day, between an interruption and the return."""
        return any(
            each.back_on is not None and each.last_day < day < each.back_on for each in self.came_back_after
        )

    def has_ended(self, part: Part, day: date) -> bool:
        """Whether the day comes after what is paid for."""
        last = self.last_paid_day(part)
        return last is not None and day > last
