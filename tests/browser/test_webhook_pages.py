"""Webhooks in a real browser: made, tried, looked at, disabled and taken away, at both widths and without obstacles."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Page

from accounts import passwords
from billing.server.background import webhook_work
from billing.tools.demo import people
from foundation.sql import Session
from operations.webhooks import message_store
from operations.webhooks.model import Attempt, MessageState
from orders.register import store as register_store
from tests.support.pages.browser import Site, axe, picture, portal, too_wide
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.servers.webhook_receiver import URL, receiving
from tests.support.stories.system import example_register


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('portal') / 'billing.sqlite'}"
    database = migrated(url)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)
    database.close()
    with portal(url, second_step=False) as served:
        yield served


def some_deliveries(session: Session, number: int) -> None:
    """What a worker might have left: one that got through, one that waits behind a failure, one that was given up."""
    rows = [
        ("order.placed", "100000101", MessageState.DELIVERED, 204, "", "", 87),
        ("receipt.made", "100000101", MessageState.WAITING, None, "TIMED_OUT", "", 10_000),
        ("invoice.accepted", "100000102", MessageState.FAILED, 500, "", "Internal Server Error", 412),
    ]
    told = {"endpoint_id": number, "at": CLOCK, "body": '{"type":"order.placed","timestamp":"…","data":{}}'}
    message_store.add_all(
        session,
        [
            {
                **told,
                "sequence": place,
                "event_id": f"{place:032}",
                "type": kind,
                "execution_reference": reference,
            }
            for place, (kind, reference, *_) in enumerate(rows, 1)
        ],
    )
    found = message_store.of_endpoint(session, number, limit=9)[::-1]
    for message, (_, _, state, status, fault, answer, took) in zip(found[-3:], rows, strict=True):
        message_store.note_attempt(session, message, Attempt(0, CLOCK, status, fault, took, answer))
        if state is not MessageState.WAITING:
            message_store.close(session, message, state, at=CLOCK)


@pytest.mark.parametrize(
    ("who", "base"),
    [("alla@fyrbaken.example", "/clients/webhooks"), ("admin@kopare.example", "/admin/webhooks")],
)
def test_a_webhook_is_made_tried_and_taken_away(
    site: Site, browser_page: Page, tmp_path: Path, who: str, base: str
) -> None:
    page = browser_page

    def looked_at(name: str) -> None:
        assert axe(page) == []
        picture(page, name)
        picture(page, name, 390)
        assert too_wide(page) == []

    page.goto(f"{site.address}/sign-in")
    page.get_by_label("E-postadress").fill(who)
    page.get_by_label("Lösenord").fill(people.PASSWORD)
    page.get_by_role("button", name="Logga in").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto(f"{site.address}{base}")
    assert "Inget system lyssnar" in page.locator("main").inner_text()
    page.get_by_role("link", name="Gör en webhook").click()
    page.get_by_label("Vilket system").fill("Ekonomisystemet")
    page.get_by_label("Adress", exact=True).fill("https://10.0.0.1/hook")
    if base == "/clients/webhooks":
        page.get_by_label("Hela organisationen").check()
    page.get_by_label("Ditt lösenord, eller en kod du har nu").fill(people.PASSWORD)
    page.get_by_role("button", name="Gör webhooken").click()
    assert "inte en IP-adress" in page.locator("#error-summary").inner_text()
    page.get_by_label("Adress", exact=True).fill(URL)
    page.get_by_label("Fakturor: mottagna, godkända, ifrågasatta, betalda", exact=True).check()
    page.get_by_label("Ditt lösenord, eller en kod du har nu").fill(people.PASSWORD)
    looked_at("webhook-new")
    page.get_by_role("button", name="Gör webhooken").click()
    shown = page.locator("main dd code").last.inner_text()
    assert shown.startswith("whsec_")
    looked_at("webhook-secret")
    page.get_by_role("link", name="Jag har sparat den").click()
    assert shown not in page.content()
    page.get_by_role("button", name="Skicka ett test").click()
    with receiving(tmp_path / "receiver") as receiver:
        sender = webhook_work.sender_of(site.database, site.app.state.settings, post=receiver.post())
        sender.settle()
        sender.close()
        assert receiver.came[0].verified(shown)["type"] == "webhook.test"
    with site.database.writing() as session:
        some_deliveries(session, 1)
    page.reload()
    assert "Mottaget (204)" in page.locator("#deliveries").inner_text()
    looked_at("webhook")
    page.get_by_role("link", name="Gick inte fram (1)").click()
    page.get_by_role("link", name="invoice.accepted").click()
    assert "Internal Server Error" in page.locator("main").inner_text()
    looked_at("webhook-delivery")
    page.get_by_role("button", name="Skicka igen").click()
    assert "skickas igen" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Stäng av tills vidare").click()
    looked_at("webhook-disabled")
    page.get_by_role("button", name="Slå på").click()
    page.locator("nav.crumbs").get_by_role("link", name="Webhooks").click()
    looked_at("webhooks")
    page.get_by_role("link", name="Ekonomisystemet").click()
    page.get_by_role("link", name="Ta bort webhooken").click()
    looked_at("webhook-end")
    page.get_by_role("button", name="Ta bort webhooken").click()
    assert "är borttagen" in page.get_by_role("status").inner_text()
    assert "Inget system lyssnar" in page.locator("main").inner_text()
