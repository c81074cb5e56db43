"""Bars for a narrow screen: what a row is about on a line of its own, and below it its bars with what each comes to.

Convention: the numbers are those of the wide picture beside it, and of the table under both.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from web.svg import box, length, plain_picture, words

_WIDTH: Final = 344
_LONGEST: Final = 200
_NAME: Final = 24
_TEXT: Final = 16
_STEP: Final = 24
_BAR: Final = 16
_BETWEEN: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of parts that follow each other, each with its tone and amount, and what is said at the end of it."""

    parts: tuple[tuple[str, Decimal], ...]
    told: str

    @property
    def amount(self) -> Decimal:
        """All its parts."""
        return sum((amount for _, amount in self.parts), Decimal(0))


@dataclass(frozen=True, slots=True)
class BarRow:
    """What a row is about, and its bars."""

    name: str
    bars: tuple[Bar, ...]


def narrow(rows: Sequence[BarRow], *, name: str, title: str) -> Markup:
    """The rows below each other, the longest bar the largest amount."""
    most = max((bar.amount for row in rows for bar in row.bars), default=Decimal(0))
    drawn: list[Markup] = []
    y = 0
    for row in rows:
        drawn.append(words(row.name, x=0, y=y + _TEXT, class_="flow-name"))
        # What one bar comes to stands beside the row's name, and leaves the whole width to the bar.
        is_one = len(row.bars) == 1
        units = _WIDTH if is_one else _LONGEST
        foot = y + _NAME
        for bar in row.bars:
            at = y + _TEXT if is_one else foot + _TEXT - 3
            drawn += [*_parts(bar, foot, whole=most, units=units), _end(bar.told, at)]
            foot += _STEP if bar.amount or not is_one else 0
        y = foot + _BETWEEN
    return plain_picture(
        *drawn, name=f"{name}-narrow", title=title, width=_WIDTH, height=max(1, y), class_="narrow-picture"
    )


def _parts(bar: Bar, y: int, *, whole: Decimal, units: int) -> Iterator[Markup]:
    x = 0
    for tone, amount in bar.parts:
        wide = length(amount, whole=whole, units=units)
        if wide:
            yield box(x, y, wide, _BAR, class_=f"node {tone}")
        x += wide


def _end(told: str, y: int) -> Markup:
    return words(told, x=_WIDTH, y=y, class_="flow-sum", anchor="end")
