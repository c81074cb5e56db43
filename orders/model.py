"""Placements, orders, reports and receipts, and what may become of them.

Everything here is a frozen value or a pure function: what it needs is handed to it, also
today's date. A level is fixed when a placement is decided; an order is never changed after
it is placed. Which state may follow which stands in the tables below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from foundation.money import DAY, Money, Quantity, line_amount, total
from foundation.periods import Month, Period
from foundation.text import NO_TEXT, Text
from foundation.transitions import StepRefused, Transitions
from orders.register.agreements import DeliveryUnit
from orders.register.pricing import Price
from orders.terms import (
    Activity,
    ArticleKind,
    CompensationLevel,
    InterruptionReason,
    OutcomeKind,
    RejectionReason,
    ResultStage,
)
from orders.workdays import DayRule, billable_days

LineKey = tuple[str, str]
"""An order line: the order's number and the line's id."""


class Handling(StrEnum):
    """How a placement is dealt with: by order over Peppol, or outside this system."""

    ORDERED = "ORDERED"
    LEGACY = "LEGACY"  # an ongoing decision of KA-webb, or its extension (REQ-47, REQ-49)
    ESF = "ESF"  # a delivery area financed by the European Social Fund (REQ-47, REQ-48)
    PROTECTED = "PROTECTED"  # protected identity (skyddade personuppgifter): handled by hand


class PlacementState(StrEnum):
    """Whether the placement stands; an interruption does not change it, it only gives a last day."""

    DECIDED = "DECIDED"
    CANCELLED = "CANCELLED"


PLACEMENT_WORDS: Final[Mapping[PlacementState, Text]] = {
    PlacementState.DECIDED: Text("Beslutad"),
    PlacementState.CANCELLED: Text("Återkallad"),
}
"""What people call each state."""


class ReportState(StrEnum):
    """A periodic report (periodisk redovisning) on its way to a receipt."""

    FILED = "FILED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    REPLACED = "REPLACED"
    REVOKED = "REVOKED"  # was approved, and the approval is taken back: nothing is received on it


REPORT_WORDS: Final[Mapping[ReportState, Text]] = {
    ReportState.FILED: Text("Lämnad"),
    ReportState.APPROVED: Text("Godkänd", context="report"),
    ReportState.REJECTED: Text("Avslagen"),
    ReportState.REPLACED: Text("Ersatt"),
    ReportState.REVOKED: Text("Godkännandet återtaget"),
}
"""What people call each state."""


class PlannedState(StrEnum):
    """A result order that waits for its day, and what became of it."""

    WAITING = "WAITING"
    PLACED = "PLACED"
    DROPPED = "DROPPED"  # never ordered
    REVOKED = "REVOKED"  # ordered, and its approval taken back since


PLANNED_WORDS: Final[Mapping[PlannedState, Text]] = {
    PlannedState.WAITING: Text("Väntar"),
    PlannedState.PLACED: Text("Beställd"),
    PlannedState.DROPPED: Text("Utgår"),
    PlannedState.REVOKED: Text("Godkännandet återtaget"),
}
"""What people call each state."""


class InterruptionState(StrEnum):
    """Whether an interruption stands, or what took it away."""

    STANDING = "STANDING"
    REPLACED = "REPLACED"
    MOVED = "MOVED"
    WITHDRAWN = "WITHDRAWN"
    ENDED = "ENDED"  # the participant came back: it still ends its own period


INTERRUPTION_WORDS: Final[Mapping[InterruptionState, Text]] = {
    InterruptionState.STANDING: Text("Gäller", context="interruption"),
    InterruptionState.REPLACED: Text("Ersatt"),
    InterruptionState.MOVED: Text("Flyttat"),
    InterruptionState.WITHDRAWN: Text("Återtaget"),
    InterruptionState.ENDED: Text("Avslutat"),
}
"""What people call each state."""


class LineState(StrEnum):
    """Whether anything may still be received on an order line."""

    OPEN = "OPEN"
    CLOSED_UNUSED = "CLOSED_UNUSED"
    CANCELLED = "CANCELLED"


LINE_WORDS: Final[Mapping[LineState, Text]] = {
    LineState.OPEN: Text("Öppen"),
    LineState.CLOSED_UNUSED: Text("Stängd, inte använd"),
    LineState.CANCELLED: Text("Återkallad"),
}
"""What people call each state."""


REPORT_FOLLOWS = Transitions(
    {
        ReportState.FILED: {ReportState.APPROVED, ReportState.REJECTED, ReportState.REPLACED},
        ReportState.APPROVED: {ReportState.REPLACED, ReportState.REVOKED},
        ReportState.REJECTED: {ReportState.REPLACED},
        # Approved anew, or a new version filed; the one revoked stays in the history.
        ReportState.REVOKED: {ReportState.APPROVED},
    },
    ends={ReportState.REPLACED},
    words=REPORT_WORDS,
    beside={ReportState.APPROVED: {ReportState.FILED}},  # by undoing the approval
)
# Apart from REPORT_FOLLOWS on purpose: an approval is taken back by a person, and only while nothing is invoiced on it.
REPORT_UNDOES = Transitions(
    {ReportState.APPROVED: {ReportState.FILED}, ReportState.REPLACED: {ReportState.APPROVED}},
    ends={ReportState.FILED, ReportState.REJECTED, ReportState.REVOKED},
    words=REPORT_WORDS,
    beside=REPORT_FOLLOWS.follows,
)
"""What undoing an approval leads to: the report waits again, and the one it replaced stands again."""
PLACEMENT_FOLLOWS = Transitions(
    {PlacementState.DECIDED: {PlacementState.CANCELLED}},
    ends={PlacementState.CANCELLED},
    words=PLACEMENT_WORDS,
)
PLANNED_FOLLOWS = Transitions(
    {
        PlannedState.WAITING: {PlannedState.PLACED, PlannedState.DROPPED},
        PlannedState.PLACED: {PlannedState.REVOKED},
    },
    ends={PlannedState.DROPPED, PlannedState.REVOKED},
    words=PLANNED_WORDS,
)
INTERRUPTION_FOLLOWS = Transitions(
    {
        InterruptionState.STANDING: {
            InterruptionState.REPLACED,
            InterruptionState.MOVED,
            InterruptionState.WITHDRAWN,
            InterruptionState.ENDED,
        }
    },
    ends={
        InterruptionState.REPLACED,
        InterruptionState.MOVED,
        InterruptionState.WITHDRAWN,
        InterruptionState.ENDED,
    },
    words=INTERRUPTION_WORDS,
)
LINE_FOLLOWS = Transitions(
    {
        LineState.OPEN: {LineState.CLOSED_UNUSED, LineState.CANCELLED},
        LineState.CLOSED_UNUSED: {LineState.OPEN},
    },
    ends={LineState.CANCELLED},
    words=LINE_WORDS,
)


@dataclass(frozen=True, slots=True)
class PlacementPeriod:
    """One of the periods of a placement, counted from 1, with the decision that gave it and the order that carries it.

    `start_by` is the last day a first period should start by what was agreed; None where nobody said.
    """

    ordinal: int
    decision_id: str
    decided_on: date
    period: Period
    order_number: str = ""
    start_by: date | None = None


@dataclass(frozen=True, slots=True)
class Interruption:
    """An interruption (avbrott): the day it takes effect is the last billable day (A-2).

    `back_on` is the first billable day after it, where the participant came back within the same period.
    """

    registered_on: date
    effective_on: date
    reason: InterruptionReason
    back_on: date | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """What one execution reference (genomförandereferens) stands for: one participant at one supplier.

    `unit` is as it was registered, with the one of its addresses that `address_id` names.
    """

    execution_reference: str
    supplier: str
    contract_id: str
    unit: DeliveryUnit
    address_id: str
    delivery_area: str
    service: str
    level: CompensationLevel
    handling: Handling
    state: PlacementState
    periods: tuple[PlacementPeriod, ...]
    interruption: Interruption | None = None
    interruptions_ended: tuple[Interruption, ...] = ()
    follows: str = ""

    @property
    def why_outside(self) -> Text | None:
        """Why nothing is ordered, reported or earned here, as the end of a sentence; None for what is ordered."""
        if self.state is PlacementState.CANCELLED:
            return Text("placeringen är återkallad")
        match self.handling:
            case Handling.LEGACY:
                return Text("den fortsätter ett äldre beslut, som hanteras utanför systemet")
            case Handling.ESF:
                return Text(
                    "leveransområdet finansieras av Europeiska socialfonden och hanteras utanför systemet"
                )
            case Handling.PROTECTED:
                return Text("den hanteras för hand")
            case Handling.ORDERED:
                return None

    @property
    def starts_on(self) -> date:
        """The first billable day."""
        return self.periods[0].period.start

    @property
    def last_day(self) -> date | None:
        """The last billable day by interruption or change of supplier; None while neither is known."""
        return self.interruption.effective_on if self.interruption else None

    def interruption_of(self, days: Period) -> Interruption | None:
        """The interruption that ends the days of the period `days` lie in, the first where there are several.

        The standing one also ends every later period; one from which the participant came back for the next, only
        its own; one from which it came back within the period ends nothing and is an absence.
        """
        own = [
            held
            for held in self.interruptions_ended
            if held.back_on is None and self.period_at(held.effective_on).period.contains(days.start)
        ]
        standing = self.interruption
        if standing is not None and days.start >= self.period_at(standing.effective_on).period.start:
            own.append(standing)
        return min(own, key=lambda held: held.effective_on, default=None)

    def interruption_at(self, day: date) -> Interruption | None:
        """The interruption the participant left by where work or studies began on `day`; the day may be before it."""
        own = self.period_at(day).period
        held = [each for each in self.interruptions_ended if own.contains(each.effective_on)]
        standing = self.interruption
        if standing is not None and own.start >= self.period_at(standing.effective_on).period.start:
            held.append(standing)
        left = (each for each in held if each.back_on is None or day < each.back_on)
        return min(left, key=lambda each: each.effective_on, default=None)

    @property
    def absences(self) -> tuple[Period, ...]:
        """The days between an interruption and the return within the same period: nothing is billed for them."""
        return tuple(
            Period(held.effective_on + timedelta(days=1), day_before(held.back_on))
            for held in self.interruptions_ended
            if held.back_on is not None and held.effective_on < day_before(held.back_on)
        )

    def last_day_for(self, days: Period) -> date | None:
        """The last billable day of the period `days` lie in, if it was interrupted."""
        held = self.interruption_of(days)
        return held.effective_on if held else None

    def period_at(self, day: date) -> PlacementPeriod:
        """The period `day` belongs to, or the last that began before it (results come after the end)."""
        begun = [period for period in self.periods if period.period.start <= day]
        return begun[-1] if begun else self.periods[0]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order: what, how much, at which price, when. Its id is text and never changes."""

    line_id: str
    article_number: str
    article_name: str
    quantity: Quantity
    price: Decimal
    amount: Money
    period: Period


