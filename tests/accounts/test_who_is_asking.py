"""Who is asking: the proofs of a form, the cookies, and where whoever is nobody is led."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive

from accounts import sessions
from accounts import store as account_store
from accounts.identity import Permission, Person
from accounts.session_store import SessionStage
from foundation.database import Database
from orders.register import store as register_store
from tests.accounts.conftest import Clock
from tests.support.servers import without_server
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN
from tests.support.stories.takeover import taken_over
from web import cookies, csrf
from web.access import NotPermitted, ReadingOnly, SignInFirst, person_of, signed_in
from web.csrf import TOKEN_FIELD, NotOurForm, Unwritable


@pytest.fixture
def books(filled_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(filled_url, clock=clock)
    yield database
    database.close()


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
    without_server.asked(lambda: csrf.guarded(asked))


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
        ("POST", "", "page=2", "/sign-in?ended=yes"),
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


@pytest.mark.parametrize(("public", "prefix", "secure"), [("", "", ""), ("https://x", "__Host-", "; Secure")])
@pytest.mark.parametrize(
    ("name", "days"),
    [
        (cookies.SESSION, 0),
        (cookies.VISIT, 0),
        (cookies.SAID, 0),
        (cookies.LANGUAGE, 365),
        (cookies.DEVICE, 180),
    ],
)
def test_a_cookie_is_kept_as_long_as_its_kind_and_out_of_reach(
    public: str, prefix: str, secure: str, name: str, days: int
) -> None:
    asked, answer = request(public=public), Response()
    cookies.put(asked, answer, name, "value")
    kept = f" Max-Age={days * 24 * 3600};" if days else ""
    assert answer.headers["set-cookie"] == (
        f"{prefix}billing-{name}=value; HttpOnly;{kept} Path=/; SameSite=lax{secure}"
    )
    answer = Response()
    cookies.drop(asked, answer, name)
    gone = answer.headers["set-cookie"]
    assert gone.startswith(f'{prefix}billing-{name}=""; ')
    assert "Max-Age=0;" in gone
    assert all(each in gone for each in ("HttpOnly;", "Path=/;", "SameSite=lax"))
    assert ("Secure" in gone) is bool(secure)


def test_who_is_signed_in_stands_in_the_place_of_those_it_has_taken_over(
    books: Database, clock: Clock
) -> None:
    with books.writing() as session:
        register_store.save(
            session, taken_over(clock.now.date() - timedelta(days=1)), at=clock.now, actor="test"
        )
        names = {name: number for number, name in account_store.active_names(session)}
        secrets = {
            name: sessions.start(session, names[f"alla@{name}.example"], now=clock.now, stage=stage)
            for name, stage in (
                ("larkdrillen", SessionStage.FULL),
                ("fyrbaken", SessionStage.FULL),
                ("tallkotten", SessionStage.CODE),
            )
        }

    def asked_by(name: str) -> Request:
        asked = request("GET", cookie=f"billing-session={secrets[name]}")
        asked.app.state.database, asked.app.state.clock = books, lambda: clock.now
        return asked

    successor, predecessor = (person_of(asked_by(each)) for each in ("larkdrillen", "fyrbaken"))
    assert successor is not None
    assert predecessor is not None
    assert (successor.organisation, successor.predecessors) == (LARKDRILLEN, (FYRBAKEN,))
    assert predecessor.predecessors == ()
    assert predecessor.taken_over_on == clock.now.date() - timedelta(days=1)
    half = asked_by("tallkotten")
    assert person_of(half) is None
    assert half.state.step_left == "/code"
