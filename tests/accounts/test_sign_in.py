"""What keeps a stolen, guessed, planted or replayed secret from letting anybody in."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pyotp
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from accounts import accounts
from accounts.tables import account, recovery_code, web_session
from billing.tools.demo import people
from foundation import journal
from tests.accounts.conftest import Clock
from tests.support.pages.browser import Site, portal
from tests.support.pages.mailbox import link_to
from tests.support.pages.visitor import Visitor, text_of, visitor
from web.guards.own_paths import own_path

ALVA, DEMO = "alla@fyrbaken.example", people.PASSWORD


def enrol(somebody: Visitor, clock: Clock) -> tuple[str, list[str]]:
    """Set up the second step: the app's secret and the recovery codes."""
    page = somebody.get("/sign-in/second-step").text
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    answer = somebody.post("/sign-in/second-step", {"code": pyotp.TOTP(secret).at(clock.now)})
    codes = re.findall(r"<code>(\w{6}(?:-\w{6}){3})</code>", answer.text)
    assert len(codes) == 10
    return secret, codes


# --- password and session -------------------------------------------------------------------------------


def test_signing_in_leads_back_to_the_page_that_was_asked_for(site: Site) -> None:
    with visitor(site) as alva:
        asked = alva.get("/people?a=1&b=2")
        assert asked.headers["location"] == "/sign-in?next=%2Fpeople%3Fa%3D1%26b%3D2"
        assert alva.enter(ALVA, DEMO, back="/people?a=1&b=2").headers["location"] == "/people?a=1&b=2"
    with site.database.reading() as session:
        *_, last = journal.rows(session)
    assert (last.action, last.subject) == ("account.signed_in", last.actor)


ELSEWHERE = (
    "https://elsewhere.example",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "javascript:alert(1)",
    "/\telsewhere",
    "\\\\elsewhere",
    "",
    "/a\r\nSet-Cookie: x=1",
    " /x",
    "http:/elsewhere.example",
)


def test_no_redirect_leads_elsewhere(site: Site) -> None:
    with visitor(site) as alva:
        for back in ELSEWHERE:
            assert alva.enter(ALVA, DEMO, back=back).headers["location"] == "/"
            asked = alva.client.get("/sign-in", params={"next": back})
            assert asked.headers["location"] == "/"
            assert alva.post("/language", {"language": "en", "next": back}).headers["location"] == "/"


@given(st.text())
def test_a_path_is_our_own_or_the_front_page(text: str) -> None:
    path = own_path(text)
    assert path == "/" or (path == text and httpx.URL("https://own.example").join(path).host == "own.example")


def test_a_session_planted_before_signing_in_is_worth_nothing_after(site: Site) -> None:
    with visitor(site) as alva:
        alva.plant("session", "planted" * 6)
        alva.enter(ALVA, DEMO)
        first = alva.cookie("session")
        assert first != "planted" * 6
        alva.enter(ALVA, DEMO)
        assert alva.cookie("session") != first
        with visitor(site) as thief:
            thief.plant("session", first)
            assert thief.get("/account").status_code == 303  # rotated away


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(site: Site, filled_url: str) -> None:
    with visitor(site) as alva:
        plain = alva.enter(ALVA, DEMO).headers.get_list("set-cookie")
    with (
        portal(filled_url, second_step=False, public_url="https://portal.example") as secure,
        visitor(secure) as eva,
    ):
        page = eva.get("/sign-in")
        token = re.search(r'name="form_token" value="(\w+)"', page.text)
        assert token
        # The cookie is Secure, so this plain connection must carry it by hand.
        visit = page.headers["set-cookie"].partition(";")[0]
        answer = eva.client.post(
            "/sign-in",
            data={"form_token": token[1], "name": ALVA, "password": DEMO},
            headers={"Origin": "https://portal.example", "Cookie": visit},
        )
        assert answer.status_code == 303
        invoice = answer.headers.get_list("set-cookie")
        wrong = eva.client.post(
            "/sign-in",
            data={"form_token": token[1], "name": ALVA, "password": DEMO},
            headers={"Origin": secure.address, "Cookie": visit},
        )
        assert wrong.status_code == 403
    for cookie in (*plain, *invoice):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert all("Secure" in each and each.startswith("__Host-billing-") for each in invoice)
    assert any(each.startswith("billing-session=") for each in plain)


