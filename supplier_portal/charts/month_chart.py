"""The chart of the overview: ordered, received, invoiced and paid, month by month, drawn twice.

Wide: bars side by side for each month. Narrow, for a telephone: a row of bars for each of the latest
months, with the amounts written. Each series has a pattern of its own beside its colour, and the page
shows the same numbers in a table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from foundation.formatting import number, unbroken
from foundation.money import Money
from foundation.periods import Month
from supplier_portal.queries.waiting import MonthSums
from web.svg import element, length, line, picture, words

SERIES: Final = ("ordered", "received", "invoiced", "paid")
NARROW_MONTHS: Final = 6

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 960, 320, 84, 40, 44
_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class ChartWords:
    """What the chart says, in the reader's language; `names` in the order of SERIES."""

    title: str
    description: str
    names: Sequence[str]
    month: Callable[[Month], str]
    short_month: Callable[[Month], str]
    amount: Callable[[Money], str]


def highest(months: Sequence[MonthSums]) -> Decimal:
    """The largest amount of any series."""
    return max((_amount(each, series) for each in months for series in SERIES), default=Decimal(0))


def top_of(amount: Decimal) -> Decimal:
    """A round number at or above `amount` that four even steps lead up to.

    >>> [str(top_of(Decimal(each))) for each in ("0", "37", "26400", "100000.01")]
    ['4', '40', '40000', '120000']
    """
    size = Decimal(1)
    while True:
        for first in (4, 8, 12, 20):
            if first * size >= amount:
                return first * size
        size *= 10


def wide(months: Sequence[MonthSums], said: ChartWords) -> Markup:
    """Bars side by side for every month."""
    top = top_of(highest(months))
    foot = _HEIGHT - _BOTTOM
    group = (_WIDTH - _LEFT) // max(1, len(months))
    bar = max(3, (group - 14) // len(SERIES))
    drawn: list[Markup] = [_patterns("wide")]
    for step in range(_STEPS + 1):
        y = foot - (foot - _TOP) * step // _STEPS
        drawn.append(line(_LEFT, y, _WIDTH, y, class_="axis" if step == 0 else "grid"))
        drawn.append(words(_whole(top * step / _STEPS), x=_LEFT - 8, y=y + 4, class_="tick", anchor="end"))
    for index, each in enumerate(months):
        left = _LEFT + index * group + 7
        for place, series in enumerate(SERIES):
            amount = _amount(each, series)
            tall = length(amount, whole=top, units=foot - _TOP)
            drawn.append(_bar("wide", series, left + place * bar, foot - tall, bar - 2, tall))
        middle = left + len(SERIES) * bar // 2
        drawn.append(
            words(said.short_month(each.month), x=middle, y=foot + 18, class_="tick", anchor="middle")
        )
        if index == 0 or each.month.month == 1:
            drawn.append(words(str(each.month.year), x=middle, y=foot + 34, class_="tick", anchor="middle"))
    drawn += _legend("wide", said.names)
    return picture(
        *drawn,
        name="months-wide",
        title=said.title,
        description=said.description,
        width=_WIDTH,
        height=_HEIGHT,
        class_="months wide-picture",
    )


def narrow(months: Sequence[MonthSums], said: ChartWords) -> Markup:
    """Rows of bars for the latest months, the newest first, each with its amount."""
    latest = list(reversed(months[-NARROW_MONTHS:]))
    top = highest(latest)
    row, block = 22, 22 * len(SERIES) + 40
    drawn: list[Markup] = [_patterns("narrow")]
    for index, each in enumerate(latest):
        y = index * block
        drawn.append(words(said.month(each.month), x=0, y=y + 18, class_="head"))
        for place, series in enumerate(SERIES):
            at = y + 28 + place * row
            amount = _amount(each, series)
            drawn.append(words(said.names[place], x=0, y=at + 13, class_="label"))
            drawn.append(_bar("narrow", series, 84, at, length(amount, whole=top, units=140), 16))
            money = getattr(each, series)
            drawn.append(words(said.amount(money), x=344, y=at + 13, class_="label", anchor="end"))
    return picture(
        *drawn,
        name="months-narrow",
        title=said.title,
        description=said.description,
        width=344,
        height=max(1, len(latest)) * block,
        class_="months narrow-picture",
    )


def _amount(months: MonthSums, series: str) -> Decimal:
    money: Money = getattr(months, series)
    return money.amount


def _whole(amount: Decimal) -> str:
    """A round number for the axis, its thousands apart."""
    return unbroken(number(Decimal(int(amount))))


def _bar(name: str, series: str, x: int, y: int, width: int, height: int) -> Markup:
    return element(
        "rect",
        x=x,
        y=y,
        width=width,
        height=height,
        class_=f"bar {series}",
        fill=f"url(#{name}-{series})" if series in ("received", "invoiced") else None,
    )


def _patterns(name: str) -> Markup:
    """Hatching for what is received, dots for what is invoiced; ordered is an outline, paid is filled."""
    hatch = element(
        "pattern",
        element("rect", width=6, height=6, class_="ground received"),
        line(0, 0, 0, 6, class_="stroke received"),
        id=f"{name}-received",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    dots = element(
        "pattern",
        element("rect", width=6, height=6, class_="ground invoiced"),
        element("circle", cx=3, cy=3, r=2, class_="dot invoiced"),
        id=f"{name}-invoiced",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    )
    return element("defs", hatch, dots)


def _legend(name: str, names: Sequence[str]) -> list[Markup]:
    drawn = []
    for place, series in enumerate(SERIES):
        x = _LEFT + place * 150
        drawn.append(_bar(name, series, x, 6, 16, 16))
        drawn.append(words(names[place], x=x + 24, y=19, class_="label"))
    return drawn
