"""Nobody sees or changes what is another's: every address of a supplier's, asked by each client that must not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from accounts.api_clients.model import ApiScope
from billing.server.api import orders_api
from billing.server.api.suppliers import (
    filing_api,
    informative_api,
    objections_api,
    placements_api,
    ready_lines_api,
    receipts_api,
    reports_api,
    tutors_api,
)
from foundation.tables import journal
from orders.register.unit_scope import UnitScope
from tests.billing.server.api.suppliers.asking import keyed
from tests.billing.server.api.suppliers.test_placements import add_tutors
from tests.support.servers.api import a_client, bearing
from tests.support.stories.system import LARKDRILLEN, System

ROUTERS = (
    *(filing_api, informative_api, objections_api, orders_api, placements_api, ready_lines_api),
    *(receipts_api, reports_api, tutors_api),
)
OURS = "100000101"
VIEW, REPORT, ASSIGN = ApiScope.VIEW, ApiScope.REPORT, ApiScope.ASSIGN


@dataclass(frozen=True)
class Way:
    """An address of a supplier's, who may have it, and what is sent there; a list answers everybody with their own."""

    method: str
    path: str
    may: frozenset[ApiScope]
    body: Mapping[str, Any] | None = None
    is_list: bool = False


def ways(order: str, informative: int, objection: int, made: int) -> Mapping[str, Way]:
    """Each route, with an address of what is ours."""
    reads, reports, assigns = frozenset({VIEW, REPORT, ASSIGN}), frozenset({REPORT}), frozenset({ASSIGN})
    sees, objects = frozenset({VIEW, REPORT}), frozenset({REPORT, ASSIGN})
    placement, month = f"/placements/{OURS}", f"/reports/{OURS}/2026-10"
    told, objected = f"{placement}/informative-reports", f"/orders/{order}/objections"
    line = {"line": f"{order}/001"}
    filed = {"execution_reference": OURS, "month": "2026-10"}
    chosen = {"execution_reference": OURS, "tutor": "H1"}
    return {
        "GET /placements": Way("GET", "/placements", reads, is_list=True),
        "GET /placements/{reference:path}": Way("GET", placement, reads),
        "GET /tutors": Way("GET", "/tutors", frozenset({VIEW, ASSIGN}), is_list=True),
        "PUT /placements/{reference:path}/tutor": Way("PUT", f"{placement}/tutor", assigns, {"tutor": "H1"}),
        "POST /placements/tutors": Way(
            "POST", "/placements/tutors", assigns, {"rows": [chosen]}, is_list=True
        ),
        "POST /placements/{reference:path}/informative-reports": Way(
            "POST", told, reports, {"kind": "CONTACT"}
        ),
        "GET /placements/{reference:path}/informative-reports/{number}": Way(
            "GET", f"{told}/{informative}", reads
        ),
        "POST /placements/{reference:path}/informative-reports/{number}/withdraw": Way(
            "POST", f"{told}/{informative}/withdraw", reports
        ),
        "GET /reports": Way("GET", "/reports", sees, is_list=True),
        "GET /reports/{reference:path}/{month}": Way("GET", month, sees),
        "POST /reports": Way("POST", "/reports", reports, filed),
        "POST /reports/bulk": Way("POST", "/reports/bulk", reports, {"rows": [filed]}, is_list=True),
        "POST /reports/{reference:path}/{month}/corrections": Way(
            "POST", f"{month}/corrections", reports, {}
        ),
        "GET /receipts": Way("GET", "/receipts", reads, is_list=True),
        "GET /orders/{number}/lines/{line}/receipts": Way(
            "GET", f"/orders/{order}/lines/001/receipts", reads
        ),
        "GET /orders": Way("GET", "/orders", reads, is_list=True),
        "GET /orders/{number}": Way("GET", f"/orders/{order}", reads),
        "GET /orders/{number}/order.xml": Way("GET", f"/orders/{order}/order.xml", reads),
        "GET /orders/{number}/objections": Way("GET", objected, reads),
        "POST /orders/{number}/objections": Way("POST", objected, objects, {"points": [{"reason": "UNIT"}]}),
        "GET /orders/{number}/objections/{objection}": Way("GET", f"{objected}/{objection}", reads),
        "POST /orders/{number}/objections/{objection}/withdraw": Way(
            "POST", f"{objected}/{objection}/withdraw", objects
        ),
        "GET /lines-to-invoice": Way("GET", "/lines-to-invoice", sees, is_list=True),
        "POST /invoices/bulk": Way("POST", "/invoices/bulk", reports, {"rows": [line]}, is_list=True),
    }