def test_no_secret_lies_in_the_database_as_it_was_given(site: Site) -> None:
    with visitor(site) as alva:
        alva.enter(ALVA, DEMO)
        secret = alva.cookie("session")
    with site.database.reading() as session:
        keys = session.scalars(select(web_session.c.secret_sha256)).all()
        hashes = session.scalars(select(account.c.password_hash)).all()
    assert secret not in keys
    assert all(each.startswith("$argon2id$") for each in hashes)


def test_a_session_ends_idle_and_ends_at_last(site: Site, clock: Clock) -> None:
    with visitor(site) as alva:
        alva.enter(ALVA, DEMO)
        clock.now += timedelta(minutes=59)
        assert alva.get("/account").status_code == 200
        clock.now += timedelta(minutes=61)
        assert alva.get("/account").status_code == 303
        alva.enter(ALVA, DEMO)
        for _ in range(13):
            clock.now += timedelta(minutes=55)
            assert alva.get("/account").status_code == 200
        clock.now += timedelta(minutes=10)
        assert alva.get("/account").status_code == 303


def test_whoever_signs_out_is_out_also_with_the_old_cookie(site: Site) -> None:
    with visitor(site) as alva:
        alva.enter(ALVA, DEMO)
        kept = alva.cookie("session")
        alva.post("/sign-out")
        alva.plant("session", kept)
        assert alva.get("/account").status_code == 303


def test_a_page_is_never_kept_and_never_framed(site: Site) -> None:
    with visitor(site) as alva:
        alva.enter(ALVA, DEMO)
        headers = alva.get("/account").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


# --- guessing -------------------------------------------------------------------------------------------


def test_a_wrong_name_and_a_wrong_password_look_the_same(site: Site) -> None:
    with visitor(site) as somebody:
        wrong_name = somebody.enter("ingen@fyrbaken.example", DEMO)
        wrong_password = somebody.enter(ALVA, "fel lösenord")
    strip = re.compile(r'(value|content)="[^"]*"')
    assert (wrong_name.status_code, strip.sub("", wrong_name.text)) == (
        wrong_password.status_code,
        strip.sub("", wrong_password.text),
    )


def test_guessing_takes_longer_and_longer_and_delays_only_the_guesser(site: Site, clock: Clock) -> None:
    with visitor(site) as guesser:
        answers = [guesser.enter(ALVA, f"gissning {each}").status_code for each in range(8)]
        assert answers == [422] * 5 + [429] * 3
        assert guesser.enter(ALVA, DEMO).status_code == 429
        assert int(guesser.enter(ALVA, DEMO).headers["retry-after"]) <= 2
        # Somebody else from the same place is let in.
        with visitor(site) as cilla:
            assert cilla.enter("alla@larkdrillen.example", DEMO).status_code == 303
    # The owner comes from elsewhere and notices nothing.
    with visitor(site) as alva:
        alva.client.headers["X-Forwarded-For"] = "192.0.2.77"
        assert alva.enter(ALVA, DEMO).status_code == 303
    with visitor(site) as guesser:
        clock.now += timedelta(minutes=15)
        assert guesser.enter(ALVA, DEMO).status_code == 303


def test_many_names_from_one_place_are_slowed_down_too(site: Site) -> None:
    with visitor(site) as sprayer:
        answers = {sprayer.enter(f"namn{each}@fyrbaken.example", DEMO).status_code for each in range(45)}
    assert answers == {422, 429}


