"""How the work with invoices goes over time: what matched at first, why not, and how old what is open is.

Figures for pictures. The first match of an invoice is the one that counts for the rate; the cause is what the
invoice was or is in question for. Ages are in days since the invoice arrived.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.money import Money
from foundation.periods import Month
from invoicing.model import InvoiceState


@dataclass(frozen=True, slots=True)
class MonthRate:
    """One month's arrivals by their first verdict."""

    month: Month
    accepted: int
    parked: int
    held: int
    in_question: int

    @property
    def total(self) -> int:
        """All that arrived."""
        return self.accepted + self.parked + self.held + self.in_question

    @property
    def percent_accepted(self) -> int:
        """How many of a hundred matched at once, rounded down."""
        return self.accepted * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class TrendCause:
    """How often invoices of a month were in question for one set of codes."""

    month: Month
    codes: str
    count: int


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One set of codes over the months: how often in each, in the months' order."""

    codes: tuple[str, ...]
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """How often in all."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Aged:
    """What is open in one state, of one range of ages: from `days_from` up to `days_to` (None: no end)."""

    state: InvoiceState
    days_from: int
    days_to: int | None
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class OpenDay:
    """What is open in one state of what arrived on one day."""

    state: InvoiceState
    received_on: date
    count: int
    amount: Money


AGES: Sequence[tuple[int, int | None]] = ((0, 7), (8, 30), (31, 60), (61, None))
OPEN = (
    InvoiceState.PARKED,
    InvoiceState.ON_HOLD,
    InvoiceState.IN_QUESTION,
    InvoiceState.CREDIT_REQUESTED,
    InvoiceState.ACCEPTED,
)


def by_cause(causes: Sequence[TrendCause], months: Sequence[Month]) -> list[CauseRow]:
    """The causes as rows with a count for each month, the commonest first. Pure."""
    counted = {(each.codes, each.month): each.count for each in causes}
    rows = [
        CauseRow(tuple(codes.split()), tuple(counted.get((codes, month), 0) for month in months))
        for codes in {each.codes for each in causes}
    ]
    return sorted(rows, key=lambda each: (-each.total, each.codes))


def by_age(open_days: Iterable[OpenDay], *, today: date) -> list[Aged]:
    """What is open by state and age, with the sum payable; only what there is, in one currency. Pure."""
    sums: dict[tuple[str, int], tuple[int, Money]] = {}
    for each in open_days:
        age = (today - each.received_on).days
        place = next(
            (place for place, (_, last) in enumerate(AGES) if last is None or age <= last), len(AGES) - 1
        )
        count, amount = sums.get((each.state, place), (0, Money.of("0.00", each.amount.currency)))
        sums[each.state, place] = (count + each.count, amount + each.amount)
    return [
        Aged(state=state, days_from=first, days_to=last, count=count, amount=amount)
        for state in OPEN
        for place, (first, last) in enumerate(AGES)
        if (state, place) in sums
        for count, amount in [sums[state, place]]
    ]
