"""Every page of every table is looked at: axe finds nothing, it speaks both languages, nothing is cut at 320 pixels.

`make test` looks at each route's first address in Swedish, and asks for the same page in English without a browser;
`make test-slow` lets axe read every address, and both languages.
`BILLING_TEST_PICTURES=folder` keeps a picture of each page at 1280 and 390 pixels on the way.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from accounts.identity import BUYER_SIDE, Person
from tests.support.pages.all_routes import AREAS, STAFF, SUPPLIER, table, table_in
from tests.support.pages.browser import KEEPS_PICTURES, WIDTHS, Site, axe, picture, sign_in, too_wide
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site

WITH_PAGES = [area for area in AREAS if any(each.page for each in table(area).values())]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("walk"), is_demo=True) as served:
        yield served


@pytest.mark.parametrize("area", WITH_PAGES)
def test_no_page_keeps_anybody_out(
    area: str, site: Site, browser_page: Page, record_property: Callable[[str, object], None]
) -> None:
    assert _wrong(area, "sv", site, browser_page, at_most=1) == []
    record_property("pages_looked_at", len(list(_addresses(area, site, at_most=1))))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("area", WITH_PAGES)
def test_no_address_keeps_anybody_out(
    area: str, language: str, site: Site, browser_page: Page, record_property: Callable[[str, object], None]
) -> None:
    assert _wrong(area, language, site, browser_page) == []
    record_property("pages_looked_at", len(list(_addresses(area, site, at_most=None))))


@pytest.mark.parametrize("area", WITH_PAGES)
def test_every_page_speaks_english_to_whoever_does(area: str, site: Site) -> None:
    with ExitStack() as stack:
        visitors: dict[Person | None, Visitor] = {}
        for person, address in _addresses(area, site, at_most=1):
            if person not in visitors:
                spoken = None if person is None else _speaking(person, "en")
                visitors[person] = stack.enter_context(visitor(site, spoken))
                visitors[person].client.cookies.set("billing-language", "en")
            answer = visitors[person].client.get(address, follow_redirects=True)
            assert '<html lang="en"' in answer.text, address


def _wrong(area: str, language: str, site: Site, page: Page, *, at_most: int | None = None) -> list[str]:
    """What axe, the language and the widths have against the pages of an area."""
    wrong: list[str] = []
    now: Person | None = None
    for person, address in _addresses(area, site, at_most=at_most):
        if person is None:
            page.context.clear_cookies()
            page.context.add_cookies([{"name": "billing-language", "value": language, "url": site.address}])
        elif now != person:
            page.context.clear_cookies()
            sign_in(page, site, _speaking(person, language))
        now = person
        page.goto(f"{site.address}{address}")
        wrong += [f"{address}: {each}" for each in axe(page)]
        if page.locator("html").get_attribute("lang") != language:
            wrong.append(f"{address}: is not in {language}")
        page.set_viewport_size({"width": 320, "height": 800})
        wrong += [f"{address} at 320: {each}" for each in too_wide(page)]
        page.set_viewport_size({"width": 1280, "height": 900})
        if KEEPS_PICTURES and language == "sv":
            for width in WIDTHS:
                picture(page, f"{area}{re.sub(r'[^a-z0-9]+', '-', address)}"[:80], width)
    return wrong


def _addresses(area: str, site: Site, *, at_most: int | None) -> Iterator[tuple[Person | None, str]]:
    """Each address of an area's pages with somebody who may have it, nobody where everybody may."""
    for key, route in table_in(area, site.database).items():
        if not route.page or not key.startswith("GET ") or "." in key.rpartition("/")[2]:
            continue
        person = STAFF if route.may and route.may <= BUYER_SIDE else SUPPLIER
        for address in route.own[:at_most]:
            yield None if route.everybody else person, address


def _speaking(person: Person, language: str) -> Person:
    return replace(person, id=f"{person.id}-{language}", language=language)
