"""Accounts in a real browser: applying without JavaScript, signing in by keyboard alone, codes by their picture."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pyotp
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Page

from accounts import passwords
from billing.tools.demo import people
from orders.register import store as register_store
from tests.support.pages import mailbox
from tests.support.pages.browser import Opening, Site, axe, picture, portal, tab_to, too_wide
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

PASSWORD = "häst batteri lugn tisdag"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))


@pytest.fixture
def filled_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('portal') / 'billing.sqlite'}"
    database = migrated(url)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)
    database.close()
    return url


@pytest.fixture
def site(filled_url: str) -> Iterator[Site]:
    with portal(filled_url, second_step=False) as served:
        yield served


def link_to(site: Site, address: str) -> str:
    """The link in the newest mail to an address."""
    return mailbox.link_to(site.database, address, now=site.app.state.clock())


def test_a_company_comes_in_without_javascript(site: Site, opening: Opening) -> None:
    with opening(javascript=False, base_url=site.address) as page:
        page.goto("/apply")
        page.get_by_label("Organisationsnummer").fill("559999-4043")
        page.get_by_label("Ditt namn").fill("Nils Ny")
        page.get_by_label("Din e-postadress").fill("nils@stig.example")
        page.get_by_role("button", name="Skicka ansökan").click()
        # The summary leads to the field that is wrong, and what was right is still there.
        page.get_by_role("link", name=re.compile("tio siffror")).click()
        assert page.url.endswith("#organisation")
        assert page.get_by_label("Ditt namn").input_value() == "Nils Ny"
        assert axe_without_script(page)
        page.get_by_label("Organisationsnummer").fill("559999-4042")
        page.get_by_role("button", name="Skicka ansökan").click()
        assert page.locator("h1").inner_text() == "Ansökan är mottagen"

        enter(page, "admin@kopare.example", people.PASSWORD)
        page.goto("/admin")
        page.get_by_role("link", name="Stigfinnaren").click()
        page.get_by_role("button", name="Godkänn ansökan").click()
        assert "är godkänd" in page.get_by_role("status").inner_text()
        page.get_by_role("button", name="Logga ut").click()

        page.goto(link_to(site, "nils@stig.example"))
        page.get_by_label("Nytt lösenord").fill(PASSWORD)
        page.get_by_label("Lösenordet en gång till").fill(PASSWORD)
        page.get_by_role("button", name="Spara lösenordet").click()
        enter(page, "nils@stig.example", PASSWORD)
        page.goto("/people")
        assert "Nils Ny" in page.locator("table").inner_text()


def test_a_system_gets_a_client_whose_secret_is_shown_once_and_which_is_ended(
    site: Site, browser_page: Page
) -> None:
    page = browser_page

    def looked_at(name: str) -> None:
        assert axe(page) == []
        picture(page, name)
        picture(page, name, 390)
        assert too_wide(page) == []

    page.goto(f"{site.address}/sign-in")
    page.get_by_label("E-postadress").fill("alla@fyrbaken.example")
    page.get_by_label("Lösenord").fill(people.PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{site.address}/clients")
    assert "Inget system" in page.locator("main").inner_text()
    page.get_by_role("link", name="Gör en klient").click()
    page.get_by_label("Vilket system").fill("Ekonomisystemet")
    page.get_by_label("Ditt lösenord, eller en kod du har nu").fill(people.PASSWORD)
    page.get_by_role("button", name="Gör klienten").click()
    assert "Välj minst en behörighet" in page.locator("#error-summary").inner_text()
    page.get_by_label("Redovisa och se").check()
    page.get_by_label("Hela organisationen").check()
    page.get_by_label("Sista dagen").fill("2027-12-31")
    page.get_by_label("Ditt lösenord, eller en kod du har nu").fill(people.PASSWORD)
    looked_at("client-new")
    page.get_by_role("button", name="Gör klienten").click()
    shown = page.locator("main dd code").last.inner_text()
    assert shown.startswith("rmk_")
    looked_at("client-secret")
    asked = {"headers": {"Authorization": f"Bearer {shown}"}}
    assert page.request.get(f"{site.address}/api/v1/orders", **asked).status == 200  # type: ignore[arg-type]
    page.get_by_role("link", name="Jag har sparat den").click()
    assert shown not in page.content()
    page.get_by_label("JWK Set").fill("nej")
    page.get_by_role("button", name="Registrera nycklarna").click()
    assert "ingen JWK Set" in page.locator("#error-summary").inner_text()
    looked_at("client")
    page.locator("nav.crumbs").get_by_role("link", name="API-klienter").click()
    looked_at("clients")
    page.get_by_role("link", name="Ekonomisystemet").click()
    page.get_by_role("link", name="Avsluta klienten").click()
    looked_at("client-end")
    page.get_by_role("button", name="Avsluta klienten").click()
    assert "är avslutad" in page.get_by_role("status").inner_text()
    assert page.request.get(f"{site.address}/api/v1/orders", **asked).status == 401  # type: ignore[arg-type]


def axe_without_script(page: Page) -> bool:
    """What can be seen without running anything: each field has its label, and the wrong one says why."""
    wrong = page.get_by_label("Organisationsnummer")
    described = str(wrong.get_attribute("aria-describedby")).split()
    assert wrong.get_attribute("aria-invalid") == "true"
    return "tio siffror" in page.locator(f"#{described[-1]}").inner_text()


def enter(page: Page, name: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-postadress").fill(name)
    page.get_by_label("Lösenord").fill(password)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_everything_on_the_way_in_is_reached_by_keyboard_and_the_focus_is_seen(
    site: Site, browser_page: Page
) -> None:
    page = browser_page
    page.goto(f"{site.address}/sign-in")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    tab_to(page, "E-postadress")
    page.keyboard.type("alla@fyrbaken.example")
    tab_to(page, "Lösenord")
    page.keyboard.type(people.PASSWORD)
    tab_to(page, "Logga in")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}/")
    page.goto(f"{site.address}/people/new")
    tab_to(page, "Namn")
    page.keyboard.type("Karin Kvist")
    tab_to(page, "E-postadress i tjänsten")
    page.keyboard.type("karin@fyrbaken.example")
    tab_to(page, "Ta emot och tilldela")
    page.keyboard.press("Space")
    tab_to(page, "Hela organisationen")
    page.keyboard.press("Space")
    tab_to(page, "Skicka inbjudan")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}/people")
    assert "Karin Kvist" in page.locator("table").inner_text()
    assert axe(page) == []


def test_the_second_step_is_set_up_from_its_picture_and_asked_for(
    filled_url: str, browser_page: Page
) -> None:
    now = [datetime(2026, 11, 21, 9, tzinfo=UTC)]
    with portal(filled_url, clock=lambda: now[0]) as site:
        page = browser_page
        page.goto(f"{site.address}/sign-in?next=/account")
        page.get_by_label("E-postadress").fill("alla@fyrbaken.example")
        page.get_by_label("Lösenord").fill(people.PASSWORD)
        page.get_by_role("button", name="Logga in").click()
        assert page.locator("h1").inner_text() == "Ställ in koder för inloggning"
        # The picture is really drawn, under the content policy.
        width = page.locator("img.qr").evaluate(
            "async each => { await each.decode(); return each.naturalWidth; }"
        )
        assert width > 100
        assert axe(page) == []
        app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
        page.get_by_label("Kod").fill("000000")
        page.get_by_role("button", name="Slå på").click()
        assert page.evaluate("document.activeElement.id") == "error-summary"
        assert axe(page) == []
        page.get_by_label("Kod").fill(app.at(now[0]))
        page.get_by_role("button", name="Slå på").click()
        assert page.locator(".codes li").count() == 10
        assert axe(page) == []
        page.get_by_role("link", name="Jag har sparat dem").click()
        page.get_by_role("button", name="Logga ut").click()
        now[0] = now[0].replace(minute=1)
        page.get_by_label("E-postadress").fill("alla@fyrbaken.example")
        page.get_by_label("Lösenord").fill(people.PASSWORD)
        page.get_by_role("button", name="Logga in").click()
        assert page.locator("h1").inner_text() == "Ange koden"
        assert axe(page) == []
        page.get_by_label("Kod").fill(app.at(now[0]))
        page.get_by_role("button", name="Fortsätt").click()
        page.wait_for_url(f"{site.address}/")
