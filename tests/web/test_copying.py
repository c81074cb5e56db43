"""A number that is carried elsewhere is copied on a press, from the keyboard too; without a script there is none."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from accounts.identity import Person
from tests.support.pages.all_routes import STAFF, SUPPLIER, table_in
from tests.support.pages.browser import Site, axe, sign_in, too_wide
from tests.support.pages.visitor import visitor
from tests.support.stories.demo_books import demo_site

CLIPBOARD = "navigator.clipboard.readText()"
TARGET_LEAST = 24


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("copying"), is_demo=True) as served:
        yield served


def address_of(route: str, area: str, site: Site) -> str:
    """The first address of a route in the demo's books."""
    return table_in(area, site.database)[f"GET {route}"].own[0]


@pytest.mark.parametrize(
    ("person", "area", "route"),
    [
        (SUPPLIER, "supplier", "/orders/{number}"),
        (SUPPLIER, "supplier", "/placements/{reference:path}"),
        (SUPPLIER, "flip", "/invoices/{invoice_id:int}"),
        (SUPPLIER, "flip", "/invoices/refused/{letter_id:int}"),
        (SUPPLIER, "economy", "/economy/payments/{payment}"),
        (STAFF, "desk", "/finance/documents/{number}"),
        (STAFF, "desk", "/finance/letters/{number}"),
        (STAFF, "desk", "/finance/post/{number}"),
        (STAFF, "pay", "/finance/payments/claims/{invoice_id}"),
        (STAFF, "pay", "/finance/reconciliation/case/{reference}"),
    ],
)
def test_the_pages_own_number_is_copied_from_the_keyboard(
    person: Person, area: str, route: str, site: Site, browser_page: Page
) -> None:
    browser_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(browser_page, site, person)
    browser_page.goto(site.address + address_of(route, area, site))
    subjects = browser_page.locator("[data-copy]")
    buttons = browser_page.get_by_role("button", name=re.compile("^Kopiera "))
    assert subjects.count() == buttons.count() > 0
    for subject, button in zip(subjects.all(), buttons.all(), strict=True):
        value = str(subject.get_attribute("data-copy"))
        assert value
        assert value in subject.inner_text()
        button.focus()
        browser_page.keyboard.press("Enter")
        browser_page.get_by_text(f"Kopierat: {value}", exact=True).wait_for(state="attached")
        assert browser_page.evaluate(CLIPBOARD) == value
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= TARGET_LEAST
    assert browser_page.locator("#copied[aria-live]", has_text="Kopierat").count() == 1
    assert axe(browser_page) == []
    assert not too_wide(browser_page)


def test_the_heading_is_called_what_it_says_and_the_press_stands_beside_it(
    site: Site, browser_page: Page
) -> None:
    sign_in(browser_page, site, SUPPLIER)
    browser_page.goto(site.address + address_of("/orders/{number}", "supplier", site))
    heading = browser_page.get_by_role("heading", level=1)
    number = str(heading.get_attribute("data-copy"))
    assert heading.inner_text() == f"Order {number}"
    button = browser_page.get_by_role("button", name=f"Kopiera {number}", exact=True)
    stands, beside = button.bounding_box(), heading.bounding_box()
    assert stands
    assert beside
    assert beside["y"] <= stands["y"] + stands["height"] / 2 <= beside["y"] + beside["height"]


def test_without_a_script_and_on_paper_there_is_no_press(site: Site, browser_page: Page) -> None:
    address = address_of("/orders/{number}", "supplier", site)
    with visitor(site, SUPPLIER) as reader:
        page = reader.get(address).text
    assert "data-copy=" in page
    assert 'class="copy"' not in re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)
    sign_in(browser_page, site, SUPPLIER)
    browser_page.goto(site.address + address)
    browser_page.emulate_media(media="print")
    assert not browser_page.locator("button.copy").first.is_visible()
