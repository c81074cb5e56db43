"""Every page of every table is looked at: axe finds nothing, it speaks both languages, nothing is cut at 320 pixels.

Axe, which takes most of the time, reads each route's first address in Swedish; `make test-slow` lets it read every
address, and both languages.
`BILLING_TEST_PICTURES=folder` keeps a picture of each page at 1280 and 390 pixels on the way.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from accounts.identity import BUYER_SIDE, Person
from tests.support.pages.all_routes import AREAS, STAFF, SUPPLIER, table, table_in
from tests.support.pages.browser import WIDTHS, Site, axe, picture, sign_in, too_wide
from tests.support.stories.demo_books import demo_site

WITH_PAGES = [area for area in AREAS if any(each.page for each in table(area).values())]
KEEPS_PICTURES = "BILLING_TEST_PICTURES" in os.environ


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("walk"), is_demo=True) as served:
        yield served


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("area", WITH_PAGES)
def test_no_page_keeps_anybody_out(area: str, language: str, site: Site, browser_page: Page) -> None:
    wrong: list[str] = []
    for address, is_first in _walked(area, language, site, browser_page):
        if is_first and language == "sv":
            wrong += [f"{address}: {each}" for each in axe(browser_page)]
        if browser_page.locator("html").get_attribute("lang") != language:
            wrong.append(f"{address}: is not in {language}")
        browser_page.set_viewport_size({"width": 320, "height": 800})
        wrong += [f"{address} at 320: {each}" for each in too_wide(browser_page)]
        browser_page.set_viewport_size({"width": 1280, "height": 900})
        if KEEPS_PICTURES and language == "sv":
            for width in WIDTHS:
                picture(browser_page, f"{area}{re.sub(r'[^a-z0-9]+', '-', address)}"[:80], width)
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("area", WITH_PAGES)
def test_axe_finds_nothing_at_any_address(area: str, language: str, site: Site, browser_page: Page) -> None:
    walked = _walked(area, language, site, browser_page)
    assert [f"{address}: {each}" for address, _ in walked for each in axe(browser_page)] == []


def _walked(area: str, language: str, site: Site, page: Page) -> Iterator[tuple[str, bool]]:
    """Go to each address of an area as somebody who may; the address, and whether it is its route's first."""
    now: Person | None = None
    for key, route in table_in(area, site.database).items():
        if not route.page or not key.startswith("GET ") or "." in key.rpartition("/")[2]:
            continue
        person = STAFF if route.may and route.may <= BUYER_SIDE else SUPPLIER
        if route.everybody:
            page.context.clear_cookies()
            now = None
            if language == "en":
                page.context.add_cookies([{"name": "billing-language", "value": "en", "url": site.address}])
        elif now != person:
            page.context.clear_cookies()
            sign_in(page, site, _speaking(person, language))
            now = person
        # The same page asked in other ways is the same page; one language sees them all.
        for address in route.own if language == "sv" else route.own[:1]:
            page.goto(f"{site.address}{address}")
            yield address, address == route.own[0]


def _speaking(person: Person, language: str) -> Person:
    return replace(person, id=f"{person.id}-{language}", language=language)
