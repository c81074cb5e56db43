"""A test client's sandbox: the whole program over invented orders, begun anew at will, and no real figure touched."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from accounts.api_clients import key_format
from accounts.api_clients.model import ApiScope
from accounts.sealed_secrets import fresh_key
from billing.migrations.schema import METADATAS
from foundation.database import Database
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register.unit_scope import UnitScope
from peppol.xml import codec
from tests.support.servers.api import a_client, api, bearing
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

SANDBOX = "/api/v1/sandbox"
_keys = count(1)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        system.decide()
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system, secret_keys=fresh_key()) as client:
        yield client


def trying(system: System, supplier: str = FYRBAKEN, *scopes: ApiScope) -> Mapping[str, str]:
    """The headers of a test client."""
    _, secret = a_client(system, *scopes, supplier=supplier, is_test=True)
    assert secret.startswith("rmk_test_")
    return bearing(secret)


def post(portal: httpx.Client, mine: Mapping[str, str], path: str, told: object) -> dict[str, Any]:
    answer = portal.post(path, json=told, headers={**mine, "Idempotency-Key": f"key-{next(_keys)}"})
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def get(portal: httpx.Client, mine: Mapping[str, str], path: str) -> dict[str, Any]:
    answer = portal.get(path, headers=dict(mine))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_order_is_made_invoiced_and_paid_in_a_sandbox(system: System, portal: httpx.Client) -> None:
    mine = trying(system)
    assert get(portal, mine, "/api/v1/orders")["orders"] == []
    (number,) = post(portal, mine, f"{SANDBOX}/orders", {"months_received": 2})["orders"]
    order = get(portal, mine, f"/api/v1/orders/{number}")
    assert order["lines_to_invoice"] == 2
    assert order["message"]["state"] == "DELIVERED"
    (message,) = get(portal, mine, f"{SANDBOX}/inbox")["messages"]
    assert (message["kind"], message["document"]) == ("order", number)
    body = portal.get(message["href"], headers=dict(mine))
    assert b"<cbc:ID>" in body.content
    made = post(portal, mine, "/api/v1/invoices", {"line": f"{number}/001"})
    assert made["state"] == "WAITING"
    post(portal, mine, f"{SANDBOX}/advance", {"minutes": 15})
    assert get(portal, mine, f"/api/v1/orders/{number}")["lines"][0]["invoice_number"] == made["number"]
    answered = [each["kind"] for each in get(portal, mine, f"{SANDBOX}/inbox")["messages"]]
    assert answered[1:] == ["invoice-response"] * len(answered[1:])
    before = get(portal, mine, SANDBOX)["today"]
    post(portal, mine, f"{SANDBOX}/advance", {"days": 45})
    assert get(portal, mine, SANDBOX)["today"] > before
    assert get(portal, mine, f"/api/v1/orders/{number}")["amount_paid"] == made["amount_net"]


def test_a_document_that_deviates_is_asked_back_and_its_credit_note_settles(
    system: System, portal: httpx.Client
) -> None:
    mine = trying(system)
    post(portal, mine, f"{SANDBOX}/orders", {"months_received": 1})
    wrong = system.flip(system.order("100000101").number, number="F-1", on=date(2026, 11, 21))
    handed = portal.post(f"{SANDBOX}/messages", content=codec.serialise(wrong), headers=dict(mine))
    assert handed.status_code == 200, handed.text
    # It names an order of the real books, which is none here.
    assert handed.json()["document_state"] == InvoiceState.CREDIT_REQUESTED
    credit = flipping.credit_note_of(wrong, given=Numbered("K-1", date(2026, 11, 21)))
    answer = portal.post(f"{SANDBOX}/messages", content=codec.serialise(credit), headers=dict(mine))
    assert answer.json()["document_state"] == InvoiceState.SETTLED
    again = portal.post(f"{SANDBOX}/messages", content=codec.serialise(credit), headers=dict(mine))
    assert again.json()["state"] == "REPEAT"


def test_nothing_real_is_touched(system: System, portal: httpx.Client) -> None:
    mine = trying(system)
    get(portal, mine, "/api/v1/orders")
    before = _books(system.database)
    (number,) = post(portal, mine, f"{SANDBOX}/orders", {})["orders"]
    post(portal, mine, "/api/v1/webhooks", {"name": "Ledger", "url": "https://hooks.example/rusta"})
    post(portal, mine, "/api/v1/invoices", {"line": f"{number}/001"})
    made = portal.post("/api/v1/exports", headers={**mine, "Idempotency-Key": "export"})
    assert get(portal, mine, made.json()["href"])["state"] == "READY"
    post(portal, mine, f"{SANDBOX}/advance", {"days": 60})
    post(portal, mine, f"{SANDBOX}/reset", {})
    assert _books(system.database) == before


def test_a_sandbox_is_begun_anew_and_no_client_sees_anothers(system: System, portal: httpx.Client) -> None:
    mine, others = trying(system), trying(system, LARKDRILLEN)
    (number,) = post(portal, mine, f"{SANDBOX}/orders", {})["orders"]
    assert get(portal, others, "/api/v1/orders")["orders"] == []
    assert portal.get(f"/api/v1/orders/{number}", headers=dict(others)).status_code == 404
    post(portal, mine, f"{SANDBOX}/advance", {"days": 3})
    assert get(portal, mine, SANDBOX)["today"] == "2026-11-24"
    assert post(portal, mine, f"{SANDBOX}/reset", {}) == {
        **get(portal, mine, SANDBOX),
        "orders": 0,
        "messages_from_buyer": 0,
    }
    assert get(portal, mine, SANDBOX)["today"] == "2026-11-21"


def test_a_key_works_once_in_a_sandbox_too(system: System, portal: httpx.Client) -> None:
    mine = {**trying(system), "Idempotency-Key": "once"}
    first = portal.post(f"{SANDBOX}/orders", json={}, headers=mine)
    again = portal.post(f"{SANDBOX}/orders", json={}, headers=mine)
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    assert len(get(portal, mine, "/api/v1/orders")["orders"]) == 1


def test_real_clients_have_no_sandbox_and_no_key_passes_for_the_other_kind(
    system: System, portal: httpx.Client
) -> None:
    _, real = a_client(system)
    answer = portal.get(SANDBOX, headers=bearing(real))
    assert (answer.status_code, answer.json()["code"]) == (403, "ONLY_IN_SANDBOX")
    assert portal.get("/api/v1/orders", headers=bearing(real)).json()["orders"] != []
    reader = trying(system, FYRBAKEN, ApiScope.VIEW)
    (number,) = post(portal, reader, f"{SANDBOX}/orders", {})["orders"]
    refused = portal.post(
        "/api/v1/invoices", json={"line": f"{number}/001"}, headers={**reader, "Idempotency-Key": "a"}
    )
    assert refused.json()["code"] == "SCOPE_MISSING"
    token = portal.post(
        "/api/v1/token",
        data={"grant_type": "client_credentials"},
        auth=("client-2", reader["Authorization"].removeprefix("Bearer ")),
    ).json()["access_token"]
    assert [each["number"] for each in get(portal, bearing(token), "/api/v1/orders")["orders"]] == [number]


def test_whoever_sees_one_unit_is_given_orders_at_it(system: System, portal: httpx.Client) -> None:
    for within, status in ((UnitScope(frozenset({"UV-101"})), 201), (UnitScope(frozenset({"UV-999"})), 409)):
        _, key = a_client(system, within=within, is_test=True)
        mine = bearing(key)
        made = portal.post(f"{SANDBOX}/orders", json={}, headers={**mine, "Idempotency-Key": "a"})
        assert made.status_code == status, made.text
        assert len(get(portal, mine, "/api/v1/orders")["orders"]) == (status == 201)


def test_a_key_written_as_the_other_kind_is_wrong(system: System, portal: httpx.Client) -> None:
    for is_test in (False, True):
        _, key = a_client(system, is_test=is_test)
        written = key_format.key_of(key)
        assert written
        assert written.is_test is is_test
        other = replace(written, is_test=not is_test).shown
        assert portal.get("/api/v1/orders", headers=bearing(other)).json()["code"] == "WRONG_KEY"
        cut = key.replace("rmk_test_", "rmk_") if is_test else key.replace("rmk_", "rmk_test_")
        assert portal.get("/api/v1/orders", headers=bearing(cut)).json()["code"] == "SECRET_MISWRITTEN"


def test_without_a_place_for_sandboxes_the_operator_is_named(system: System, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    mine = trying(system)
    with api(system, sandbox_folder=tmp_path / "file") as portal:
        answer = portal.get("/api/v1/orders", headers=dict(mine))
    assert (answer.status_code, answer.json()["code"]) == (503, "SANDBOX_AWAY")
    assert "BILLING_SANDBOX_FOLDER" in answer.json()["detail_en"]


def _books(database: Database) -> dict[str, int]:
    """Every table of the real books as it stands."""
    tables = [each for metadata in METADATAS for each in metadata.sorted_tables]
    with database.reading() as session:
        return {
            each.name: hash(tuple(session.execute(select(each).order_by(*each.primary_key)).all()))
            for each in tables
        }
