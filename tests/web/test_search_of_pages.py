"""The words of a page, or of what is done there, offer the page first in the search, and only to who may open it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.routing import Match

from accounts.identity import Permission, Person
from tests.support.pages.all_routes import AREAS, ONES, STAFF, SUPPLIER, table
from tests.support.pages.browser import Site
from tests.support.pages.routes import Route
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site
from web import fronts, navigation
from web.search import commands, model

ADMINISTERS = ONES[Permission.ADMINISTER]
ATTESTS = ONES[Permission.ATTEST]
REPORTS = ONES[Permission.REPORT]
ASSIGNS = ONES[Permission.ASSIGN]
VIEWS = ONES[Permission.VIEW]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("pages-found"), is_demo=True) as served:
        yield served


@pytest.fixture(scope="module")
def routes(site: Site) -> dict[str, Route]:
    """The table's row of each place, found as the application finds its page."""
    rows = {key.removeprefix("GET "): row for area in AREAS for key, row in table(area).items()}
    found: dict[str, Route] = {}
    for each in fronts.places():
        path = each.path.partition("?")[0]
        scope = {"type": "http", "path": path, "method": "GET", "headers": []}
        paths = [key for key in rows if key == path]
        assert paths, f"{path} is no page"
        assert any(route.matches(dict(scope))[0] is Match.FULL for route in site.app.routes), path
        found[each.path] = rows[path]
    return found


def offered(person: Person, words: str) -> list[str]:
    found = commands.pages(person, model.read(words))
    return [each.path for each in found.hits] if found else []


@pytest.mark.parametrize(
    ("person", "words", "page"),
    [
        (ADMINISTERS, "ny klient", "/clients/new"),
        (ADMINISTERS, "new client", "/clients/new"),
        (ADMINISTERS, "bjud in", "/people/new"),
        (ATTESTS, "attestera", "/finance/payments"),
        (ATTESTS, "approve payment", "/finance/payments"),
        (REPORTS, "ladda upp faktura", "/invoices/upload"),
        (REPORTS, "Upload an invoice", "/invoices/upload"),
        (REPORTS, "exportera", "/exports"),
        (REPORTS, "EXPORT", "/exports"),
        (VIEWS, "kontoutdr", "/economy/statement"),
        (STAFF, "gallra", "/finance/audit/retention"),
        (STAFF, "stäng mån", "/finance/reconciliation/months"),
    ],
)
def test_a_page_is_offered_by_its_name_and_by_what_is_done_there(
    person: Person, words: str, page: str
) -> None:
    assert page in offered(person, words)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (REPORTS, "ny klient"),
        (ADMINISTERS, "attestera"),
        (ASSIGNS, "ladda upp faktura"),
        (VIEWS, "bjud in"),
        (STAFF, "ladda upp faktura"),
        (REPORTS, "F26-1401"),
        (REPORTS, "2026-10"),
        (REPORTS, "2 612,50"),
        (REPORTS, "ingenting som heter så"),
    ],
)
def test_no_page_is_offered_to_who_may_not_open_it_nor_for_a_number(person: Person, words: str) -> None:
    assert offered(person, words) == []


def test_nobody_is_offered_a_page_that_he_may_not_open_and_everybody_those_he_may(
    routes: dict[str, Route],
) -> None:
    """Whatever is written: each place, for each permission alone, against the table the crawl asks by."""
    for person in (*ONES.values(), SUPPLIER, STAFF):
        mine = {each.path for each in navigation.places(person)}
        may = {
            each.path for each in fronts.places() if person.may(*routes[each.path].may) and each.permissions
        }
        may = {path for path in may if path != "/" or not person.is_buyer}
        assert mine == may, person.id
        for each in fronts.places():
            assert (each.path in mine) >= (each.path in offered(person, each.label.sv)), each.path


@pytest.mark.parametrize("person", [SUPPLIER, STAFF], ids=["supplier", "staff"])
def test_every_page_is_found_by_its_own_name_in_each_language_and_answers(person: Person, site: Site) -> None:
    with visitor(site, person) as each:
        for place in navigation.places(person):
            for name in (place.label.sv, place.label.en):
                assert place.path in offered(person, name), name
            assert each.client.get(place.path, follow_redirects=True).status_code == 200, place.path


def page_of(reader: Visitor, words: str) -> str:
    answer = reader.client.get("/search", params={"q": words})
    assert answer.status_code == 200, answer.headers
    return answer.text


def test_the_pages_stand_first_in_what_was_found_and_say_where_they_are(site: Site) -> None:
    with visitor(site, SUPPLIER) as reader:
        page = page_of(reader, "fakt")
        assert page.index('<h2 id="found-1">Sidor</h2>') < page.index('href="/invoices/upload"')
        assert "· Fakturor" in page
        opened = reader.client.get("/search", params={"q": "ladda upp en faktura"})
        assert opened.headers["location"] == "/invoices/upload"


def test_an_english_reader_is_offered_the_same_pages_in_english(site: Site) -> None:
    with visitor(site, replace(SUPPLIER, id="finds-english", language="en")) as reader:
        page = page_of(reader, "exportera")
    assert '<h2 id="found-1">Pages</h2>' in page
    assert 'href="/exports">Download lists</a>' in page
