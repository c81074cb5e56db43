"""Small pictures of the finance desk as SVG: bars with their values written beside them.

Convention: the table with the same numbers stands beside the picture. A label that is longer than its column goes
on on the next line; none is cut.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from web.svg import element, words

ROW: Final = 34
LINE: Final = 21
LABEL: Final = 290
WIDTH: Final = 860
# How wide a sign of what is written at a bar may be, and how far from the bar that begins.
SIGN: Final = 10
GAP: Final = 10
# How many letters of the chart's size there is room for in the label's column.
_LETTERS: Final = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, how long it is, what is written at it, and what of its label on which line."""

    y: int
    length: int
    lines: tuple[str, ...]
    told: str


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a picture and how high it is."""

    bars: tuple[Bar, ...]
    height: int


def bars(rows: Sequence[tuple[str, Decimal, str]]) -> Bars:
    """Bars for rows of label, value, and what is written at the end; the largest is the longest.

    The longest bar leaves room for the longest of what is written.
    """
    longest = WIDTH - LABEL - GAP - SIGN * max((len(told) for _, _, told in rows), default=0)
    largest = max((abs(value) for _, value, _ in rows), default=Decimal(0))
    found, y = [], 0
    for label, value, told in rows:
        lines = tuple(textwrap.wrap(label, _LETTERS)) or ("",)
        length = max(3, int(abs(value) * longest / largest)) if largest else 3
        found.append(Bar(y, length, lines, told))
        y += ROW + LINE * (len(lines) - 1)
    return Bars(tuple(found), y)


def drawn(found: Bars, *, labelled_by: str) -> Markup:
    """The picture; `labelled_by` is the id of the words on the page that name it."""
    return element(
        "svg",
        *map(_drawn_bar, found.bars),
        class_="bars",
        role="img",
        aria_labelledby=labelled_by,
        viewBox=f"0 0 {WIDTH} {found.height}",
    )


def _drawn_bar(bar: Bar) -> Markup:
    lines = [element("tspan", text, x=0, y=LINE * number) for number, text in enumerate(bar.lines, 1)]
    return element(
        "g",
        element("text", *lines, class_="bar-label"),
        element("rect", x=LABEL, y=5, width=bar.length, height=22, rx=3, class_="bar"),
        words(bar.told, x=LABEL + bar.length + GAP, y=LINE, class_="bar-told"),
        transform=f"translate(0 {bar.y})",
    )
