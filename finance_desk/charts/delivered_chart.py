"""What was delivered beside what of it is paid, month by month, as a picture.

Convention: the numbers stand in a table under the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from finance_desk.charts.narrow_bars import Bar, BarRow, narrow
from foundation.money import Money
from foundation.periods import Month
from foundation.text import Language, Text
from web import i18n
from web.svg import box, length, plain_picture, words

_WIDTH: Final = 860
_STEP: Final = 44
_BAR: Final = 15
_LEFT: Final = 150
_LONGEST: Final = 520


@dataclass(frozen=True, slots=True)
class DeliveredMonth:
    """A month of service: what was delivered in it, and what of that is paid, without VAT."""

    month: Month
    received: Money
    paid: Money


def picture(months: Sequence[DeliveredMonth], language: Language) -> Markup:
    """Two bars a month, the longest the largest sum; drawn for wide and for narrow screens."""
    title = Text("Levererat och betalt månad för månad").in_language(language)
    rows = [
        BarRow(
            i18n.month(each.month, language),
            tuple(Bar(((tone, amount.amount),), i18n.money(amount, language)) for amount, tone in _of(each)),
        )
        for each in months
    ]
    return _wide(months, title, language) + narrow(rows, name="delivered", title=title)


def _of(each: DeliveredMonth) -> tuple[tuple[Money, str], ...]:
    """The two sums of a month, each with its tone."""
    return (each.received, "received"), (each.paid, "approved")


def _wide(months: Sequence[DeliveredMonth], title: str, language: Language) -> Markup:
    most = max((max(each.received.amount, each.paid.amount) for each in months), default=Decimal(0))
    drawn: list[Markup] = []
    for place, each in enumerate(months):
        y = place * _STEP
        drawn.append(words(i18n.month(each.month, language), x=0, y=y + 25, class_="flow-name"))
        for row, (amount, tone) in enumerate(_of(each)):
            top, wide = y + 3 + row * (_BAR + 3), length(amount.amount, whole=most, units=_LONGEST)
            if wide:
                drawn.append(box(_LEFT, top, wide, _BAR, class_=f"node {tone}"))
            told = i18n.money(amount, language)
            drawn.append(words(told, x=_LEFT + 10 + wide, y=top + 12, class_="flow-sum"))
    return plain_picture(
        *drawn,
        name="delivered",
        title=title,
        width=_WIDTH,
        height=len(months) * _STEP + 4,
        class_="wide-picture",
    )
