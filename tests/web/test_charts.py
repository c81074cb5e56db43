"""The pictures of the supplier's pages: what is drawn is what there is, in its place, with nothing hidden."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from foundation.money import Money
from foundation.periods import Month
from foundation.text import WrittenText
from operations.timeline.model import SUPPLIER_KINDS, TimelineEntry, TimelineKind
from supplier_portal.charts import month_chart, timeline_chart
from supplier_portal.charts.month_chart import SERIES, ChartWords, top_of
from supplier_portal.charts.timeline_chart import PictureWords
from supplier_portal.queries.waiting import MonthSums
from web.svg import element

CHART = ChartWords(
    "Månad <för> månad", "Störst & först", ("Beställt", "Levererat", "Fakturerat", "Betalt"), str, str, str
)
LINE = PictureWords("sv", "Tidslinje", "Tio händelser", "Köparen", "Ni", str, str)
AMOUNTS = st.decimals(Decimal("0.00"), Decimal("9999999.99"), places=2)
MONTHS = st.lists(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS), min_size=1, max_size=12)
DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=40)
KINDS = st.lists(st.sampled_from(sorted(SUPPLIER_KINDS)), min_size=40, max_size=40)
Amounts = Sequence[tuple[Decimal, ...]]


def read(drawn: Markup) -> ElementTree.Element:
    """The picture as a tree; it is our own, and must be well formed."""
    return ElementTree.fromstring(str(drawn))  # noqa: S314 - drawn a moment ago by ourselves


def months_of(amounts: Amounts) -> list[MonthSums]:
    return [
        MonthSums(Month(2026, number), *(Money(amount) for amount in row))
        for number, row in enumerate(amounts, 1)
    ]


def bars(picture: ElementTree.Element, series: str) -> list[ElementTree.Element]:
    """The bars of one series, without its sample in the legend."""
    return [
        each for each in picture.iter("rect") if each.get("class") == f"bar {series}" and each.get("y") != "6"
    ]


@given(MONTHS)
def test_bars_stand_on_the_axis_and_are_as_high_as_their_amounts(amounts: Amounts) -> None:
    picture = read(month_chart.wide(months_of(amounts), CHART))
    for place, series in enumerate(SERIES):
        found = bars(picture, series)
        assert len(found) == len(amounts)
        heights = [int(each.get("height", "")) for each in found]
        assert {int(each.get("y", "")) + height for each, height in zip(found, heights, strict=True)} == {276}
        assert all(0 <= height <= 236 for height in heights)
        ordered = sorted(zip([row[place] for row in amounts], heights, strict=True))
        assert all(low[1] <= high[1] for low, high in pairwise(ordered))


@given(AMOUNTS)
def test_the_axis_ends_at_a_round_number_close_above(amount: Decimal) -> None:
    top = top_of(amount)
    assert amount <= top <= max(Decimal(4), amount * 2)
    assert top % 4 == 0


def test_the_narrow_chart_shows_the_latest_months_with_their_amounts() -> None:
    amounts = [(Decimal(number), Decimal(0), Decimal(0), Decimal(0)) for number in range(1, 9)]
    texts = [each.text for each in read(month_chart.narrow(months_of(amounts), CHART)).iter("text")]
    assert [each for each in texts if each and each.startswith("2026-")] == [
        f"2026-{number:02}" for number in range(8, 2, -1)
    ]
    assert "8.00 SEK" in texts


def test_a_picture_is_named_described_and_escaped() -> None:
    picture = read(month_chart.wide(months_of([(Decimal(1),) * 4]), CHART))
    assert picture.get("role") == "img"
    title, description = picture[0], picture[1]
    assert (title.text, description.text) == (CHART.title, CHART.description)
    assert (picture.get("aria-labelledby"), picture.get("aria-describedby")) == (
        title.get("id"),
        description.get("id"),
    )
    assert str(element("a", "<b>", href='"')) == '<a href="&#34;">&lt;b&gt;</a>'


def story(days: Sequence[int], kinds: Sequence[TimelineKind]) -> list[TimelineEntry]:
    first = date(2026, 1, 15)
    found = [
        TimelineEntry(
            first + timedelta(days=day), kind, f"D-{place}", WrittenText("sv", "en"), f"/orders/{place}"
        )
        for place, (day, kind) in enumerate(zip(days, kinds, strict=False))
    ]
    return sorted(found, key=lambda each: (each.on, each.kind))


@given(DAYS, KINDS)
def test_every_happening_is_a_link_of_its_own_and_none_hides_another(
    days: Sequence[int], kinds: Sequence[TimelineKind]
) -> None:
    found = story(days, kinds)
    for picture in (read(timeline_chart.wide(found, LINE)), read(timeline_chart.narrow(found, LINE))):
        links = list(picture.iter("a"))
        assert sorted(each.get("href", "") for each in links) == sorted(each.path for each in found)
        assert all(each.get("aria-label") for each in links)
        width, height = int(picture.get("width", "")), int(picture.get("height", ""))
        places = [place_of(each) for each in links]
        assert all(13 <= x <= width - 13 and 13 <= y <= height - 13 for x, y in places)
        for one, other in pairwise(sorted(places)):
            assert max(abs(one[0] - other[0]), abs(one[1] - other[1])) >= 26


def place_of(link: ElementTree.Element) -> tuple[int, int]:
    """The middle of a mark."""
    circle = next(link.iter("circle"), None)
    if circle is not None:
        return int(circle.get("cx", "")), int(circle.get("cy", ""))
    box = next(each for each in link.iter("rect") if (each.get("class") or "").startswith("mark"))
    return int(box.get("x", "")) + 13, int(box.get("y", "")) + 13


@given(DAYS, KINDS)
def test_a_row_is_named_first_by_what_is_seen_of_it(
    days: Sequence[int], kinds: Sequence[TimelineKind]
) -> None:
    picture = read(timeline_chart.narrow(story(days, kinds), LINE))
    for link in picture.iter("a"):
        seen = " ".join("".join(link.itertext()).split())
        assert link.get("aria-label", "").startswith(f"{seen}. ")


@given(DAYS)
def test_time_goes_from_left_to_right(days: Sequence[int]) -> None:
    told = sorted(date(2026, 1, 15) + timedelta(days=day) for day in days)
    columns = timeline_chart.columns_of(told)
    assert columns == sorted(columns)
    assert columns[0] == 0
    assert columns[-1] == (30 if told[-1] > told[0] else 0)
