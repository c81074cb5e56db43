"""The ledger's answers over HTTP: each is kept or told why not, by a system whose key allows it."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from accounts.systems.machine_key_store import KeyScope
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
    headers = bearing(a_key(system, KeyScope.LEDGER_ANSWER), JSON)
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
    other = bearing(a_key(system, KeyScope.EVENTS_READ), JSON)
    assert client.post(ADDRESS, json=[BOOKED], headers=other).status_code == 403
    assert client.post(ADDRESS, json=[BOOKED]).status_code == 401
    mine = bearing(a_key(system, KeyScope.LEDGER_ANSWER), JSON)
    for wrong in ({"a": 1}, [{**BOOKED, "outcome": "MAYBE"}], [{**BOOKED, "extra": 1}], [BOOKED] * 1001):
        assert client.post(ADDRESS, json=wrong, headers=mine).status_code == 400, wrong
    assert client.post(ADDRESS, content=b"x", headers={**mine, "Content-Type": "text/csv"}).status_code == 415
    with system.database.reading() as session:
        assert ledger_answer_store.without_answer(session) == 2
