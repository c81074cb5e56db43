"""The token endpoint: how a client proves itself, what it is given for it, and when that ends."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey
from sqlalchemy import select

from accounts.api_clients import clients, token_store
from accounts.api_clients.model import ApiScope
from accounts.api_clients.tables import api_assertion, api_token
from tests.support.servers.api import TODAY, a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, System, a_system

TOKEN = "/api/v1/token"
ASKS: Mapping[str, str] = {"grant_type": "client_credentials"}
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


@pytest.mark.both_engines
def test_a_client_proves_itself_by_its_secret_and_reads_with_the_token(
    system: System, portal: httpx.Client
) -> None:
    number, secret = a_client(system)
    basic = portal.post(TOKEN, data=ASKS, auth=(f"client-{number}", secret))
    posted = portal.post(TOKEN, data={**ASKS, "client_id": f"client-{number}", "client_secret": secret})
    for given in (basic, posted):
        assert given.status_code == 200, given.text
        told = given.json()
        assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 600, "supplier:report")
        assert given.headers["Cache-Control"] == "no-store"
        assert portal.get("/api/v1/orders", headers=bearing(told["access_token"])).status_code == 200
    with system.database.reading() as session:
        kept = session.scalars(select(api_token.c.token_sha256)).all()
    assert len(kept) == 2
    assert basic.json()["access_token"] not in kept


def test_a_client_may_ask_for_less_than_it_has_and_not_for_more(system: System, portal: httpx.Client) -> None:
    number, secret = a_client(system, ApiScope.REPORT, ApiScope.VIEW)
    who = (f"client-{number}", secret)
    less = portal.post(TOKEN, data={**ASKS, "scope": "supplier:view"}, auth=who).json()
    assert less["scope"] == "supplier:view"
    invoice = portal.post(
        "/api/v1/invoices", headers=bearing(less["access_token"], **{"Idempotency-Key": "1"})
    )
    assert (invoice.status_code, invoice.json()["code"]) == (403, "SCOPE_MISSING")
    for more in ("supplier:assign", "events:write", "everything", "supplier:view supplier:assign"):
        refused = portal.post(TOKEN, data={**ASKS, "scope": more}, auth=who)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_what_is_wrong_is_told_as_the_standard_has_it_and_in_both_languages(
    system: System, portal: httpx.Client
) -> None:
    number, secret = a_client(system)
    _, other = a_client(system)
    wrongs = [
        ((f"client-{number}", other), ASKS, 401, "invalid_client"),
        ((f"client-{number}", secret[:-1]), ASKS, 401, "invalid_client"),
        (("client-999", secret), ASKS, 401, "invalid_client"),
        (("user-1", secret), ASKS, 401, "invalid_client"),
        ((f"client-{number}", secret), {"grant_type": "password"}, 400, "unsupported_grant_type"),
        ((f"client-{number}", secret), {}, 400, "unsupported_grant_type"),
    ]
    for who, form, status, error in wrongs:
        refused = portal.post(TOKEN, data=form or {"x": "y"}, auth=who)
        told = refused.json()
        assert (refused.status_code, told["error"], told["code"]) == (status, error, error.upper()), who
        assert told["detail_sv"] != told["detail_en"]
        assert (status == 401) == ("WWW-Authenticate" in refused.headers)
    twice = "grant_type=client_credentials&grant_type=client_credentials"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert portal.post(TOKEN, content=twice, headers=form).json()["error"] == "invalid_request"
    assert portal.post(TOKEN, json=dict(ASKS)).status_code == 415
    assert portal.post(TOKEN, content="a=" + "b" * 30_000, headers=form).status_code == 413


@pytest.mark.both_engines
def test_a_signed_assertion_is_good_once_and_for_us_alone(system: System, portal: httpx.Client) -> None:
    number, _ = a_client(system)
    key, others = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    with system.database.writing() as session:
        jwks = f'{{"keys": [{key.as_dict(private=False) | {"kid": "one"}}]}}'.replace("'", '"')
        clients.register_keys(session, FYRBAKEN, number, jwks, by="user-1", today=TODAY)

    def asked(**claims: object) -> httpx.Response:
        signer = others if claims.pop("signed_by_another", False) else key
        whole = {
            "iss": f"client-{number}",
            "sub": f"client-{number}",
            "aud": str(portal.base_url).rstrip("/") + TOKEN,
            "exp": int(CLOCK.timestamp()) + 60,
            "jti": "one",
            **claims,
        }
        assertion = jwt.encode({"alg": "ES256", "kid": "one"}, whole, signer)
        form = {**ASKS, "client_assertion_type": _JWT_BEARER, "client_assertion": assertion}
        return portal.post(TOKEN, data=form)

    wrongs: list[dict[str, object]] = [
        {"signed_by_another": True},
        {"aud": "https://elsewhere.example/token"},
        {"exp": int(CLOCK.timestamp()) - 3600},
        {"exp": int(CLOCK.timestamp()) + 86_400},
        {"jti": None},
        {"iss": "client-99"},
        {"sub": "client-99", "iss": "client-99"},
    ]
    for wrong in wrongs:
        assert asked(**wrong).json().get("error") == "invalid_client", wrong
    given = asked()
    assert given.status_code == 200, given.text
    assert portal.get("/api/v1/orders", headers=bearing(given.json()["access_token"])).status_code == 200
    assert asked().json()["error"] == "invalid_client"
    assert asked(jti="two").status_code == 200
    with system.database.reading() as session:
        assert len(session.execute(select(api_assertion)).all()) == 2


def test_a_token_ends_by_itself_with_its_secret_and_with_its_client(system: System) -> None:
    number, secret = a_client(system)
    with system.database.writing() as session:
        other = clients.give_secret(session, FYRBAKEN, number, by="user-1", at=CLOCK, today=TODAY).shown
    with api(system) as portal:
        tokens = [
            portal.post(TOKEN, data=ASKS, auth=(f"client-{number}", each)).json()["access_token"]
            for each in (secret, other)
        ]

        def statuses() -> list[int]:
            return [portal.get("/api/v1/orders", headers=bearing(each)).status_code for each in tokens]

        assert statuses() == [200, 200]
        with system.database.writing() as session:
            clients.end_secret(session, FYRBAKEN, number, secret[:16], by="user-1", at=CLOCK)
        assert statuses() == [401, 200]
        assert portal.get("/api/v1/orders", headers=bearing(secret)).status_code == 401
        with system.database.writing() as session:
            clients.end(session, FYRBAKEN, number, by="user-1", at=CLOCK)
        assert statuses() == [401, 401]
    later = CLOCK + timedelta(minutes=10)
    with api(system, now=later) as portal:
        ended = portal.get("/api/v1/orders", headers=bearing(tokens[1]))
        assert (ended.status_code, ended.json()["code"]) == (401, "TOKEN_ENDED")
    with system.database.writing() as session:
        assert token_store.sweep(session, now=later) == 2


@pytest.mark.parametrize(
    "assertion",
    ["", "a", "a.b.c", "....", "e30.e30.", "bnVsbA.bnVsbA.bnVsbA", "\0", "eyJhbGciOiJub25lIn0.e30.", "å.ö.ä"],
)
def test_an_assertion_that_is_none_is_refused_as_every_other(
    system: System, portal: httpx.Client, assertion: str
) -> None:
    a_client(system)
    form = {**ASKS, "client_assertion_type": _JWT_BEARER, "client_assertion": assertion}
    assert portal.post(TOKEN, data=form).json()["error"] == "invalid_client"


@pytest.mark.parametrize("exp", [10**30, -1, "soon", None, [1], 1.5e300])
def test_an_assertion_of_an_impossible_time_is_refused(
    system: System, portal: httpx.Client, exp: object
) -> None:
    number, _ = a_client(system)
    key = ECKey.generate_key("P-256")
    with system.database.writing() as session:
        jwks = json.dumps({"keys": [key.as_dict(private=False)]})
        clients.register_keys(session, FYRBAKEN, number, jwks, by="user-1", today=TODAY)
    who = f"client-{number}"
    claims = {"iss": who, "sub": who, "aud": str(portal.base_url).rstrip("/"), "exp": exp, "jti": "1"}
    signed = jws.serialize_compact({"alg": "ES256"}, json.dumps(claims).encode(), key)
    form = {**ASKS, "client_assertion_type": _JWT_BEARER, "client_assertion": signed}
    assert portal.post(TOKEN, data=form).json()["error"] == "invalid_client"
