"""Everything that may be wrong with a sign-in is told in a sentence of its own, and logged with the provider's code."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import httpx
import pytest
import structlog
from sqlalchemy import delete, update

from accounts import accounts, mailed_links, tokens
from accounts.mailed_link_store import LinkPurpose
from accounts.openid import openid_store, personal_numbers
from accounts.openid.faults import ANSWERED, EXCHANGED, OURS, SENTENCES, Fault, answered, code_of, exchanged
from accounts.openid.tables import openid_journey
from accounts.tables import account as account_table
from accounts.tables import web_session
from billing.tools.demo import people
from foundation.text import languages
from tests.accounts.openid.conftest import House, come_back, go, told, travel
from tests.support.pages.visitor import Visitor, visitor

ALVA, BO, FRIDA = "alla@fyrbaken.example", "redovisa@fyrbaken.example", "ekonom@kopare.example"
NUMBER, ANOTHERS = "191212121212", "198001011231"
Scene = Callable[[House, Visitor], httpx.Response]


def by(realm: str, **chosen: str) -> Scene:
    """There and back, with this chosen at the provider; nothing is changed here by it."""

    def refused_there(house: House, somebody: Visitor) -> httpx.Response:
        return travel(somebody, realm, **{"email": ALVA, **chosen})

    return refused_there


def another_browser(house: House, somebody: Visitor) -> httpx.Response:
    away = go(somebody, "one")
    with visitor(house.site) as other:
        return come_back(other, away.headers["location"], email=ALVA)


def too_late(house: House, somebody: Visitor) -> httpx.Response:
    away = go(somebody, "one")
    with house.site.database.writing() as session:
        session.execute(update(openid_journey).values(ends_at=house.site.app.state.clock() - timedelta(1)))
    return come_back(somebody, away.headers["location"], email=ALVA)


def expired_code(house: House, somebody: Visitor) -> httpx.Response:
    return travel(somebody, "one", email=ALVA, fault="token:invalid_grant")


def ended(house: House, somebody: Visitor) -> httpx.Response:
    """An account that ended in books of before, with its identity still tied."""
    travel(somebody, "one", email=BO)
    with house.site.database.writing() as session:
        session.execute(update(account_table).where(account_table.c.sign_in_name == BO).values(state="ENDED"))
    somebody.client.cookies.clear()
    return travel(somebody, "one", email=BO)


def of_the_other_side(house: House, somebody: Visitor) -> httpx.Response:
    return travel(somebody, "employer", email=ALVA, groups="ekonomi")


def no_role(house: House, somebody: Visitor) -> httpx.Response:
    return travel(somebody, "employer", email=FRIDA, groups="")


def link(house: House, name: str) -> str:
    with house.site.database.writing() as session:
        account = house.account(name)
        path = mailed_links.give(session, account, LinkPurpose.IDENTITY, at=house.site.app.state.clock())
    return path


def by_link(house: House, somebody: Visitor, path: str, **chosen: str) -> httpx.Response:
    page = somebody.post(f"{path}/openid", {"provider": "broker"})
    found = re.search(r'class="button primary" href="([^"]+)"', page.text)
    assert found, told(page)
    return come_back(somebody, found[1].replace("&amp;", "&"), **chosen)


def used_link(house: House, somebody: Visitor) -> httpx.Response:
    path = link(house, BO)
    page = somebody.post(f"{path}/openid", {"provider": "broker"})
    with house.site.database.writing() as session:
        mailed_links.use_key(
            session, tokens.fingerprint(path.removeprefix("/link/")), now=house.site.app.state.clock()
        )
    found = re.search(r'class="button primary" href="([^"]+)"', page.text)
    assert found
    return come_back(somebody, found[1].replace("&amp;", "&"))


def tied_to_another(house: House, somebody: Visitor) -> httpx.Response:
    with house.site.database.writing() as session:
        openid_store.tie(
            session,
            f"{house.address}/broker",
            "person-1",
            house.account(ALVA).id,
            at=house.site.app.state.clock(),
        )
    return by_link(house, somebody, link(house, BO))


def somebody_else(house: House, somebody: Visitor) -> httpx.Response:
    with house.site.database.writing() as session:
        personal_numbers.bind(
            session,
            house.site.app.state.settings,
            house.account(BO).id,
            NUMBER,
            by="test",
            at=house.site.app.state.clock(),
        )
    return by_link(house, somebody, link(house, BO), number=ANOTHERS)


def signed_out_meanwhile(house: House, somebody: Visitor) -> httpx.Response:
    somebody.enter(ALVA, people.PASSWORD)
    page = somebody.post("/account/identities", {"provider": "broker", "current": people.PASSWORD})
    found = re.search(r'class="button primary" href="([^"]+)"', page.text)
    assert found, told(page)
    with house.site.database.writing() as session:
        session.execute(delete(web_session))
    return come_back(somebody, found[1].replace("&amp;", "&"))


SCENES: Final[Mapping[Fault, Scene]] = {
    Fault.CANCELLED: by("one", fault="error:access_denied"),
    Fault.NOT_SIGNED_IN_THERE: by("one", fault="error:login_required"),
    Fault.CONSENT: by("one", fault="error:consent_required"),
    Fault.LEVEL_NOT_REACHED: by("one", fault="error:unmet_authentication_requirements"),
    Fault.PROVIDER_BUSY: by("one", fault="error:temporarily_unavailable"),
    Fault.PROVIDER_FAILED: by("one", fault="token-down"),
    Fault.REQUEST_REFUSED: by("one", fault="token:unsupported_grant_type"),
    Fault.CLIENT_REFUSED: by("one", fault="token:invalid_client"),
    Fault.SCOPE_REFUSED: by("one", fault="error:invalid_scope"),
    Fault.UNKNOWN_ERROR: by("one", fault="error:of_tomorrow"),
    Fault.NOT_REACHED: by("closed"),
    Fault.NOT_DESCRIBED: by("lacking"),
    Fault.OTHER_ISSUER: by("other"),
    Fault.TRAILING_SLASH: by("slash"),
    Fault.CODE_REFUSED: expired_code,
    Fault.OWN_KEY_UNUSABLE: by("keyless"),
    Fault.NO_TOKEN: by("one", fault="no-token"),
    Fault.OTHER_BROWSER: another_browser,
    Fault.TOO_LATE: too_late,
    Fault.ANSWER_OF_ANOTHER: by("named", fault="misnamed"),
    Fault.NO_CODE: by("one", fault="nothing"),
    Fault.UNKNOWN_KEY: by("one", fault="unknown-key"),
    Fault.SIGNATURE: by("one", fault="key"),
    Fault.TOKEN_ISSUER: by("one", fault="issuer"),
    Fault.TOKEN_AUDIENCE: by("one", fault="audience"),
    Fault.TOKEN_NONCE: by("one", fault="nonce"),
    Fault.TOKEN_OLD: by("one", fault="old"),
    Fault.TOKEN_AHEAD: by("one", fault="ahead"),
    Fault.TOKEN_WRONG: by("one", fault="nobody"),
    Fault.NO_LEVEL: by("level"),
    Fault.LEVEL_TOO_LOW: by("level", acr="loa2"),
    Fault.LEVEL_FOR_ROLE: by("level", acr="loa3"),
    Fault.USERINFO_FAILED: by("silent", fault="userinfo-down"),
    Fault.USERINFO_OF_ANOTHER: by("silent", fault="userinfo-other"),
    Fault.GROUPS_NOT_TOLD: by("employer", email=FRIDA, fault="too-many-groups"),
    Fault.NO_ACCOUNT: by("one", email="ingen@fyrbaken.example"),
    Fault.NO_ADDRESS: by("broker"),
    Fault.NOT_VERIFIED: by("one", verified="text"),
    Fault.ENDED: ended,
    Fault.OTHER_PEOPLE: of_the_other_side,
    Fault.NO_ROLE: no_role,
    Fault.TIED_TO_ANOTHER: tied_to_another,
    Fault.OTHER_PERSON: somebody_else,
    Fault.LINK_VOID: used_link,
    Fault.NO_LONGER_SIGNED_IN: signed_out_meanwhile,
}
"""How each of them comes about."""


HARMLESS: Final = tuple(fault for fault, scene in SCENES.items() if scene.__name__ == "refused_there")
"""Those that change nothing here, and can be played one after the other in the same house."""


def test_what_a_provider_does_wrong_is_told_to_the_person_and_to_the_log(house: House) -> None:
    assert len(HARMLESS) > 30
    for fault in HARMLESS:
        is_told(house, fault)


@pytest.mark.parametrize("fault", [each for each in SCENES if each not in HARMLESS])
def test_what_stands_in_the_way_here_is_told_as_well(house: House, fault: Fault) -> None:
    is_told(house, fault)


def is_told(house: House, fault: Fault) -> None:
    """The fault comes about, has its sentence on the page and its line in the log, and lets nobody in."""
    with visitor(house.site) as somebody, structlog.testing.capture_logs() as lines:
        answer = SCENES[fault](house, somebody)
        assert answer.status_code == (502 if fault in OURS else 403), (fault, told(answer))
        assert SENTENCES[fault].sv in told(answer), fault
        assert somebody.get("/account").status_code == 303, fault
    (line,) = [each for each in lines if each["event"] == "openid sign-in refused"]
    assert (line["fault"], line["log_level"]) == (fault.value, "error" if fault in OURS else "warning")
    # What a person may have been called, or what may stand in for it, is in no line.
    assert not re.search(r"Anna|1212|fyrbaken\.example", str(lines))


def test_each_has_a_sentence_of_its_own_in_every_language() -> None:
    assert set(SENTENCES) == set(SCENES) == set(Fault)
    for language in languages():
        assert len({each.in_language(language) for each in SENTENCES.values()}) == len(Fault)


@pytest.mark.parametrize(
    ("table", "refusal"), [(ANSWERED, answered), (EXCHANGED, exchanged)], ids=["way", "token"]
)
def test_a_code_of_the_provider_is_carried_into_the_log_with_its_fault(
    table: Mapping[str, Fault], refusal: Callable[[str], object]
) -> None:
    for code, fault in table.items():
        refused = refusal(code)
        assert (refused.fault, refused.code) == (fault, code)  # type: ignore[attr-defined]
    unknown = refusal("of_tomorrow")
    assert (unknown.fault, unknown.code) == (Fault.UNKNOWN_ERROR, "of_tomorrow")  # type: ignore[attr-defined]


@pytest.mark.parametrize("said", ["Anna Lind", "19121212-1212", "a" * 61, "<b>", "x\ny", "åäö", 7])
def test_what_looks_like_no_code_is_not_repeated(said: object) -> None:
    assert code_of(said) == "unreadable"


def test_the_code_is_shown_to_whoever_calls_for_help(house: House) -> None:
    with visitor(house.site) as somebody:
        assert "one, kod: of_tomorrow" in told(travel(somebody, "one", fault="error:of_tomorrow"))
        assert "kod: nonce" in told(travel(somebody, "one", email=ALVA, fault="nonce"))


def test_an_account_that_ends_lets_its_identity_go_so_that_its_owner_can_be_invited_anew(
    house: House,
) -> None:
    with visitor(house.site) as bo:
        assert travel(bo, "one", email=BO).headers["location"] == "/account"
    with house.site.database.writing() as session:
        account = house.account(BO)
        accounts.end(
            session,
            account.organisation,
            account.id,
            by="test",
            today=house.site.app.state.clock().date(),
        )
    with visitor(house.site) as bo:
        assert SENTENCES[Fault.NO_ACCOUNT].sv in told(travel(bo, "one", email=BO))
