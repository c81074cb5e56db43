"""Signing in through the certified provider of npm, walked in a browser: a directory of staff, and a broker of e-IDs.

The directory is as Entra ID or Keycloak are set up for a portal: it knows us by a key, keeps our requests (PAR), tells
groups, and says nothing of whether an address is verified. The broker is as those of BankID and Freja are: a secret in
Basic, no mail address at all, a personal number at the userinfo endpoint.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc.jwk import ECKey, RSAKey
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from accounts import store as account_store
from accounts.identity import Permission
from accounts.openid import providers
from accounts.openid.tables import bound_number
from accounts.staff import change_store
from accounts.store import Account
from billing.tools.demo import people
from tests.network.conftest import Portal
from tests.support.pages import mailbox
from tests.support.pages.browser import WIDTHS, Site, a_page, axe, picture, too_wide
from tests.support.servers.certified_provider import CertifiedProvider, certified_provider

FINANCE, OFFICER = "ekonom@kopare.example", "handlaggare@kopare.example"
ALVA, BO = "alla@fyrbaken.example", "redovisa@fyrbaken.example"
NUMBER: Final = "191212121212"
SECRET: Final = "a secret+with: all/sorts%of=signs&more?"
_P = Permission


def _key() -> dict[str, Any]:
    return dict(
        ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": "of-the-test"}).as_dict(
            private=True
        )
    )


class Directory:
    """The employer's directory: who is in which groups may change between sign-ins, so each is a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "PS256", "kid": "ours"})
        self.key_file = folder / "client.pem"
        self.key_file.write_bytes(self.key.as_pem(private=True))

    def toml(self, issuer: str) -> str:
        return f"""
            [[provider]]
            key = "directory"
            issuer = "{issuer}"
            name = "Arbetsgivaren"
            people = "staff"
            client_id = "portal"
            client_authentication = "private_key_jwt"
            client_key_file = "{self.key_file}"
            client_key_id = "ours"
            scope = "openid email groups"
            email_verified = "always"
            first_link = ["email"]
            acr_values = ["loa3", "loa4"]
            acr_for_roles = {{ ATTEST = ["loa4"] }}
            roles_claim = "groups"
            roles = {{ ekonomi = "FINANCE", attest = "ATTEST", revision = "AUDIT" }}
        """

    def told(self, site: Site, persons: Mapping[str, Any]) -> Mapping[str, Any]:
        base = f"{site.address}/sign-in"
        return {
            "client": {
                "client_id": "portal",
                "token_endpoint_auth_method": "private_key_jwt",
                "token_endpoint_auth_signing_alg": "PS256",
                "jwks": {"keys": [self.key.as_dict(private=False)]},
                "redirect_uris": [f"{base}/openid/directory/callback"],
                "post_logout_redirect_uris": [base],
                "backchannel_logout_uri": f"{base}/openid/directory/logout",
                "backchannel_logout_session_required": True,
                "id_token_signed_response_alg": "ES256",
            },
            "keys": [_key()],
            "claims": {"email": ["email"], "groups": ["groups"]},
            "asks_userinfo": False,
            "levels": ["loa3", "loa4"],
            "demands_pushed": True,
            "people": persons,
        }


BROKER_TOML: Final = """
    [[provider]]
    key = "freja"
    issuer = "{issuer}"
    name = "Freja eID"
    people = "suppliers"
    client_id = "portal:of+suppliers"
    scope = "openid person"
    userinfo = true
    first_link = ["invitation", "personal_number"]
    personal_number_claim = "personal_number"
    acr_values = ["urn:loa3", "urn:loa4"]
"""


def told_of_broker(site: Site, persons: Mapping[str, Any]) -> Mapping[str, Any]:
    base = f"{site.address}/sign-in"
    return {
        "client": {
            "client_id": "portal:of+suppliers",
            "client_secret": SECRET,
            "token_endpoint_auth_method": "client_secret_basic",
            "redirect_uris": [f"{base}/openid/freja/callback"],
            "post_logout_redirect_uris": [base],
            "backchannel_logout_uri": f"{base}/openid/freja/logout",
            "id_token_signed_response_alg": "ES256",
        },
        "keys": [_key()],
        "claims": {"person": ["personal_number"]},
        "asks_userinfo": True,
        "levels": ["urn:loa3", "urn:loa4"],
        "demands_pushed": False,
        "people": persons,
    }


@pytest.fixture
def provider() -> Iterator[CertifiedProvider]:
    providers.forget()
    with certified_provider() as started:
        yield started


def come_by(page: Page, name: str, person: str, *, level: str = "", how: str = "Legitimera") -> None:
    """Choose a provider on the sign-in page, and press a button at it."""
    page.goto("/sign-in")
    page.get_by_role("link", name=f"Logga in med {name}").click()
    at_provider(page, person, level=level, how=how)


