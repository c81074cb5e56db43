"""What a browser signed is taken once, for the one who was asked, at our address, and by a device that counts on."""

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from accounts import accounts
from accounts import store as account_store
from accounts.guessing.rate_limit import SECOND_STEP
from accounts.passkeys import passkey_store
from billing.tools.demo import people
from tests.accounts.conftest import Clock
from tests.accounts.passkeys.device import Device, text_of
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.pages.visitor import text_of as told

ALVA, BO, DEMO = "alla@fyrbaken.example", "redovisa@fyrbaken.example", people.PASSWORD


def options_on(page: str) -> str:
    """What the page would have the browser do."""
    found = re.search(r'data-options="([^"]+)"', page)
    assert found, page
    return html.unescape(found[1])


def set_up(somebody: Visitor, device: Device, *, name: str = ALVA, called: str = "Telefonen") -> list[str]:
    """Sign in with the password and make the first passkey; the recovery codes."""
    somebody.enter(name, DEMO)
    page = somebody.post("/sign-in/passkeys", {"name": called}).text
    made = device.make(options_on(page), origin=somebody.site.address)
    answer = somebody.post("/sign-in/passkeys/register", {"credential": made})
    assert answer.status_code == 200, told(answer)
    return re.findall(r"<code>(\w{6}(?:-\w{6}){3})</code>", answer.text)


def asked(somebody: Visitor, *, name: str = ALVA) -> str:
    """Sign in with the password; what the browser is asked then."""
    somebody.enter(name, DEMO)
    return options_on(somebody.get("/sign-in/code").text)


@pytest.mark.both_engines
@pytest.mark.parametrize("counts", [True, False], ids=["counts", "does not count"])
def test_a_device_is_taken_again_and_again_whether_or_not_it_counts(strict: Site, counts: bool) -> None:
    device = Device(counts=counts)
    with visitor(strict) as alva:
        assert len(set_up(alva, device)) == 10
        for _ in range(3):
            alva.post("/sign-out")
            signed = device.sign(asked(alva), origin=strict.address)
            assert alva.post("/sign-in/passkey", {"credential": signed}).status_code == 303
            assert alva.get("/account").status_code == 200


WRONG: dict[str, dict[str, Any]] = {
    "another site's": {"origin_said": "https://elsewhere.example"},
    "for another host": {"host": "elsewhere.example"},
    "for another challenge": {"challenge": text_of(b"another challenge of the same length!")},
    "made, not used": {"kind": "webauthn.create"},
    "by another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "by nobody present": {"flags": 0},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_was_signed_otherwise_lets_nobody_in(strict: Site, wrong: dict[str, Any]) -> None:
    device = Device()
    with visitor(strict) as alva:
        set_up(alva, device)
        alva.post("/sign-out")
        signed = device.sign(asked(alva), origin=strict.address, wrong=wrong)
        answer = alva.post("/sign-in/passkey", {"credential": signed})
        assert (answer.status_code, "gick inte att använda" in told(answer)) == (422, True)
        assert alva.get("/account").status_code == 303


RUBBISH = (
    *("", "x", "{", "[]", "7", "null", '"text"', "{}", '{"id": 7}', '{"id": "a", "rawId": "b", "type": "c"}'),
    json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}),
    json.dumps({"id": "å", "rawId": "\N{SNOWMAN}", "type": "public-key", "response": []}),
    "[" * 20_000,
)


