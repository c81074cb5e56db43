"""Small pictures of the finance desk as SVG: bars with their values written beside them.

Convention: coordinates are whole numbers worked out here, the template only writes them; colour says nothing
that a word does not say too, and the table with the same numbers stands beside the picture. A label that is longer
than its column goes on on the next line; none is cut.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

ROW: Final = 34
LINE: Final = 21
LABEL: Final = 290
WIDTH: Final = 860
_LONGEST: Final = WIDTH - LABEL - 190
# How many letters of the chart's size there is room for in the label's column.
_MESSAGES: Final = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, how long it is, what is written at it, and what of its label on which line."""

    y: int
    length: int
    lines: tuple[str, ...]
    told: str
    href: str


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a picture and how high it is."""

    bars: tuple[Bar, ...]
    height: int


def bars(rows: Sequence[tuple[str, Decimal, str, str]]) -> Bars:
    """Bars for rows of label, value, what is written at the end, and where it leads; the largest is the longest."""
    largest = max((abs(value) for _, value, _, _ in rows), default=Decimal(0))
    found, y = [], 0
    for label, value, told, href in rows:
        lines = tuple(textwrap.wrap(label, _MESSAGES)) or ("",)
        length = max(3, int(abs(value) * _LONGEST / largest)) if largest else 3
        found.append(Bar(y, length, lines, told, href))
        y += ROW + LINE * (len(lines) - 1)
    return Bars(tuple(found), y)
