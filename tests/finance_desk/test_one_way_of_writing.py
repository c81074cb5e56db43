"""Numbers, counts and months are written one way on every page of the desk, in each language."""

import re
from collections.abc import Iterator

import pytest
from lxml import html

from tests.support.pages.all_routes import AREAS, STAFF, table_in
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site
from tests.web import test_one_way_of_writing as written

# What others wrote, the texts of vouchers, what is sent to others, or what somebody searched for: shown as it stands.
OF_OTHERS = re.compile(
    r"\.xml|/xml|/paper|/letters/|part=letters|/credit$|month-end/booking|q=2026-10|/demo/mailbox"
)
UTC = re.compile(r"\bUTC\b|\d\d:\d\d(?!\d)")
SHORT = re.compile(r"(?<![\d,-])\d+,\d(?![\d,-])")
REFUSED = re.compile(r"\bavvis(?:a|ad|at|ade)\b", re.IGNORECASE)
NETWORK = re.compile(r"/post/|/bulk|/credit|/documents/")
"""Pages that name addresses of the network, or what it is counted by."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("written"), is_demo=True) as served:
        yield served


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[str, str]:
    """What each page of the buyer's says in Swedish, by its address."""
    with visitor(site, STAFF) as opened:
        return {path: text for path in addresses(site) if (text := said(opened, path))}


def addresses(site: Site) -> list[str]:
    return [
        path
        for area in AREAS
        for key, route in table_in(area, site.database).items()
        if key.startswith("GET ") and route.page and route.may & STAFF.permissions
        for path in route.own
        if not OF_OTHERS.search(path)
    ] + [f"/finance/documents/{each}" for each in written.judged(site)]


def said(somebody: Visitor, path: str) -> str:
    """What a page says, without documents and codes that it shows as they came."""
    answer = somebody.get(path)
    if answer.status_code != 200:
        return ""
    page = html.document_fromstring(answer.text)
    for each in page.cssselect("head, script, pre, code, .code, .as-sent"):
        each.drop_tree()
    return " ".join(" ".join(page.itertext()).split())


def test_enough_pages_are_read(pages: dict[str, str]) -> None:
    assert len(pages) > 60


def test_no_amount_has_a_point_in_swedish(pages: dict[str, str]) -> None:
    found = {path: written.POINT.findall(written.MOMENT.sub("", text)) for path, text in pages.items()}
    assert {path: each for path, each in found.items() if each} == {}


def test_a_price_is_written_alike_wherever_it_stands(pages: dict[str, str]) -> None:
    found = {path: SHORT.findall(text) for path, text in pages.items() if "/documents/" in path}
    assert any("97,50" in text for text in pages.values())
    assert {path: each for path, each in found.items() if each} == {}


def test_what_is_judged_is_rejected_and_never_refused(pages: dict[str, str]) -> None:
    """Who refuses says that it may come again; what was read and judged is credited (decision 64)."""
    documents = {path: text for path, text in pages.items() if "/documents/" in path}
    assert any("Underkänn som dubblett" in text for text in documents.values())
    assert [path for path, text in documents.items() if REFUSED.search(text)] == []


def test_one_is_never_many(pages: dict[str, str]) -> None:
    found = {path: written.ONE_OF_MANY.findall(text) for path, text in pages.items()}
    assert {path: each for path, each in found.items() if each} == {}


def test_a_month_is_called_by_its_name(pages: dict[str, str]) -> None:
    found = {path: written.AS_NUMBER.findall(text)[:3] for path, text in pages.items()}
    assert {path: each for path, each in found.items() if each} == {}


def test_the_time_is_that_of_sweden(pages: dict[str, str]) -> None:
    found = {path: UTC.findall(text)[:3] for path, text in pages.items() if not NETWORK.search(path)}
    assert {path: each for path, each in found.items() if each} == {}


def test_no_amount_has_a_comma_in_english(site: Site) -> None:
    with visitor(site, STAFF) as opened:
        opened.post("/language", {"language": "en", "next": "/"})
        try:
            found = {path: written.COMMA.findall(said(opened, path)) for path in addresses(site)}
        finally:
            opened.post("/language", {"language": "sv", "next": "/"})
    assert {path: each for path, each in found.items() if each} == {}


def test_no_mark_is_one_word_with_what_follows(site: Site) -> None:
    with visitor(site, STAFF) as opened:
        found = {path: written.glued(opened.get(path).text) for path in addresses(site)}
    assert {path: each for path, each in found.items() if each} == {}


def test_the_forms_of_the_rules_write_numbers_as_people_do(site: Site) -> None:
    with visitor(site, STAFF) as opened:
        page = html.document_fromstring(opened.get("/finance/policies/change").text)
    values = [each.get("value", "") for each in page.cssselect("main input[inputmode=decimal]")]
    assert any("," in each for each in values)
    assert [each for each in values if "." in each] == []
