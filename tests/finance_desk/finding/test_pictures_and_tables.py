"""A picture says what its table says: the same amount under the same words, and none left out."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from finance_desk.charts import money_charts
from finance_desk.statement_files import AMOUNTS, amounts_of
from foundation.money import Money
from foundation.text import SWEDISH
from invoicing.reconciliation.statement import StatementColumn, StatementEntry, StatementRow, reconcile
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site
from web import i18n

STAGES = (
    {"Beställt"},
    {"Levererat", "Återstår", "Återkallat", "Oanvänt"},
    {"Godkänt", "Levererat, inte godkänt"},
    {"Betalt", "Att betala"},
)
"""What the picture shows, a set a stage; each stage is what went on of the one before."""
ENTRIES = st.lists(
    st.builds(
        StatementEntry,
        column=st.sampled_from(StatementColumn),
        document=st.just("1"),
        execution_reference=st.just("100000101"),
        supplier=st.just("5599991014"),
        month=st.just("2026-01"),
        article=st.just("BASIC"),
        amount=st.integers(-(10**9), 10**9).map(lambda ore: Money(Decimal(ore).scaleb(-2))),
    ),
    max_size=40,
)


def drawn(picture: str) -> dict[str, str]:
    """Every bar's words and its amount as written."""
    texts = [(each.get("class"), each.text or "") for each in svg_of(picture).iter("text")]
    return {
        name: told for (kind, name), (_, told) in pairwise(texts) if kind == "flow-name" and _ == "flow-sum"
    }


def svg_of(picture: str) -> ElementTree.Element:
    """The picture as a tree; it is our own, and well formed."""
    return ElementTree.fromstring(picture)  # noqa: S314 - drawn a moment ago by ourselves


def said_by(row: StatementRow) -> dict[str, str]:
    """What the table says of what the picture shows, without what is nothing."""
    told = zip((words.sv for _, words in AMOUNTS), amounts_of(row), strict=True)
    return {
        name: i18n.money(amount, SWEDISH)
        for name, amount in told
        if not amount.is_zero and any(name in stage for stage in STAGES)
    }


@given(entries=ENTRIES)
@settings(max_examples=200)
def test_in_two_hundred_books_the_flow_shows_the_amounts_of_its_table(entries: list[StatementEntry]) -> None:
    row = reconcile(entries).total
    flow = money_charts.flow(row, SWEDISH)
    if flow is None:
        assert row.ordered.amount <= 0
        return
    assert drawn(str(flow.picture)) == said_by(row)
    assert {node.name.sv: i18n.money(node.amount, SWEDISH) for node in flow.nodes} == said_by(row)


@given(entries=ENTRIES)
@settings(max_examples=200)
def test_bars_are_as_high_as_their_amounts_and_stand_within_the_picture(
    entries: list[StatementEntry],
) -> None:
    flow = money_charts.flow(reconcile(entries).total, SWEDISH)
    if flow is None:
        return
    height = int(str(svg_of(str(flow.picture)).get("viewBox")).split()[3])
    by_amount = sorted(flow.nodes, key=lambda node: node.amount.amount)
    assert [node.height for node in by_amount] == sorted(node.height for node in by_amount)
    for node in flow.nodes:
        assert node.y + node.height <= height
        assert node.middle + 15 <= height


@given(entries=ENTRIES)
def test_each_stage_adds_up_to_what_went_on_to_it(entries: list[StatementEntry]) -> None:
    row = reconcile(entries).total
    by_words = dict(zip((words.sv for _, words in AMOUNTS), amounts_of(row), strict=True))
    for came, stage in zip(("Beställt", "Levererat", "Godkänt"), STAGES[1:], strict=True):
        assert sum((by_words[name].amount for name in stage), Decimal(0)) == by_words[came].amount


# On the pages ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("pictures"), is_demo=True) as served:
        yield served


@pytest.fixture
def staff(site: Site) -> Iterator[Visitor]:
    with visitor(site, STAFF) as opened:
        yield opened


