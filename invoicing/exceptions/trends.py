"""How the work with invoices goes over time: what matched at first, why not, and how old what is open is.

Figures for pictures. The first match of an invoice is the one that counts for the rate; the cause is what the
invoice was or is in question for. Ages are in days since the invoice arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.matching.deviations import Verdict
from invoicing.model import DocumentType, InvoiceState
from invoicing.reconciliation.entry_sources import month_of

_INVOICE, _MATCH = document_tables.invoice, document_tables.match_made


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


AGES: Sequence[tuple[int, int | None]] = ((0, 7), (8, 30), (31, 60), (61, None))
_OPEN = (
    InvoiceState.PARKED,
    InvoiceState.ON_HOLD,
    InvoiceState.IN_QUESTION,
    InvoiceState.CREDIT_REQUESTED,
    InvoiceState.ACCEPTED,
)


def match_rates(session: Session, *, since: date) -> list[MonthRate]:
    """The first verdicts of the invoices that arrived from `since` on, month by month."""
    first = (
        select(func.min(_MATCH.c.id))
        .where(_MATCH.c.invoice_id == _INVOICE.c.id)
        .correlate(_INVOICE)
        .scalar_subquery()
    )
    month = month_of(_INVOICE.c.received_on).label("month")
    question = (
        select(month, _MATCH.c.verdict, func.count().label("how_many"))
        .join(_MATCH, _MATCH.c.id == first)
        .where(_INVOICE.c.document_type == DocumentType.INVOICE, _INVOICE.c.received_on >= since)
        .group_by(month, _MATCH.c.verdict)
    )
    found: dict[str, dict[str, int]] = {}
    for row in session.execute(question):
        found.setdefault(row.month, {})[row.verdict] = row.how_many
    return [
        MonthRate(
            Month.parse(name),
            counts.get(Verdict.ACCEPT, 0),
            counts.get(Verdict.PARK, 0),
            counts.get(Verdict.HOLD, 0),
            counts.get(Verdict.QUESTION, 0),
        )
        for name, counts in sorted(found.items())
    ]


def causes(session: Session, *, since: date) -> list[TrendCause]:
    """What the invoices of each month were in question for, the commonest first."""
    month = month_of(_INVOICE.c.received_on).label("month")
    question = (
        select(month, _INVOICE.c.codes, func.count().label("how_many"))
        .where(
            _INVOICE.c.document_type == DocumentType.INVOICE,
            _INVOICE.c.received_on >= since,
            _INVOICE.c.codes != "",
            _INVOICE.c.state.in_(
                (InvoiceState.IN_QUESTION, InvoiceState.CREDIT_REQUESTED, InvoiceState.CREDITED)
            ),
        )
        .group_by(month, _INVOICE.c.codes)
    )
    rows = [TrendCause(Month.parse(row.month), row.codes, row.how_many) for row in session.execute(question)]
    return sorted(rows, key=lambda each: (str(each.month), -each.count, each.codes))


def by_cause(causes: Sequence[TrendCause], months: Sequence[Month]) -> list[CauseRow]:
    """The causes as rows with a count for each month, the commonest first. Pure."""
    counted = {(each.codes, each.month): each.count for each in causes}
    rows = [
        CauseRow(tuple(codes.split()), tuple(counted.get((codes, month), 0) for month in months))
        for codes in {each.codes for each in causes}
    ]
    return sorted(rows, key=lambda each: (-each.total, each.codes))


def ageing(session: Session, *, today: date, currency: str = "SEK") -> list[Aged]:
    """What is open by state and age, with the sum payable; only what there is."""
    question = (
        select(
            _INVOICE.c.state,
            _INVOICE.c.received_on,
            func.count().label("how_many"),
            func.sum(_INVOICE.c.amount_payable, type_=_INVOICE.c.amount_payable.type).label("amount"),
        )
        .where(
            _INVOICE.c.state.in_(_OPEN),
            _INVOICE.c.document_type == DocumentType.INVOICE,
            _INVOICE.c.currency == currency,
        )
        .group_by(_INVOICE.c.state, _INVOICE.c.received_on)
    )
    zero = Money.of("0.00", currency)
    sums: dict[tuple[str, int], tuple[int, Money]] = {}
    for row in session.execute(question):
        age = (today - row.received_on).days
        place = next(
            (place for place, (_, last) in enumerate(AGES) if last is None or age <= last), len(AGES) - 1
        )
        count, amount = sums.get((row.state, place), (0, zero))
        sums[row.state, place] = (count + row.how_many, amount + Money(row.amount, currency))
    return [
        Aged(state, *AGES[place], *sums[state, place])
        for state in _OPEN
        for place in range(len(AGES))
        if (state, place) in sums
    ]