@dataclass(frozen=True, slots=True)
class Order:
    """A purchase order (inköpsorder): immutable from the moment it is placed (REQ-25).

    `occasion` counts how often the same article, stage and code was ordered on the execution reference: more than
    once where an approval was revoked and given anew, or a stretch earns several outcomes.
    """

    number: str
    article: ArticleKind
    stage: ResultStage | None
    code: str
    execution_reference: str
    decision_id: str
    supplier: str
    contract_id: str
    unit_id: str
    delivery_area: str
    price_list_id: str
    service: str
    day_rule: DayRule
    period: Period
    issued_on: date
    lines: tuple[OrderLine, ...]
    occasion: int = 1

    @property
    def amount(self) -> Money:
        """The sum of the lines, without VAT."""
        return total((line.amount for line in self.lines), currency=self.lines[0].amount.currency)


@dataclass(frozen=True, slots=True)
class Report:
    """One version of the periodic report for one month; `reason` says why it was sent back, where told.

    `counts_to` is the last day that is received on it, where it was approved before its month was over.
    """

    execution_reference: str
    month: Month
    version: int
    state: ReportState
    filed_on: date
    filed_by: str
    decided_on: date | None = None
    decided_by: str = ""
    activities: tuple[Activity, ...] = ()
    reason: RejectionReason | None = None
    counts_to: date | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A goods receipt (inleverans) on one order line; `period` is None when no day was billable."""

    id: int
    order_number: str
    line_id: str
    execution_reference: str
    month: Month
    report_version: int
    quantity: Quantity
    amount: Money
    period: Period | None
    received_on: date


@dataclass(frozen=True, slots=True)
class LineAccount:
    """How far an order line has come. `invoice_id` names the uncredited invoice that occupies it."""

    order_number: str
    line_id: str
    quantity_ordered: Decimal
    quantity_received: Decimal
    amount_ordered: Money
    amount_received: Money
    amount_claimed: Money
    receipt_id: int | None
    invoice_id: int | None
    state: LineState


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """A result, bonus or supplement that waits for its day in the timetable.

    `outcome` says which of the stretch's outcomes it belongs to, counted from 1; `kind` is the outcome's, None for a
    supplement and where it was planned before kinds were kept. `reason` says why it was dropped or could not be placed,
    `ended_on` when the participant was back after it.
    """

    id: int
    execution_reference: str
    article: ArticleKind
    stage: ResultStage | None
    code: str
    decision_id: str
    outcome_started_on: date | None
    amount: Money | None
    due_on: date
    state: PlannedState
    order_number: str = ""
    reason: Text = NO_TEXT
    outcome: int = 1
    kind: OutcomeKind | None = None
    ended_on: date | None = None

    @property
    def stands(self) -> bool:
        """Whether it is ordered, or will be."""
        return self.state in (PlannedState.WAITING, PlannedState.PLACED)


def report_name(report: Report) -> Text:
    """What a refusal calls a report."""
    return Text("Redovisningen för %(month)s version %(version)s", month=report.month, version=report.version)


def check_report_step(report: Report, to: ReportState) -> None:
    """Raise StepRefused where `to` may not follow on the report's state."""
    REPORT_FOLLOWS.check(report_name(report), report.state, to)


