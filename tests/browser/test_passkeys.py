"""Passkeys in a real browser with a virtual authenticator: made, used, removed, copied, and done without."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, CDPSession, Page
from sqlalchemy import select

from accounts import passwords
from accounts import store as account_store
from accounts.journal_actions import AccountAction
from accounts.passkeys import passkey_store
from billing.tools.demo import people
from foundation.tables import journal
from operations.mail.tables import mail
from orders.register import store as register_store
from tests.support.pages.browser import WIDTHS, Site, a_page, axe, picture, portal, too_wide
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

ALVA = "alla@fyrbaken.example"
TELEPHONE: Final = {
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
SECURITY_KEY: Final = {"transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
CODES: Final = re.compile(r"\w{6}(?:-\w{6}){3}")


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A portal that wants a second step."""
    url = f"sqlite:///{tmp_path_factory.mktemp('portal') / 'billing.sqlite'}"
    database = migrated(url)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)
    database.close()
    with portal(url) as served:
        yield served


def address(site: Site) -> str:
    """Passkeys belong to a name, never to an address of figures (WebAuthn 5.1.2)."""
    return site.address.replace("127.0.0.1", "localhost")


def with_device(page: Page, kind: Mapping[str, object]) -> tuple[CDPSession, str]:
    """Plug a virtual authenticator into the browser."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "automaticPresenceSimulation": True, **kind}
    return tools, str(tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


def enter(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-postadress").fill(ALVA)
    page.get_by_label("Lösenord").fill(people.PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url(lambda url: url.rpartition("/")[2].startswith(("code", "second-step")))


def make(page: Page, name: str, *, current: str = "") -> None:
    """Fill in the form for a new passkey, and let the browser make it."""
    page.get_by_label("Vad den ska heta").fill(name)
    if current:
        page.get_by_label("Ditt lösenord").fill(current)
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Gör passnyckeln").click()


def first_passkey(page: Page) -> list[str]:
    """Set one up right after the password; the recovery codes that were shown."""
    enter(page)
    page.get_by_role("link", name="Använd en passnyckel i stället").click()
    make(page, "Telefonen")
    saved = page.get_by_role("link", name="Jag har sparat dem")
    saved.wait_for()
    codes = CODES.findall(page.locator("main").inner_text())
    saved.click()
    return codes


def told(site: Site) -> list[str]:
    with site.database.reading() as session:
        return list(
            session.scalars(select(mail.c.template).where(mail.c.to_address == ALVA).order_by(mail.c.id))
        )


def looked_at(page: Page, name: str) -> None:
    assert axe(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == []
        picture(page, name, width)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


@pytest.mark.parametrize(
    "kind", [TELEPHONE, pytest.param(SECURITY_KEY, marks=pytest.mark.slow)], ids=["telephone", "security key"]
)
def test_a_passkey_is_set_up_after_the_password_and_stands_in_for_the_code(
    site: Site, chromium: Browser, kind: Mapping[str, object]
) -> None:
    with a_page(chromium, base_url=address(site)) as page:
        with_device(page, kind)
        assert len(first_passkey(page)) == 10
        page.get_by_role("button", name="Logga ut", exact=True).click()
        enter(page)
        looked_at(page, "code-or-passkey")
        page.get_by_role("button", name="Använd passnyckel").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto("/account")
        assert "Alva Lind" in page.locator("main").inner_text()
    assert told(site) == ["passkey-added"]


@pytest.mark.slow
def test_another_is_added_with_the_password_and_removed_and_the_last_stays(
    site: Site, chromium: Browser
) -> None:
    with a_page(chromium, base_url=address(site)) as page:
        tools, device = with_device(page, TELEPHONE)
        first_passkey(page)
        page.goto("/account")
        page.get_by_role("link", name="Passnycklar").click()
        page.get_by_label("Vad den ska heta").fill("Nyckelknippan")
        page.get_by_label("Ditt lösenord").fill("fel")
        page.get_by_role("button", name="Fortsätt").click()
        assert "varken ditt lösenord" in page.locator("#error-summary").inner_text()
        # The same device has one already, which the browser says itself.
        make(page, "Telefonen igen", current=people.PASSWORD)
        assert "har redan en passnyckel" in page.get_by_role("alert").inner_text()
        looked_at(page, "passkey-make")
        tools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": device})
        with_device(page, SECURITY_KEY)
        page.goto("/sign-in/passkeys")
        make(page, "Nyckelknippan", current=people.PASSWORD)
        assert "är tillagd" in page.get_by_role("status").inner_text()
        looked_at(page, "passkeys")
        page.get_by_role("link", name="Ta bort Telefonen").click()
        page.get_by_label("Ditt lösenord").fill("fel")
        page.get_by_role("button", name="Ta bort passnyckeln").click()
        assert "varken ditt lösenord" in page.locator("#error-summary").inner_text()
        looked_at(page, "passkey-remove")
        page.get_by_label("Ditt lösenord").fill(people.PASSWORD)
        page.get_by_role("button", name="Ta bort passnyckeln").click()
        assert "är borttagen" in page.get_by_role("status").inner_text()
        # A password alone must not let anybody set up the next one.
        page.get_by_role("link", name="Ta bort Nyckelknippan").click()
        page.get_by_label("Ditt lösenord").fill(people.PASSWORD)
        page.get_by_role("button", name="Ta bort passnyckeln").click()
        assert "enda andra steg" in page.locator("#error-summary").inner_text()
    assert told(site) == ["passkey-added", "passkey-added", "passkey-removed"]


def test_one_that_counts_backwards_is_refused_and_told_and_a_recovery_code_still_works(
    site: Site, chromium: Browser
) -> None:
    with a_page(chromium, base_url=address(site)) as page:
        tools, device = with_device(page, SECURITY_KEY)
        codes = first_passkey(page)
        copied = _credential(tools, device)
        page.get_by_role("button", name="Logga ut", exact=True).click()
        enter(page)
        page.get_by_role("button", name="Använd passnyckel").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.get_by_role("button", name="Logga ut", exact=True).click()
        # Somebody has a copy from before it was used the last time.
        tools.send("WebAuthn.clearCredentials", {"authenticatorId": device})
        tools.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": copied})
        enter(page)
        page.get_by_role("button", name="Använd passnyckel").click()
        assert "räknar bakåt" in page.locator("#error-summary").inner_text()
        page.get_by_label("Kod").fill(codes[0])
        page.get_by_role("button", name="Fortsätt").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
    assert told(site) == ["passkey-added", "passkey-copied", "recovery-code-used"]
    with site.database.reading() as session:
        actions = session.scalars(select(journal.c.action)).all()
        known = account_store.by_name(session, ALVA)
        assert known is not None
        (kept,) = passkey_store.of_account(session, known.id)
    assert AccountAction.PASSKEY_COPIED in actions
    assert kept.sign_count > copied["signCount"]


def test_without_javascript_the_page_says_so_and_the_codes_remain(site: Site, chromium: Browser) -> None:
    with a_page(chromium, base_url=address(site)) as page:
        with_device(page, TELEPHONE)
        codes = first_passkey(page)
    with a_page(chromium, base_url=address(site), javascript=False) as page:
        enter(page)
        assert "kräver JavaScript" in page.locator("main").inner_text()
        assert not page.get_by_role("button", name="Använd passnyckel").is_visible()
        page.get_by_label("Kod").fill(codes[0])
        page.get_by_role("button", name="Fortsätt").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto("/sign-in/passkeys")
        assert "kräver JavaScript" in page.locator("main").inner_text()


@pytest.mark.slow
def test_a_browser_without_the_device_says_so_and_the_form_can_be_tried_again(
    site: Site, chromium: Browser
) -> None:
    with a_page(chromium, base_url=address(site)) as page:
        tools, device = with_device(page, TELEPHONE)
        first_passkey(page)
        page.get_by_role("button", name="Logga ut", exact=True).click()
        tools.send("WebAuthn.clearCredentials", {"authenticatorId": device})
        enter(page)
        page.get_by_role("button", name="Använd passnyckel").click()
        page.get_by_text("hittade ingen passnyckel").wait_for()
        assert page.get_by_role("button", name="Använd passnyckel").is_enabled()


def _credential(tools: CDPSession, device: str) -> dict[str, Any]:
    (held,) = tools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    return dict(held)
