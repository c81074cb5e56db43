"""A request is known by one id: in its answer, on its error page, in the log, in the journal, and in no other's."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
import structlog
from structlog.testing import capture_logs

from accounts.identity import Permission
from accounts.journal_actions import AccountAction
from billing.tools.demo import people
from foundation import journal
from foundation.observability.request_ids import DETAIL, HEADER
from orders.register import store as register_store
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.system import a_system

DAY = datetime(2026, 11, 30, 12, tzinfo=UTC)
GIVEN = "5f1c0d7a9b3e4f60a1b2c3d4e5f60718"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
OURS = re.compile(r"(?:[BCDFGHJKLMNPQRSTVWXZ]{5}-){2}[BCDFGHJKLMNPQRSTVWXZ]{5}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    url = f"sqlite:///{tmp_path_factory.mktemp('site') / 'billing.sqlite'}"
    with a_system(url) as system, system.database.writing() as session:
        people.move_in(session, register_store.load(session), at=DAY)
    with portal(url, clock=lambda: DAY, second_step=False) as served:
        yield served


def test_the_id_that_the_proxy_gave_is_in_answer_log_page_and_trace(site: Site) -> None:
    headers = {HEADER: GIVEN, "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with (
        capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines,
        visitor(site, ONES[Permission.FINANCE]) as finance,
    ):
        answer = finance.client.post("/views", data={"name": "x"}, headers=headers)
    assert (answer.status_code, answer.headers[HEADER]) == (403, GIVEN)
    assert f"Ärendenummer: {GIVEN}" in text_of(answer)
    (line,) = (each for each in lines if each["event"] == "kept out")
    assert (line["request_id"], line["trace_id"]) == (GIVEN, TRACE)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "x" * 65,
        'a"b\\c{d}e<f>',
        "åäöåäöåäö",
        "-begins-badly-",
        # A personal identity number, bare and in what looks random.
        "19121212-1212",
        "1212121212",
        "deadbeef191212121212deadbeefdead",
    ],
)
def test_what_may_not_stand_in_a_log_is_given_another_name(site: Site, given: str) -> None:
    answer = httpx.get(f"{site.address}/livez", headers=[(HEADER.encode(), given.encode())], trust_env=False)
    assert answer.headers[HEADER] != given
    assert OURS.fullmatch(answer.headers[HEADER])


def test_an_id_that_stands_there_twice_is_nobodys(site: Site) -> None:
    twice = [(HEADER, GIVEN), (HEADER, GIVEN[::-1])]
    assert OURS.fullmatch(httpx.get(f"{site.address}/livez", headers=twice, trust_env=False).headers[HEADER])


@pytest.mark.parametrize(
    "traceparent",
    [
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{TRACE}-00f067aa0ba902b7-01-more",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"00-191212121212{'a' * 20}-00f067aa0ba902b7-01",
        "x",
    ],
)
def test_a_trace_that_is_none_is_not_told(site: Site, traceparent: str) -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        httpx.post(
            f"{site.address}/views",
            headers={"traceparent": traceparent, "Accept": "text/html"},
            trust_env=False,
        )
    (line,) = (each for each in lines if each["event"] == "kept out")
    assert "trace_id" not in line


def test_what_a_request_did_stands_in_the_journal_with_its_id_and_nobody_elses(site: Site) -> None:
    with visitor(site) as alva:
        signed_in = alva.enter("alla@fyrbaken.example", people.PASSWORD)
        assert signed_in.status_code == 303
    with site.database.reading() as session:
        rows = [(row.action, json.loads(row.detail)) for row in journal.rows(session)]
    *before, (action, detail) = rows
    assert (action, detail[DETAIL]) == (AccountAction.SIGNED_IN, signed_in.headers[HEADER])
    # What was done before, by no request, has none.
    assert not any(DETAIL in each for _, each in before)


def test_every_answer_has_one_of_its_own_also_to_an_address_that_does_not_exist(site: Site) -> None:
    with httpx.Client(base_url=site.address, trust_env=False) as client:
        asked = [client.get("/nowhere"), client.head("/livez"), client.get("/static/site.css")]
    assert len({each.headers[HEADER] for each in asked}) == 3
    assert asked[0].json()["request_id"] == asked[0].headers[HEADER]
