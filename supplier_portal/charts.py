"""Small pictures of the finance desk as SVG: bars with their values written beside them.

Convention: coordinates are whole numbers worked out here, the template only writes them; colour says nothing
that a word does not say too, and the table with the same numbers stands under the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

ROW: Final = 34
LABEL: Final = 290
WIDTH: Final = 860
_LONGEST: Final = WIDTH - LABEL - 190


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, how long it is, and what is written at it."""

    y: int
    length: int
    label: str
    told: str
    href: str


def bars(rows: Sequence[tuple[str, Decimal, str, str]]) -> Sequence[Bar]:
    """Bars for rows of label, value, what is written at the end, and where it leads; the largest is the longest."""
    largest = max((abs(value) for _, value, _, _ in rows), default=Decimal(0))
    return [
        Bar(
            place * ROW,
            max(3, int(abs(value) * _LONGEST / largest)) if largest else 3,
            label,
            told,
            href,
        )
        for place, (label, value, told, href) in enumerate(rows)
    ]
