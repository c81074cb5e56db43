"""Whatever a stranger sends as a signature is judged or refused, and never stumbled over."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.passkeys import proving
from accounts.passkeys.passkey_store import Passkey
from accounts.passkeys.proving import PasskeyWrong, RelyingParty
from tests.accounts.passkeys.device import Device, text_of

HOST, ORIGIN = "portal.example", "https://portal.example"
PARTY = RelyingParty(HOST, ORIGIN)
CHALLENGE = text_of(b"thirty-two bytes, or so, by chance")
DEVICE = Device()
MADE = DEVICE.make(json.dumps({"rp": {"id": HOST}, "challenge": CHALLENGE}), origin=ORIGIN)
SIGNED = DEVICE.sign(json.dumps({"rpId": HOST, "challenge": CHALLENGE}), origin=ORIGIN)


def known() -> dict[str, Passkey]:
    verified = proving.made(MADE, CHALLENGE, PARTY)
    name, key = text_of(verified.credential_id), text_of(verified.credential_public_key)
    made_at = datetime(2026, 11, 22, tzinfo=UTC)
    return {name: Passkey(1, 1, name, key, 0, "x", is_synced=False, made_at=made_at)}


def test_what_is_right_is_right() -> None:
    passkey, verified = proving.used(SIGNED, CHALLENGE, PARTY, known())
    assert (passkey.id, verified.new_sign_count) == (1, 1)


@pytest.mark.parametrize(
    "party", [RelyingParty("other.example", ORIGIN), RelyingParty(HOST, "https://other.example")]
)
def test_a_key_of_another_house_is_none_of_ours(party: RelyingParty) -> None:
    with pytest.raises(PasskeyWrong):
        proving.made(MADE, CHALLENGE, party)
    with pytest.raises(PasskeyWrong):
        proving.used(SIGNED, CHALLENGE, party, known())


@st.composite
def broken(draw: st.DrawFn, whole: str) -> str:
    """An answer with one of its parts changed in a few bytes, cut, or gone."""
    told = json.loads(whole)
    part = draw(st.sampled_from(sorted(told["response"])))
    held = told["response"][part]
    data = bytearray(base64.urlsafe_b64decode(held + "=" * (-len(held) % 4)))
    match draw(st.sampled_from(["changed", "cut", "gone", "other"])):
        case "changed":
            for place in draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=4, unique=True)):
                data[place] ^= draw(st.integers(1, 255))
            told["response"][part] = text_of(bytes(data))
        case "cut":
            told["response"][part] = text_of(bytes(data[: draw(st.integers(0, len(data) - 1))]))
        case "gone":
            del told["response"][part]
        case "other":
            told["response"][part] = draw(st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text())))
    return json.dumps(told)


@given(broken(SIGNED))
def test_a_signature_that_was_changed_anywhere_is_refused(response: str) -> None:
    with pytest.raises(PasskeyWrong):
        proving.used(response, CHALLENGE, PARTY, known())


@given(broken(MADE))
def test_a_new_key_that_was_changed_is_another_key_or_refused(response: str) -> None:
    """Nothing vouches for a new key but the challenge, so a change in the key itself is another key."""
    try:
        proving.made(response, CHALLENGE, PARTY)
    except PasskeyWrong:
        return


@given(st.text() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_what_is_no_answer_at_all_is_refused(response: str) -> None:
    for judged in (
        lambda: proving.made(response, CHALLENGE, PARTY),
        lambda: proving.used(response, CHALLENGE, PARTY, {}),
    ):
        with pytest.raises(PasskeyWrong):
            judged()
