"""Side by side, what deviates is seen: a row that deviates shows values that differ."""

from collections.abc import Iterator

import pytest
from lxml import html

from tests.support.pages.all_routes import STAFF
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    with demo_site(tmp_path_factory.mktemp("desk"), is_demo=True) as site, visitor(site, STAFF) as signed_in:
        yield signed_in


def in_question(staff: Visitor) -> dict[str, html.HtmlElement]:
    """The page of every document in the queue, by its number."""
    queue = html.fromstring(staff.get("/finance?size=200").text)
    return {
        link.text_content(): html.fromstring(staff.get(str(link.get("href"))).text)
        for link in queue.cssselect("a.row-link")
    }


def alike(row: html.HtmlElement) -> bool:
    """Whether a row's values, of those places that say something, are all the same."""
    said = [cell.text_content().replace("avviker", "").strip(" ✗\n–") for cell in row.cssselect("td")]
    told = [each for each in said if each]
    return len(told) > 1 and len(set(told)) == 1


def test_a_row_that_deviates_shows_values_that_differ(staff: Visitor) -> None:
    deviating = {
        number: page.cssselect("table.compare.differing tr.deviates")
        for number, page in in_question(staff).items()
    }
    assert sum(map(len, deviating.values())) > 8
    wrong = {
        f"{number}: {' '.join(row.text_content().split())}"
        for number, rows in deviating.items()
        for row in rows
        if alike(row)
    }
    assert wrong == set()


def test_an_order_of_another_supplier_is_shown_with_both_suppliers(staff: Visitor) -> None:
    (row,) = in_question(staff)["20191"].cssselect("table.compare.differing tr.deviates")
    assert row.cssselect("th")[0].text_content().startswith("Leverantör")
    assert [cell.text_content().split()[-1] for cell in row.cssselect("td")] == ["5599992020", "5599991014"]
