"""The world that every kind of client asks about: one supplier with one of everything that the API can name."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import httpx

from accounts.api_clients.model import ApiScope
from billing.server.background import background_work
from bookkeeping import booking
from bookkeeping.ledger_accounts import LedgerAccounts
from operations.settings import Settings
from orders.register import files as register_files
from orders.register.register import Register
from tests.billing.server.api.crawl_rows import ROWS
from tests.billing.server.api.suppliers.test_placements import add_tutors
from tests.support.servers.api import a_client, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.claiming import REFERENCE, ClaimDesk, two_months
from tests.support.stories.system import LARKDRILLEN, System

CASE = "100000303"
ANOTHERS = "100000202"


def happen(system: System) -> None:
    """An ended placement with a paid invoice and a claim, one that goes on, tutors; and another supplier's own."""
    two_months(system)
    add_tutors(system, "handledare-7")
    desk = ClaimDesk(system)
    desk.rate()
    paid = desk.paid()
    desk.confirm(desk.ask(paid))
    desk.demand(desk.claim(paid), on=date(2026, 5, 3), due_on=date(2026, 6, 2))
    with system.database.writing() as session:
        booking.book(
            session, system.register, LedgerAccounts(), today=date(2026, 5, 5), by="user-6", now=CLOCK
        )
    system.decide(CASE, start=date(2026, 9, 1))
    system.report(CASE, "2026-09", on=date(2026, 10, 1))
    system.decide(ANOTHERS, supplier=LARKDRILLEN)


def named(system: System, portal: httpx.Client) -> dict[str, str]:
    """What the rows' words stand for; what is not there yet is made by a program of the supplier's."""
    every = bearing(a_client(system, ApiScope.VIEW, ApiScope.REPORT, ApiScope.ASSIGN)[1])
    loads = bearing(a_client(system, ApiScope.REGISTER_WRITE, ApiScope.REGISTER_READ, supplier="")[1])

    def first(path: str) -> str:
        (found,) = [each for each in portal.get(f"/api/v1{path}", headers=every).json().values() if each][:1]
        (one, *_) = found
        return str(one.get("id") or one["number"])

    def made(path: str, body: object, headers: dict[str, str] = every) -> str:
        keyed = {**headers, "Idempotency-Key": f"world-{path}", "If-Match": "*"}
        answer = portal.post(f"/api/v1{path}", headers=keyed, json=body)
        assert answer.is_success, (path, answer.text)
        told = answer.json()
        return str(told.get("id") or told["number"])

    order = system.order(REFERENCE).number
    one, another = (_tables(system.register, days) for days in (31, 32))
    values = {
        "ORDER": order,
        "OPEN_ORDER": system.order(CASE).number,
        "REFERENCE": REFERENCE,
        "CASE": CASE,
        "DOCUMENT": first("/invoices"),
        "ANSWER": first("/answers"),
        "PAYMENT": first("/payments"),
        "CLAIM": first("/claims"),
        "PRICES": first("/price-lists"),
        "OBJECTION": made(f"/orders/{order}/objections", {"points": [{"reason": "UNIT"}]}),
        "TOLD": made(f"/placements/{CASE}/informative-reports", {"kind": "CONTACT"}),
        "MADE": made("/invoices", {"line": f"{order}/002"}),
        "EXPORT": made("/exports", None),
        "TABLES": json.dumps(another),
        "LOAD": made("/register/loads", one, loads),
    }
    while background_work.run_one(system.database, Settings()) is not None:
        pass
    return values


def _tables(register: Register, days: int) -> dict[str, Any]:
    policy = replace(register.policy, payment_terms_days=days)
    return {"register": register_files.written(replace(register, policy=policy))}


def ask(
    portal: httpx.Client,
    key: str,
    path: str,
    method: str,
    operation: Mapping[str, Any],
    values: Mapping[str, str],
    write: str,
) -> httpx.Response:
    """Ask an operation as its row says, with this key; a write is known by the name `write`."""
    row = ROWS[operation["operationId"]]
    headers = bearing(key) if key else {}
    taken = {each["name"] for each in operation.get("parameters", ())}
    given = {"Idempotency-Key": write, "If-Match": "*"}
    headers |= {name: value for name, value in given.items() if name in taken}
    content = None
    if row.body is not None:
        headers["Content-Type"] = row.media_type
        content = _filled(row.body if isinstance(row.body, str) else json.dumps(row.body), values)
    for name, value in row.path.items():
        path = path.replace(f"{{{name}}}", _filled(value, values))
    query = {name: _filled(value, values) for name, value in row.query.items()}
    return portal.request(method, path, params=query, headers=headers, content=content)


def _filled(written: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        written = written.replace(f"${name}", value)
    return written
