"""The sheet of shortcuts tells every key the scripts listen for and no other; those of one sign can be turned off."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.pages.browser import Site, axe, sign_in, too_wide
from tests.support.pages.portal_walks import ALVA
from tests.support.pages.visitor import visitor
from tests.support.stories.demo_books import demo_site
from web.frame.shortcuts import SHORTCUTS
from web.static_files import FOLDER

FOCUSED = "document.activeElement.id"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("shortcuts"), is_demo=True) as served:
        yield served


def test_the_sheet_names_the_very_keys_that_the_scripts_listen_for() -> None:
    scripts = {each.name: each.read_text() for each in FOLDER.glob("*.js")}
    listening = {name: len(re.findall(r"keydown|keyup|keypress", each)) for name, each in scripts.items()}
    assert {name: count for name, count in listening.items() if count} == {"site.js": 1}
    table = re.search(r"const SHORTCUTS = \{\n(.*?)\n\};", scripts["site.js"], re.DOTALL)
    assert table
    heard = re.findall(r'^ {2}"([^"]+)": ', table[1], re.MULTILINE)
    assert len(heard) == len(table[1].splitlines()), "each row of the table is one key"
    told = [key for each in SHORTCUTS for key in each.keys]
    assert sorted(heard) == sorted(told)


def test_the_sheet_is_a_page_without_a_script_and_is_linked_from_every_foot(site: Site) -> None:
    with visitor(site) as stranger:
        assert 'href="/shortcuts"' in stranger.get("/sign-in").text
        page = stranger.get("/shortcuts").text
        for key in ("?", "/", "Ctrl+K", "j", "k"):
            assert f"<kbd>{key}</kbd>" in page


def test_a_question_mark_lays_the_sheet_over_the_page_and_loses_nothing_written(
    site: Site, browser_page: Page
) -> None:
    sign_in(browser_page, site, ALVA)
    browser_page.goto(f"{site.address}/invoices")
    browser_page.locator("#filter-q").fill("F26")
    browser_page.locator("#filter-q").press("?")
    assert browser_page.locator("#filter-q").input_value() == "F26?", "in a field it is a letter"
    browser_page.evaluate("document.activeElement.blur()")
    browser_page.keyboard.press("?")
    sheet = browser_page.get_by_role("dialog", name="Kortkommandon")
    sheet.wait_for()
    assert axe(browser_page) == []
    sheet.get_by_role("button", name="Stäng").click()
    assert sheet.count() == 0
    assert browser_page.locator("#filter-q").input_value() == "F26?"
    browser_page.set_viewport_size({"width": 390, "height": 844})
    browser_page.keyboard.press("?")
    sheet.wait_for()
    assert not too_wide(browser_page)


def test_keys_of_one_sign_can_be_turned_off(site: Site, browser_page: Page) -> None:
    sign_in(browser_page, site, ALVA)
    browser_page.goto(f"{site.address}/shortcuts")
    browser_page.get_by_label("Avstängda").check()
    browser_page.get_by_role("button", name="Spara").click()
    browser_page.get_by_text("gör inget längre").wait_for()
    browser_page.goto(f"{site.address}/invoices")
    browser_page.keyboard.press("/")
    assert browser_page.evaluate(FOCUSED) != "search-everything"
    browser_page.keyboard.press("Control+k")
    assert browser_page.evaluate(FOCUSED) == "search-everything"
    browser_page.goto(f"{site.address}/shortcuts")
    browser_page.get_by_label("Påslagna").check()
    browser_page.get_by_role("button", name="Spara").click()
    browser_page.get_by_text("Kortkommandona är på.").wait_for()
    browser_page.keyboard.press("/")
    assert browser_page.evaluate(FOCUSED) == "search-everything"


def test_j_and_k_go_from_row_to_row_and_nowhere_else(site: Site, browser_page: Page) -> None:
    sign_in(browser_page, site, ALVA)
    browser_page.goto(f"{site.address}/search?q=F26-14")
    rows = browser_page.locator("a.row-link")
    assert rows.count() > 1
    focused = "document.activeElement.textContent"
    before = browser_page.evaluate(focused)
    browser_page.keyboard.press("j")
    assert browser_page.evaluate(focused) == before
    rows.nth(0).focus()
    browser_page.keyboard.press("j")
    assert browser_page.evaluate(focused) == rows.nth(1).inner_text()
    browser_page.keyboard.press("k")
    assert browser_page.evaluate(focused) == rows.nth(0).inner_text()
