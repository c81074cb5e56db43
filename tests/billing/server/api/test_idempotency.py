"""An Idempotency-Key: the same request is done once and answered the same, another under its key is refused."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import httpx
import pytest
from sqlalchemy import func, select

from accounts.api_clients.model import ApiScope
from billing.server.bodies.event_bodies import BATCH
from invoicing.portal_invoicing.tables import portal_document
from operations.idempotency import replies
from operations.idempotency.tables import idempotent_reply
from tests.bar.world import check_world
from tests.billing.server.test_events_api import decided
from tests.support.servers.api import a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

INVOICES = "/api/v1/invoices"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


def a_line(system: System, reference: str = "100000101") -> str:
    """A received line that can be invoiced."""
    system.decide(reference)
    system.report(reference, "2026-01", on=date(2026, 2, 2))
    return f"{system.order(reference).number}/001"


def made(system: System) -> int:
    with system.database.reading() as session:
        return session.scalar(select(func.count()).select_from(portal_document)) or 0


def kept(system: System) -> int:
    with system.database.reading() as session:
        return session.scalar(select(func.count()).select_from(idempotent_reply)) or 0


@pytest.mark.both_engines
def test_the_same_request_is_done_once_and_answered_the_same(system: System, portal: httpx.Client) -> None:
    line, (_, secret) = a_line(system), a_client(system)
    mine = bearing(secret, **{"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"})
    first, again = (portal.post(INVOICES, headers=mine, json={"line": line}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert made(system) == 1
    quoted = {**mine, "Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
    assert portal.post(INVOICES, headers=quoted, json={"line": line}).content == first.content
    other = portal.post(INVOICES, headers=mine, json={"line": line[:-1] + "2"})
    assert (other.status_code, other.json()["code"]) == (422, "KEY_USED_FOR_OTHER")
    assert made(system) == 1
    assert check_world(system.database, is_quiet=False) == []


@pytest.mark.both_engines
def test_a_key_is_one_clients_for_one_address(system: System, portal: httpx.Client) -> None:
    first, second = a_line(system), a_line(system, "100000102")
    for line, (_, secret) in ((first, a_client(system)), (second, a_client(system))):
        answer = portal.post(
            INVOICES, headers=bearing(secret, **{"Idempotency-Key": "1"}), json={"line": line}
        )
        assert answer.status_code == 201, answer.text
    assert made(system) == 2


@pytest.mark.both_engines
def test_what_is_refused_keeps_nothing_and_may_be_mended_under_its_key(
    system: System, portal: httpx.Client
) -> None:
    line, (_, secret) = a_line(system), a_client(system)
    mine = bearing(secret, **{"Idempotency-Key": "1"})
    later_month = f"{line[:-1]}2"
    refused = portal.post(INVOICES, headers=mine, json={"line": later_month})
    assert refused.status_code == 409, refused.text
    assert refused.json()["code"] == "CANNOT_BE_SENT"
    assert (made(system), kept(system)) == (0, 0)
    assert portal.post(INVOICES, headers=mine, json={"line": line}).status_code == 201
    assert made(system) == 1


@pytest.mark.both_engines
def test_many_at_once_under_one_key_make_one_invoice(system: System, portal: httpx.Client) -> None:
    line, (_, secret) = a_line(system), a_client(system)
    mine = bearing(secret, **{"Idempotency-Key": "1"})

    def ask(_: int) -> httpx.Response:
        return portal.post(INVOICES, headers=mine, json={"line": line})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))
    statuses = {each.status_code for each in answers}
    assert 201 in statuses
    assert statuses <= {201, 409}
    for each in answers:
        if each.status_code == 409:
            assert (each.json()["code"], each.json()["retryable"]) == ("IN_FLIGHT", True)
            assert each.headers["Retry-After"] == "1"
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    assert made(system) == 1


@pytest.mark.both_engines
def test_a_reply_and_its_effect_are_written_together(system: System, portal: httpx.Client) -> None:
    """What fails when the reply is kept undoes the invoice with it."""
    line, (_, secret) = a_line(system), a_client(system)
    mine = bearing(secret, **{"Idempotency-Key": "1"})

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("operations.idempotency.reply_store.add", broken)
        assert portal.post(INVOICES, headers=mine, json={"line": line}).status_code == 500
    assert (made(system), kept(system)) == (0, 0)
    assert portal.post(INVOICES, headers=mine, json={"line": line}).status_code == 201


def test_events_that_were_answered_are_answered_the_same_again(system: System, portal: httpx.Client) -> None:
    _, secret = a_client(system, ApiScope.EVENTS_WRITE, supplier="")
    mine = bearing(secret, **{"Idempotency-Key": "1", "Content-Type": BATCH})
    body = json.dumps([decided("100000101")])
    first, again = (portal.post("/api/v1/events", headers=mine, content=body) for _ in range(2))
    assert (first.json()["applied"], again.content) == (1, first.content)
    without = {name: value for name, value in mine.items() if name != "Idempotency-Key"}
    assert portal.post("/api/v1/events", headers=without, content=body).json()["repeated"] == 1
    other = portal.post("/api/v1/events", headers=mine, content=json.dumps([decided("100000102")]))
    assert other.status_code == 422


def test_replies_are_kept_for_a_day_at_least_and_not_for_ever(system: System, portal: httpx.Client) -> None:
    line, (_, secret) = a_line(system), a_client(system)
    portal.post(INVOICES, headers=bearing(secret, **{"Idempotency-Key": "1"}), json={"line": line})
    with system.database.writing() as session:
        assert replies.dispose(session, now=CLOCK + timedelta(hours=24)) == 0
        assert replies.dispose(session, now=CLOCK + timedelta(hours=49)) == 1
