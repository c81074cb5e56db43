"""A page speaks as the browser prefers; a failed form, an ended session and a loaded address lose nobody's place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from accounts import sessions
from accounts.identity import Permission
from billing.tools.demo import people
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import Site
from tests.support.pages.paper_page import expect
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.demo_books import demo_site

REPORTS = ONES[Permission.REPORT]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("languages"), is_demo=True) as served:
        yield served


@pytest.fixture
def stranger(site: Site) -> Iterator[Visitor]:
    with visitor(site) as opened:
        yield opened


@pytest.fixture
def supplier(site: Site) -> Iterator[Visitor]:
    with visitor(site, REPORTS) as opened:
        yield opened


@pytest.mark.parametrize(
    ("preferred", "heading"),
    [("en-GB,en;q=0.9", "Sign in"), ("sv-SE", "Logga in"), ("de", "Logga in"), ("", "Logga in")],
)
def test_the_browser_chooses_the_language_until_somebody_does(
    stranger: Visitor, preferred: str, heading: str
) -> None:
    answer = stranger.client.get("/sign-in", headers={"Accept-Language": preferred})
    assert f"<h1>{heading}" in answer.text
    stranger.post("/language", {"language": "sv", "next": "/sign-in"})
    answer = stranger.client.get("/sign-in", headers={"Accept-Language": preferred})
    assert "<h1>Logga in" in answer.text


def test_another_language_after_a_failed_form_leads_to_that_form(site: Site, stranger: Visitor) -> None:
    form = {"form_token": stranger.token, "name": "ingen@fyrbaken.example", "password": "fel", "next": "/"}
    answer = stranger.client.post(
        "/sign-in",
        data=form,
        headers={"Origin": site.address, "Referer": f"{site.address}/sign-in?next=%2Forders"},
    )
    assert answer.status_code == 422
    assert 'name="next" value="/sign-in?next=%2Forders"' in answer.text
    foreign = stranger.client.post(
        "/sign-in", data=form, headers={"Origin": site.address, "Referer": "https://elsewhere.example/orders"}
    )
    assert 'name="next" value="/"' in foreign.text


@pytest.mark.parametrize(
    ("sent_to", "above"),
    [
        ("/to-invoice/send", "/to-invoice"),
        ("/invoices/1/messages", "/invoices/1"),
        ("/language", "/"),
        ("/settings/nothing", None),
    ],
)
def test_the_address_a_form_was_sent_to_leads_to_the_page_above(
    supplier: Visitor, sent_to: str, above: str | None
) -> None:
    answer = supplier.client.get(sent_to, headers={"Accept": "text/html"})
    if above is None:
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer.headers["location"]) == (303, above)


def test_a_form_sent_without_a_session_leads_by_the_sign_in_page_back_to_it(
    site: Site, stranger: Visitor
) -> None:
    answer = stranger.client.post(
        "/invoices/1/messages",
        data={"text": "Hej"},
        headers={"Origin": site.address, "Referer": f"{site.address}/invoices/1"},
    )
    assert answer.headers["location"] == "/sign-in?next=%2Finvoices%2F1&ended=yes"
    assert "Du har loggats ut" in text_of(stranger.get(answer.headers["location"]))
    # One of another site's is refused as before.
    foreign = stranger.client.post(
        "/invoices/1/messages",
        data={"text": "Hej"},
        headers={"Origin": "https://elsewhere.example", "Referer": f"{site.address}/invoices/1"},
    )
    assert foreign.status_code == 403


def test_a_form_of_a_session_that_has_ended_leads_by_the_sign_in_page_back_to_it(site: Site) -> None:
    with visitor(site, REPORTS) as somebody:
        with site.database.writing() as session:
            sessions.end(session, somebody.cookie("session"))
        answer = somebody.client.post(
            "/invoices/1/messages",
            data={"text": "Hej", "form_token": somebody.token},
            headers={"Origin": site.address, "Referer": f"{site.address}/invoices/1"},
        )
    assert answer.headers["location"] == "/sign-in?next=%2Finvoices%2F1&ended=yes"


def test_what_was_written_is_there_again_after_signing_in(site: Site, browser_page: Page) -> None:
    page = browser_page

    def signs_in() -> None:
        page.get_by_label("E-postadress").fill("alla@fyrbaken.example")
        page.get_by_label("Lösenord").fill(people.PASSWORD)
        page.get_by_role("button", name="Logga in").click()

    page.goto(f"{site.address}/invoices?standing=to-do")
    signs_in()
    page.wait_for_url("**/invoices?standing=to-do")
    page.locator("tbody a").first.click()
    page.get_by_text("Skriv till köparens ekonomi om fakturan").click()
    page.locator("#message-text").fill("Vi har rättat det.")
    page.context.clear_cookies()
    page.get_by_role("button", name="Sänd").click()
    expect(page.get_by_role("heading", name="Du har loggats ut")).to_be_visible()
    signs_in()
    page.wait_for_url("**/invoices/*")
    assert page.locator("#message-text").input_value() == "Vi har rättat det."
    # It is there once: the next look at the page begins anew.
    page.reload()
    assert page.locator("#message-text").input_value() == ""
