"""Every page below an entry of the menu says the way to it, and each step of the way is open to whoever is shown it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from playwright.sync_api import Page

from accounts.identity import Person
from finance_desk.places import PLACES as DESK
from tests.support.pages.all_routes import AREAS, ONES, STAFF, SUPPLIER, table_in
from tests.support.pages.browser import Site, sign_in
from tests.support.pages.routes import Route
from tests.support.pages.visitor import visitor
from tests.support.stories.demo_books import demo_site
from web import fronts, navigation

EVERYBODY = [SUPPLIER, STAFF, *(pytest.param(each, marks=pytest.mark.slow) for each in ONES.values())]
WAY = re.compile(r'<nav class="crumbs" aria-label="([^"]+)">(.*?)</nav>', re.DOTALL)
STEP = re.compile(r'<li><a href="([^"]+)">(.+?)</a></li>')
HERE = re.compile(r'<li><span aria-current="page">(.+?)</span></li>')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("crumbs"), is_demo=True) as served:
        yield served


def way_of(page: str) -> tuple[str, dict[str, str], str]:
    """What the way is called, its steps by their addresses, and the page's own name; empty where there is none."""
    found = WAY.search(page)
    if found is None:
        return "", {}, ""
    steps = {unescape(href): unescape(label) for href, label in STEP.findall(found[2])}
    (here,) = HERE.findall(found[2])
    assert found[2].count("<li>") == len(steps) + 1
    return found[1], steps, unescape(here)


def pages_of(person: Person, site: Site) -> list[str]:
    """The first address of every page that this person may have."""
    routes: list[Route] = [
        route
        for area in AREAS
        for key, route in table_in(area, site.database).items()
        if key.startswith("GET ") and route.page and not route.everybody and person.may(*route.may)
    ]
    return [route.own[0] for route in routes if route.own]


@pytest.mark.parametrize("person", EVERYBODY, ids=lambda each: str(each.id))
def test_every_page_below_an_entry_says_the_way_and_each_step_of_it_is_open(
    person: Person, site: Site
) -> None:
    entries = {each.path for each in navigation.entries(person)}
    wrong: list[str] = []
    opened: dict[str, int] = {}
    shown = 0
    with visitor(site, person) as each:
        for address in pages_of(person, site):
            answer = each.client.get(address, follow_redirects=True)
            path = answer.url.path
            below = navigation.current(person, path) not in ("", path)
            name, steps, here = way_of(answer.text)
            if below and path not in entries and not steps:
                wrong.append(f"{address}: no way to it")
            if path in entries and name:
                wrong.append(f"{address}: an entry of the menu has a way")
            if not steps:
                continue
            shown += 1
            first, *_ = steps
            if first not in entries:
                wrong.append(f"{address}: begins at {first}, which is no entry")
            if name != "Sökväg" or f"<title>{here} – " not in unescape(answer.text):
                wrong.append(f"{address}: ends with {here!r}")
            for step in steps:
                if step not in opened:
                    opened[step] = each.client.get(step, follow_redirects=True).status_code
                if opened[step] != 200:
                    wrong.append(f"{address}: {step} answers {opened[step]}")
    assert wrong == []
    assert shown > 0 or not entries


@pytest.mark.parametrize("person", ONES.values(), ids=lambda each: str(each.id))
def test_nobody_is_shown_a_step_that_he_may_not_have(person: Person, site: Site) -> None:
    """Asked of the tables of routes, for each permission alone; the whole run asks the pages too."""
    routes = {
        address.partition("?")[0]: route
        for area in AREAS
        for key, route in table_in(area, site.database).items()
        for address in route.own
        if key.startswith("GET ")
    }
    for address in pages_of(person, site):
        for step in navigation.above(person, address.partition("?")[0]):
            assert person.may(*routes[step.path.partition("?")[0]].may), f"{address}: {step.path}"