def test_rubbish_is_refused_with_a_sentence(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        set_up(alva, Device())
        for rubbish in RUBBISH:
            alva.post("/sign-out")
            clock.now += timedelta(days=1)  # wrong tries have lapsed by then
            asked(alva)
            answer = alva.post("/sign-in/passkey", {"credential": rubbish})
            assert (answer.status_code, "gick inte att använda" in told(answer)) == (422, True), rubbish[:40]


def test_a_signature_is_good_once_and_for_five_minutes(strict: Site, clock: Clock) -> None:
    device = Device()
    with visitor(strict) as alva, visitor(strict) as thief:
        set_up(alva, device)
        alva.post("/sign-out")
        signed = device.sign(asked(alva), origin=strict.address)
        # Whoever only overheard it was asked something else.
        asked(thief)
        assert thief.post("/sign-in/passkey", {"credential": signed}).status_code == 422
        assert alva.post("/sign-in/passkey", {"credential": signed}).status_code == 303
        alva.post("/sign-out")
        alva.enter(ALVA, DEMO)
        assert alva.post("/sign-in/passkey", {"credential": signed}).status_code == 422
        signed = device.sign(options_on(alva.get("/sign-in/code").text), origin=strict.address)
        clock.now += timedelta(minutes=5, seconds=1)
        assert alva.post("/sign-in/passkey", {"credential": signed}).status_code == 422


def test_a_key_of_one_account_opens_no_other(strict: Site) -> None:
    hers, his = Device(), Device(credential_id=b"his")
    with visitor(strict) as alva, visitor(strict) as bo:
        set_up(alva, hers)
        set_up(bo, his, name=BO)
        bo.post("/sign-out")
        signed = hers.sign(asked(bo, name=BO), origin=strict.address)
        assert bo.post("/sign-in/passkey", {"credential": signed}).status_code == 422


def test_a_new_key_is_not_taken_for_what_another_challenge_or_page_asked(strict: Site) -> None:
    device = Device()
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        # Nobody was asked to make any.
        assert alva.post("/sign-in/passkeys/register", {"credential": "{}"}).status_code == 422
        page = alva.post("/sign-in/passkeys", {"name": "Telefonen"}).text
        wrong = device.make(options_on(page), origin="https://elsewhere.example")
        assert alva.post("/sign-in/passkeys/register", {"credential": wrong}).status_code == 422
        made = device.make(options_on(page), origin=strict.address)
        assert alva.post("/sign-in/passkeys/register", {"credential": made}).status_code == 422, "asked once"
        assert alva.get("/account").status_code == 303


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\tb\x07"])
def test_a_passkey_needs_a_name_that_can_be_read(strict: Site, name: str) -> None:
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        answer = alva.post("/sign-in/passkeys", {"name": name})
        assert (answer.status_code, "Ge passnyckeln ett namn" in told(answer)) == (422, True)


def test_a_half_session_changes_no_second_step_there_is(strict: Site) -> None:
    with visitor(strict) as alva:
        set_up(alva, Device())
        alva.post("/sign-out")
        alva.enter(ALVA, DEMO)
        for path, form in (
            ("/sign-in/passkeys", {"name": "Min egen"}),
            ("/sign-in/passkeys/register", {"credential": "{}"}),
            ("/sign-in/passkeys/1/remove", {"current": DEMO}),
            ("/sign-in/second-step", {"code": "123456"}),
        ):
            answer = alva.post(path, form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/code"), path


def test_whoever_came_with_the_password_alone_sets_up_no_step_beside_the_owners_first(strict: Site) -> None:
    device = Device(credential_id=b"the thief's")
    with visitor(strict) as thief, visitor(strict) as alva:
        thief.enter(ALVA, DEMO)
        page = thief.post("/sign-in/passkeys", {"name": "Min"}).text
        set_up(alva, Device())
        made = device.make(options_on(page), origin=strict.address)
        assert thief.post("/sign-in/passkeys/register", {"credential": made}).status_code == 303
        with strict.database.reading() as session:
            known = account_store.by_name(session, ALVA)
            assert known is not None
            assert passkey_store.count(session, known.id) == 1


def test_tries_are_counted_with_those_of_codes(strict: Site) -> None:
    with visitor(strict) as alva:
        set_up(alva, Device())
        alva.post("/sign-out")
        asked(alva)
        statuses = [
            alva.post("/sign-in/passkey", {"credential": "{}"}).status_code
            for _ in range(SECOND_STEP.free + 1)
        ]
        assert statuses == [422] * SECOND_STEP.free + [429]


def test_an_administrator_lets_a_lost_passkey_go_and_the_step_is_set_up_anew(
    strict: Site, clock: Clock
) -> None:
    with visitor(strict) as bo:
        set_up(bo, Device(), name=BO)
        with strict.database.writing() as session:
            known = account_store.by_name(session, BO)
            assert known is not None
            accounts.forget_codes(session, known.organisation, known.id, by="user-1", at=clock.now)
        bo.enter(BO, DEMO)
        assert bo.get("/sign-in/second-step").status_code == 200
        with strict.database.reading() as session:
            assert passkey_store.count(session, known.id) == 0


def test_a_name_of_nobody_costs_the_same_questions(strict: Site) -> None:
    """Whether an account has passkeys is asked for every name, so the answer takes as long for none."""
    with visitor(strict) as somebody:
        assert somebody.enter("ingen@ingenstans.example", DEMO).status_code == 422