def test_a_hundred_guesses_at_once_are_a_hundred(site: Site) -> None:
    with visitor(site) as guesser:
        token, cookie = guesser.token, guesser.cookie("visit")

    def guess(number: int) -> int:
        return httpx.post(
            f"{site.address}/sign-in",
            data={"form_token": token, "name": ALVA, "password": f"gissning {number}"},
            headers={"Origin": site.address, "Cookie": f"billing-visit={cookie}", "Accept": "text/html"},
            trust_env=False,
            timeout=60,
        ).status_code

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(40)))
    assert answers.count(422) == 5
    assert answers.count(429) == 35


# --- second step ----------------------------------------------------------------------------------------


def test_a_password_alone_leads_only_to_setting_up_the_second_step(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        assert alva.enter(ALVA, DEMO).headers["location"] == "/sign-in/second-step"
        assert alva.get("/account").headers["location"] == "/sign-in/second-step?next=%2Faccount"
        picture = alva.get("/sign-in/second-step/picture.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert picture.content.startswith(b"<?xml")
        half = alva.cookie("session")
        enrol(alva, clock)
        assert alva.cookie("session") != half
        assert alva.get("/account").status_code == 200
        alva.plant("session", half)
        assert alva.get("/account").status_code == 303
    with visitor(strict) as stranger:
        assert stranger.get("/sign-in/second-step/picture.svg").status_code == 303


def test_a_code_is_good_once_and_not_for_long(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        secret, _ = enrol(alva, clock)
        app = pyotp.TOTP(secret)
        alva.post("/sign-out")
        assert alva.enter(ALVA, DEMO).headers["location"] == "/sign-in/code"
        # The code it was set up with has been seen.
        assert alva.post("/sign-in/code", {"code": app.at(clock.now)}).status_code == 422
        assert alva.post("/sign-in/code", {"code": "000000"}).status_code == 422
        clock.now += timedelta(seconds=30)
        late = app.at(clock.now)
        assert alva.get("/account").headers["location"].startswith("/sign-in/code")
        assert alva.post("/sign-in/code", {"code": f" {late[:3]} {late[3:]} "}).status_code == 303
        assert alva.get("/account").status_code == 200
        with visitor(strict) as thief:  # who saw the code over a shoulder, and knows the password
            thief.enter(ALVA, DEMO)
            assert thief.post("/sign-in/code", {"code": late}).status_code == 422
            clock.now += timedelta(minutes=2)
            assert thief.post("/sign-in/code", {"code": late}).status_code == 422


def test_a_recovery_code_is_good_once(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        _, codes = enrol(alva, clock)
        alva.post("/sign-out")
        alva.enter(ALVA, DEMO)
        assert alva.post("/sign-in/code", {"code": codes[0].upper()}).status_code == 303
        assert "9 återställningskoder kvar" in text_of(alva.get("/account"))
        alva.post("/sign-out")
        alva.enter(ALVA, DEMO)
        assert alva.post("/sign-in/code", {"code": codes[0]}).status_code == 422
    with strict.database.reading() as session:
        assert codes[1] not in session.scalars(select(recovery_code.c.code_sha256)).all()


def test_codes_cannot_be_guessed_at_leisure(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        enrol(alva, clock)
    with visitor(strict) as guesser:
        guesser.enter(ALVA, DEMO)
        answers = [guesser.post("/sign-in/code", {"code": f"{each:06}"}).status_code for each in range(12)]
    assert answers.count(429) >= 3


def test_a_new_password_does_not_take_the_second_step_away(strict: Site, clock: Clock) -> None:
    with visitor(strict) as alva:
        alva.enter(ALVA, DEMO)
        enrol(alva, clock)
        with strict.database.writing() as session:
            accounts.ask_for_reset(session, ALVA, at=clock.now)
        link = link_to(strict.database, ALVA, now=clock.now)
        alva.post(link, {"password": "fyra helt olika ord", "again": "fyra helt olika ord"})
        assert alva.enter(ALVA, "fyra helt olika ord").headers["location"] == "/sign-in/code"