def ask(portal: httpx.Client, way: Way, secret: str) -> httpx.Response:
    headers = keyed(bearing(secret), "*")
    return portal.request(way.method, f"/api/v1{way.path}", headers=headers, json=way.body)


def a_world(system: System, portal: httpx.Client, secret: str) -> Mapping[str, Way]:
    """A placement with one of everything that hangs on it."""
    system.decide(OURS, start=date(2026, 9, 1))
    system.report(OURS, "2026-09", on=date(2026, 10, 1))
    add_tutors(system, "H1")
    system.decide("100000102", start=date(2026, 9, 1))
    system.report("100000102", "2026-09", on=date(2026, 10, 1))
    order, mine = system.order(OURS).number, bearing(secret)
    other = f"{system.order('100000102').number}/001"
    made = portal.post("/api/v1/invoices", headers=keyed(mine), json={"line": other}).json()["id"]
    told = portal.post(
        f"/api/v1/placements/{OURS}/informative-reports", headers=keyed(mine), json={"kind": "INTERNSHIP"}
    ).json()["id"]
    objection = portal.post(
        f"/api/v1/orders/{order}/objections",
        headers=keyed(mine, "*"),
        json={"points": [{"reason": "UNIT"}]},
    ).json()["id"]
    return ways(order, told, objection, made)


def journalled(system: System) -> int:
    with system.database.reading() as session:
        return session.scalar(select(func.count()).select_from(journal)) or 0


@pytest.mark.both_engines
def test_no_address_answers_a_client_that_must_not_have_it(system: System, portal: httpx.Client) -> None:
    """Another supplier's, ours at another unit, expired, with another scope, and the buyer's; nothing is written."""
    every = a_world(system, portal, a_client(system)[1])
    found = {
        f"{min(route.methods)} {route.path.removeprefix('/api/v1')}"
        for module in ROUTERS
        for route in module.router.routes
    }
    assert found == set(every)
    scopes = (VIEW, REPORT, ASSIGN)
    elsewhere = UnitScope(frozenset({"UV-999"}), frozenset())
    programs = {
        "another supplier's": a_client(system, *scopes, supplier=LARKDRILLEN)[1],
        "at another unit": a_client(system, *scopes, within=elsewhere)[1],
        "expired": a_client(system, *scopes, expires_on=date(2026, 11, 20))[1],
        "the buyer's": a_client(system, ApiScope.EVENTS_READ, ApiScope.FIGURES_READ, supplier="")[1],
    }
    of_scope = {scope: a_client(system, scope)[1] for scope in scopes}
    before = journalled(system)
    for name, way in every.items():
        for who, secret in programs.items():
            answer = ask(portal, way, secret)
            expected = {"expired": 401, "the buyer's": 403}.get(who, 200 if way.is_list else 404)
            assert answer.status_code == expected, (name, who, answer.text)
            assert OURS not in answer.text or way.body, (name, who)
            if way.is_list and expected == 200:
                told = answer.json()
                rows = told.get("results", next(iter(told.values())))
                assert [each for each in rows if (each.get("refusal") or {}).get("code") != "NOT_THERE"] == []
        for scope, secret in of_scope.items():
            if scope not in way.may:
                assert ask(portal, way, secret).status_code == 403, (name, scope)
    assert journalled(system) == before
    # And each is there for whoever may have it.
    for name, way in every.items():
        if way.method == "GET":
            for scope in way.may:
                answer = ask(portal, way, of_scope[scope])
                assert answer.status_code == 200, (name, scope, answer.text)
