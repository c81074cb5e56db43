"""Pictures of money as shapes for a template to write: the flow from ordered to paid, rates by month, ages.

Convention: whole numbers on a canvas of known size; nothing is told by colour alone, and the numbers stand in a
table under the picture. An amount becomes a length by exact arithmetic.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from foundation.money import Money
from invoicing.exceptions.trends import AGES, Aged, MonthRate
from invoicing.reconciliation.statement import StatementRow

Pair = tuple[str, str]

FLOW_WIDTH: Final = 860
FLOW_HEIGHT: Final = 300
_COLUMN_WIDTH: Final = 16
_GAP: Final = 26
_TOP: Final = 34
_GOES_ON: Final = ("ordered", "received", "approved")


@dataclass(frozen=True, slots=True)
class FlowNode:
    """One amount of the flow, as a bar."""

    name: Pair
    tone: str
    amount: Money
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        """Where its words stand."""
        return self.y + max(self.height // 2, 4)

    @property
    def is_last(self) -> bool:
        """Whether its words stand to the left, since there is no room to the right."""
        return self.x > FLOW_WIDTH * 3 // 4


@dataclass(frozen=True, slots=True)
class Band:
    """What runs from one bar to another, as the path of an SVG."""

    tone: str
    path: str


@dataclass(frozen=True, slots=True)
class MoneyFlow:
    """The whole picture."""

    nodes: tuple[FlowNode, ...]
    bands: tuple[Band, ...]
    height: int = FLOW_HEIGHT
    width: int = FLOW_WIDTH


def flow(row: StatementRow) -> MoneyFlow | None:
    """The money of a statement from ordered to paid; None where nothing was ordered.

    Each stage is what went on and what did not: received or not, approved or in question or not invoiced, paid or
    to pay. What is paid and no longer approved is shown in the table, not here.
    """
    if row.ordered.amount <= 0:
        return None
    nil = Money.of("0.00", row.ordered.currency)

    def part(amount: Money) -> Money:
        return max(amount, nil)

    questioned = min(part(row.in_question), part(row.to_invoice))
    stages: list[list[tuple[Pair, str, Money]]] = [
        [(("Beställt", "Ordered"), "ordered", row.ordered)],
        [
            (("Levererat", "Received"), "received", part(row.received)),
            (("Inte levererat", "Not received"), "rest", part(row.ordered - row.received)),
        ],
        [
            (("Godkänt", "Approved"), "approved", part(row.approved)),
            (("I fråga", "In question"), "question", questioned),
            (("Inte fakturerat", "Not invoiced"), "rest", part(row.to_invoice - questioned)),
        ],
        [
            (("Betalt", "Paid"), "paid", min(part(row.paid), part(row.approved))),
            (("Att betala", "To pay"), "waiting", part(row.to_pay)),
        ],
    ]
    room = FLOW_HEIGHT - _TOP - 2 * _GAP
    columns = [
        _column(stage, x=place * (FLOW_WIDTH - _COLUMN_WIDTH) // 3, whole=row.ordered.amount, room=room)
        for place, stage in enumerate(stages)
    ]
    bands: list[Band] = []
    for left, right in itertools.pairwise(columns):
        # Nothing went on from a stage whose first bar, what did go on, is missing.
        if left and left[0].tone in _GOES_ON:
            bands += _bands(left[0], right)
    return MoneyFlow(tuple(node for column in columns for node in column), tuple(bands))


def _column(stage: Sequence[tuple[Pair, str, Money]], *, x: int, whole: Decimal, room: int) -> list[FlowNode]:
    nodes, y = [], _TOP
    for name, tone, amount in stage:
        height = int(amount.amount * room / whole)
        if amount.amount > 0:
            height = max(2, height)
        nodes.append(FlowNode(name, tone, amount, x, y, height))
        y += height + _GAP
    return [node for node in nodes if node.amount.amount > 0]


def _bands(source: FlowNode, targets: Sequence[FlowNode]) -> Iterable[Band]:
    """The first bar of a stage goes on into all of the next."""
    start, y = source.x + _COLUMN_WIDTH, source.y
    for target in targets:
        end, bend = target.x, (start + target.x) // 2
        below = y + target.height
        yield Band(
            target.tone,
            f"M{start} {y} C{bend} {y} {bend} {target.y} {end} {target.y} "
            f"L{end} {target.y + target.height} C{bend} {target.y + target.height} {bend} {below} {start} {below} Z",
        )
        y = below


RATE_HEIGHT: Final = 180
_RATE_LEFT: Final = 44
_RATE_STEP: Final = 62


@dataclass(frozen=True, slots=True)
class RatePart:
    """A part of a month's bar."""

    tone: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class RateBar:
    """A month: what share matched at once, waited, was held, or came into question."""

    rate: MonthRate
    x: int
    parts: tuple[RatePart, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """Bars of months, each a hundred percent high."""

    bars: tuple[RateBar, ...]
    width: int
    height: int = RATE_HEIGHT


def rates(months: Sequence[MonthRate]) -> Rates:
    """The months side by side."""
    bars = []
    for place, month in enumerate(months):
        y, parts = RATE_HEIGHT, []
        for tone, count in (
            ("approved", month.accepted),
            ("waiting", month.parked),
            ("held", month.held),
            ("question", month.in_question),
        ):
            height = count * RATE_HEIGHT // month.total if month.total else 0
            y -= height
            if height:
                parts.append(RatePart(tone, y, height))
        bars.append(RateBar(month, _RATE_LEFT + place * _RATE_STEP, tuple(parts)))
    return Rates(tuple(bars), _RATE_LEFT + max(1, len(bars)) * _RATE_STEP)


@dataclass(frozen=True, slots=True)
class AgeBar:
    """What is open of one range of ages."""

    label: Pair
    amount: Money
    count: int
    length: int
    y: int


def ages(open_now: Sequence[Aged], *, longest: int = 520, step: int = 40) -> list[AgeBar]:
    """All that is open, by age, the longest bar the largest sum."""
    currency = open_now[0].amount.currency if open_now else "SEK"
    sums = []
    for first, last in AGES:
        amount, count = Money.of("0.00", currency), 0
        for each in open_now:
            if each.days_from == first:
                amount, count = amount + each.amount, count + each.count
        sums.append((first, last, amount, count))
    most = max((amount.amount for _, _, amount, _ in sums), default=Decimal(0))
    return [
        AgeBar(
            age_words(first, last),
            amount,
            count,
            max(2, int(amount.amount * longest / most)) if most and amount.amount else 0,
            place * step,
        )
        for place, (first, last, amount, count) in enumerate(sums)
    ]


def age_words(first: int, last: int | None) -> Pair:
    """A range of ages in words."""
    if last is None:
        return f"mer än {first - 1} dagar", f"more than {first - 1} days"
    return f"{first}–{last} dagar", f"{first}–{last} days"