def basic_lines(
    period: Period,
    *,
    rule: DayRule,
    price: Price,
    currency: str,
) -> tuple[OrderLine, ...]:
    """One line per calendar month of `period`, in the article's unit; one without a billable day is left out (E-34).

    Raises StepRefused when no month has a billable day, since an order must have a line.
    """
    lines: list[OrderLine] = []
    for month in period.months():
        days = billable_days(month, rule)
        if days == 0:
            continue
        quantity = _of_days(days, price.per_day, price.unit)
        lines.append(
            OrderLine(
                line_id=f"{len(lines) + 1:03}",
                article_number=price.article_number,
                article_name=price.article_name,
                quantity=quantity,
                price=price.amount,
                amount=line_amount(quantity, price.amount, currency=currency),
                period=month,
            )
        )
    if not lines:
        raise StepRefused(
            Text(
                "Perioden %(period)s har ingen dag som ersätts, så det finns inget att beställa.",
                period=period,
            ),
        )
    return tuple(lines)


def billable_parts(line: Period, last_day: date | None, absences: Sequence[Period] = ()) -> list[Period]:
    """What of a line's period may be billed, in order: up to the last day, that day included, less the absences."""
    if last_day is not None and last_day < line.start:
        return []
    parts = [line if last_day is None or last_day >= line.end else Period(line.start, last_day)]
    for absence in absences:
        parts = [part for each in parts for part in each.without(absence)]
    return parts


