"""Signing in through a provider, which runs as a process of its own and is asked over HTTP."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from billing.tools.demo import people
from operations.settings import Settings
from orders.register import store as register_store
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.servers.openid_provider import CLIENT, SECRET, running_provider
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import example_register

ALVA = {"email": "alla@fyrbaken.example"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider() as address:
        yield address


@pytest.fixture
def site(database_url: str, issuer: str) -> Iterator[Site]:
    database = migrated(database_url)
    with database.writing() as session:
        register_store.save(session, example_register(), at=CLOCK, actor="test")
        people.move_in(session, example_register(), at=CLOCK)
    database.close()
    with portal(
        database_url,
        openid_issuer=issuer,
        openid_client_id=CLIENT,
        openid_client_secret=SECRET,
        openid_name="Provlegitimation",
    ) as served:
        yield served


def travel(somebody: Visitor, *, back: str = "/account", **chosen: str) -> httpx.Response:
    """Go to the provider, choose there, and come back with what it gives."""
    away = somebody.client.get("/sign-in/openid", params={"next": back})
    assert away.status_code == 303, text_of(away)
    with httpx.Client(trust_env=False, verify=NO_TLS) as elsewhere:
        at_provider = elsewhere.get(httpx.URL(away.headers["location"]).copy_merge_params(chosen))
    home = urlsplit(at_provider.headers["location"])
    return somebody.get(f"{home.path}?{home.query}")


def test_who_is_known_by_a_verified_address_comes_in_and_goes_on(site: Site) -> None:
    with visitor(site) as alva:
        assert "Logga in med Provlegitimation" in text_of(alva.get("/sign-in"))
        assert travel(alva, **ALVA).headers["location"] == "/account"
        assert "Alva Lind" in alva.get("/account").text
    with visitor(site) as again:  # the identity is tied now, whatever the address
        assert travel(again, email="annan@adress.example").headers["location"] == "/account"


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"email": "ingen@fyrbaken.example"}, "har inget konto här"),
        ({**ALVA, "verified": "no"}, "har inte bekräftat din e-postadress"),
        ({"email": ""}, "inte kopplad till något konto här"),
    ],
    ids=["nobody", "unverified", "no address"],
)
def test_who_is_not_known_here_stays_outside(site: Site, chosen: dict[str, str], told: str) -> None:
    with visitor(site) as somebody:
        answer = travel(somebody, **chosen)
        assert answer.status_code == 403
        assert told in text_of(answer)
        assert somebody.get("/account").status_code == 303


@pytest.mark.parametrize("fault", ["issuer", "audience", "nonce", "old", "key", "hmac", "regret"])
def test_a_token_that_is_wrong_in_any_way_lets_nobody_in(site: Site, fault: str) -> None:
    with visitor(site) as somebody:
        assert travel(somebody, **ALVA, fault=fault).status_code == 403
        assert somebody.cookie("session") == ""


def test_a_journey_belongs_to_the_browser_that_began_it_and_ends_once(site: Site) -> None:
    with visitor(site) as attacker, visitor(site) as victim:
        away = attacker.client.get("/sign-in/openid")
        with httpx.Client(trust_env=False, verify=NO_TLS) as elsewhere:
            at_provider = elsewhere.get(httpx.URL(away.headers["location"]).copy_merge_params(ALVA))
        home = urlsplit(at_provider.headers["location"])
        assert victim.get(f"{home.path}?{home.query}").status_code == 403
        # What the victim was lured into has used the journey up.
        assert attacker.get(f"{home.path}?{home.query}").status_code == 403


def test_the_way_back_stays_within_the_site(site: Site) -> None:
    with visitor(site) as alva:
        assert travel(alva, back="https://elsewhere.example/", **ALVA).headers["location"] == "/"


def test_a_level_of_assurance_that_is_demanded_must_be_vouched_for(database_url: str, issuer: str) -> None:
    database = migrated(database_url)
    with database.writing() as session:
        people.move_in(session, example_register(), at=CLOCK)
    database.close()
    with (
        portal(
            database_url,
            openid_issuer=issuer,
            openid_client_id=CLIENT,
            openid_client_secret=SECRET,
            openid_acr="loa3",
        ) as site,
        visitor(site) as alva,
    ):
        assert travel(alva, **ALVA).status_code == 403
        assert travel(alva, **ALVA, acr="loa2").status_code == 403
        assert travel(alva, **ALVA, acr="loa3").status_code == 303


def test_a_provider_that_does_not_answer_leaves_the_password(database_url: str) -> None:
    migrated(database_url).close()
    with (
        portal(database_url, openid_issuer="http://127.0.0.1:9", openid_client_id=CLIENT) as site,
        visitor(site) as alva,
    ):
        answer = alva.get("/sign-in/openid")
        assert answer.status_code == 502
        assert "Logga in med lösenord" in text_of(answer)


def test_without_a_provider_the_way_there_does_not_exist(database_url: str) -> None:
    migrated(database_url).close()
    with portal(database_url) as site, visitor(site) as alva:
        assert alva.get("/sign-in/openid").status_code == 404
        assert "openid" not in alva.get("/sign-in").text
    assert Settings().openid_client_secret.get_secret_value() == ""
