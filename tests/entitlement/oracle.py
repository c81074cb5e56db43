"""What may be paid, reckoned day by day from what has been told: a second opinion that shares nothing with the product.

It knows the rules as the sources and the decisions have them, keeps what it is told as plain facts, and asks of each
day by itself whether it is paid for. It says of each step whether it is to be taken, and at the end how many days of
each month and which results each placement may be paid for.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.entitlement.calendar_of_days import each_day, is_working_day

MOST_PERIODS = 2
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


@dataclass(slots=True)
class Version:
    """A version of a month's report: FILED, APPROVED, REJECTED or REPLACED; and the last day of an early approval."""

    state: str = "FILED"
    counts_to: date | None = None
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
        days = [each.last_day for each in self.came_back_after if self.part_of(each.last_day) is part]
        if self.standing is not None and self.part_of(self.standing.last_day).first <= part.first:
            days.append(self.standing.last_day)
        return min(days, default=None)

    def within(self, part: Part, month: str) -> list[date]:
        """The days of a period in a month."""
        return [day for day in each_day(part.first, part.last) if month_of(day) == month]

    def has_ended(self, part: Part, day: date) -> bool:
        """Whether the day comes after what is paid for."""
        last = self.last_paid_day(part)
        return last is not None and day > last


LineKey = tuple[str, int, str]
"""What is paid for: an execution reference, the number of its period, and the month."""


@dataclass(slots=True)
class Invoiced:
    """An invoice on one line, with the days it asks to be paid for."""

    line: LineKey
    days: int
    is_credited: bool = False


