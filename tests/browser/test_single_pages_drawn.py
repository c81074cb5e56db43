"""What only drawing shows of single pages: words over words, links too small or named otherwise, and paper."""

from collections.abc import Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import Page

from accounts.identity import Person
from tests.support.pages.all_routes import STAFF, SUPPLIER
from tests.support.pages.browser import Site, session_cookie
from tests.support.stories.demo_books import demo_site

PICTURED = [
    *((SUPPLIER, path) for path in ("/", "/placements/400000014")),
    *((STAFF, path) for path in ("/finance/overview", "/finance/reconciliation")),
    *((STAFF, f"/finance/reconciliation/{path}") for path in ("trends", "forecast", "case/400000004")),
]
# On a narrow screen the picture of a statement is left to its list.
LISTED = ("/finance/reconciliation", "/finance/reconciliation/case/400000004")
SMALLEST = 11
TOO_SMALL = """(smallest) => [...document.querySelectorAll("svg text")].flatMap((words) => {
  const picture = words.ownerSVGElement, drawn = picture.getBoundingClientRect().width;
  const size = parseFloat(getComputedStyle(words).fontSize) * drawn / picture.viewBox.baseVal.width;
  return drawn && size < smallest ? [`${words.textContent}: ${size}`] : [];
})"""
SORTED = [(SUPPLIER, "/orders"), (SUPPLIER, "/invoices"), (STAFF, "/finance/invoices")]
NARROWED = [
    *((SUPPLIER, path) for path in ("/to-invoice", "/placements")),
    *((STAFF, path) for path in ("/finance", "/finance/audit", "/finance/reports")),
]
WRITTEN = "select, input:not([type=hidden])"
OVER_EACH_OTHER = """() => [...document.querySelectorAll("svg")].flatMap((picture) => {
  const words = [...picture.querySelectorAll("text")].filter((each) => each.getBoundingClientRect().width);
  return words.flatMap((one, place) => words.slice(place + 1).flatMap((other) => {
    const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return wide > 1 && high > 3 ? [`${one.textContent} / ${other.textContent}`] : [];
  }));
})"""
UNREADABLE = """() => {
  const ground = (each) => {
    for (let one = each; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "";
  };
  const canvas = ground(document.body);
  return [...document.querySelectorAll("body *")].filter((each) =>
    each.checkVisibility() && [...each.childNodes].some((one) => one.nodeType === 3 && one.data.trim()))
    .filter((each) => {
      const style = getComputedStyle(each);
      const below = ground(each);
      return below === style.color || (below !== canvas && style.forcedColorAdjust !== "none");
    }).map((each) => each.outerHTML.slice(0, 120));
}"""
"""Words the colour of their ground, or on a plate of their own: a browser lays one below them on any other ground."""
MARKED = """() => [...document.querySelectorAll(".main-nav, .tabs")].flatMap((menu) => {
  const canvas = getComputedStyle(document.body).backgroundColor;
  const edged = (each) => ["Top", "Right", "Bottom", "Left"].some((side) => {
    const style = getComputedStyle(each);
    return style[`border${side}Width`] !== "0px" && style[`border${side}Color`] !== canvas;
  });
  return [...menu.querySelectorAll("a")]
    .filter((each) => edged(each) !== each.hasAttribute("aria-current"))
    .map((each) => each.outerHTML.slice(0, 120));
})"""
BROKEN_DATES = """() => {
  const walker = document.createTreeWalker(document.getElementById("content"), NodeFilter.SHOW_TEXT);
  const broken = [];
  while (walker.nextNode()) {
    for (const found of walker.currentNode.data.matchAll(/\\d{4}-\\d\\d-\\d\\d/g)) {
      const drawn = document.createRange();
      drawn.setStart(walker.currentNode, found.index);
      drawn.setEnd(walker.currentNode, found.index + 10);
      const tops = [...drawn.getClientRects()].map((each) => Math.round(each.top));
      if (new Set(tops).size > 1) broken.push(walker.currentNode.data.trim());
    }
  }
  return broken;
}"""
NAMED_OTHERWISE = """() => axe.run({
  runOnly: { type: "rule", values: ["label-content-name-mismatch"] },
  rules: { "label-content-name-mismatch": { enabled: true } },
}).then((told) => told.violations.flatMap((each) => each.nodes.map((node) => node.html.slice(0, 120))))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("drawn"), is_demo=True) as served:
        yield served


def goes(page: Page, site: Site, who: Person | None, path: str) -> None:
    page.context.clear_cookies()
    if who is not None:
        page.context.add_cookies(
            [{"name": "billing-session", "value": session_cookie(site, who), "url": site.address}]
        )
    page.goto(f"{site.address}{path}")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_words_of_a_picture_are_read_at_any_width_and_each_link_is_named_as_it_is_seen(
    site: Site, browser_page: Page, width: int
) -> None:
    browser_page.set_viewport_size({"width": width, "height": 900})
    for who, path in PICTURED:
        goes(browser_page, site, who, path)
        assert browser_page.locator("svg text:visible").count() or (width == 390 and path in LISTED), path
        assert browser_page.evaluate(TOO_SMALL, SMALLEST) == [], path
        assert browser_page.evaluate(OVER_EACH_OTHER) == [], path
        browser_page.evaluate(
            files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        )
        assert browser_page.evaluate(NAMED_OTHERWISE) == [], path


def test_a_day_is_never_on_two_lines(site: Site, browser_page: Page) -> None:
    browser_page.set_viewport_size({"width": 390, "height": 900})
    for who, path in (*PICTURED, *NARROWED, (SUPPLIER, "/account"), (None, "/accessibility")):
        goes(browser_page, site, who, path)
        assert browser_page.evaluate(BROKEN_DATES) == [], path


def test_pages_beside_a_page_are_behind_one_press_on_a_phone(site: Site, browser_page: Page) -> None:
    browser_page.set_viewport_size({"width": 390, "height": 900})
    goes(browser_page, site, STAFF, "/finance/reconciliation/month-end")
    beside = browser_page.locator(".tabs a", has_text="Prognos")
    assert not beside.is_visible()
    browser_page.locator("summary", has_text="Sidor: Månadsbokslut").click()
    beside.click()
    assert browser_page.url.endswith("/finance/reconciliation/forecast")
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    assert beside.is_visible()


def test_a_heading_that_sorts_is_as_tall_as_a_finger(site: Site, browser_page: Page) -> None:
    for who, path in SORTED:
        goes(browser_page, site, who, path)
        heights = browser_page.evaluate(
            "[...document.querySelectorAll('thead a')].map((each) => each.getBoundingClientRect().height)"
        )
        assert heights, path
        assert min(heights) >= 24, path


def test_paper_has_the_wide_pictures_and_nothing_to_press(site: Site, browser_page: Page) -> None:
    browser_page.emulate_media(media="print")
    browser_page.set_viewport_size({"width": 718, "height": 1000})
    for who, path in PICTURED:
        goes(browser_page, site, who, path)
        assert browser_page.locator("svg:visible").count(), path
        assert browser_page.locator(".narrow-picture:visible").count() == 0, path
        assert browser_page.locator("button:visible, a.button:visible, input:visible").count() == 0, path
    goes(browser_page, site, SUPPLIER, "/orders")
    assert browser_page.locator("table.data thead").is_visible(), "rows are a table, and no cards"


@pytest.mark.parametrize("width", [390, 1280])
def test_whoever_has_colours_of_their_own_reads_every_word_and_sees_which_entry_is_current(
    site: Site, browser_page: Page, width: int
) -> None:
    browser_page.emulate_media(forced_colors="active")
    browser_page.set_viewport_size({"width": width, "height": 900})
    for who, path in (*PICTURED, *SORTED, (STAFF, "/finance?cause=PRICE"), (SUPPLIER, "/news")):
        goes(browser_page, site, who, path)
        assert browser_page.evaluate(UNREADABLE) == [], path
        assert browser_page.evaluate(MARKED) == [], path
    # What was delivered and what of it is paid are told apart without our colours.
    goes(browser_page, site, STAFF, "/finance/overview")
    fills = "[...document.querySelectorAll('svg .node')].map((each) => getComputedStyle(each).fill)"
    assert len(set(browser_page.evaluate(fills))) == 2


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
def test_the_first_row_of_a_list_is_on_the_first_screen_and_its_filters_within_a_press(
    site: Site, browser_page: Page, width: int, height: int
) -> None:
    browser_page.set_viewport_size({"width": width, "height": height})
    for who, path in (*SORTED, *NARROWED):
        goes(browser_page, site, who, path)
        row = browser_page.locator("main tbody tr").first.bounding_box()
        assert row is not None
        assert row["y"] < height, path
        field = browser_page.locator("main form[role=search]").locator(WRITTEN).first
        if path != "/finance":
            assert field.is_visible() is (width == 1280), path
        if not field.is_visible():
            browser_page.get_by_text("Filtrera", exact=True).click()
        field.focus()
        assert field.evaluate("(each) => each === document.activeElement"), path
