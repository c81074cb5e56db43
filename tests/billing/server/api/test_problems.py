"""How every refusal of the API looks: one form, a code each, and the list of codes, which nobody changes unseen."""

import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from accounts.api_clients.model import ApiScope
from accounts.guessing.rate_limit import SignInsBusy, TooOften
from billing.server.api.problems_api import told_problems
from foundation import books_mark
from foundation.books_mark import BooksMark
from foundation.database import Database
from foundation.engines.database_faults import DatabaseAway, DatabaseFault
from foundation.errors import Refused
from foundation.text import FOLDERS, Text
from operations.idempotency.replies import InFlight
from orders.register.store import NoRegister
from peppol.exchange.bodies.object_storage import BodyAway
from tests.support.servers.api import a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system
from web.refusals.problem_codes import STATUS_OF, ProblemCode, code_of, refusals
from web.refusals.problem_meanings import MEANINGS
from web.refusals.refusal_statuses import problem_of, status_of

ROOMS = tuple(sorted({*FOLDERS, "billing.server"} - {"billing"}))
"""What answers requests, and all that it stands on."""
CODES = Path(__file__).parent / "problem_codes.toml"


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


def told(answer: httpx.Response) -> tuple[int, str]:
    """The status and code of a problem, whose form is looked at."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"/api/v1/problems#{problem['code']}"
    assert problem["detail"] == problem["detail_sv"]
    assert problem["detail_sv"] != problem["detail_en"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    retryable = answer.status_code in {408, 429, 500, 503} or "Retry-After" in answer.headers
    assert problem["retryable"] is retryable
    return answer.status_code, problem["code"]


def test_whatever_is_wrong_is_a_problem_with_its_code(system: System, portal: httpx.Client) -> None:
    _, secret = a_client(system)
    mine = bearing(secret)
    write = {**mine, "Idempotency-Key": "1", "Content-Type": "application/json"}
    post = "/api/v1/invoices"
    assert told(portal.get("/api/v1/nothing")) == (404, "ADDRESS_UNKNOWN")
    assert told(portal.get("/api/nothing", headers={"Accept": "text/html"})) == (404, "ADDRESS_UNKNOWN")
    assert told(portal.delete("/api/v1/orders")) == (405, "METHOD_NOT_ALLOWED")
    assert told(portal.get("/api/v1/orders")) == (401, "WRONG_KEY")
    assert told(portal.get("/api/v1/orders", headers=bearing(secret[:-3]))) == (401, "SECRET_MISWRITTEN")
    assert told(portal.get("/api/v1/events", headers=mine)) == (403, "SCOPE_MISSING")
    assert told(portal.get("/api/v1/orders/4711", headers=mine)) == (404, "NOT_THERE")
    assert told(portal.get("/api/v1/orders?limit=0", headers=mine)) == (422, "PARAMETER_NOT_ALLOWED")
    assert told(portal.get("/api/v1/orders?updated_after=9999", headers=mine)) == (409, "CURSOR_AHEAD")
    assert told(portal.post(post, headers=mine)) == (400, "KEY_MISSING")
    assert told(portal.post(post, headers={**write, "Idempotency-Key": "a b"})) == (400, "KEY_MALFORMED")
    assert told(portal.post(post, headers={**write, "Content-Type": "text/csv"}, content="a")) == (
        415,
        "MEDIA_TYPE_NOT_TAKEN",
    )
    assert told(portal.post(post, headers=write, content="{")) == (400, "BODY_UNREADABLE")
    assert told(portal.post(post, headers=write, content=b"\xff")) == (400, "BODY_UNREADABLE")
    assert told(portal.post(post, headers=write, content="[" * 200_000)) == (413, "BODY_TOO_LARGE")
    wrong = portal.post(post, headers=write, json={"line": 4711})
    assert told(wrong) == (422, "FIELD_NOT_ALLOWED")
    assert wrong.json()["pointer"] == "#/line"
    assert portal.get("/api/v1/orders?state=x", headers=mine).json()["parameter"] == "state"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/orders?key={secret}",
        "/api/v1/orders?a={secret}",
        "/api/v1/orders/{secret}",
        "/api/v1/events?access_token=abc",
        "/api/v1/token?client_secret=abc",
    ],
)
def test_a_secret_in_an_address_is_refused_with_what_to_do(
    system: System, portal: httpx.Client, path: str
) -> None:
    _, secret = a_client(system)
    method = "POST" if "token?" in path else "GET"
    answer = portal.request(method, path.format(secret=secret), headers=bearing(secret))
    assert told(answer) == (400, "SECRET_IN_ADDRESS")
    assert "ny hemlighet" in answer.json()["detail"]
    assert secret not in answer.text


def test_who_is_kept_out_stands_in_the_log_without_what_was_sent(
    system: System, portal: httpx.Client
) -> None:
    number, secret = a_client(system)
    with capture_logs() as logged:
        portal.get("/api/v1/orders", headers=bearing(secret[:-1]))
        portal.get("/api/v1/events", headers=bearing(secret))
    kept_out = [(each["route"], each["why"], each["by"]) for each in logged if each["event"] == "kept out"]
    assert kept_out == [
        ("/api/v1/orders", "SecretMiswritten", ""),
        ("/api/v1/events", "ScopeMissing", f"client-{number}"),
    ]
    assert secret[:20] not in repr(logged)


def test_the_answer_in_english_is_asked_for(portal: httpx.Client) -> None:
    problem = portal.get("/api/v1/orders?lang=en").json()
    assert problem["detail"] == problem["detail_en"]


def test_each_client_has_a_limit_for_each_route_and_is_told_of_it(system: System) -> None:
    (_, one), (_, other) = a_client(system, ApiScope.REPORT), a_client(system, ApiScope.REPORT)
    with api(system, api_requests=10) as portal:
        answers = [portal.get("/api/v1/orders", headers=bearing(one)) for _ in range(11)]
        assert [each.status_code for each in answers] == [200] * 10 + [429]
        assert answers[0].headers["RateLimit-Policy"] == '"client-route";q=10;w=60'
        assert answers[0].headers["RateLimit"].startswith('"client-route";r=9;t=')
        assert answers[10].headers["RateLimit"].startswith('"client-route";r=0;t=')
        assert told(answers[10]) == (429, "TOO_MANY_REQUESTS")
        assert 1 <= int(answers[10].headers["Retry-After"]) <= 60
        assert portal.get("/api/v1/orders/1", headers=bearing(one)).status_code == 404
        assert portal.get("/api/v1/orders", headers=bearing(other)).status_code == 200


def test_a_database_that_is_away_is_told_to_come_again(system: System, portal: httpx.Client) -> None:
    _, secret = a_client(system)

    def away(*_: object, **__: object) -> None:
        raise DatabaseAway(DatabaseFault.AWAY)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Database, "reading", away)
        answer = portal.get("/api/v1/orders", headers=bearing(secret))
    assert told(answer) == (503, "BOOKS_AWAY")
    assert int(answer.headers["Retry-After"]) > 0


def test_books_that_are_held_are_read_and_not_written_in(system: System, portal: httpx.Client) -> None:
    _, secret = a_client(system)
    with system.database.for_recovery().writing() as session:
        books_mark.hold(session, BooksMark(1, 7_000), at=CLOCK.isoformat())
    mine = bearing(secret, **{"Idempotency-Key": "1"})
    assert portal.get("/api/v1/orders", headers=mine).status_code == 200
    assert told(portal.get("/api/v1/orders", headers=bearing(secret[:-1]))) == (401, "SECRET_MISWRITTEN")
    written = portal.post("/api/v1/invoices", headers=mine, json={"line": "1/001"})
    assert told(written) == (503, "BOOKS_HELD")
    assert int(written.headers["Retry-After"]) > 0


def test_the_list_of_codes_is_what_it_was(portal: httpx.Client) -> None:
    """A code that is changed, or comes with another status, breaks somebody's program."""
    for name in ROOMS:
        for module in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}."):
            importlib.import_module(module.name)
    listed = tomllib.loads(CODES.read_text())
    found = {str(code): status for code, status in STATUS_OF.items()}
    found |= {code: int(status_of(kind)) for code, kind in refusals().items() if _is_ours(kind)}
    assert found == listed
    told = {each["code"]: each["status"] for each in portal.get("/api/v1/problems").json()}
    assert told.items() >= listed.items()


