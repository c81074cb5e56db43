"""Which columns of a list are shown stands in its address: hidden at every width, kept by all that leads on from it."""

import re
from collections.abc import Iterator

import pytest
from lxml import html
from playwright.sync_api import Browser, Page, expect

from accounts.identity import Permission
from tests.support.pages.all_routes import ONES, STAFF, SUPPLIER
from tests.support.pages.browser import WIDTHS, Site, axe, session_cookie
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site
from tests.web.lists.test_every_list import lists
from web.lists.columns import NUMBERED

SORTABLE = [row for row in lists() if row.sorts]
EVERY = [pytest.param(row.address, row.address.startswith("/finance"), id=row.address) for row in SORTABLE]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("columns"), is_demo=True) as served:
        yield served


@pytest.fixture
def supplier(site: Site) -> Iterator[Visitor]:
    with visitor(site, SUPPLIER) as opened:
        yield opened


def opened(who: Visitor, address: str) -> html.HtmlElement:
    answer = who.get(address)
    assert answer.status_code == 200, address
    return html.document_fromstring(answer.text)


def presses(page: html.HtmlElement) -> dict[str, str]:
    """The presses that hide a column or show it again, by what it is called."""
    found = page.cssselect("[data-stays=columns] a")
    return {each.get("id", "").removeprefix("column-"): each.get("href", "") for each in found}


def leading_on(page: html.HtmlElement) -> list[str]:
    """Where the list leads to itself: its headings, its other pages and sizes, and its list without conditions."""
    links = page.cssselect(
        "th a[href*='sort='], .pager a, .page-sizes a, main .tabs a, .chips:not(.causes-chips) > li > a"
    )
    return [each.get("href", "") for each in links]


def seen(page: Page) -> tuple[list[str], list[list[str]]]:
    """The headings and cells of the list that can be seen, by what the cells are called in their cards."""
    heads, rows = page.locator("table.listing").evaluate(
        """(table) => {
          const seen = (each) => each.checkVisibility();
          const heads = [...table.tHead.rows[0].cells].filter(seen).map((each) => each.textContent.trim());
          const rows = [...table.tBodies[0].rows];
          return [heads, rows.map((row) => [...row.cells].filter(seen).map((each) => each.dataset.name ?? ""))];
        }"""
    )
    return heads, rows


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("address", "is_staff"), EVERY)
def test_each_column_that_is_hidden_is_gone_with_its_heading(
    site: Site, chromium: Browser, address: str, is_staff: bool, width: int
) -> None:
    with chromium.new_context(viewport={"width": width, "height": 900}) as context:
        who = STAFF if is_staff else SUPPLIER
        context.add_cookies(
            [{"name": "billing-session", "value": session_cookie(site, who), "url": site.address}]
        )
        page = context.new_page()
        page.goto(f"{site.address}{address}")
        links = page.locator("[data-stays=columns] a")
        names = [(each.get_attribute("id") or "").removeprefix("column-") for each in links.all()]
        labels = [
            " ".join(each.split()).removeprefix("✓ Dölj kolumnen ") for each in links.all_text_contents()
        ]
        heads, rows = seen(page)
        assert rows
        for half in (slice(0, None, 2), slice(1, None, 2)):
            page.goto(f"{site.address}{address}{'&' if '?' in address else '?'}hide={'.'.join(names[half])}")
            fewer, fewer_rows = seen(page)
            assert [each for each in heads if each.rstrip(" ↓↑") not in labels[half]] == fewer
            assert [[each for each in row if each not in labels[half]] for row in rows] == fewer_rows


@pytest.mark.parametrize(("address", "is_staff"), EVERY)
def test_what_names_the_row_stands_whatever_the_address_says(
    site: Site, address: str, is_staff: bool
) -> None:
    with visitor(site, STAFF if is_staff else SUPPLIER) as who:
        page = opened(who, address)
        (row,) = [each for each in SORTABLE if each.address == address]
        declared = re.findall(r'^  \("(\w+)", _\("[^"]*"\)(, "name")?', row.source, re.MULTILINE)
        (named,) = [name for name, names in declared if names]
        hideable = [name for name, names in declared if not names]
        assert list(presses(page)) == hideable
        assert len(declared) + 2 <= NUMBERED
        hidden = opened(who, f"{address}{'&' if '?' in address else '?'}hide={named}.colour")
        assert "hides-" not in hidden.cssselect("table.listing")[0].get("class", "")
        everything = opened(who, f"{address}?hide={'.'.join(hideable)}")
        assert everything.cssselect("table.listing")[0].get("class", "").count("hides-") == len(hideable)


