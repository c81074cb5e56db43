"""Back-channel logout: what a provider tells ends the sessions its word began, at once, and is believed once."""

import json
import time
from collections.abc import Mapping

import httpx
import pytest
from sqlalchemy import select

from accounts.journal_actions import AccountAction
from foundation.tables import journal
from tests.accounts.openid.conftest import House, travel
from tests.support.pages.visitor import Visitor, visitor
from tests.support.servers.openid_provider import CLIENT, LOGOUT

ALVA = "alla@fyrbaken.example"


def tell(house: House, token: str, realm: str = "one") -> httpx.Response:
    """The provider tells of a logout, as no browser would: without cookies or a form of ours."""
    with visitor(house.site) as machine:
        return machine.client.post(f"/sign-in/openid/{realm}/logout", data={"logout_token": token})


def is_in(somebody: Visitor) -> bool:
    return somebody.get("/account").status_code == 200


@pytest.mark.both_engines
def test_a_persons_sessions_end_at_once_and_the_same_word_is_believed_once(house: House) -> None:
    with visitor(house.site) as here, visitor(house.site) as there, visitor(house.site) as elsewhere:
        travel(here, "one", email=ALVA, sid="a")
        travel(there, "one", email=ALVA, sid="b")
        travel(elsewhere, "text", email=ALVA)
        token = house.logout_token("one")
        assert tell(house, token).status_code == 200
        assert (is_in(here), is_in(there), is_in(elsewhere)) == (False, False, True)
        travel(here, "one", email=ALVA)
        replayed = tell(house, token)
        assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_request")
        assert is_in(here)
    with house.site.database.reading() as session:
        ended = session.execute(
            select(journal.c.actor).where(journal.c.action == AccountAction.SESSION_ENDED)
        ).scalars()
        assert list(ended) == ["openid one", "openid one"]


def test_one_session_is_ended_by_its_name_alone(house: House) -> None:
    with visitor(house.site) as here, visitor(house.site) as there:
        travel(here, "one", email=ALVA, sid="a")
        travel(there, "one", email=ALVA, sid="b")
        token = house.logout_token("one", claims=json.dumps({"sub": None, "sid": "a"}))
        assert tell(house, token).status_code == 200
        assert (is_in(here), is_in(there)) == (False, True)
        both = house.logout_token("one", claims=json.dumps({"sub": "somebody-else", "sid": "b"}))
        assert tell(house, both).status_code == 200
        assert is_in(there)


NOW = int(time.time())
WRONG: Mapping[str, dict[str, object]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "another audience": {"aud": "another"},
    "an audience of others": {"aud": ["another", "third"]},
    "no audience": {"aud": None},
    "no events": {"events": None},
    "other events": {"events": {"x": {}}},
    "an event that says nothing": {"events": {LOGOUT: "yes"}},
    "a nonce": {"nonce": "x"},
    "no name of its own": {"jti": None},
    "a name that is too long": {"jti": "x" * 201},
    "nobody": {"sub": None},
    "old": {"iat": NOW - 4000, "exp": NOW - 3900},
    "issued long ago": {"iat": NOW - 4000, "exp": NOW + 4000},
    "of the future": {"iat": NOW + 4000, "exp": NOW + 4200},
    "no moment": {"iat": None},
    "a moment that is none": {"iat": "yesterday"},
}


def test_a_word_that_is_wrong_in_any_way_ends_nothing(house: House) -> None:
    with visitor(house.site) as alva:
        travel(alva, "one", email=ALVA)
        for name, claims in WRONG.items():
            answer = tell(house, house.logout_token("one", claims=json.dumps(claims)))
            assert (answer.status_code, answer.headers["cache-control"]) == (400, "no-store"), name
        assert is_in(alva)


def test_neither_a_forged_word_nor_an_id_token_nor_rubbish_nor_another_providers_ends_anything(
    house: House,
) -> None:
    with visitor(house.site) as alva:
        travel(alva, "one", email=ALVA)
        for token in (house.logout_token("one", forged="yes"), "", "rubbish", "a.b.c", "x" * 40_000):
            assert tell(house, token).status_code == 400
        assert tell(house, house.logout_token("text")).status_code == 400
        assert tell(house, house.logout_token("one"), "text").status_code == 400
        assert tell(house, house.logout_token("one"), "nobody").status_code == 404
        several = house.logout_token("one", claims=json.dumps({"aud": ["another", CLIENT]}))
        assert is_in(alva)
        assert tell(house, several).status_code == 200
        assert not is_in(alva)