def at_provider(page: Page, person: str, *, level: str = "", how: str = "Legitimera") -> None:
    page.wait_for_url("**/interaction/**")
    page.get_by_label("Vem").fill(person)
    if level:
        page.get_by_label("Nivå").fill(level)
    page.get_by_role("button", name=how, exact=True).click()
    page.wait_for_url(lambda url: "/interaction/" not in url and "/auth" not in url)


def looked_at(page: Page, name: str) -> None:
    """The page as people see it, at a desk and on a telephone, with nothing that keeps anybody out."""
    assert axe(page) == []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == []
        picture(page, name, width)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


def account(site: Site, address: str) -> Account:
    with site.database.reading() as session:
        found = account_store.by_name(session, address)
    assert found is not None
    return found


def test_staff_come_by_the_employers_directory_and_their_groups_decide_their_roles(
    provider: CertifiedProvider, portal_of: Portal, chromium: Browser, tmp_path: Path
) -> None:
    directory = Directory(tmp_path)
    with portal_of(directory.toml(provider.issuer)) as site:
        provider.become(
            directory.told(
                site,
                {
                    "frida": {"email": FINANCE.upper(), "groups": ["ekonomi", "revision", "annat"]},
                    "hanna": {"email": OFFICER, "groups": []},
                    "atte": {"email": "attest1@kopare.example", "groups": ["attest"]},
                    "alva": {"email": ALVA, "groups": ["ekonomi"]},
                },
            )
        )
        with a_page(chromium, base_url=site.address) as page:
            page.goto("/sign-in")
            looked_at(page, "sign-in-directory")
            come_by(page, "Arbetsgivaren", "frida")
            # Two roles that no one person may have together are not even proposed, and she is told so.
            assert "roller som inte går ihop" in page.get_by_role("status").inner_text()
            page.goto("/account")
            assert "Ekonomihandläggare" in page.locator("main").inner_text()
            assert account(site, FINANCE).permissions == {_P.FINANCE}

            # Signing out here shows the way out there, and the directory asks which session to end.
            page.get_by_role("button", name="Logga ut", exact=True).click()
            looked_at(page, "signed-out-here")
            page.get_by_role("link", name="Logga ut hos Arbetsgivaren").click()
            page.get_by_role("button", name="Logga ut här").click()
            page.wait_for_url(f"{site.address}/sign-in*")

        with a_page(chromium, base_url=site.address) as page:
            # Whose group has gone has lost the role; officers are looked after by no group.
            come_by(page, "Arbetsgivaren", "hanna")
            assert account(site, OFFICER).permissions == {_P.OFFICER}
        with a_page(chromium, base_url=site.address) as page:
            # An attester needs the stronger level.
            come_by(page, "Arbetsgivaren", "atte")
            assert "starkare legitimation" in page.locator("main").inner_text()
            looked_at(page, "sign-in-refused")
        with a_page(chromium, base_url=site.address) as page:
            come_by(page, "Arbetsgivaren", "atte", level="loa4")
            page.goto("/account")
            assert "Attestant" in page.locator("main").inner_text()
        with a_page(chromium, base_url=site.address) as page:
            come_by(page, "Arbetsgivaren", "alva")
            assert "inte till för ditt konto" in page.locator("main").inner_text()


@pytest.mark.slow
def test_a_role_that_goes_away_there_goes_away_here_and_one_that_comes_is_proposed(
    provider: CertifiedProvider, portal_of: Portal, chromium: Browser, tmp_path: Path
) -> None:
    directory = Directory(tmp_path)
    with portal_of(directory.toml(provider.issuer)) as site:
        provider.become(
            directory.told(
                site,
                {
                    "frida": {"email": FINANCE, "groups": []},
                    "hanna": {"email": OFFICER, "groups": ["ekonomi"]},
                },
            )
        )
        with a_page(chromium, base_url=site.address) as page:
            come_by(page, "Arbetsgivaren", "frida")
            assert "ingen av dina grupper där ger en roll här" in page.locator("main").inner_text()
            assert account(site, FINANCE).permissions == set()
        with a_page(chromium, base_url=site.address) as page:
            come_by(page, "Arbetsgivaren", "hanna")
            assert "när en administratör har bekräftat dem" in page.get_by_role("status").inner_text()
        assert account(site, OFFICER).permissions == {_P.OFFICER}
        with site.database.reading() as session:
            (proposed,) = change_store.listed(session, only_open=True)
        assert (proposed.proposed_by, proposed.content["added"]) == ("openid directory", "FINANCE")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "told", "code"),
    [
        ("Avbryt", "avbröt inloggningen", "access_denied"),
        ("Kan inte", "så säkert som portalen kräver", "unmet_authentication_requirements"),
    ],
)
def test_what_the_provider_answers_instead_is_told_in_a_sentence_with_its_code(
    provider: CertifiedProvider, portal_of: Portal, chromium: Browser, how: str, told: str, code: str
) -> None:
    with portal_of(BROKER_TOML.format(issuer=provider.issuer), {"freja": SECRET}) as site:
        provider.become(told_of_broker(site, {}))
        with a_page(chromium, base_url=site.address) as page:
            come_by(page, "Freja eID", "bo", how=how)
            assert told in page.locator("main").inner_text()
            assert code in page.locator("main").inner_text()


