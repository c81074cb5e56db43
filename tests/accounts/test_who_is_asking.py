"""Who is asking: the second step by its own rules, the proofs of a form, and where whoever is nobody is led."""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pyotp
import pytest
from sqlalchemy import select
from starlette.requests import Request
from starlette.types import Message, Receive

from accounts import passwords, second_step_store, session_store, sessions, tokens, two_factor
from accounts import store as account_store
from accounts.guessing import known_devices, rate_limit, wrong_try_store
from accounts.identity import Permission, Person
from accounts.sealed_secret_store import TOTP
from accounts.sealed_secrets import Seal
from accounts.session_store import PortalSession, SessionStage
from accounts.two_factor import RECOVERY_CODES, STEP_SECONDS, WrongCode, WrongProof
from billing.tools.demo import people
from foundation import journal
from foundation.database import Database
from operations.mail.tables import mail
from tests.accounts.conftest import Clock
from tests.accounts.test_secrets_at_rest import OLD
from web import cookies, csrf
from web.access import NotPermitted, ReadingOnly, SignInFirst, signed_in
from web.csrf import TOKEN_FIELD, NotOurForm, Unwritable

ALVA = "alla@fyrbaken.example"
STEP = timedelta(seconds=STEP_SECONDS)
SEAL = Seal([OLD])


