"""Help in the portal: from a page to its section, in the reader's language, for everybody, never missing in silence."""

import html
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from billing.server.app import HEADERS
from billing.server.help.help_pages import library_of
from foundation.text import languages
from orders.register import store as register_store
from tests.support.pages.browser import Site, axe, portal, sign_in, too_wide
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register
from web.help.library import Library, address_of

ALVA = Person("user-a", "Alva Lind", "5599991014", frozenset({Permission.REPORT, Permission.ADMINISTER}))
PAGE = {"Accept": "text/html"}
BYTES_MOST = 200_000
"""What the HTML of a page may weigh, before it is packed."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('portal') / 'billing.sqlite'}"
    database = migrated(url)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
    database.close()
    with portal(url) as served:
        yield served


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=site.address, trust_env=False, verify=NO_TLS, headers=PAGE, timeout=60
    ) as opened:
        yield opened


def test_a_page_leads_to_its_section_and_the_section_is_read_in_the_chosen_language(
    site: Site, any_page: Page
) -> None:
    sign_in(any_page, site, ALVA)
    any_page.goto(f"{site.address}/to-invoice")
    assert any_page.locator(".help-link").get_attribute("href") == "/help/guides/supplier#to-invoice"
    any_page.get_by_role("link", name="Hjälp", exact=True).click()
    assert any_page.locator("h1").inner_text() == "Leverantörens ekonom"
    assert '<a id="to-invoice">' in any_page.content()
    any_page.get_by_role("button", name="English").click()
    assert any_page.locator("h1").inner_text() == "The supplier's economist"
    assert '<a id="to-invoice">' in any_page.content()
    any_page.get_by_role("button", name="Svenska").click()


def test_who_is_not_signed_in_is_helped_to_sign_in(client: httpx.Client) -> None:
    assert 'href="/help/guides/account#sign-in"' in client.get("/sign-in").text
    guide = client.get("/help/guides/account")
    assert guide.status_code == 200
    assert "Glömt lösenordet?" in guide.text
    assert 'href="/help"' in client.get("/ingenting").text


def test_words_are_looked_for_by_a_form_and_shown_as_they_are(client: httpx.Client) -> None:
    found = client.get("/help/search", params={"q": "ångra faktura"}).text
    assert "/help/guides/supplier#att-fakturera-ett-tryck" in found
    nothing = client.get("/help/search", params={"q": '<b>"xyzzy'}).text
    assert "Inget avsnitt har alla de orden" in nothing
    assert '<b>"xyzzy' not in nothing
    assert client.get("/help/search", params={"q": "ö" * 5000}).status_code == 200


def test_help_has_the_headers_of_every_page_and_nothing_of_elsewhere(client: httpx.Client) -> None:
    for address in ("/help", "/help/guides/finance", "/help/operating", "/help/images/flip.png"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
        for fetched in (
            'src="http',
            "url(http",
            "@import",
            'rel="stylesheet" href="http',
            "<style",
            "style=",
        ):
            assert fetched not in answer.text, (address, fetched)


def test_what_is_not_there_says_so(client: httpx.Client) -> None:
    for address in ("/help/nothing", "/help/guides/..%2f..%2fpyproject", "/help/images/..%2findex.md"):
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert "Det finns inte här" in answer.text


def test_where_the_texts_are_missing_help_says_whom_to_tell(
    site: Site, client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.app.state, "help_library", Library(tmp_path), raising=False)
    answer = client.get("/help")
    assert answer.status_code == 200
    assert "billing doctor" in answer.text


def test_the_reference_is_written_from_the_program(client: httpx.Client) -> None:
    reference = client.get("/help/api-reference").text.replace("<wbr>", "")
    description = client.get("/api/v1/openapi.json").json()
    assert [path for path in description["paths"] if f"{path}<" not in reference] == []
    codes = html.unescape(client.get("/help/problem-codes").text)
    told = client.get("/api/v1/problems").json()
    assert [each["code"] for each in told if f">{each['code']}</h2>" not in codes] == []
    for language in ("sv", "en"):
        assert [each["code"] for each in told if each[f"meaning_{language}"] not in codes] == []


def test_every_page_of_help_is_soon_there_on_a_telephone(site: Site, client: httpx.Client) -> None:
    addresses = {address_of(name) for name in library_of(site.app).names}
    assert len(addresses) > 200
    heavy = {}
    for language in languages():
        for address in sorted(addresses):
            answer = client.get(address, headers={"Accept-Language": language})
            assert answer.status_code == 200, address
            assert f'<html lang="{language}"' in answer.text
            if len(answer.content) >= BYTES_MOST:
                heavy[address, language] = len(answer.content)
    assert heavy == {}


def test_a_rule_is_read_at_its_id(client: httpx.Client) -> None:
    led = client.get("/help/rules/BR-CO-15")
    assert (led.status_code, led.headers["location"]) == (303, "/help/rules/en16931/br-co#br-co-15")
    assert client.get("/help/rules/BR-CO-99").status_code == 404


def test_a_code_of_a_problem_is_read_at_its_name(client: httpx.Client) -> None:
    led = client.get("/help/problem-codes/KEY_MISSING")
    assert (led.status_code, led.headers["location"]) == (303, "/help/problem-codes#key_missing")
    assert client.get("/help/problem-codes/KEY_GONE").status_code == 404


# `make test` walks over one address of each route with axe; this is the rest of what help is made of.
@pytest.mark.slow
def test_help_is_drawn_well_at_both_widths(site: Site, browser_page: Page) -> None:
    sign_in(browser_page, site, ALVA)
    for width in (1280, 320):
        browser_page.set_viewport_size({"width": width, "height": 900})
        for address in (
            "/help",
            "/help/guides/finance",
            "/help/settings",
            "/help/api-reference",
            "/help/api-reference/invoices",
            "/help/rules",
            "/help/rules/en16931",
            "/help/rules/en16931/br-co",
            "/help/problem-codes",
            "/help/operating",
        ):
            browser_page.goto(f"{site.address}{address}")
            assert axe(browser_page) == [], address
            assert too_wide(browser_page) == [], address
