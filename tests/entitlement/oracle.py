"""What may be paid, reckoned day by day from what has been told: a second opinion that shares nothing with the product.

It knows the rules as the sources and the decisions have them, keeps what it is told as plain facts, and asks of each
day by itself whether it is paid for. It says of each step whether it is to be taken, and at the end how many days of
each month and which results each placement may be paid for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tests.entitlement.calendar_of_days import each_day, is_working_day
from tests.entitlement.results import Results
from tests.entitlement.stays import Break, Part, Stay, Version, longest_end, month_of

MOST_PERIODS = 2
DAY_PRICES = {"A": Decimal(60), "B": Decimal(80), "C": Decimal(95)}
"""What a day costs by level in the example's price list of 2026."""

LineKey = tuple[str, int, str]
"""What is paid for: an execution reference; which period or which occasion; and the month, or the name of a result."""


@dataclass(slots=True)
class Invoiced:
    """An invoice on one line, with the amount it asks to be paid, before VAT."""

    line: LineKey
    amount: Decimal
    is_credited: bool = False
    is_paid: bool = False


@dataclass(slots=True)
class Oracle:
    """All placements, and what may be done with them and paid for them today."""

    today: date
    stays: dict[str, Stay] = field(default_factory=dict)
    invoices: dict[str, Invoiced] = field(default_factory=dict)
    results: Results = field(default_factory=Results)

    def come_to(self, day: date) -> None:
        """Another day: what has fallen due is ordered."""
        self.today = day
        self.results.place_due(self.stays, day)

    # Decisions ----------------------------------------------------------------------------------

    def decide(
        self, reference: str, supplier: str, level: str, first: date, last: date, *, continues: str = ""
    ) -> bool:
        """A placement is decided; `continues` is the earlier reference of the same participant."""
        if reference in self.stays or last > longest_end(first) or not _any_working(first, last):
            return False
        if continues and not self._may_continue(self.stays[continues], level, first, last):
            return False
        if continues:
            self.results.come_back(self.stays[continues], first)
        self.stays[reference] = Stay(
            reference, supplier, level, [Part(first, last, self.today)], follows=continues
        )
        return True

    def _may_continue(self, earlier: Stay, level: str, first: date, last: date) -> bool:
        ended_on = earlier.standing.last_day if earlier.standing else earlier.last
        begun = {last} | {
            part.last
            for each in self._back_from(earlier)
            for part in each.parts
            if not each.cancelled and (each.standing is None or part.first <= each.standing.last_day)
        }
        return (
            not self._was_left(earlier)
            and level == earlier.level
            and (earlier.cancelled or first > ended_on)
            and len(begun) <= MOST_PERIODS
        )

    def _back_from(self, stay: Stay) -> Iterator[Stay]:
        here: Stay | None = stay
        while here is not None:
            yield here
            here = self.stays.get(here.follows)

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
        self.results.come_back(stay, first)
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
        self.results.follow(old)
        self.stays[new] = Stay(new, supplier, old.level, [Part(first, last, self.today)], follows=reference)
        return True

    def cancel(self, reference: str) -> bool:
        """The placement is called off before its first day."""
        stay = self.stays[reference]
        if stay.cancelled or stay.first <= self.today or self._was_left(stay):
            return False
        stay.cancelled = True
        self.results.follow(stay)
        return True

    def stretch_of(self, stay: Stay) -> list[Stay]:
        """All references of one participant stretch, the earliest first."""
        while stay.follows:
            stay = self.stays[stay.follows]
        found = [stay]
        for each in found:
            found += [later for later in self.stays.values() if later.follows == each.reference]
        return found

    def _was_left(self, stay: Stay) -> bool:
        """Whether the participant has gone on with another supplier, through changes that came to nothing too."""
        after = [each for each in self.stays.values() if each.follows == stay.reference]
        return any(self._was_left(each) if each.cancelled else True for each in after)

    def _periods_of_stretch(self, stay: Stay) -> set[date]:
        """The last days of the periods given in a stretch: the parts of a period that changed supplier share one."""
        periods: set[date] = set()
        for here in self._back_from(stay):
            for part in here.parts:
                begun = here.standing is None or part.first <= here.standing.last_day
                if here is stay or (not here.cancelled and begun):
                    periods.add(part.last)
        return periods

    # Interruptions ------------------------------------------------------------------------------

    def interrupt(self, reference: str, last_day: date, reason: str) -> bool:
        """The placement is interrupted; today is the first day it can be from."""
        stay = self.stays[reference]
        if stay.cancelled or stay.standing is not None or not self._may_end(stay, last_day):
            return False
        stay.standing = Break(last_day, reason)
        self.results.follow(stay)
        return True

    def move_interruption(self, reference: str, last_day: date) -> bool:
        """An interruption that has not taken effect gets another day."""
        stay = self.stays[reference]
        if not self._is_to_come(stay) or not self._may_end(stay, last_day):
            return False
        assert stay.standing is not None
        stay.standing = Break(last_day, stay.standing.reason)
        self.results.follow(stay)
        return True

    def withdraw_interruption(self, reference: str) -> bool:
        """An interruption that has not taken effect is taken back."""
        stay = self.stays[reference]
        if not self._is_to_come(stay):
            return False
        stay.standing = None
        self.results.follow(stay)
        return True

    def resume(self, reference: str, back_on: date) -> bool:
        """The participant is back within the same period; months approved before are not added to."""
        stay = self.stays[reference]
        left = stay.standing
        if (
            left is None
            or stay.cancelled
            or left.reason == "PROVIDER_CHANGE"
            or self._was_left(stay)
            or not max(self.today, left.last_day + timedelta(days=1))
            <= back_on
            <= stay.part_of(left.last_day).last
        ):
            return False
        left.back_on = back_on
        stay.came_back_after.append(left)
        stay.standing = None
        for report in (each for versions in stay.reports.values() for each in versions):
            if report.state == "APPROVED":
                report.counts_to = min(report.counts_to or date.max, left.last_day)
        self.results.come_back(stay, back_on)
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
        if stay.cancelled or report is None:
            return False
        if report.state in ("APPROVED", "REPLACED") and report.was_approved:
            return True  # told twice
        is_latest = version == len(stay.reports[month])
        if report.state != "FILED" and not (report.state == "REVOKED" and is_latest):
            return False
        for each in stay.reports[month]:
            if each.state == "APPROVED":
                each.state = "REPLACED"
        report.state, report.periods, report.was_approved = "APPROVED", len(stay.parts), True
        to_come = [day for day in self._days_not_ended(stay, month) if day > self.today]
        report.counts_to = self.today if to_come else None
        return True

    def reject(self, reference: str, month: str, version: int) -> bool:
        """The buyer sends a filed report back."""
        report = self._report(self.stays[reference], month, version)
        if report is None or report.state not in ("FILED", "REJECTED"):
            return False
        report.state = "REJECTED"
        return True

    def revoke(self, reference: str, month: str, version: int) -> bool:
        """The buyer takes an approval back; twice is once."""
        report = self._report(self.stays[reference], month, version)
        if report is None or report.state not in ("APPROVED", "REVOKED"):
            return False
        report.state = "REVOKED"
        return True

    def _report(self, stay: Stay, month: str, version: int) -> Version | None:
        versions = stay.reports.get(month, [])
        return versions[version - 1] if 1 <= version <= len(versions) else None

    def _days_not_ended(self, stay: Stay, month: str) -> Iterator[date]:
        for part in stay.parts:
            if any(is_working_day(day) for day in stay.within(part, month)):
                yield from (
                    day
                    for day in stay.within(part, month)
                    if not stay.has_ended(part, day) and not stay.is_away(day)
                )

    # Results and supplements --------------------------------------------------------------------

    def approve_outcome(self, reference: str, stage: str, kind: str, started_on: date) -> bool:
        """An outcome is approved: its result, and with R1 the bonus, is planned or ordered."""
        stay = self.stays[reference]
        taken = self.results.approve(stay, self.stretch_of(stay), stage, kind, started_on, today=self.today)
        self.results.place_due(self.stays, self.today, only=reference)
        return taken

    def revoke_outcome(self, reference: str, stage: str, started_on: date) -> bool:
        """An approved outcome is taken back; with R1 all that came of it."""
        return self.results.revoke(reference, stage, started_on)

    def end_outcome(self, reference: str, ended_on: date) -> bool:
        """The participant has come back from work or studies; what was not due by then is not earned."""
        self.results.end(reference, ended_on)
        return True

    def approve_supplement(self, reference: str, code: str) -> bool:
        """A supplement is approved."""
        taken = self.results.approve_supplement(self.stays[reference], code, today=self.today)
        self.results.place_due(self.stays, self.today, only=reference)
        return taken

    def revoke_supplement(self, reference: str, code: str) -> bool:
        """An approved supplement is taken back."""
        return self.results.revoke_supplement(reference, code)

    # What may be paid ---------------------------------------------------------------------------

    def paid_for(self, reference: str) -> dict[tuple[int, str], Decimal]:
        """What may be paid, before VAT: by period and month for days, by occasion and name for results."""
        price = DAY_PRICES[self.stays[reference].level]
        days = {key: price * count for key, count in self._days_paid(reference).items()}
        return {**days, **self.results.paid_for(self.stays[reference])}

    def _days_paid(self, reference: str) -> dict[tuple[int, str], int]:
        """How many days may be paid by period (1, 2) and month; nothing for a month without an approved report."""
        stay = self.stays[reference]
        found: dict[tuple[int, str], int] = {}
        for ordinal, part in enumerate(stay.parts, start=1):
            for month in dict.fromkeys(map(month_of, each_day(part.first, part.last))):
                approved = [each for each in stay.reports.get(month, []) if each.state == "APPROVED"]
                if not approved or ordinal > approved[0].periods:
                    continue
                if not any(map(is_working_day, stay.within(part, month))):
                    continue
                until = approved[0].counts_to or date.max
                found[ordinal, month] = sum(
                    is_working_day(day)
                    and not stay.has_ended(part, day)
                    and not stay.is_away(day)
                    and day <= until
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
            for key, amount in self.paid_for(reference).items()
            if amount and (reference, *key) not in taken
        ]

    def invoice(self, number: str, line: LineKey) -> None:
        """The supplier invoices what it may be paid."""
        reference, ordinal, what = line
        self.invoices[number] = Invoiced(line, self.paid_for(reference)[ordinal, what])

    def credit(self, number: str) -> None:
        """The supplier credits the whole invoice."""
        self.invoices[number].is_credited = True

    def pay(self) -> list[str]:
        """Every invoice that stands is paid."""
        paid = [number for number in self.invoices if self.state_of(number) == "ACCEPTED"]
        for number in paid:
            self.invoices[number].is_paid = True
        return paid

    def state_of(self, number: str) -> str:
        """Where an invoice stands: it is good for what may be paid; what was paid for nothing is asked back."""
        invoice = self.invoices[number]
        reference, ordinal, what = invoice.line
        due = self.paid_for(reference).get((ordinal, what))
        if invoice.is_credited:
            return "CREDITED"
        if due == invoice.amount:
            return "PAID" if invoice.is_paid else "ACCEPTED"
        if due is None and invoice.is_paid:
            return "CREDIT_REQUESTED"
        return "PARKED" if due is None and self._waits_for_the_buyer(reference, what) else "IN_QUESTION"

    def _waits_for_the_buyer(self, reference: str, month: str) -> bool:
        versions = self.stays[reference].reports.get(month, [])
        return bool(versions) and versions[-1].state == "FILED"


def _any_working(first: date, last: date) -> bool:
    return any(is_working_day(day) for day in each_day(first, last))