@pytest.fixture
def books(filled_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(filled_url, clock=clock)
    yield database
    database.close()


def held(books: Database, clock: Clock, *, stage: SessionStage = SessionStage.FULL) -> PortalSession:
    """A fresh session of Alva's, offered a secret for her app."""
    with books.writing() as session:
        alva = account_store.by_name(session, ALVA)
        assert alva is not None
        secret = sessions.start(session, alva.id, now=clock.now, stage=stage)
    found = again(books, clock, secret)
    two_factor.offered(books, SEAL, found)
    return again(books, clock, secret)


def again(books: Database, clock: Clock, secret: str) -> PortalSession:
    with books.reading() as session:
        found = sessions.find(session, secret, now=clock.now)
    assert found is not None
    return found


def code(secret: str, clock: Clock, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now + steps * STEP)


def enrolled(books: Database, clock: Clock) -> tuple[str, list[str]]:
    """Alva has set up her app: its secret, and her recovery codes. The step of that code is used."""
    mine = held(books, clock, stage=SessionStage.ENROL)
    secret = two_factor.offered(books, SEAL, mine)
    _, codes = two_factor.set_up(books, SEAL, mine, code(secret, clock), now=clock.now)
    return secret, codes


def tries(books: Database, key: str) -> int:
    with books.writing() as session:
        found = wrong_try_store.of_key_in_turn(session, key)
    return found.count if found is not None else 0


# The second step ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_taken_one_step_early_or_late(clock: Clock, steps: int, taken: bool) -> None:
    secret = pyotp.random_base32()
    given = code(secret, clock, steps)
    current = int(clock.now.timestamp()) // STEP_SECONDS
    assert two_factor.step_of(secret, f" {given[:3]} {given[3:]} ", now=clock.now) == (
        current + steps if taken else None
    )


def test_setting_up_puts_everybody_else_out_and_keeps_what_was_offered(books: Database, clock: Clock) -> None:
    with books.writing() as session:
        alva = account_store.by_name(session, ALVA)
        assert alva is not None
        device = known_devices.remember(session, alva.id, "", now=clock.now)
        other = sessions.start(session, alva.id, now=clock.now)
    mine = held(books, clock, stage=SessionStage.ENROL)
    secret = two_factor.offered(books, SEAL, mine)
    assert two_factor.offered(books, SEAL, mine) == secret
    with pytest.raises(WrongCode):
        two_factor.set_up(books, SEAL, mine, code(secret, clock, 5), now=clock.now)
    assert tries(books, f"code {mine.person.id}") == 1
    full, codes = two_factor.set_up(books, SEAL, mine, code(secret, clock), now=clock.now)
    assert len({*codes}) == RECOVERY_CODES
    assert all(len(each) == 27 and each.count("-") == 3 for each in codes)
    with books.reading() as session:
        now = account_store.by_name(session, ALVA)
        assert now is not None
        assert SEAL.open(now.totp_secret, TOTP.about(now.id)) == secret
        assert second_step_store.codes_left(session, now.id) == RECOVERY_CODES
        found = sessions.find(session, full, now=clock.now)
        assert found is not None
        assert found.stage == SessionStage.FULL
        assert [each.key for each in session_store.of_account(session, now.id)] == [tokens.fingerprint(full)]
        assert sessions.find(session, other, now=clock.now) is None
        assert not known_devices.is_known(session, ALVA, device, now=clock.now)
        assert session.scalars(select(mail.c.template)).all() == ["second-step-changed"]
        last = list(journal.rows(session))[-1]
    assert (last.actor, last.subject) == (mine.person.id, mine.person.id)
    assert tries(books, f"code {mine.person.id}") == 0


def test_who_is_signed_in_already_proves_it_once_more(books: Database, clock: Clock) -> None:
    mine = held(books, clock)
    assert two_factor.needs_proof(mine)
    assert not two_factor.needs_proof(held(books, clock, stage=SessionStage.ENROL))
    secret = two_factor.offered(books, SEAL, mine)
    for proof in ("", "fel lösenord"):
        with pytest.raises(WrongProof):
            two_factor.set_up(books, SEAL, mine, code(secret, clock), proof=proof, now=clock.now)
    assert tries(books, f"proof {mine.person.id}") == 2
    two_factor.set_up(books, SEAL, mine, code(secret, clock), proof=people.PASSWORD, now=clock.now)
    assert tries(books, f"proof {mine.person.id}") == 0


def test_a_code_or_a_recovery_code_is_good_once_and_counted_until_then(books: Database, clock: Clock) -> None:
    secret, codes = enrolled(books, clock)

    def enter(given: str) -> str:
        with books.writing() as session:
            alva = account_store.by_name(session, ALVA)
            assert alva is not None
            waiting = sessions.start(session, alva.id, now=clock.now, stage=SessionStage.CODE)
        step = again(books, clock, waiting)
        full = two_factor.pass_with(books, SEAL, step, given, now=clock.now)
        with books.reading() as session:
            # The half session is gone, and the whole one is there.
            assert sessions.find(session, waiting, now=clock.now) is None
        assert again(books, clock, full).stage == SessionStage.FULL
        return full

    with pytest.raises(WrongCode):
        enter(code(secret, clock))
    clock.now += STEP
    enter(code(secret, clock))
    with pytest.raises(WrongCode):
        enter(code(secret, clock))
    with pytest.raises(WrongCode):
        enter(code(secret, clock, -1))
    enter(f" {codes[0].upper().replace('-', ' ')} ")
    with pytest.raises(WrongCode):
        enter(codes[0])
    with books.reading() as session:
        person = again(books, clock, enter(codes[1])).person.id
        told = session.scalars(select(mail.c.template).order_by(mail.c.id)).all()
        used = [row for row in journal.rows(session) if row.subject == person]
    assert told[:2] == ["second-step-changed", "recovery-code-used"]
    assert used[-1].actor == person
    assert tries(books, f"code {person}") == 0


def test_a_proof_by_a_code_uses_it_up(books: Database, clock: Clock) -> None:
    secret, _ = enrolled(books, clock)
    mine = held(books, clock)
    clock.now += STEP
    two_factor.prove(books, SEAL, mine, code(secret, clock), now=clock.now)
    with pytest.raises(WrongProof):
        two_factor.prove(books, SEAL, mine, code(secret, clock), now=clock.now)
    two_factor.prove(books, SEAL, mine, people.PASSWORD, now=clock.now)
    for _ in range(rate_limit.ONE_NAME.free):
        with pytest.raises(WrongProof):
            two_factor.prove(books, SEAL, mine, "fel", now=clock.now)
    with pytest.raises(rate_limit.TooOften):
        two_factor.prove(books, SEAL, mine, people.PASSWORD, now=clock.now)


def test_a_hash_fits_its_password_alone_and_an_old_one_is_made_anew() -> None:
    kept = passwords.hashed("fyra ord i rad")
    assert [passwords.fits(kept, each) for each in ("fyra ord i rad", "fyra ord i ra", "")] == [
        True,
        False,
        False,
    ]
    assert not passwords.fits("", "fyra ord i rad")
    assert not passwords.fits("no hash", "fyra ord i rad")
    assert not passwords.is_outdated(kept)
    assert passwords.is_outdated(kept.replace("p=1", "p=2"))


# A request -----------------------------------------------------------------------------------------


def request(
    method: str = "POST",
    *,
    path: str = "/orders",
    query: str = "",
    fields: list[tuple[str, str]] | None = None,
    public: str = "",
    scheme: str = "http",
    **headers: str,
) -> Request:
    """A request as the portal gets it, with a visit's cookie and the token of our form."""
    app = SimpleNamespace(state=SimpleNamespace(settings=SimpleNamespace(public_url=public), buyers=None))
    secure = (public or scheme).startswith("https")
    mark = "__Host-billing" if secure else "billing"
    told = {
        "host": "portal.example",
        "cookie": f"{mark}-visit=visit-secret",
        "content-type": "application/x-www-form-urlencoded",
        **{name.replace("_", "-"): value for name, value in headers.items() if value},
    }
    made = Request(
        {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "scheme": scheme,
            "server": ("portal.example", 80),
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
            "app": app,
            "state": {},
        },
        receive=_body(fields),
    )
    return made


def _body(fields: list[tuple[str, str]] | None) -> Receive:
    token = hmac.new(b"visit-secret", b"form", hashlib.sha256).hexdigest()
    sent = urlencode([(TOKEN_FIELD, token)] if fields is None else fields).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": sent, "more_body": False}

    return receive


def guarded(asked: Request) -> None:
    asyncio.run(csrf.guarded(asked))


OURS = {"sec_fetch_site": "same-origin", "origin": "http://portal.example"}


@pytest.mark.parametrize(
    ("headers", "public", "taken"),
    [
        (OURS, "", True),
        ({"sec_fetch_site": "same-origin"}, "", True),
        ({"origin": "http://portal.example"}, "", True),
        ({"origin": "https://portal.example"}, "", True),
        ({}, "", False),
        ({"sec_fetch_site": "cross-site"}, "", False),
        ({"sec_fetch_site": "same-site"}, "", False),
        ({"sec_fetch_site": "none"}, "", False),
        ({"sec_fetch_site": "cross-site", "origin": "http://portal.example"}, "", False),
        ({"sec_fetch_site": "same-origin", "origin": "http://other.example"}, "", False),
        ({"origin": "http://other.example"}, "", False),
        ({"origin": "null"}, "", False),
        ({"origin": "https://faktura.example"}, "https://faktura.example/portal", True),
        ({"origin": "http://faktura.example"}, "https://faktura.example", False),
        ({"origin": "http://portal.example"}, "https://faktura.example", False),
    ],
    ids=str,
)
def test_a_form_is_taken_where_the_browser_says_it_is_from_here(
    headers: dict[str, str], public: str, taken: bool
) -> None:
    asked = request(public=public, **headers)  # type: ignore[arg-type]
    if taken:
        guarded(asked)
        assert TOKEN_FIELD in csrf.form_of(asked)
    else:
        with pytest.raises(NotOurForm):
            guarded(asked)


def fields(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(TOKEN_FIELD, cookies.form_token(request())), *more]


def test_a_form_is_taken_with_its_token_alone() -> None:
    guarded(request(fields=fields(("amount", "1")), **OURS))
    for wrong in ([(TOKEN_FIELD, "another")], [("amount", "1")], [(TOKEN_FIELD, "")]):
        with pytest.raises(NotOurForm):
            guarded(request(fields=wrong, **OURS))
    # Without a cookie there is nothing that anybody could have known.
    with pytest.raises(NotOurForm):
        guarded(request(fields=[(TOKEN_FIELD, "")], cookie="other=1", **OURS))
    for harmless in ("GET", "HEAD", "OPTIONS"):
        guarded(request(harmless))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_text_that_cannot_be_kept_is_refused_wherever_it_stands(place: int) -> None:
    more = [("one", "a"), ("two", "b"), ("three", "c")]
    more[place] = (more[place][0], "a\0b")
    with pytest.raises(Unwritable):
        guarded(request(fields=fields(*more), **OURS))


@pytest.mark.parametrize(
    ("public", "scheme", "secure"),
    [
        ("", "http", False),
        ("", "https", True),
        ("http://portal.example", "https", False),
        ("https://portal.example", "http", True),
    ],
)
def test_cookies_are_secure_where_people_come_by_https(public: str, scheme: str, secure: bool) -> None:
    asked = request(public=public, scheme=scheme)
    assert cookies.is_secure(asked) is secure
    assert cookies.read(asked, cookies.VISIT) == "visit-secret"
    assert cookies.read(asked, cookies.SESSION) == ""
    assert cookies.form_token(asked) == cookies.form_token(request())
    bare = request(cookie="x=1")
    assert (cookies.form_token(bare), len(cookies.form_token(bare, fresh_visit="new"))) == ("", 64)


# Who may have a page ---------------------------------------------------------------------------------


def asking(person: Person | None, method: str = "GET", *, step: str = "", query: str = "") -> Request:
    asked = request(method, query=query)
    asked.state.person = person
    if step:
        asked.state.step_left = step
    return asked


def let_in(asked: Request, *any_of: Permission) -> Person:
    person: Person = signed_in(*any_of).dependency(asked)
    return person


def someone(*permissions: Permission) -> Person:
    return Person("user-1", "Någon", "5599991014", frozenset(permissions))


def test_nobody_is_led_to_sign_in_and_back_to_the_page_that_was_asked_for() -> None:
    for method, step, query, path in (
        ("GET", "", "", "/sign-in?next=%2Forders"),
        ("GET", "", "page=2", "/sign-in?next=%2Forders%3Fpage%3D2"),
        ("GET", "/code", "", "/sign-in/code?next=%2Forders"),
        ("POST", "", "page=2", "/sign-in"),
    ):
        with pytest.raises(SignInFirst) as led:
            let_in(asking(None, method, step=step, query=query))
        assert led.value.path == path


def test_one_of_the_permissions_is_enough_and_who_only_reads_is_told_so() -> None:
    assert let_in(asking(someone(Permission.REPORT)), Permission.ASSIGN, Permission.REPORT)
    assert let_in(asking(someone(Permission.VIEW)))
    for method, permissions, refused in (
        ("GET", (Permission.VIEW,), NotPermitted),
        ("POST", (Permission.VIEW,), ReadingOnly),
        ("POST", (Permission.REPORT,), NotPermitted),
    ):
        with pytest.raises(NotPermitted) as told:
            let_in(asking(someone(*permissions), method), Permission.ASSIGN)
        assert type(told.value) is refused
