"""A session alone changes nothing that lets its owner in, and its owner is told of every change."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from accounts import sessions, two_factor
from accounts import store as account_store
from accounts.guessing.rate_limit import ONE_NAME
from billing.tools.demo import people
from operations.mail.tables import mail
from tests.accounts.conftest import Clock
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, text_of, visitor

ALVA, DEMO = "alla@fyrbaken.example", people.PASSWORD
CODES = re.compile(r"<code>(\w{6}(?:-\w{6}){3})</code>")


def offered(somebody: Visitor) -> str:
    """The secret that the page offers the app."""
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', somebody.get("/sign-in/second-step").text)
    assert found
    return found[1].replace(" ", "")


def told(site: Site) -> list[str]:
    with site.database.reading() as session:
        return list(
            session.scalars(select(mail.c.template).where(mail.c.to_address == ALVA).order_by(mail.c.id))
        )


def set_up(somebody: Visitor, clock: Clock, **form: str) -> tuple[str, int, list[str]]:
    """Set up the app that is offered: its secret, the status, and the recovery codes that were shown."""
    secret = offered(somebody)
    answer = somebody.post("/sign-in/second-step", {"code": pyotp.TOTP(secret).at(clock.now), **form})
    return secret, answer.status_code, CODES.findall(answer.text)


def test_the_first_time_it_is_set_up_right_after_the_password(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        assert 'name="current"' not in alva.get("/sign-in/second-step").text
        _, status, codes = set_up(alva, clock)
        assert (status, len(codes)) == (200, 10)
    assert told(strict) == ["second-step-changed"]


def test_a_session_alone_never_puts_another_app_in_the_place_of_the_owners(
    strict: Site, clock: Clock
) -> None:
    with visitor(strict) as alva, visitor(strict) as thief:
        alva.enter(ALVA, DEMO)
        owners, _, _ = set_up(alva, clock)
        thief.plant("session", alva.cookie("session"))
        assert 'name="current"' in thief.get("/sign-in/second-step").text
        for proof in ("", "fel", "000000", pyotp.TOTP(offered(thief)).at(clock.now)):
            secret, status, codes = set_up(thief, clock, current=proof)
            assert (status, codes) == (422, [])
        assert "varken ditt lösenord eller en kod" in text_of(
            thief.post("/sign-in/second-step", {"code": pyotp.TOTP(secret).at(clock.now), "current": "fel"})
        )
        # The owner's app is still the one that counts.
        clock.now += timedelta(minutes=1)
        alva.post("/sign-out")
        alva.enter(ALVA, DEMO)
        assert alva.post("/sign-in/code", {"code": pyotp.TOTP(owners).at(clock.now)}).status_code == 303
    assert told(strict) == ["second-step-changed"]


@pytest.mark.parametrize("way", ["password", "app", "recovery code"])
def test_with_the_password_or_a_code_it_is_changed_everybody_else_is_out_and_the_owner_told(
    strict: Site, clock: Clock, way: str
) -> None:
    with visitor(strict) as alva, visitor(strict) as elsewhere:
        alva.enter(ALVA, DEMO)
        before, _, codes = set_up(alva, clock)
        elsewhere.plant("session", alva.cookie("session"))
        clock.now += timedelta(minutes=1)
        proof = {"password": DEMO, "app": pyotp.TOTP(before).at(clock.now), "recovery code": codes[0]}[way]
        after, status, fresh = set_up(alva, clock, current=proof)
        assert (status, len(fresh)) == (200, 10)
        assert elsewhere.get("/account").status_code == 303
        assert alva.get("/account").status_code == 200
        clock.now += timedelta(minutes=1)
        alva.post("/sign-out")
        alva.enter(ALVA, DEMO)
        assert alva.post("/sign-in/code", {"code": pyotp.TOTP(before).at(clock.now)}).status_code == 422
        assert alva.post("/sign-in/code", {"code": codes[1]}).status_code == 422
        assert alva.post("/sign-in/code", {"code": pyotp.TOTP(after).at(clock.now)}).status_code == 303
    more = ["recovery-code-used"] if way == "recovery code" else []
    assert told(strict) == ["second-step-changed", *more, "second-step-changed"]


def test_the_proof_cannot_be_guessed_at_leisure(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        set_up(alva, clock)
        statuses = [set_up(alva, clock, current=f"gissning {each}")[1] for each in range(ONE_NAME.free + 1)]
        assert statuses == [422] * ONE_NAME.free + [429]


def test_somebody_without_codes_needs_the_password_to_set_them_up_later(site: Site, clock: Clock) -> None:
    with visitor(site) as alva:
        alva.enter(ALVA, DEMO)
        assert set_up(alva, clock, current="fel")[1] == 422
        assert set_up(alva, clock, current=DEMO)[1] == 200


def test_whoever_has_neither_password_nor_codes_has_nothing_to_steal_by_setting_them_up(
    site: Site, clock: Clock
) -> None:
    """Somebody who comes by OpenID alone: codes are asked for after a password only."""
    with site.database.writing() as session:
        known = account_store.by_name(session, ALVA)
        assert known is not None
        account_store.change(session, known.id, password_hash="")
        secret = sessions.start(session, known.id, now=clock.now)
    with site.database.reading() as session:
        held = sessions.find(session, secret, now=clock.now)
    assert held is not None
    assert not two_factor.needs_proof(held)


def test_a_used_recovery_code_is_told_to_its_owner(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        _, _, codes = set_up(alva, clock)
        alva.post("/sign-out")
        alva.enter(ALVA, DEMO)
        assert alva.post("/sign-in/code", {"code": codes[0]}).status_code == 303
    assert told(strict) == ["second-step-changed", "recovery-code-used"]
