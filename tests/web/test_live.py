"""A list that is asked anew changes on its page: nothing is loaded again, the focus stays, and going back goes back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from accounts import store as account_store
from accounts.identity import Person
from accounts.notifications import store as notification_store
from tests.support.pages.all_routes import STAFF, SUPPLIER
from tests.support.pages.browser import Site, axe, session_cookie
from tests.support.stories.demo_books import demo_site

STAYED = "window.wasHere === true"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("live"), is_demo=True) as served:
        yield served


@pytest.fixture
def page(site: Site, browser_page: Page) -> Page:
    browser_page.context.add_cookies(
        [{"name": "billing-session", "value": session_cookie(site, SUPPLIER), "url": site.address}]
    )
    return browser_page


def opens(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("window.wasHere = true")


def numbers(page: Page) -> list[str]:
    return page.locator("main tbody tr th a, main tbody tr td:first-child a").all_inner_texts()


def test_a_heading_sorts_and_a_filter_narrows_without_the_page_being_loaded(site: Site, page: Page) -> None:
    opens(page, f"{site.address}/invoices")
    newest = numbers(page)
    page.get_by_role("link", name="Nummer").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.address}/invoices?sort=number&dir=asc")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Nummer ↑")
    assert numbers(page) != newest
    assert page.evaluate("document.activeElement.textContent").startswith("Nummer")
    page.get_by_label("Sök", exact=True).fill("F26-1403")
    page.get_by_role("button", name="Visa").click()
    expect(page.locator("main caption")).to_have_text("1 dokument")
    expect(page.locator("body > p[aria-live]:not([id])")).to_have_text("1 dokument")
    assert "sort=number" in page.url, "a filter keeps the order"
    assert "q=F26-1403" in page.url
    assert page.locator("form [name=next]").first.input_value() == page.url.removeprefix(site.address)
    assert axe(page) == []
    page.get_by_role("link", name="Rensa alla").click()
    expect(page.locator("main caption")).to_have_text("29 dokument")
    page.go_back()
    expect(page.locator("main caption")).to_have_text("1 dokument")
    page.go_back()
    page.go_back()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Mottagen ↓")
    expect(page).to_have_url(f"{site.address}/invoices")
    assert numbers(page) == newest
    assert page.evaluate(STAYED)


def test_pages_of_a_list_begin_at_its_head_and_ticks_work_on_what_came(site: Site, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    opens(page, f"{site.address}/invoices")
    page.get_by_role("link", name="Nästa").click()
    expect(page.get_by_text("26–29 av 29")).to_be_visible()
    assert page.locator("main thead").first.bounding_box() is not None
    assert -60 < page.locator(".table-frame").evaluate("(each) => each.getBoundingClientRect().top") < 250
    assert page.evaluate(STAYED)
    opens(page, f"{site.address}/to-invoice")
    page.get_by_role("link", name="Vad").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Vad ↑")
    assert page.locator(".chosen").is_hidden()
    page.locator("[data-ticks]").check()
    expect(page.locator(".chosen")).to_have_text("2 valda · 4\N{NO-BREAK SPACE}090,00\N{NO-BREAK SPACE}kr")
    page.locator("input[name=line]").first.uncheck()
    expect(page.locator(".chosen")).to_have_text("1 vald · 2\N{NO-BREAK SPACE}000,00\N{NO-BREAK SPACE}kr")
    page.locator("[data-ticks]").set_checked(False)
    page.locator("[data-ticks]").check()
    assert page.locator("input[name=line]:checked").count() == page.locator("input[name=line]").count() > 1
    assert page.evaluate(STAYED)


def test_the_tabs_of_the_queue_change_it_in_place_and_another_page_is_loaded(site: Site, page: Page) -> None:
    page.context.add_cookies(
        [{"name": "billing-session", "value": session_cookie(site, STAFF), "url": site.address}]
    )
    opens(page, f"{site.address}/finance?part=exceptions")
    page.get_by_role("link", name="Kredit begärd").click()
    expect(page.locator(".tabs [aria-current]")).to_contain_text("Kredit begärd")
    assert page.title().startswith("Kredit begärd")
    assert page.evaluate(STAYED)
    page.locator("main a.row-link").first.click()
    page.wait_for_url("**/finance/documents/**")
    assert not page.evaluate(STAYED)


@pytest.mark.parametrize(
    ("who", "address", "label", "written"),
    [(STAFF, "/finance/audit", "Händelse", "claim"), (SUPPLIER, "/reports", "Referens", "400000014")],
    ids=["a field that is called as the form's own address", "a form that leads to a place of its page"],
)
def test_any_search_of_a_list_is_asked_in_place(
    site: Site, page: Page, who: Person, address: str, label: str, written: str
) -> None:
    page.context.add_cookies(
        [{"name": "billing-session", "value": session_cookie(site, who), "url": site.address}]
    )
    opens(page, f"{site.address}{address}")
    field = page.locator("main form[role=search]").get_by_label(label, exact=True)
    field.fill(written)
    field.press("Enter")
    page.wait_for_url(f"**{address}?*{written}*")
    expect(field).to_have_value(written)
    assert page.evaluate(STAYED)


def test_whoever_is_signed_out_meanwhile_is_led_to_sign_in_and_back(site: Site, page: Page) -> None:
    opens(page, f"{site.address}/invoices")
    page.context.clear_cookies()
    page.get_by_role("link", name="Belopp").click()
    page.wait_for_url("**/sign-in**")
    assert "invoices" in page.url
    assert not page.evaluate(STAYED)


def test_what_cannot_be_asked_for_is_loaded_as_the_browser_loads_it(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(locale="sv-SE")
    context.add_cookies(
        [{"name": "billing-session", "value": session_cookie(site, SUPPLIER), "url": site.address}]
    )
    page = context.new_page()
    opens(page, f"{site.address}/invoices")
    asked: list[str] = []

    def fails_once(route: Route) -> None:
        asked.append(route.request.resource_type)
        if len(asked) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/invoices?sort=*", fails_once)
    page.get_by_role("link", name="Belopp").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Belopp ↓")
    assert asked == ["fetch", "document"]
    assert not page.evaluate(STAYED)
    context.close()


def test_how_much_is_unread_follows_a_list_that_is_asked_anew(site: Site, page: Page) -> None:
    opens(page, f"{site.address}/invoices")
    expect(page.get_by_role("link", name="Nytt", exact=True)).to_be_visible()
    with site.database.writing() as session:
        of_ours = account_store.by_name(session, f"{SUPPLIER.id}@{SUPPLIER.organisation}.example")
        assert of_ours is not None
        notification_store.tell(session, of_ours.id, "change-decided", {}, at=site.app.state.clock())
    page.get_by_role("link", name="Nummer").click()
    expect(page.get_by_role("link", name="Nytt, 1 oläst", exact=True)).to_be_visible()
    assert page.evaluate(STAYED)
    assert axe(page) == []