@dataclass(slots=True)
class Oracle:
    """All placements, and what may be done with them and paid for them today."""

    today: date
    stays: dict[str, Stay] = field(default_factory=dict)
    invoices: dict[str, Invoiced] = field(default_factory=dict)

    # Decisions ----------------------------------------------------------------------------------

    def decide(self, reference: str, supplier: str, level: str, first: date, last: date) -> bool:
        """A placement is decided."""
        if reference in self.stays or last > longest_end(first) or not _any_working(first, last):
            return False
        self.stays[reference] = Stay(reference, supplier, level, [Part(first, last, self.today)])
        return True

    def decide_period_two(self, reference: str, first: date, last: date) -> bool:
        """A second period of the same placement."""
        stay = self.stays[reference]
        if (
            stay.cancelled
            or len(self._periods_of_stretch(stay)) >= MOST_PERIODS
            or last > longest_end(first)
            or first <= stay.last
            or not _any_working(first, last)
            or self._was_left(stay)
        ):
            return False
        if stay.standing is not None and stay.standing.last_day < first:
            stay.came_back_after.append(stay.standing)
            stay.standing = None
        stay.parts.append(Part(first, last, self.today))
        return True

    def change_supplier(self, reference: str, new: str, supplier: str, last_day: date, last: date) -> bool:
        """The participant goes on with another supplier the day after `last_day`."""
        old = self.stays[reference]
        first = last_day + timedelta(days=1)
        if (
            old.cancelled
            or new in self.stays
            or self._was_left(old)
            or last_day < self.today - timedelta(days=1)
            or (old.follows and first < old.first)
            or (old.standing is not None and old.standing.last_day < last_day)
            or last != old.part_of(first).last
            or last > longest_end(first)
            or not _any_working(first, last)
        ):
            return False
        if last_day < old.first:
            old.cancelled = True
        else:
            old.standing = Break(last_day, "PROVIDER_CHANGE")
        self.stays[new] = Stay(new, supplier, old.level, [Part(first, last, self.today)], follows=reference)
        return True

    def cancel(self, reference: str) -> bool:
        """The placement is called off before its first day."""
        stay = self.stays[reference]
        if stay.cancelled or stay.first <= self.today or self._was_left(stay):
            return False
        stay.cancelled = True
        return True

    def _was_left(self, stay: Stay) -> bool:
        """Whether the participant has gone on with another supplier, through changes that came to nothing too."""
        after = [each for each in self.stays.values() if each.follows == stay.reference]
        return any(self._was_left(each) if each.cancelled else True for each in after)

    def _periods_of_stretch(self, stay: Stay) -> set[date]:
        """The last days of the periods given in a stretch: the parts of a period that changed supplier share one."""
        periods: set[date] = set()
        here: Stay | None = stay
        while here is not None:
            for part in here.parts:
                begun = here.standing is None or part.first <= here.standing.last_day
                if here is stay or (not here.cancelled and begun):
                    periods.add(part.last)
            here = self.stays.get(here.follows)
        return periods

    # Interruptions ------------------------------------------------------------------------------

    def interrupt(self, reference: str, last_day: date, reason: str) -> bool:
        """The placement is interrupted; today is the first day it can be from."""
        stay = self.stays[reference]
        if stay.cancelled or stay.standing is not None or not self._may_end(stay, last_day):
            return False
        stay.standing = Break(last_day, reason)
        return True

    def move_interruption(self, reference: str, last_day: date) -> bool:
        """An interruption that has not taken effect gets another day."""
        stay = self.stays[reference]
        if not self._is_to_come(stay) or not self._may_end(stay, last_day):
            return False
        assert stay.standing is not None
        stay.standing = Break(last_day, stay.standing.reason)
        return True

    def withdraw_interruption(self, reference: str) -> bool:
        """An interruption that has not taken effect is taken back."""
        stay = self.stays[reference]
        if not self._is_to_come(stay):
            return False
        stay.standing = None
        return True

    def _may_end(self, stay: Stay, last_day: date) -> bool:
        return max(stay.first, self.today) <= last_day <= stay.last

    def _is_to_come(self, stay: Stay) -> bool:
        """Whether there is an interruption to move; not where the day after it is another supplier's."""
        return (
            not stay.cancelled
            and stay.standing is not None
            and stay.standing.last_day >= self.today
            and not self._was_left(stay)
        )

    # Reports ------------------------------------------------------------------------------------

    def file(self, reference: str, month: str, version: int) -> bool:
        """The supplier reports a month that has begun and has days to be paid for."""
        stay = self.stays[reference]
        parts = [(part, days) for part in stay.parts if (days := stay.within(part, month))]
        versions = stay.reports.get(month, [])
        if (
            stay.cancelled
            or not any(days[0] <= self.today for _, days in parts)
            or all(stay.has_ended(part, days[0]) for part, days in parts)
            or version != len(versions) + 1
        ):
            return False
        for each in versions:
            if each.state == "FILED":
                each.state = "REPLACED"
        stay.reports[month] = [*versions, Version()]
        return True

    def approve(self, reference: str, month: str, version: int) -> bool:
        """The buyer approves a filed report; before the month is over it is for the days until today."""
        stay = self.stays[reference]
        report = self._report(stay, month, version)
        if stay.cancelled or report is None or report.state != "FILED":
            return False
        for each in stay.reports[month]:
            if each.state == "APPROVED":
                each.state = "REPLACED"
        report.state, report.periods = "APPROVED", len(stay.parts)
        to_come = [day for day in self._days_not_ended(stay, month) if day > self.today]
        report.counts_to = self.today if to_come else None
        return True

    def reject(self, reference: str, month: str, version: int) -> bool:
        """The buyer sends a filed report back."""
        report = self._report(self.stays[reference], month, version)
        if report is None or report.state != "FILED":
            return False
        report.state = "REJECTED"
        return True

    def _report(self, stay: Stay, month: str, version: int) -> Version | None:
        versions = stay.reports.get(month, [])
        return versions[version - 1] if 1 <= version <= len(versions) else None

    def _days_not_ended(self, stay: Stay, month: str) -> Iterator[date]:
        for part in stay.parts:
            if any(is_working_day(day) for day in stay.within(part, month)):
                yield from (day for day in stay.within(part, month) if not stay.has_ended(part, day))

    # What may be paid ---------------------------------------------------------------------------

    def days_paid(self, reference: str) -> dict[tuple[int, str], int]:
        """How many days may be paid by period (1, 2) and month; nothing for a month without an approved report."""
        stay = self.stays[reference]
        found: dict[tuple[int, str], int] = {}
        for ordinal, part in enumerate(stay.parts, start=1):
            for month in dict.fromkeys(map(month_of, each_day(part.first, part.last))):
                approved = [each for each in stay.reports.get(month, []) if each.state == "APPROVED"]
                if (
                    not approved
                    or ordinal > approved[0].periods
                    or not any(map(is_working_day, stay.within(part, month)))
                ):
                    continue
                until = approved[0].counts_to or date.max
                found[ordinal, month] = sum(
                    is_working_day(day) and not stay.has_ended(part, day) and day <= until
                    for day in stay.within(part, month)
                )
        return found

    # Invoices -----------------------------------------------------------------------------------

    def to_invoice(self) -> list[LineKey]:
        """The lines that are received and that no invoice lies on."""
        taken = {each.line for each in self.invoices.values() if not each.is_credited}
        return [
            (reference, *key)
            for reference in self.stays
            for key, days in self.days_paid(reference).items()
            if days and (reference, *key) not in taken
        ]

    def invoice(self, number: str, line: LineKey) -> None:
        """The supplier invoices the days it may be paid for."""
        reference, ordinal, month = line
        self.invoices[number] = Invoiced(line, self.days_paid(reference)[ordinal, month])

    def credit(self, number: str) -> None:
        """The supplier credits the whole invoice."""
        self.invoices[number].is_credited = True

    def state_of(self, number: str) -> str:
        """Where an invoice stands: it is paid as long as its days are those that may be paid for."""
        invoice = self.invoices[number]
        reference, ordinal, month = invoice.line
        if invoice.is_credited:
            return "CREDITED"
        return (
            "ACCEPTED" if self.days_paid(reference).get((ordinal, month)) == invoice.days else "IN_QUESTION"
        )


def _any_working(first: date, last: date) -> bool:
    return any(is_working_day(day) for day in each_day(first, last))