def test_a_suppliers_person_ties_an_e_id_by_invitation_and_the_broker_ends_the_session(
    provider: CertifiedProvider, portal_of: Portal, chromium: Browser
) -> None:
    with portal_of(BROKER_TOML.format(issuer=provider.issuer), {"freja": SECRET}) as site:
        provider.become(told_of_broker(site, {"bo": {"personal_number": NUMBER}, "x": {}}))
        with a_page(chromium, base_url=site.address) as page:
            come_by(page, "Freja eID", "bo")
            assert "inte kopplad till något konto här" in page.locator("main").inner_text()
        with a_page(chromium, base_url=site.address) as page:
            enter(page, ALVA)
            page.goto(f"/people/{account(site, BO).id}")
            looked_at(page, "person-with-e-id")
            page.get_by_role("button", name="Bjud in att koppla e-legitimation").click()
            assert "är på väg" in page.get_by_role("status").inner_text()
        link = mailbox.link_to(site.database, BO, now=site.app.state.clock())
        with a_page(chromium, base_url=site.address) as page:
            page.goto(link)
            looked_at(page, "tie-by-link")
            page.get_by_role("button", name="Koppla Freja eID").click()
            at_provider(page, "bo")
            page.goto("/account/identities")
            assert "Freja eID" in page.locator("main").inner_text()
            looked_at(page, "identities")
            page.get_by_role("button", name="Logga ut", exact=True).click()
            # From now on the e-ID alone opens it; whoever is signed in at the broker is not asked again.
            page.goto("/sign-in")
            page.get_by_role("link", name="Logga in med Freja eID").click()
            page.goto("/account")
            assert "Bo Ek" in page.locator("main").inner_text()
            # Who signs out at the broker is out here at once.
            page.goto(f"{provider.issuer}/session/end")
            page.get_by_role("button", name="Logga ut här").click()
            page.wait_for_url("**/session/end/**")
            page.goto("/account")
            assert "/sign-in" in page.url
        with a_page(chromium, base_url=site.address) as page:
            # The link is used up.
            assert page.goto(link).status == 409  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_bound_personal_number_opens_the_account_and_stands_nowhere(
    provider: CertifiedProvider, portal_of: Portal, chromium: Browser
) -> None:
    with portal_of(BROKER_TOML.format(issuer=provider.issuer), {"freja": SECRET}) as site:
        provider.become(told_of_broker(site, {"bo": {"personal_number": NUMBER}}))
        with a_page(chromium, base_url=site.address) as page:
            enter(page, ALVA)
            page.goto(f"/people/{account(site, BO).id}")
            page.get_by_label("Personnummer eller samordningsnummer").fill("191212121213")
            page.get_by_role("button", name="Bind personnumret").click()
            assert "inget personnummer" in page.locator("#error-summary").inner_text()
            assert "191212121213" not in page.content()
            page.get_by_label("Personnummer eller samordningsnummer").fill("19121212-1212")
            page.get_by_role("button", name="Bind personnumret").click()
            assert "Numret självt är inte sparat" in page.get_by_role("status").inner_text()
            looked_at(page, "person-with-bound-number")
        with a_page(chromium, base_url=site.address) as page:
            come_by(page, "Freja eID", "bo")
            page.goto("/account")
            assert "Bo Ek" in page.locator("main").inner_text()
        with site.database.reading() as session:
            (row,) = session.execute(select(bound_number)).all()
        assert NUMBER not in str(row)
        assert "121212" not in str(row)


@pytest.mark.slow
def test_whoever_is_signed_in_ties_an_e_id_with_the_password_and_unties_it(
    provider: CertifiedProvider, portal_of: Portal, chromium: Browser
) -> None:
    with portal_of(BROKER_TOML.format(issuer=provider.issuer), {"freja": SECRET}) as site:
        provider.become(told_of_broker(site, {"bo": {"personal_number": NUMBER}}))
        with a_page(chromium, base_url=site.address) as page:
            enter(page, BO)
            page.goto("/account")
            page.get_by_role("link", name="E-legitimationer").click()
            page.get_by_label("Ditt lösenord").fill("fel")
            page.get_by_role("button", name="Koppla Freja eID").click()
            assert "varken ditt lösenord" in page.locator("#error-summary").inner_text()
            page.get_by_label("Ditt lösenord").fill(people.PASSWORD)
            page.get_by_role("button", name="Koppla Freja eID").click()
            at_provider(page, "bo")
            assert page.url.endswith("/account/identities")
            assert "Freja eID" in page.get_by_role("group").inner_text()
            page.get_by_label("Ditt lösenord").first.fill(people.PASSWORD)
            page.get_by_role("button", name="Koppla bort").click()
            # The session that the e-ID began has ended with it.
            assert "/sign-in" in page.url


def enter(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-postadress").fill(name)
    page.get_by_label("Lösenord").fill(people.PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
