"""Pictures of money as SVG: the flow from ordered to paid, rates by month, causes by month, ages.

Convention: the numbers stand in a table under the picture.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from finance_desk.charts.narrow_bars import Bar, BarRow, narrow
from finance_desk.statement_files import AMOUNTS
from foundation.money import Money
from foundation.periods import Month
from foundation.text import Language, Text
from invoicing.exceptions.trends import AGES, Aged, MonthRate
from invoicing.reconciliation.statement import StatementRow
from web import i18n
from web.svg import box, element, length, line, plain_picture, words

_WIDTH: Final = 860
_FLOW_HEIGHT: Final = 360
_COLUMN_WIDTH: Final = 16
# Room for the two rows of words of a bar that is thin.
_GAP: Final = 34
# More room before the last, where words stand from both sides.
_PLACES: Final = (0, 230, 480, _WIDTH - _COLUMN_WIDTH)
_GAPS_MOST: Final = 3
# Under the middle of a thin bar that stands last.
_WORDS_BELOW: Final = 24
_TOP: Final = 34
_GOES_ON: Final = ("ordered", "received", "approved")
_NAMES: Final = dict(AMOUNTS)


# The stages of the flow by the names of AMOUNTS: the first of each is what went on to the next stage. Each stage adds
# up to what went on of the one before, as a statement's differences do: the picture has no arithmetic of its own.
_STAGES: Final = (
    (("ordered", "ordered"),),
    (("received", "received"), ("committed", "rest"), ("cancelled", "rest"), ("closed_unused", "rest")),
    (("approved", "approved"), ("not_approved", "question")),
    (("paid", "paid"), ("to_pay", "waiting")),
)
_THINNEST: Final = 2


@dataclass(frozen=True, slots=True)
class FlowNode:
    """One amount of the flow, as a bar; one below nothing is a thin one, with its words."""

    name: Text
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
        return self.x > _WIDTH * 3 // 4


@dataclass(frozen=True, slots=True)
class MoneyFlow:
    """The picture, and its amounts for a list where the picture is too wide."""

    nodes: tuple[FlowNode, ...]
    picture: Markup


def flow(row: StatementRow, language: Language) -> MoneyFlow | None:
    """The money of a statement from ordered to paid; None where nothing was ordered.

    Every amount is the one that stands in the table under the same words, and none but those that are nothing is
    left out: what is paid and no longer approved too, beside what is then less than nothing to pay.
    """
    if row.ordered.amount <= 0:
        return None
    stages = [
        [
            (words_of, tone, amount)
            for name, tone in stage
            for words_of, amount in [(_NAMES[name], _amount_of(row, name))]
            if not amount.is_zero
        ]
        for stage in _STAGES
    ]
    highest = max(_height_of(stage) for stage in stages)
    columns = [_column(stage, x=x, whole=highest) for x, stage in zip(_PLACES, stages, strict=True)]
    bands: list[Markup] = []
    for left, right in itertools.pairwise(columns):
        # Nothing went on from a stage whose first bar, what did go on, is missing.
        if left and left[0].tone in _GOES_ON:
            bands += _bands(left[0], right)
    nodes = tuple(node for column in columns for node in column)
    return MoneyFlow(nodes, _flow_picture(nodes, bands, row, language))


def _amount_of(row: StatementRow, name: str) -> Money:
    amount: Money = getattr(row, name)
    return amount


def _height_of(stage: Sequence[tuple[Text, str, Money]]) -> Decimal:
    return sum((amount.amount for _, _, amount in stage if amount.amount > 0), Decimal(0))


def _column(stage: Sequence[tuple[Text, str, Money]], *, x: int, whole: Decimal) -> list[FlowNode]:
    room = _FLOW_HEIGHT - _TOP - _GAPS_MOST * (_GAP + _THINNEST) - _WORDS_BELOW
    nodes, y = [], _TOP
    for name, tone, amount in stage:
        height = max(_THINNEST, length(amount.amount, whole=whole, units=room))
        nodes.append(FlowNode(name, tone, amount, x, y, height))
        y += height + _GAP
    return nodes


def _bands(source: FlowNode, targets: Sequence[FlowNode]) -> Iterable[Markup]:
    """The first bar of a stage goes on into all of the next that are more than nothing, as far as it reaches."""
    start, y, foot = source.x + _COLUMN_WIDTH, source.y, source.y + source.height
    for target in targets:
        if target.amount.amount <= 0:
            continue
        end, bend = target.x, (start + target.x) // 2
        below = min(foot, y + target.height)
        yield element(
            "path",
            class_=f"band {target.tone}",
            d=f"M{start} {y} C{bend} {y} {bend} {target.y} {end} {target.y} "
            f"L{end} {target.y + target.height} C{bend} {target.y + target.height} {bend} {below} {start} {below} Z",
        )
        y = below


def _flow_picture(
    nodes: Iterable[FlowNode], bands: Iterable[Markup], row: StatementRow, language: Language
) -> Markup:
    title = Text(
        "Beställt %(ordered)s, levererat %(received)s, godkänt %(approved)s, betalt %(paid)s",
        ordered=i18n.money(row.ordered, language),
        received=i18n.money(row.received, language),
        approved=i18n.money(row.approved, language),
        paid=i18n.money(row.paid, language),
    ).in_language(language)
    drawn = [*bands]
    for node in nodes:
        x, anchor = (node.x - 8, "end") if node.is_last else (node.x + _COLUMN_WIDTH + 8, None)
        name, amount = node.name.in_language(language), i18n.money(node.amount, language)
        drawn += [
            box(node.x, node.y, _COLUMN_WIDTH, node.height, class_=f"node {node.tone}"),
            words(name, x=x, y=node.middle - 1, class_="flow-name", anchor=anchor),
            words(amount, x=x, y=node.middle + 15, class_="flow-sum", anchor=anchor),
        ]
    return plain_picture(*drawn, name="flow", title=title, width=_WIDTH, height=_FLOW_HEIGHT)


_RATE_HEIGHT: Final = 180
_RATE_TOP: Final = 20
_RATE_LEFT: Final = 44
_RATE_STEP: Final = 62


def rates(months: Sequence[MonthRate], language: Language) -> Markup:
    """The months, each a hundred percent: matched at once, waited, was held, came into question.

    Side by side on a wide screen, below each other on a narrow one.
    """
    title = Text("Andel fakturor som stämde direkt, månad för månad").in_language(language)
    rows = [
        BarRow(
            i18n.month(each.month, language),
            (
                Bar(
                    tuple((tone, Decimal(count) / max(1, each.total)) for tone, count in _outcomes(each)),
                    f"{each.percent_accepted} %",
                ),
            ),
        )
        for each in months
    ]
    return _rates_side_by_side(months, title, language) + narrow(rows, name="rates", title=title)


def _outcomes(month: MonthRate) -> tuple[tuple[str, int], ...]:
    """How many came to what at their first judgement, each with its tone."""
    return (
        ("approved", month.accepted),
        ("waiting", month.parked),
        ("held", month.held),
        ("question", month.in_question),
    )


def _rates_side_by_side(months: Sequence[MonthRate], title: str, language: Language) -> Markup:
    foot = _RATE_TOP + _RATE_HEIGHT
    width = max(_WIDTH, _RATE_LEFT + max(1, len(months)) * _RATE_STEP)
    drawn: list[Markup] = []
    for share in (0, 50, 100):
        y = foot - share * _RATE_HEIGHT // 100
        drawn.append(line(_RATE_LEFT, y, width, y, class_="grid"))
        drawn.append(words(f"{share} %", x=_RATE_LEFT - 6, y=y + 4, class_="tick", anchor="end"))
    for place, month in enumerate(months):
        x, y = _RATE_LEFT + place * _RATE_STEP, foot
        for tone, count in _outcomes(month):
            height = count * _RATE_HEIGHT // month.total if month.total else 0
            y -= height
            if height:
                drawn.append(box(x + 10, y, 40, height, class_=f"node {tone}"))
        accepted = f"{month.percent_accepted} %"
        told = month_short(month.month, language)
        drawn.append(words(told, x=x + 30, y=foot + 18, class_="tick", anchor="middle"))
        drawn.append(words(accepted, x=x + 30, y=foot + 36, class_="flow-sum", anchor="middle"))
    return plain_picture(
        *drawn,
        name="rates",
        title=title,
        width=width,
        height=_RATE_HEIGHT + 64,
        class_="wide-picture",
    )


def month_short(month: Month, language: Language) -> str:
    """A month where there is little room: sep 2026."""
    return f"{i18n.short_month(month, language)} {month.year}"


def spark(counts: Sequence[int], most: int) -> Markup:
    """A cause month by month, as high as its share of `most`; the numbers stand in the same row of the table."""
    bars = []
    for place, count in enumerate(counts):
        height = count * 22 // most
        bars.append(box(place * 9, 23 - height, 7, 1 + height, class_="node question"))
    width = len(counts) * 9
    return element("svg", *bars, viewBox=f"0 0 {width} 24", width=width, height=24, aria_hidden="true")


_AGE_STEP: Final = 40
_AGE_LONGEST: Final = 520
_AGE_LEFT: Final = 150


def ages(open_now: Sequence[Aged], language: Language) -> Markup:
    """All that is open, by age, the longest bar the largest sum; drawn for wide and for narrow screens."""
    title = Text("Öppna fakturor efter hur länge sedan de kom").in_language(language)
    currency = open_now[0].amount.currency if open_now else "SEK"
    sums = []
    for first, last in AGES:
        amount, count = Money.of("0.00", currency), 0
        for each in open_now:
            if each.days_from == first:
                amount, count = amount + each.amount, count + each.count
        sums.append((age_words(first, last), amount, count))
    rows = [
        BarRow(
            label.in_language(language),
            (
                Bar(
                    (("waiting", amount.amount),),
                    f"{i18n.money(amount, language)} ({i18n.number(count, language)})",
                ),
            ),
        )
        for label, amount, count in sums
    ]
    return _ages_wide(rows, title) + narrow(rows, name="ages", title=title)


def _ages_wide(rows: Sequence[BarRow], title: str) -> Markup:
    most = max((bar.amount for row in rows for bar in row.bars), default=Decimal(0))
    drawn: list[Markup] = []
    for place, row in enumerate(rows):
        (bar,) = row.bars
        y = place * _AGE_STEP
        wide = max(_THINNEST, length(bar.amount, whole=most, units=_AGE_LONGEST)) if bar.amount else 0
        drawn += [
            words(row.name, x=0, y=y + 24, class_="flow-name"),
            box(_AGE_LEFT, y + 6, wide, 26, class_="node waiting"),
            words(bar.told, x=_AGE_LEFT + 10 + wide, y=y + 24, class_="flow-sum"),
        ]
    return plain_picture(
        *drawn,
        name="ages",
        title=title,
        width=_WIDTH,
        height=len(rows) * _AGE_STEP + 4,
        class_="wide-picture",
    )


def age_words(first: int, last: int | None) -> Text:
    """A range of ages in words."""
    if last is None:
        return Text("mer än %(days)s dagar", days=first - 1)
    return Text("%(first)s–%(last)s dagar", first=first, last=last)