def billable_period(line: Period, last_day: date | None, absences: Sequence[Period] = ()) -> Period | None:
    """From the first billable day of a line to the last; None when there is none."""
    parts = billable_parts(line, last_day, absences)
    return Period(parts[0].start, parts[-1].end) if parts else None


def days_received(
    line: Period,
    *,
    ordered: Quantity,
    last_day: date | None,
    rule: DayRule,
    absences: Sequence[Period] = (),
) -> Quantity:
    """The quantity a month's receipt may hold: what was ordered for the billable days up to the last one (A-5)."""
    return quantity_of(billable_parts(line, last_day, absences), line=line, ordered=ordered, rule=rule)


def quantity_of(days: Sequence[Period], *, line: Period, ordered: Quantity, rule: DayRule) -> Quantity:
    """What was ordered for the billable days of parts of a line's period.

    A day counted in days is one; of any other unit a day has the share that all billable days of the line give.
    """
    whole = billable_days(line, rule)
    per_day = Decimal(1) if ordered.unit == DAY or not whole else ordered.value / whole
    return _of_days(sum(billable_days(part, rule) for part in days), per_day, ordered.unit)


def _of_days(days: int, per_day: Decimal, unit: str) -> Quantity:
    units = (days * per_day).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return Quantity(units, unit).compact


def check_interruption(placement: Placement, *, registered_on: date, effective_on: date, today: date) -> None:
    """Raise StepRefused for an interruption that is of another day (E-06) or another placement than it can be.

    Whether it was told in time (REQ-14) is asked apart: that one a person may decide.
    """
    reference = placement.execution_reference
    if placement.state is PlacementState.CANCELLED:
        raise StepRefused(
            Text("Placeringen %(reference)s är återkallad och kan inte avbrytas.", reference=reference),
        )
    if registered_on > today:
        raise StepRefused(
            Text(
                "Avbrottet är registrerat %(registered_on)s, som inte har kommit än (%(today)s).",
                registered_on=registered_on,
                today=today,
            ),
        )
    first, last = placement.starts_on, placement.periods[-1].period.end
    if not first <= effective_on <= last:
        raise StepRefused(
            Text(
                "Avbrottsdagen %(effective_on)s ligger utanför placeringen %(first)s/%(last)s.",
                effective_on=effective_on,
                first=first,
                last=last,
            ),
        )


def check_movable(placement: Placement, *, today: date) -> Interruption:
    """The standing interruption, if it may still be moved or withdrawn: until it takes effect (REQ-15)."""
    reference, interruption = placement.execution_reference, placement.interruption
    if placement.state is PlacementState.CANCELLED:
        raise StepRefused(
            Text("Placeringen %(reference)s är återkallad; dess avbrott ändras inte.", reference=reference),
        )
    if interruption is None:
        raise StepRefused(
            Text("Placeringen %(reference)s har inget avbrott att ändra.", reference=reference),
        )
    if interruption.effective_on < today:
        raise StepRefused(
            Text(
                "Avbrottet för %(reference)s har redan börjat gälla (%(effective_on)s) och står fast.",
                reference=reference,
                effective_on=interruption.effective_on,
            ),
        )
    return interruption


def day_before(day: date) -> date:
    """The day before `day`."""
    return day - timedelta(days=1)
