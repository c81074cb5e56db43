"""The forecast as a picture: a bar a month, of what it came to and of each kind that is still to come.

Convention: the numbers stand in a table under the picture.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from bookkeeping.budget.forecast import ForecastRow
from finance_desk.charts.narrow_bars import Bar, BarRow, narrow
from foundation.text import Language, Text
from web import i18n
from web.svg import box, length, plain_picture, words

_WIDTH: Final = 860
_STEP: Final = 30
_BAR: Final = 20
_LEFT: Final = 150
_LONGEST: Final = 520
_PARTS: Final = (
    ("received", "approved"),
    ("days", "received"),
    ("planned", "waiting"),
    ("next_stage", "held"),
)


def months_picture(months: Sequence[ForecastRow], language: Language) -> Markup:
    """The months below each other, the longest bar the largest sum; drawn for wide and for narrow screens."""
    title = Text("Utfall och prognos månad för månad").in_language(language)
    rows = [
        BarRow(
            i18n.month(row.month, language),
            (Bar(tuple((tone, getattr(row, part).amount) for part, tone in _PARTS), _told(row, language)),),
        )
        for row in months
    ]
    return _wide(months, title, language) + narrow(rows, name="forecast", title=title)


def _told(row: ForecastRow, language: Language) -> str:
    return i18n.money(row.amount, language) if row.amount.amount else "–"


def _wide(months: Sequence[ForecastRow], title: str, language: Language) -> Markup:
    most = max((row.amount.amount for row in months), default=Decimal(0))
    drawn: list[Markup] = []
    for place, row in enumerate(months):
        y, x = place * _STEP, _LEFT
        for name, tone in _PARTS:
            wide = length(getattr(row, name).amount, whole=most, units=_LONGEST)
            if wide:
                drawn.append(box(x, y + 4, wide, _BAR, class_=f"node {tone}"))
            x += wide
        drawn.append(words(i18n.month(row.month, language), x=0, y=y + 19, class_="flow-name"))
        drawn.append(words(_told(row, language), x=x + 10, y=y + 19, class_="flow-sum"))
    return plain_picture(
        *drawn,
        name="forecast",
        title=title,
        width=_WIDTH,
        height=len(months) * _STEP + 4,
        class_="wide-picture",
    )
