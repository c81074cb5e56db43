"""Events over HTTP: who comes in, what each event is answered, that nothing is done twice, and the feed read back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from urllib.parse import urlsplit

import httpx
import pytest

from accounts.api_clients import client_store, clients, secret_store
from accounts.api_clients.model import BUYER_SCOPES, ApiScope, ClientState
from accounts.tokens import fingerprint
from billing.server.app import create_app
from billing.server.bodies.event_bodies import BATCH, EVENTS_MAX, ONE
from foundation import journal
from operations.settings import Settings
from orders.register.report_approval import ReportApproval
from tests.support.message_bodies import bodies_in
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system, decision, event_line, example_register

TODAY = date(2026, 11, 21)
# An auditor's client has that scope alone.
ALL = BUYER_SCOPES - {ApiScope.AUDIT_READ}
ADDRESS = "/api/v1/events"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@contextmanager
def portal(system: System, **settings: object) -> Iterator[httpx.Client]:
    """The application on a real socket."""
    given = {"database_url": system.database.url.render_as_string(hide_password=False), **settings}
    app = create_app(Settings.model_validate(given), clock=lambda: CLOCK)
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS) as client,
    ):
        yield client
    app.state.database.close()


@pytest.fixture
def client(system: System) -> Iterator[httpx.Client]:
    with portal(system) as client:
        yield client


def a_key(system: System, *scopes: ApiScope, expires_on: date | None = None) -> str:
    with system.database.writing() as session:
        client = clients.make(
            session,
            "",
            "Beslutssystemet",
            scopes=frozenset(scopes) or ALL,
            expires_on=expires_on,
            by="operator",
            at=CLOCK,
            today=expires_on or TODAY,
        )
        made = clients.give_secret(session, "", client.id, by="operator", at=CLOCK, today=expires_on or TODAY)
    return made.shown


def bearing(key: str, media_type: str = BATCH) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": media_type}


def decided(reference: str, *, event_id: str = "", **changes: object) -> dict[str, object]:
    """placement.decided of a reference."""
    line = event_line(
        "placement.decided",
        decision(reference, **changes),  # type: ignore[arg-type]
        on=date(2026, 1, 1),
        event_id=event_id or f"D-{reference}",
    )
    told: dict[str, object] = json.loads(line.text)
    return told


def report_step(kind: str, *, on: date, **more: object) -> dict[str, object]:
    data = {
        "execution_reference": "100000101",
        "month": "2026-01",
        "version": 1,
        "at": f"{on}T08:00:00+01:00",
        "by": "officer-9",
        **more,
    }
    told: dict[str, object] = json.loads(event_line(kind, data, on=on, event_id=f"{kind}-1").text)
    return told


def sent(client: httpx.Client, key: str, events: Sequence[object]) -> dict[str, object]:
    response = client.post(ADDRESS, headers=bearing(key), content=json.dumps(events))
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer


def outcomes(answer: Mapping[str, object]) -> list[str]:
    results = answer["results"]
    assert isinstance(results, list)
    return [each["result"] for each in results]


def read(client: httpx.Client, key: str, *, limit: int = 3) -> list[dict[str, object]]:
    """The whole feed, page after page by the links."""
    found: list[dict[str, object]] = []
    address = f"{ADDRESS}?limit={limit}"
    while True:
        response = client.get(address, headers=bearing(key))
        assert response.status_code == 200, response.text
        page = response.json()
        if not page:
            return found
        found += page
        link = urlsplit(response.links["next"]["url"])
        address = f"{link.path}?{link.query}"


def test_each_event_is_answered_for_itself_and_one_that_is_wrong_stops_no_other(
    system: System, client: httpx.Client
) -> None:
    key = a_key(system)
    events = [
        decided("100000101"),
        decided("100000101"),
        decided("100000102", event_id="D-100000101"),
        report_step("report.approved", on=date(2026, 2, 2)),
        {"type": "report.filed", "name": "Anna"},
        decided("100000103"),
    ]
    answer = sent(client, key, events)
    assert outcomes(answer) == ["applied", "repeated", "conflict", "unappliable", "unreadable", "applied"]
    assert {
        name: answer[name] for name in ("applied", "repeated", "conflict", "unappliable", "unreadable")
    } == {
        "applied": 2,
        "repeated": 1,
        "conflict": 1,
        "unappliable": 1,
        "unreadable": 1,
    }
    results = answer["results"]
    assert isinstance(results, list)
    for wrong in results[2:5]:
        assert wrong["sentence"]["sv"] != wrong["sentence"]["en"]
        assert wrong["remedy"]["sv"] != wrong["remedy"]["en"]
    assert "Anna" not in json.dumps(results)
    assert [each["index"] for each in results] == list(range(6))
    assert system.placement("100000103").execution_reference == "100000103"


def test_the_same_request_again_does_nothing_and_says_what_came_of_each(
    system: System, client: httpx.Client
) -> None:
    key = a_key(system)
    events = [decided("100000101"), report_step("report.approved", on=date(2026, 2, 2))]
    sent(client, key, events)
    orders = system.orders("100000101")
    again = sent(client, key, events)
    assert outcomes(again) == ["repeated", "repeated"]
    assert [each["state"] for each in again["results"]] == ["APPLIED", "UNAPPLIABLE"]  # type: ignore[attr-defined]
    assert system.orders("100000101") == orders


def test_a_file_and_a_request_of_the_same_events_are_one(system: System, client: httpx.Client) -> None:
    system.decide("100000101", start=date(2026, 1, 1))
    line = event_line("placement.decided", decision("100000101"), on=date(2026, 1, 1), event_id="evt-00001")
    answer = client.post(ADDRESS, headers=bearing(a_key(system), ONE), content=line.text).json()
    assert outcomes(answer) == ["repeated"]


def test_the_journal_names_the_key_that_told_of_it(system: System, client: httpx.Client) -> None:
    # October can be reported in time still on the day the clock stands at.
    register = example_register(
        report_approval=ReportApproval.WHEN_NOTHING_IS_ODD, days_until_report_reminder=30
    )
    system.change_register(register)
    key = a_key(system)
    filed = report_step("report.filed", on=date(2026, 11, 2), month="2026-10")
    sent(client, key, [decided("100000101", start=date(2026, 10, 1)), filed])
    with system.database.reading() as session:
        rows = [(row.action, row.actor) for row in journal.rows(session, execution_reference="100000101")]
    assert ("placement.decided", "client-1") in rows
    assert ("order.placed", "client-1") in rows
    # The policy approved the month, whoever told us of it.
    assert ("report.approved", "system") in rows
    assert ("receipt.made", "system") in rows


def test_a_report_judged_outside_goes_from_the_portal_over_the_feed_to_its_receipt(
    system: System, client: httpx.Client
) -> None:
    """The story of `report_approval = outside`: filed, told, answered by the decision system, received."""
    system.change_register(example_register(report_approval=ReportApproval.OUTSIDE))
    key = a_key(system)
    system.decide("100000101", start=date(2026, 1, 1))
    system.file_report("100000101", "2026-01", on=date(2026, 2, 1))
    assert system.days_received("100000101")[0] == "-"
    # The decision system reads, and answers what it has judged.
    (filed,) = [each for each in read(client, key) if each["type"] == "report.filed"]
    assert filed["subject"] == "100000101"
    asked = filed["data"]
    assert isinstance(asked, dict)
    approved = report_step(
        "report.approved", on=date(2026, 2, 2), month=asked["month"], version=asked["version"]
    )
    assert outcomes(sent(client, key, [approved])) == ["applied"]
    assert system.days_received("100000101")[0] == "20"
    assert [each["type"] for each in read(client, key)][-2:] == ["report.approved", "receipt.made"]


def test_lines_and_one_event_are_taken_as_well_and_anything_else_is_refused(
    system: System, client: httpx.Client
) -> None:
    key = a_key(system)
    lines = "\n".join(json.dumps(decided(f"10000010{each}")) for each in (1, 2)) + "\n"
    for media_type in ("application/x-ndjson", "application/jsonl; charset=utf-8"):
        response = client.post(ADDRESS, headers=bearing(key, media_type), content=lines)
        assert (response.status_code, len(response.json()["results"])) == (200, 2)
    response = client.post(ADDRESS, headers=bearing(key, "application/json"), content=lines)
    assert response.status_code == 415
    assert BATCH in response.json()["detail"]
    packed = {**bearing(key), "Content-Encoding": "gzip"}
    assert client.post(ADDRESS, headers=packed, content=b"x").status_code == 415


@pytest.mark.parametrize(
    "body",
    ["", "[", "[1", "[1,]", "[1 2]", "[] []", "{}", "[" * 100_000, '[{"id": "a"}, {"id": ]'],
    ids=range(9),
)
def test_a_batch_that_cannot_be_read_does_nothing(system: System, client: httpx.Client, body: str) -> None:
    response = client.post(ADDRESS, headers=bearing(a_key(system)), content=body)
    assert response.status_code == 400, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert quarantined(system) == []


def test_what_is_no_event_is_kept_byte_for_byte(system: System, client: httpx.Client) -> None:
    odd = '{"type" : "report.filed",  "type":"x", "n": 1.0}'
    response = client.post(ADDRESS, headers=bearing(a_key(system)), content=f"[ {odd} , 7]")
    assert outcomes(response.json()) == ["unreadable", "unreadable"]
    assert "twice" in response.json()["results"][0]["sentence"]["en"]
    assert quarantined(system) == [odd, "7"]


def quarantined(system: System) -> list[str]:
    with system.database.reading() as session:
        return [body.decode() for body in bodies_in(session)]


def test_too_many_events_or_bytes_are_refused_before_anything_is_done(
    system: System, client: httpx.Client
) -> None:
    key = a_key(system)
    many = client.post(ADDRESS, headers=bearing(key), content=json.dumps([{}] * (EVENTS_MAX + 1)))
    assert (many.status_code, "1 000" in many.json()["detail"].replace("\xa0", " ")) == (413, True)
    large = client.post(ADDRESS, headers=bearing(key), content=b" " * 5_000_001)
    assert large.status_code == 413
    assert quarantined(system) == []


def test_what_the_time_is_too_short_for_is_said_and_can_be_sent_again(system: System) -> None:
    key = a_key(system)
    events = [decided(f"{100_000_101 + each}") for each in range(450)]
    with portal(system, events_seconds=1) as client, pytest.MonkeyPatch.context() as patched:
        moments = iter([0.0, *[2.0] * 10])
        patched.setattr("billing.server.api.events_api.monotonic", lambda: next(moments))
        answer = sent(client, key, events)
        assert outcomes(answer) == ["applied"] * 200 + ["not_tried"] * 250
        assert answer["not_tried"] == 250
    with portal(system) as client:
        assert outcomes(sent(client, key, events)) == ["repeated"] * 200 + ["applied"] * 250


def test_a_key_that_has_had_its_part_of_the_minute_waits_and_another_does_not(system: System) -> None:
    key, other = a_key(system), a_key(system)
    with portal(system, caller_cpu_seconds=5) as client, pytest.MonkeyPatch.context() as patched:
        moments = iter([0.0, 3.0, 3.0, 6.0])  # neither cutting nor loading alone is more than the part
        patched.setattr("billing.server.api.events_api.thread_time", lambda: next(moments, 0.0))
        sent(client, key, [decided("100000101")])
        refused = client.post(ADDRESS, headers=bearing(key), content=json.dumps([decided("100000102")]))
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
        assert outcomes(sent(client, other, [decided("100000102")])) == ["applied"]


def test_the_feed_is_read_by_its_links_and_as_lines(system: System, client: httpx.Client) -> None:
    key = a_key(system)
    sent(client, key, [decided(f"10000010{each}") for each in range(1, 9)])
    found = read(client, key)
    assert [each["sequence"] for each in found] == [f"{each:012}" for each in range(1, 9)]
    assert {each["specversion"] for each in found} == {"1.0"}
    headers = {**bearing(key), "Accept": "application/x-ndjson"}
    lines = client.get(ADDRESS, headers=headers, params={"after": 2}).text.splitlines()
    assert [json.loads(each) for each in lines] == found[2:]
    assert client.get(ADDRESS, headers=bearing(key), params={"after": 9}).status_code == 409
    assert client.get(ADDRESS, headers=bearing(key), params={"limit": 0}).status_code == 422


def test_only_a_key_that_holds_and_may_comes_in(system: System, client: httpx.Client) -> None:
    reads, writes = a_key(system, ApiScope.EVENTS_READ), a_key(system, ApiScope.EVENTS_WRITE)
    past = a_key(system, expires_on=date(2026, 11, 20))
    wrong = f"{reads[:-1]}{'A' if reads[-1] != 'A' else 'B'}"
    for given in ("rmk_", wrong, f"rmk_{'0' * 12}_{'a' * 43}", past, "Bearer"):
        response = client.get(ADDRESS, headers=bearing(given))
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.get(ADDRESS).status_code == 401
    assert client.get(ADDRESS, headers=bearing(writes)).status_code == 403
    assert client.post(ADDRESS, headers=bearing(reads), content="[]").status_code == 403
    assert client.get(ADDRESS, headers=bearing(reads)).status_code == 200
    with system.database.writing() as session:
        clients.end(session, "", 1, by="admin-1", at=CLOCK)
    assert client.get(ADDRESS, headers=bearing(reads)).status_code == 401


def test_wrong_keys_are_slowed_down_and_stop_nobody_who_has_one(system: System, client: httpx.Client) -> None:
    key = a_key(system)
    answers = [client.get(ADDRESS, headers=bearing(f"rmk_{each}")).status_code for each in range(42)]
    assert answers[:40] == [401] * 40
    assert answers[-1] == 429
    assert "Retry-After" in client.get(ADDRESS, headers=bearing("rmk_x")).headers
    assert client.get(ADDRESS, headers=bearing(key)).status_code == 200


def test_a_key_in_the_address_is_refused(system: System, client: httpx.Client) -> None:
    response = client.get(ADDRESS, params={"key": a_key(system)})
    assert response.status_code == 400
    assert "adress" in response.json()["detail"]


def test_a_key_is_kept_as_a_hash_with_the_day_it_was_used_and_ends_with_its_day(
    system: System, client: httpx.Client
) -> None:
    shown = a_key(system, expires_on=TODAY)
    client.get(ADDRESS, headers=bearing(shown))
    with system.database.writing() as session:
        (key,) = client_store.of_organisation(session, "")
        (secret,) = secret_store.of_client(session, key.id)
        assert (key.last_used_on, secret.last_used_on, key.state) == (TODAY, TODAY, ClientState.ACTIVE)
        # The last six signs are the checksum of all before them.
        assert secret.secret_sha256 == fingerprint(shown.rpartition(f"{secret.prefix}_")[2][:-6])
        assert clients.end_past(session, today=TODAY, at=CLOCK) == 0
        assert clients.end_past(session, today=date(2026, 11, 22), at=CLOCK) == 1
        assert client_store.of_organisation(session, "")[0].state is ClientState.EXPIRED
        assert not secret_store.of_client(session, key.id)[0].holds