def test_the_way_is_told_in_the_readers_language(site: Site) -> None:
    with visitor(site, replace(STAFF, id="crumbs-english", language="en")) as reader:
        name, steps, here = way_of(reader.get("/finance/reconciliation/month-end/booking?month=2026-09").text)
    assert name == "You are here"
    assert list(steps) == ["/finance/reconciliation", "/finance/reconciliation/month-end?month=2026-09"]
    assert list(steps.values()) == ["Reconciliation", "Month end"]
    assert here


def test_a_page_with_a_name_of_its_own_above_it_says_that_too(site: Site) -> None:
    with visitor(site, STAFF) as reader:
        address = next(
            each for each in pages_of(STAFF, site) if each.endswith("/credit") and "documents" in each
        )
        _, steps, _ = way_of(reader.get(address).text)
    assert steps == {"/finance": "Ekonomi", address.removesuffix("/credit"): "7324"}


def test_the_way_leads_round_what_somebody_may_not_have(site: Site) -> None:
    administers, assigns = (person for name, person in ONES.items() if name in ("ADMINISTER", "ASSIGN"))
    assert [each.path for each in navigation.above(administers, "/tutors")] == ["/settings"]
    assert [each.path for each in navigation.above(assigns, "/tutors/7")] == ["/placements", "/tutors"]
    assert navigation.above(None, "/tutors") == ()


def test_every_place_stands_once_and_is_for_one_side() -> None:
    paths = [each.path for each in fronts.places()]
    assert sorted(paths) == sorted(set(paths))
    assert {each.path for each in DESK} <= {each.path for each in navigation.places(STAFF)}
    assert not {each.path for each in DESK} & {each.path for each in navigation.places(SUPPLIER)}


def steps_in(page: Page) -> list[str]:
    return [
        str(each.get_attribute("href"))
        for each in page.get_by_role("navigation", name="Sökväg").get_by_role("link").all()
    ]


def test_the_way_leads_back_to_the_list_as_it_was_asked(site: Site, browser_page: Page) -> None:
    sign_in(browser_page, site, SUPPLIER)
    browser_page.goto(f"{site.address}/invoices?q=F26-1&sort=amount&dir=desc")
    browser_page.locator("tbody th a").first.click()
    assert steps_in(browser_page) == ["/invoices?q=F26-1&sort=amount&dir=desc"]
    browser_page.get_by_role("navigation", name="Sökväg").get_by_role("link").click()
    assert browser_page.url == f"{site.address}/invoices?q=F26-1&sort=amount&dir=desc"
    browser_page.goto(f"{site.address}/invoices")
    browser_page.locator("tbody th a").first.click()
    assert steps_in(browser_page) == ["/invoices"]


def test_the_queue_as_it_was_asked_stands_in_the_way_without_script(site: Site) -> None:
    with visitor(site, STAFF) as reader:
        queue = reader.get("/finance?cause=PRICE").text
        found = re.search(r'href="(/finance/documents/\d+\?[^"]*)"', queue)
        assert found
        _, steps, _ = way_of(reader.get(unescape(found[1])).text)
    (asked,) = steps
    assert asked.startswith("/finance?")
    assert "cause=PRICE" in asked


def test_who_signs_out_leaves_no_question_of_a_list(site: Site, browser_page: Page) -> None:
    sign_in(browser_page, site, SUPPLIER)
    browser_page.goto(f"{site.address}/invoices?q=F26-1")
    assert browser_page.evaluate("Object.keys(sessionStorage)") == ["asked:/invoices"]
    browser_page.get_by_role("button", name="Logga ut").click()
    browser_page.wait_for_url("**/sign-in**")
    assert browser_page.evaluate("Object.keys(sessionStorage)") == []


def test_paper_has_no_way(site: Site, browser_page: Page) -> None:
    sign_in(browser_page, site, SUPPLIER)
    browser_page.goto(f"{site.address}/invoices/upload")
    assert browser_page.locator(".crumbs").is_visible()
    browser_page.emulate_media(media="print")
    assert not browser_page.locator(".crumbs").is_visible()
