"""What is odd about a filed report, check by check: what a person looks at before the month is received.

Pure: what is asked is handed over as `ReportFacts`, today's date too. An oddity is no fault and refuses nothing;
it says why a month is not received without a person, and what that person should look at.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from foundation.money import Quantity
from foundation.periods import Period
from foundation.text import Text
from orders.model import (
    Handling,
    LineState,
    Placement,
    PlacementState,
    Report,
    billable_period,
    days_received,
)
from orders.workdays import DayRule

ALIKE_FROM: Final = 5
"""So many participants with word for word the same report are looked at by a person."""


class ReportOddity(StrEnum):
    """A reason for a person to look at a report."""

    NOT_OVER = "NOT_OVER"
    EARLY = "EARLY"
    LATE = "LATE"
    REPORTED_AGAIN = "REPORTED_AGAIN"
    OUTSIDE = "OUTSIDE"
    AFTER_INTERRUPTION = "AFTER_INTERRUPTION"
    INTERRUPTION_UNKNOWN = "INTERRUPTION_UNKNOWN"
    DAYS_DIFFER = "DAYS_DIFFER"
    LINE_CLOSED = "LINE_CLOSED"
    NOT_ORDERED = "NOT_ORDERED"
    ALIKE = "ALIKE"


ODDITY_WORDS: Final[Mapping[ReportOddity, Text]] = {
    ReportOddity.NOT_OVER: Text("Månadens dagar är inte slut än"),
    ReportOddity.EARLY: Text("Lämnad innan månadens dagar var slut"),
    ReportOddity.LATE: Text("Lämnad för sent"),
    ReportOddity.REPORTED_AGAIN: Text("Månaden är redovisad mer än en gång"),
    ReportOddity.OUTSIDE: Text("Månaden har ingen orderrad i placeringen"),
    ReportOddity.AFTER_INTERRUPTION: Text("Månaden ligger efter avbrottets sista dag"),
    ReportOddity.INTERRUPTION_UNKNOWN: Text("Avbrottet registrerades efter att månaden redovisades"),
    ReportOddity.DAYS_DIFFER: Text("Dagarna skiljer sig från de beställda"),
    ReportOddity.LINE_CLOSED: Text("Orderraden är stängd"),
    ReportOddity.NOT_ORDERED: Text("Placeringen hanteras inte med order här"),
    ReportOddity.ALIKE: Text("Flera deltagare har exakt samma redovisning"),
}
"""What each check is called where a person reads it."""


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """An order line of the reported month, and how far it has come."""

    order_number: str
    line_id: str
    period: Period
    ordered: Quantity
    rule: DayRule
    state: LineState

    def days(self, placement: Placement) -> Quantity:
        """What the line is received with, as things stand."""
        return days_received(
            self.period,
            ordered=self.ordered,
            last_day=placement.last_day_for(self.period),
            rule=self.rule,
            absences=placement.absences,
        )


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """All that a report is judged by.

    `alike` counts the participants of the unit for whom the same person told the same activities of the same
    month on the same day, this one included; none where no activities were told. `file_by` is the last day to
    file without being late.
    """

    report: Report
    placement: Placement
    lines: tuple[ReportedLine, ...]
    alike: int
    file_by: date

    @property
    def days(self) -> Quantity:
        """What the whole month is received with, as things stand."""
        return _summed(each.days(self.placement) for each in self.lines)

    @property
    def ordered(self) -> Quantity:
        """What was ordered for the month."""
        return _summed(each.ordered for each in self.lines)

    @property
    def ends_on(self) -> date | None:
        """The last day of the month that may be billed; None where it has none."""
        parts = [
            part
            for each in self.lines
            if (
                part := billable_period(
                    each.period, self.placement.last_day_for(each.period), self.placement.absences
                )
            )
        ]
        return max((part.end for part in parts), default=None)


def _summed(quantities: Iterable[Quantity]) -> Quantity:
    first, *others = [*quantities] or [Quantity.days(0)]
    return sum(others, start=first).compact


def oddities(facts: ReportFacts, *, today: date) -> tuple[ReportOddity, ...]:
    """Everything that is odd about the report on the day `today`; empty where nothing is."""
    return tuple(
        oddity
        for oddity, is_so in (
            *_of_time(facts, today).items(),
            *_of_placement(facts).items(),
            (ReportOddity.REPORTED_AGAIN, facts.report.version > 1),
            (ReportOddity.ALIKE, facts.alike >= ALIKE_FROM),
        )
        if is_so
    )


def tried(reports: Sequence[ReportFacts]) -> tuple[int, Mapping[ReportOddity, int]]:
    """How many reports the checks would have let through on the days they were filed, and what stopped the rest."""
    found = [oddities(each, today=each.report.filed_on) for each in reports]
    stopped = Counter(oddity for each in found for oddity in each)
    return sum(not each for each in found), {each: stopped[each] for each in ReportOddity if stopped[each]}


def _of_time(facts: ReportFacts, today: date) -> dict[ReportOddity, bool]:
    report, last = facts.report, facts.ends_on
    not_over = last is not None and last >= today
    return {
        ReportOddity.NOT_OVER: not_over,
        ReportOddity.EARLY: not not_over and last is not None and last >= report.filed_on,
        ReportOddity.LATE: report.filed_on > facts.file_by,
    }


def _of_placement(facts: ReportFacts) -> dict[ReportOddity, bool]:
    placement, lines = facts.placement, facts.lines
    cuts = [
        held
        for each in lines
        if (held := placement.interruption_of(each.period)) is not None
        and held.effective_on < each.period.end
    ]
    after = bool(lines) and facts.ends_on is None
    return {
        ReportOddity.NOT_ORDERED: placement.handling is not Handling.ORDERED
        or placement.state is PlacementState.CANCELLED,
        ReportOddity.OUTSIDE: not lines,
        ReportOddity.AFTER_INTERRUPTION: after,
        ReportOddity.INTERRUPTION_UNKNOWN: any(held.registered_on > facts.report.filed_on for held in cuts),
        ReportOddity.DAYS_DIFFER: bool(lines) and not after and facts.days != facts.ordered,
        ReportOddity.LINE_CLOSED: any(each.state is not LineState.OPEN for each in lines),
    }