def squeezed(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def page_of(who: Visitor, address: str) -> html.HtmlElement:
    return html.document_fromstring(who.get(address).text)


def sums(page: html.HtmlElement) -> dict[str, str]:
    """The row of sums below the statement, by its columns."""
    cells = page.cssselect("table.statement tfoot td")
    return {cell.get("data-name", ""): squeezed(cell.text_content()) for cell in cells}


def pictured(page: html.HtmlElement) -> dict[str, str]:
    """What the picture of a page says, without the name of the currency."""
    (picture,) = page.cssselect("figure.money-flow svg")
    found = drawn(html.tostring(picture, encoding="unicode"))
    return {name: squeezed(told).removesuffix(" kr") for name, told in found.items()}


def test_on_the_page_the_picture_says_what_the_row_of_sums_says(staff: Visitor) -> None:
    front = page_of(staff, "/finance/reconciliation")
    suppliers = [each.get("value") for each in front.cssselect("#supplier option")]
    months = [each.get("value") for each in front.cssselect("#month option")]
    compared = 0
    for query in [f"supplier={each}" for each in suppliers] + [f"month={each}" for each in months]:
        page = page_of(staff, f"/finance/reconciliation?{query}")
        if not page.cssselect("figure.money-flow"):
            continue
        compared += 1
        told, shown = sums(page), pictured(page)
        assert shown == {name: told[name] for name in shown}, query
        left_out = set().union(*STAGES) - set(shown)
        assert all(re.fullmatch(r"[0,.]+", told[name]) for name in left_out), query
    assert compared > 8


def test_to_invoice_is_said_of_one_thing_only(staff: Visitor) -> None:
    """Of what the supplier may invoice now, on the supplier's own page; finance's column has words of its own."""
    said = staff.get("/finance/reconciliation").text
    assert "Levererat, inte godkänt" in said
    assert "Att fakturera" not in said


def test_the_rates_and_the_ages_are_those_of_their_tables_wide_and_narrow(staff: Visitor) -> None:
    page = page_of(staff, "/finance/reconciliation/trends")
    rates, ages = page.cssselect("figure.chart")
    told = [squeezed(row.cssselect("td")[-1].text_content()) for row in rates.cssselect("tbody tr")]
    assert told
    assert [ends_of(picture) for picture in rates.cssselect("svg")] == [told] * 2
    by_age: dict[str, tuple[Decimal, int]] = {}
    for row in ages.cssselect("tbody tr"):
        age, many, amount = (squeezed(each.text_content()) for each in row.cssselect("td"))
        before = by_age.get(age, (Decimal(0), 0))
        by_age[age] = (before[0] + number(amount), before[1] + int(many))
    assert by_age
    wide, narrow = ages.cssselect("svg")
    assert ends_of(wide) == ends_of(narrow)
    names = [squeezed(each.text_content()) for each in wide.cssselect("text.flow-name")]
    assert names == [squeezed(each.text_content()) for each in narrow.cssselect("text.flow-name")]
    for name, total in zip(names, ends_of(wide), strict=True):
        said, _, count = total.partition(" (")
        assert (number(said), int(count.rstrip(")"))) == by_age.get(name, (Decimal(0), 0))


def test_the_forecast_is_that_of_its_table_wide_and_narrow(staff: Visitor) -> None:
    page = page_of(staff, "/finance/reconciliation/forecast")
    (figure,) = page.cssselect("figure.chart")
    table = next(each for each in page.cssselect("table") if "Planerade resultat" in each.text_content())
    told = [squeezed(row.cssselect("td")[-1].text_content()) for row in table.cssselect("tbody tr")]
    for picture in figure.cssselect("svg"):
        ends = [each.removesuffix(" kr") for each in ends_of(picture)]
        assert [each.replace("–", "0,00") for each in ends] == [each.replace("–", "0,00") for each in told]
    assert any(each > "0" for each in told)


def ends_of(picture: html.HtmlElement) -> list[str]:
    """What stands at the end of each bar."""
    return [squeezed(each.text_content()) for each in picture.cssselect("text.flow-sum")]


def number(amount: str) -> Decimal:
    return Decimal(amount.removesuffix("kr").replace(" ", "").replace(",", ".").replace("−", "-"))
