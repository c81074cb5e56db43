"""The timeline of one execution reference, drawn on one line: what the buyer did above it, the supplier below.

Wide: days from left to right, each happening a marked link, those of one place stacked. Narrow, for a
telephone: the line runs downwards with one happening a row and its words beside it. A mark's letter and
shape say its kind without colour, and the page has the same happenings as a list.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from foundation.money import Money
from foundation.periods import Month
from foundation.text import Language, Text, WrittenText
from operations.timeline.model import KIND_NAMES, TimelineEntry, TimelineKind
from web.svg import element, line, picture, words

_SUPPLIERS: Final = frozenset(
    {
        TimelineKind.OBJECTION,
        TimelineKind.REPORT,
        TimelineKind.INFORMATIVE,
        TimelineKind.INVOICE,
        TimelineKind.CREDIT_NOTE,
    }
)
_LETTERS: Final[dict[TimelineKind, Text]] = {
    TimelineKind.DECISION: Text("B", context="mark"),
    TimelineKind.ORDER: Text("O", context="mark"),
    TimelineKind.OBJECTION: WrittenText("?"),
    TimelineKind.OBJECTION_ANSWERED: WrittenText("→"),
    TimelineKind.INTERRUPTION: WrittenText("X"),
    TimelineKind.REPORT: Text("R", context="mark"),
    TimelineKind.SENT_BACK: WrittenText("!"),
    TimelineKind.INFORMATIVE: WrittenText("i"),
    TimelineKind.RECEIPT: WrittenText("✓"),
    TimelineKind.INVOICE: Text("F", context="mark"),
    TimelineKind.CREDIT_NOTE: Text("K", context="mark"),
    TimelineKind.PAYMENT: WrittenText("kr"),
}
_WIDTH, _MARGIN, _SLOT, _SIZE = 960, 26, 30, 26
_ROW: Final = 58
_LINE_AT: Final = 106
_NAME_LONGEST: Final = 27
"""So many signs of a happening's name have room in a row of the narrow picture."""


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What the picture says, in the reader's language."""

    language: Language
    title: str
    description: str
    buyer: str
    supplier: str
    short_month: Callable[[Month], str]
    amount: Callable[[Money], str]

    def of(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.in_language(self.language)


def wide(found: Sequence[TimelineEntry], said: PictureWords) -> Markup:
    """From left to right; the picture is as high as its highest stack needs."""
    first, last = found[0].on, found[-1].on
    columns = columns_of([each.on for each in found])
    above: dict[int, list[TimelineEntry]] = defaultdict(list)
    below: dict[int, list[TimelineEntry]] = defaultdict(list)
    for each, column in zip(found, columns, strict=True):
        (below if each.kind in _SUPPLIERS else above)[column].append(each)
    high = max((len(stack) for stack in above.values()), default=0)
    deep = max((len(stack) for stack in below.values()), default=0)
    axis = 24 + high * _SLOT + 10
    height = axis + 34 + deep * _SLOT + 30
    drawn = [
        words(said.buyer, x=0, y=14, class_="side"),
        words(said.supplier, x=0, y=height - 6, class_="side"),
        line(0, axis, _WIDTH, axis, class_="axis"),
    ]
    marks: list[Markup] = []
    for stacks, down in ((above, False), (below, True)):
        for column, stack in sorted(stacks.items()):
            x = _MARGIN + column * _SLOT
            foot = axis + 30 if down else axis - 8
            far = foot + (len(stack) - 1) * _SLOT if down else foot - (len(stack) - 1) * _SLOT
            drawn.append(line(x, axis, x, far, class_="stem"))
            for place, each in enumerate(stack):
                top = foot + place * _SLOT if down else foot - (place + 1) * _SLOT + 4
                marks.append(_link(each, said, _mark(each.kind, said, x, top)))
    # The months' names stand over the stems, and the marks over everything.
    drawn += [*_months(first, last, axis, said), *marks]
    return picture(
        *drawn,
        name="timeline-wide",
        title=said.title,
        description=said.description,
        width=_WIDTH,
        height=height,
        class_="line wide-picture",
        links=True,
    )


def narrow(found: Sequence[TimelineEntry], said: PictureWords) -> Markup:
    """From top to bottom, one happening a row; a day is written once."""
    height = len(found) * _ROW
    drawn = [line(_LINE_AT, 14, _LINE_AT, height - 20, class_="axis")]
    day: date | None = None
    for index, each in enumerate(found):
        y = index * _ROW
        if each.on != day:
            drawn.append(words(each.on.isoformat(), x=0, y=y + 22, class_="day"))
            day = each.on
        # The row itself can be pressed, not only its words.
        shown = shortened(_named(each, said), _NAME_LONGEST)
        drawn.append(
            _link(
                each,
                said,
                element("rect", x=88, y=y, width=256, height=_ROW - 8, class_="row"),
                _mark(each.kind, said, _LINE_AT, y + 4),
                words(shown, x=130, y=y + 18, class_="what"),
                words(_beside(each, said), x=130, y=y + 38, class_="label"),
                name=beginning_as_seen(each, said, shown),
            )
        )
    return picture(
        *drawn,
        name="timeline-narrow",
        title=said.title,
        description=said.description,
        width=344,
        height=height,
        class_="line narrow-picture",
        links=True,
    )


def legend(found: Sequence[TimelineEntry]) -> list[tuple[Text, Text, bool]]:
    """The kinds in the picture: message, word, and whether it is the supplier's (drawn round)."""
    kinds = sorted({each.kind for each in found})
    return [(_LETTERS[kind], KIND_NAMES[kind], kind in _SUPPLIERS) for kind in kinds]


def columns_of(days: Sequence[date]) -> list[int]:
    """The column of each day, by its share of the whole time; days are in order and so are columns.

    >>> columns_of([date(2026, 1, 1), date(2026, 1, 31)])
    [0, 30]
    """
    last = (_WIDTH - 2 * _MARGIN) // _SLOT
    span = (days[-1] - days[0]).days
    return [(day - days[0]).days * last // span if span else 0 for day in days]


def shortened(text: str, longest: int) -> str:
    """The text cut to what has room.

    >>> shortened("Kreditfaktura KF-2026-000017", 20)
    'Kreditfaktura KF-20…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def in_words(each: TimelineEntry, said: PictureWords) -> str:
    """A happening as the name of its link: day, kind, document, sentence and amount."""
    amount = f" {said.amount(each.amount)}." if each.amount is not None else ""
    return f"{each.on}: {_named(each, said)}. {said.of(each.sentence)}{amount}"


def beginning_as_seen(each: TimelineEntry, said: PictureWords, shown: str) -> str:
    """The name of a row that is seen in words: what is seen first, so that it can be pressed by voice (WCAG 2.5.3)."""
    named = _named(each, said)
    rest = "" if shown == named else f" {named}."
    seen = " ".join(filter(None, (said.of(_LETTERS[each.kind]), shown, _beside(each, said))))
    return f"{seen}. {each.on}.{rest} {said.of(each.sentence)}"


def _named(each: TimelineEntry, said: PictureWords) -> str:
    return f"{said.of(KIND_NAMES[each.kind])} {each.document}".strip()


def _beside(each: TimelineEntry, said: PictureWords) -> str:
    return said.amount(each.amount) if each.amount is not None else said.of(each.short)


def _link(each: TimelineEntry, said: PictureWords, *drawn: Markup, name: str = "") -> Markup:
    """A happening to press: named by `name`, otherwise by all of it in words, which are shown on a pause."""
    if name:
        spaced = [part for one in drawn for part in (one, " ")][:-1]
        return element("a", *spaced, href=each.path, aria_label=name)
    name = in_words(each, said)
    return element("a", element("title", name), *drawn, href=each.path, aria_label=name)


def _mark(kind: TimelineKind, said: PictureWords, x: int, top: int) -> Markup:
    """A message in a square for the buyer's, in a circle for the supplier's."""
    half = _SIZE // 2
    shape = (
        element("circle", cx=x, cy=top + half, r=half, class_=f"mark {kind.name.lower()}")
        if kind in _SUPPLIERS
        else element(
            "rect", x=x - half, y=top, width=_SIZE, height=_SIZE, rx=5, class_=f"mark {kind.name.lower()}"
        )
    )
    letter = words(said.of(_LETTERS[kind]), x=x, y=top + half + 5, class_="letter", anchor="middle")
    return element("g", shape, letter)


def _months(first: date, last: date, axis: int, said: PictureWords) -> list[Markup]:
    """A tick for each month that begins within the time, with as many names as there is room for."""
    span = (last - first).days
    if span == 0:
        return []
    drawn = []
    free = 0
    month = Month.of(first).next
    while month.period.start <= last:
        whole = (_WIDTH - 2 * _MARGIN) // _SLOT * _SLOT
        x = _MARGIN + (month.period.start - first).days * whole // span
        drawn.append(line(x, axis - 5, x, axis + 5, class_="axis"))
        if x >= free:
            text = f"{said.short_month(month)} {month.year}" if month.month == 1 else said.short_month(month)
            drawn.append(words(text, x=x, y=axis + 21, class_="tick", anchor="middle"))
            free = x + 56
        month = month.next
    return drawn