@pytest.mark.parametrize(
    "refusal",
    [InFlight(), NoRegister(), BodyAway(1, Text("Det svarar inte.")), TooOften(5), SignInsBusy(5)],
    ids=lambda each: type(each).__name__,
)
def test_what_says_when_to_come_again_is_listed_as_what_comes_through_later(refusal: Refused) -> None:
    problem = problem_of(refusal)
    assert "Retry-After" in problem.headers
    listed = {each.code: each.retryable for each in told_problems()}
    assert (problem.is_retryable, listed[problem.code]) == (True, True)
    assert not listed["KEY_MISSING"]


def test_every_code_says_in_words_of_its_own_what_it_means_and_what_to_do(portal: httpx.Client) -> None:
    listed = tomllib.loads(CODES.read_text())
    assert sorted(MEANINGS) == sorted(listed), (
        "a code without words in web/refusals/meanings, or words without a code"
    )
    said = [meaning.sv for meaning in MEANINGS.values()]
    same = sorted(code for code, meaning in MEANINGS.items() if said.count(meaning.sv) > 1)
    assert same == []
    # What it means is one sentence, and what to do another.
    assert [
        code for code, meaning in MEANINGS.items() if len(re.findall(r"\S[.…](?: |$)", meaning.sv)) < 2
    ] == []
    told = {each["code"]: each for each in portal.get("/api/v1/problems").json()}
    for code, meaning in MEANINGS.items():
        assert (told[code]["meaning_sv"], told[code]["meaning_en"]) == (meaning.sv, meaning.en)
        assert told[code]["meaning_sv"] != told[code]["title_sv"]


def test_no_two_refusals_have_one_code() -> None:
    kinds = _all(Refused)
    assert len({code_of(each) for each in kinds if _is_ours(each)}) == len([*filter(_is_ours, kinds)])
    assert not {code_of(each) for each in kinds} & {str(each) for each in ProblemCode}


def _all(kind: type[Refused]) -> list[type[Refused]]:
    return [kind, *(found for each in kind.__subclasses__() for found in _all(each))]


def _is_ours(kind: type[Refused]) -> bool:
    return kind.__module__.startswith(tuple(f"{name}." for name in ROOMS))
