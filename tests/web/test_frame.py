"""The frame every page stands in: its headers, its forms' proofs, its languages and its failures."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from orders.register import store as register_store
from tests.support.pages.browser import Site, axe, picture, portal, session_cookie, sign_in, too_wide
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

ALVA = Person("user-a", "Alva Lind", "5599991014", frozenset({Permission.REPORT, Permission.ADMINISTER}))
PAGE = {"Accept": "text/html"}


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
    with httpx.Client(base_url=site.address, trust_env=False, verify=NO_TLS, headers=PAGE) as opened:
        yield opened


def test_the_front_page_leads_to_signing_in_and_back(site: Site, any_page: Page) -> None:
    any_page.goto(f"{site.address}/orders?state=OPEN")
    any_page.goto(f"{site.address}/")
    assert any_page.url == f"{site.address}/sign-in"
    assert any_page.title() == "Logga in – Rusta och matcha"
    assert axe(any_page) == []
    any_page.set_viewport_size({"width": 320, "height": 800})
    assert too_wide(any_page) == []


def test_every_page_is_one_press_from_english(site: Site, any_page: Page) -> None:
    sign_in(any_page, site, ALVA)
    any_page.goto(site.address)
    assert any_page.locator("h1").inner_text() == "Översikt"
    any_page.get_by_role("button", name="English").click()
    assert any_page.locator("h1").inner_text() == "Overview"
    assert any_page.locator("html").get_attribute("lang") == "en"
    any_page.get_by_role("button", name="Svenska").click()
    assert any_page.locator("html").get_attribute("lang") == "sv"


def test_a_page_that_is_not_there_says_so_kindly(client: httpx.Client) -> None:
    answer = client.get("/ingenting")
    assert answer.status_code == 404
    assert "Det finns inte här" in answer.text
    assert (
        client.get("/ingenting", headers={"Accept": "*/*"}).headers["content-type"]
        == "application/problem+json"
    )


def test_a_session_secret_of_nobody_is_nobody(client: httpx.Client) -> None:
    client.cookies.set("billing-session", "x" * 43)
    assert client.get("/").headers["location"] == "/sign-in"


def test_a_form_without_both_proofs_changes_nothing(site: Site, client: httpx.Client) -> None:
    client.cookies.set("billing-session", session_cookie(site, ALVA))
    token = client.get("/").text.partition('name="form_token" value="')[2].partition('"')[0]
    own, foreign = {"Origin": site.address}, {"Origin": "https://elsewhere.example"}
    assert token
    for headers, data in (
        ({}, {"form_token": token}),
        (foreign, {"form_token": token}),
        ({**own, "Sec-Fetch-Site": "cross-site"}, {"form_token": token}),
        ({**own, "Sec-Fetch-Site": "same-site"}, {"form_token": token}),
        (own, {}),
        (own, {"form_token": token[:-1] + "å"}),
        ({"Origin": "null"}, {"form_token": token}),
    ):
        answer = client.post("/sign-out", headers=headers, data=data)
        assert answer.status_code == 403
        assert client.get("/").status_code == 200
    answer = client.post("/sign-out", headers=own, data={"form_token": token})
    assert answer.status_code == 303
    assert client.get("/").status_code == 303


def test_a_style_sheet_is_kept_only_by_its_mark(client: httpx.Client) -> None:
    page = client.get("/sign-in").text
    marked = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in client.get(marked).headers["cache-control"]
    assert client.get(marked.partition("?")[0]).headers["cache-control"] == "no-store"
    assert client.get(marked.partition("?")[0] + "?v=other").headers["cache-control"] == "no-store"


@pytest.mark.slow
def test_pictures_of_the_frame(site: Site, browser_page: Page) -> None:
    browser_page.goto(f"{site.address}/sign-in")
    for width in (1280, 390):
        assert picture(browser_page, "sign-in", width).stat().st_size > 5_000


def test_the_portal_says_when_it_has_no_tables_yet(tmp_path: Path) -> None:
    with portal(f"sqlite:///{tmp_path / 'empty.sqlite'}") as empty:
        client = httpx.Client(base_url=empty.address, trust_env=False, verify=NO_TLS, headers=PAGE)
        client.cookies.set("billing-session", "x" * 43)
        answer = client.get("/")
        assert answer.status_code == 503
        assert "billing init" in answer.text
        client.close()


def test_a_form_that_brings_too_much_is_stopped_early(site: Site, client: httpx.Client) -> None:
    client.cookies.set("billing-session", session_cookie(site, ALVA))
    for size, status in ((25_000_000, 413), (1_000, 403)):
        answer = client.post(
            "/sign-out",
            content=b"x" * size,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": site.address},
        )
        assert answer.status_code == status


def test_what_somebody_wrote_is_shown_and_never_becomes_the_page(site: Site, client: httpx.Client) -> None:
    written = "\"><b id='x'>&@example.se"
    form = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert form is not None
    given = {"form_token": form[1], "name": written, "password": "fel", "next": "/"}
    shown = client.post("/sign-in", data=given, headers={"Origin": site.address}).text
    assert written not in shown
    assert "&#34;&gt;&lt;b id=&#39;x&#39;&gt;&amp;@example.se" in shown