def test_a_press_hides_the_next_shows_it_again_in_the_order_of_the_columns(supplier: Visitor) -> None:
    hidden = presses(opened(supplier, "/orders?lines=to_invoice"))["paid"]
    assert hidden == "/orders?lines=to_invoice&hide=paid"
    both = presses(opened(supplier, hidden))["unit"]
    assert both == "/orders?lines=to_invoice&hide=unit.paid"
    page = opened(supplier, both)
    assert (
        " ".join(page.cssselect("[data-stays=columns] summary")[0].text_content().split())
        == "Kolumner 2 dolda"
    )
    assert presses(page)["paid"] == "/orders?lines=to_invoice&hide=unit"
    assert presses(opened(supplier, "/orders?hide=unit"))["unit"] == "/orders"


@pytest.mark.parametrize(
    ("address", "hidden"),
    [
        ("/orders?month=2026-09", "unit.paid"),
        ("/invoices?q=F26", "received"),
        ("/to-invoice?month=2026-09", "unit"),
        ("/placements?unit=UV-101", "tutor"),
        ("/reports?unit=UV-101", "filed"),
    ],
)
def test_headings_pages_tabs_and_the_filter_keep_the_columns_and_files_have_all(
    supplier: Visitor, address: str, hidden: str
) -> None:
    page = opened(supplier, f"{address}&hide={hidden}")
    assert all(f"hide={hidden}" in each for each in leading_on(page) if "/invoices/refused" not in each)
    kept = page.cssselect("form[role=search] input[name=hide]")
    assert [each.get("value") for each in kept] == [hidden]
    files = page.cssselect("a[href*='.csv'], a[href*='.xlsx']")
    assert all("hide" not in each.get("href", "") for each in files)


def test_the_pages_of_a_long_list_keep_the_columns(supplier: Visitor) -> None:
    second = opened(supplier, "/invoices?hide=order&page=2")
    (back,) = [each.get("href", "") for each in second.cssselect(".pager a[rel=prev]")]
    assert "hide=order" in back
    assert presses(second)["order"] == "/invoices", "what is asked otherwise begins on the first page"


def test_a_saved_view_keeps_the_columns(site: Site) -> None:
    with visitor(site, ONES[Permission.REPORT]) as person:
        address = "/orders?lines=paid&hide=unit.period"
        person.post("/views", {"name": "Kort", "address": address})
        (kept,) = [
            each
            for each in opened(person, "/orders").cssselect(".views .chips a")
            if each.text_content() == "Kort"
        ]
        assert kept.get("href") == address


def test_the_list_that_answers_a_refused_form_leads_to_itself(site: Site, supplier: Visitor) -> None:
    supplier.client.headers["Referer"] = f"{site.address}/placements"
    answer = supplier.post("/placements/tutors", {"tutor": ""})
    assert answer.status_code == 422
    page = html.document_fromstring(answer.text)
    addresses = [*leading_on(page), *presses(page).values()]
    assert addresses
    for each in addresses:
        assert supplier.get(each).status_code == 200, each


def test_columns_are_chosen_one_after_another_without_the_fold_closing(
    site: Site, browser_page: Page
) -> None:
    browser_page.context.add_cookies(
        [{"name": "billing-session", "value": session_cookie(site, SUPPLIER), "url": site.address}]
    )
    browser_page.goto(f"{site.address}/orders")
    browser_page.evaluate("window.wasHere = true")
    browser_page.get_by_text("Kolumner", exact=True).click()
    for name in ("Enhet", "Period"):
        browser_page.get_by_role("link", name=f"Dölj kolumnen {name}").click()
        expect(browser_page.get_by_role("link", name=f"Visa kolumnen {name}")).to_be_focused()
        expect(browser_page.get_by_role("columnheader", name=name)).to_have_count(0)
    assert axe(browser_page) == []
    browser_page.get_by_role("link", name="Visa kolumnen Enhet").click()
    expect(browser_page.get_by_role("columnheader", name="Enhet")).to_be_visible()
    expect(browser_page).to_have_url(f"{site.address}/orders?hide=period")
    assert browser_page.evaluate("window.wasHere") is True
