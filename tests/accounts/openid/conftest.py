"""What tests of providers share: one process that is several providers, a portal that knows them, and the way there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet

from accounts import store as account_store
from accounts.identity import Permission
from accounts.openid import providers
from accounts.store import Account
from tests.accounts.conftest import Clock
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, text_of
from tests.support.servers.openid_provider import CLIENT, SECRET, running_provider
from tests.support.servers.serving import NO_TLS

KEY = Fernet.generate_key().decode()
EMPLOYER = """
people = "staff"
userinfo = true
email_verified = "always"
roles_claim = "groups"
roles = { ekonomi = "FINANCE", attest = "ATTEST" }
"""
BROKER = """
people = "suppliers"
first_link = ["invitation", "personal_number"]
personal_number_claim = "personal_number"
"""
RULES = {
    "one": "",
    "named": "",
    "text": 'email_verified = "text"\nclient_authentication = "client_secret_post"',
    "level": 'acr_values = ["loa3", "loa4"]\nacr_for_roles = { REPORT = ["loa4"] }',
    "employer": EMPLOYER,
    "admins": 'people = "staff"\nuserinfo = true\nroles_claim = "groups"\nroles = { admin = "BUYER_ADMIN" }',
    "broker": BROKER,
    "silent": 'userinfo = true\nemail_verified = "claim"',
    "keyless": 'client_authentication = "private_key_jwt"\nclient_key_file = "/nowhere/client.pem"',
    **dict.fromkeys(("slash", "other", "broken", "lacking"), ""),
}
"""The providers by their key, which is their path too, and the rules of each."""


@dataclass(slots=True)
class House:
    """A portal with many providers, and where they are."""

    site: Site
    address: str

    def account(self, name: str) -> Account:
        with self.site.database.reading() as session:
            found = account_store.by_name(session, name)
        assert found is not None
        return found

    def permissions(self, name: str) -> frozenset[Permission]:
        return self.account(name).permissions

    def logout_token(self, realm: str, **asked: str) -> str:
        with httpx.Client(trust_env=False, verify=NO_TLS) as elsewhere:
            answer = elsewhere.get(f"{self.address}/{realm}/logout-token", params=asked)
        return str(answer.json()["token"])


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_provider() as started:
        yield started


@pytest.fixture
def house(filled_url: str, address: str, tmp_path: Path, clock: Clock) -> Iterator[House]:
    providers.forget()
    tables = "\n".join(
        f'[[provider]]\nkey = "{key}"\nissuer = "{address}/{key}"\nname = "{key}"\nclient_id = "{CLIENT}"\n{rules}'
        for key, rules in RULES.items()
    )
    closed = '[[provider]]\nkey = "closed"\nissuer = "http://127.0.0.1:9"\nname = "closed"\nclient_id = "x"\n'
    file = tmp_path / "providers.toml"
    file.write_text(f"{tables}\n{closed}", encoding="utf-8")
    with portal(
        filled_url,
        second_step=False,
        secret_keys=KEY,
        openid_file=str(file),
        openid_secrets={key: SECRET for key in RULES if key != "keyless"},
    ) as site:
        yield House(site, address)


def go(somebody: Visitor, realm: str, *, back: str = "/account") -> httpx.Response:
    """Press the provider's button."""
    return somebody.client.get(f"/sign-in/openid/{realm}", params={"next": back})


def come_back(somebody: Visitor, away: str, **chosen: str) -> httpx.Response:
    """Choose at the provider, and come back with what it gives."""
    return somebody.get(answer_of(away, **chosen))


def answer_of(away: str, **chosen: str) -> str:
    """The address with which the provider sends the browser back."""
    with httpx.Client(trust_env=False, verify=NO_TLS) as elsewhere:
        at_provider = elsewhere.get(httpx.URL(away).copy_merge_params(chosen))
    home = urlsplit(at_provider.headers["location"])
    return f"{home.path}?{home.query}"


def travel(somebody: Visitor, realm: str, **chosen: str) -> httpx.Response:
    """There and back."""
    away = go(somebody, realm)
    if away.status_code != 303:
        return away
    return come_back(somebody, away.headers["location"], **chosen)


def told(answer: httpx.Response) -> str:
    """What the page says."""
    return text_of(answer)
