"""Whoever reads chooses how the pages look; who chose nothing has it as the machine has it, and paper is white."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from orders.register import store as register_store
from tests.support.pages.browser import Site, axe, portal, sign_in, too_wide
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

ALVA = Person("user-a", "Alva Lind", "5599991014", frozenset({Permission.REPORT, Permission.ADMINISTER}))
BUYER = Person("user-b", "Frida Holm", "2021002114", frozenset({Permission.FINANCE}))
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('portal') / 'billing.sqlite'}"
    database = migrated(url)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
    database.close()
    with portal(url) as served:
        yield served


def test_dark_pages_with_close_rows_are_chosen_and_kept(site: Site, any_page: Page) -> None:
    sign_in(any_page, site, ALVA)
    any_page.goto(f"{site.address}/orders")
    any_page.get_by_role("link", name="Utseende").click()
    any_page.get_by_label("Mörkt").check()
    any_page.get_by_label("Täta rader: fler på skärmen").check()
    any_page.get_by_role("button", name="Spara").click()
    assert any_page.url == f"{site.address}/orders", "back to where it was chosen"
    assert any_page.get_by_role("status").inner_text() == "Utseendet är ändrat i den här webbläsaren."
    any_page.goto(f"{site.address}/invoices")
    page = any_page.locator("html")
    assert (page.get_attribute("data-theme"), page.get_attribute("data-density")) == ("dark", "compact")
    any_page.goto(f"{site.address}/look")
    assert any_page.get_by_label("Mörkt").is_checked()
    any_page.get_by_label("Som datorn eller telefonen har det").check()
    any_page.get_by_role("button", name="Spara").click()
    assert any_page.locator("html").get_attribute("data-theme") is None


def test_the_page_says_for_whom_somebody_is_there(site: Site, any_page: Page) -> None:
    sign_in(any_page, site, ALVA)
    any_page.goto(f"{site.address}/account")
    assert any_page.locator(".who-name").inner_text().split("\n")[-1].endswith("Fyrbåken Exempel AB")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_component_can_be_used_in_light_and_in_dark(site: Site, browser_page: Page, theme: str) -> None:
    browser_page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    browser_page.goto(f"{site.address}/design")
    assert axe(browser_page) == []
    for width in (1280, 320):
        browser_page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(browser_page) == []
    grounds = {"light": "rgb(245, 247, 249)", "dark": "rgb(17, 22, 28)"}
    assert browser_page.evaluate(GROUND) == grounds[theme]
    browser_page.emulate_media(media="print")
    assert browser_page.evaluate(GROUND) == "rgb(255, 255, 255)", "paper is white whatever was chosen"


def test_figures_under_each_other_have_one_width(site: Site, browser_page: Page) -> None:
    """The font comes from us, and its figures stand in columns."""
    browser_page.goto(f"{site.address}/design")
    widths = browser_page.evaluate(
        """async () => {
          await document.fonts.ready;
          const told = [...document.querySelectorAll("td.num")][0];
          const width = (text) => {
            told.innerHTML = `<span>${text}</span>`;
            return told.firstChild.getBoundingClientRect().width;
          };
          return [document.fonts.check("16px Inter"), width("1111111"), width("8888888")];
        }"""
    )
    assert widths[0] is True
    assert widths[1] == widths[2]


def test_the_buyers_people_find_their_ways_at_the_side_of_a_wide_screen(
    site: Site, browser_page: Page
) -> None:
    sign_in(browser_page, site, BUYER)
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    browser_page.goto(f"{site.address}/finance/reconciliation")
    ways = browser_page.get_by_role("navigation", name="Huvudmeny").first.bounding_box()
    content = browser_page.locator("main").bounding_box()
    assert ways is not None
    assert content is not None
    assert ways["x"] + ways["width"] <= content["x"], "beside the page, not above it"
    browser_page.emulate_media(media="print")
    assert not browser_page.get_by_role("navigation", name="Huvudmeny").first.is_visible()


def test_nothing_of_ours_is_loaded_from_elsewhere(site: Site) -> None:
    sheets = Path(__file__).parents[2] / "web" / "static"
    assert [
        each.name for each in sheets.glob("*.css") if "//" in each.read_text().replace("://www.w3", "")
    ] == []
