"""The ledger's answers over HTTP: each is kept or told why not, by a system whose key allows it."""

import asyncio
from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from billing.server.bodies import json_values
from billing.server.bodies.event_bodies import BATCH
from bookkeeping import booking, ledger_answer_store
from bookkeeping.ledger_accounts import LedgerAccounts
from orders.register import store as register_store
from tests.billing.server.test_events_api import a_key, bearing, portal
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

ADDRESS = "/api/v1/ledger/answers"
JSON = "application/json"
BOOKED = {"voucher": "50000001", "outcome": "BOOKED", "ledger_number": "A 1", "day": "2026-02-06"}
REFUSED = {"voucher": "50000002", "outcome": "REFUSED", "day": "2026-02-06", "message": "Spärrat konto"}


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        document = system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
        system.pay(on=document.pays_on)
        with system.database.writing() as session:
            register = register_store.load(session)
            booking.book(session, register, LedgerAccounts(), today=date(2026, 3, 5), by="user-6", now=CLOCK)
        yield system


@pytest.fixture
def client(system: System) -> Iterator[httpx.Client]:
    with portal(system) as client:
        yield client


@pytest.mark.both_engines
def test_each_answer_is_kept_or_told_why_not(system: System, client: httpx.Client) -> None:
    headers = bearing(a_key(system, ApiScope.LEDGER_ANSWER), JSON)
    unknown, unsaid = {**BOOKED, "voucher": "59999999"}, {**REFUSED, "message": ""}
    nul = {**REFUSED, "message": "a\0b"}
    answer = client.post(ADDRESS, json=[BOOKED, unknown, unsaid, nul, REFUSED], headers=headers)
    assert answer.status_code == 200, answer.text
    assert [(each["voucher"], each["kept"]) for each in answer.json()] == [
        ("50000001", True),
        ("59999999", False),
        ("50000002", False),
        ("50000002", False),
        ("50000002", True),
    ]
    assert answer.json()[1]["why_en"] == "Voucher 59999999 is not here."
    # The same again is one effect; what is booked is not taken back.
    other = {**BOOKED, "ledger_number": "A 2"}
    again = client.post(ADDRESS, json=[BOOKED, REFUSED, other], headers=headers).json()
    assert [each["kept"] for each in again] == [True, True, False]
    with system.database.reading() as session:
        assert [each.last.said for each in ledger_answer_store.refused(session)] == ["Spärrat konto"]
        assert ledger_answer_store.without_answer(session) == 0


def test_who_may_not_answer_and_what_cannot_be_read_is_refused(system: System, client: httpx.Client) -> None:
    other = bearing(a_key(system, ApiScope.EVENTS_READ), JSON)
    assert client.post(ADDRESS, json=[BOOKED], headers=other).status_code == 403
    assert client.post(ADDRESS, json=[BOOKED]).status_code == 401
    mine = bearing(a_key(system, ApiScope.LEDGER_ANSWER), JSON)
    for wrong in ({"a": 1}, [{**BOOKED, "outcome": "MAYBE"}], [{**BOOKED, "extra": 1}], [BOOKED] * 1001):
        assert client.post(ADDRESS, json=wrong, headers=mine).status_code == 400, wrong
    assert client.post(ADDRESS, content=b"x", headers={**mine, "Content-Type": "text/csv"}).status_code == 415
    with system.database.reading() as session:
        assert ledger_answer_store.without_answer(session) == 2


def test_megabytes_of_nonsense_are_refused_at_the_first_answer_that_is_none(
    system: System, client: httpx.Client
) -> None:
    """Read as one, each of these would have hundreds of thousands of errors to make a sentence of."""
    mine = bearing(a_key(system, ApiScope.LEDGER_ANSWER), JSON)
    for body, told in (
        (b"[" + b"0," * 2_400_000 + b"0]", "more than 1"),
        (b"[" + b'{"a":0},' * 999 + b"0]", "cannot be read at 0/voucher"),
        (b"[{" + b'"a":0,' * 800_000 + b'"b":0}]', "longer than 20"),
        (b"[" * 4_900_000, "no JSON array"),
        (b"[" + b" " * 5_000_000, "No answer was taken in"),
        (b"\xff", "no JSON array"),
    ):
        refused = client.post(f"{ADDRESS}?lang=en", content=body, headers=mine)
        assert (refused.status_code, told in refused.text) == (413 if "No answer" in told else 400, True), (
            told
        )


def test_a_key_that_has_had_its_part_of_the_minute_waits_and_another_does_not(system: System) -> None:
    key, other = (bearing(a_key(system, ApiScope.LEDGER_ANSWER), JSON) for _ in range(2))
    with portal(system, caller_cpu_seconds=5) as client, pytest.MonkeyPatch.context() as patched:
        moments = iter([0.0, 10.0])
        patched.setattr("billing.server.api.ledger_answers_api.thread_time", lambda: next(moments, 0.0))
        assert client.post(ADDRESS, json=[BOOKED], headers=key).status_code == 200
        refused = client.post(ADDRESS, json=[REFUSED], headers=key)
        assert (refused.status_code, int(refused.headers["Retry-After"]) > 0) == (429, True)
        assert client.post(ADDRESS, json=[REFUSED], headers=other).status_code == 200


def test_what_megabytes_hold_is_looked_for_beside_everybody_elses_requests(
    system: System, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's one loop answers everybody: what it waits for while it cuts a body, they all wait for."""
    on_loop: list[bool] = []
    values_of = json_values.values_of

    def seen(text: str, *, at_most: int | None = None) -> list[str]:
        on_loop.append(asyncio._get_running_loop() is not None)
        return values_of(text, at_most=at_most)

    monkeypatch.setattr(json_values, "values_of", seen)
    for address, scope, form in (
        (ADDRESS, ApiScope.LEDGER_ANSWER, JSON),
        ("/api/v1/events", ApiScope.EVENTS_WRITE, BATCH),
    ):
        assert (
            client.post(address, content=b"[0", headers=bearing(a_key(system, scope), form)).status_code
            == 400
        )
    assert on_loop == [False, False]
