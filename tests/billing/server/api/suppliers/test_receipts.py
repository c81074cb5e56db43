"""Receipts by the API: what counts as delivered, what took it back, and why."""

from datetime import date

import httpx
import pytest

from tests.billing.server.api.suppliers.asking import followed, problem, rows
from tests.support.servers.api import a_client, bearing
from tests.support.stories.system import System

RECEIPTS = "/api/v1/receipts"


def revoke(system: System, reference: str, month: str) -> None:
    data = {
        "execution_reference": reference,
        "month": month,
        "version": 1,
        "at": "2026-03-05T08:00:00+01:00",
        "by": "user-17",
        "reason": "NOT_DELIVERED",
    }
    system.must("report.revoked", data, on=date(2026, 3, 5))


@pytest.mark.both_engines
def test_receipts_are_told_with_what_took_them_back(system: System, portal: httpx.Client) -> None:
    system.decide()
    order = system.order("100000101").number
    for month, on in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
        system.report("100000101", month, on=on)
    system.report("100000101", "2026-02", version=2, on=date(2026, 3, 4))
    revoke(system, "100000101", "2026-01")
    mine = bearing(a_client(system)[1])
    found = followed(portal, f"{RECEIPTS}?limit=1", mine, "receipts")
    assert [(each["line"], each["stands"], each["reversed_on"]) for each in found] == [
        ("001", False, "2026-03-05"),
        ("002", False, "2026-03-04"),
        ("002", True, None),
    ]
    first, replaced, last = found
    assert (first["quantity"], first["amount"], first["currency"]) == ("20", "1900.00", "SEK")
    assert (first["report"]["state"], first["report"]["reason"]["code"]) == ("REVOKED", "NOT_DELIVERED")
    assert (replaced["report"]["state"], last["report"]["version"]) == ("REPLACED", 2)
    line = portal.get(f"/api/v1/orders/{order}/lines/002/receipts", headers=mine)
    assert [each["id"] for each in rows(line, "receipts")] == [replaced["id"], last["id"]]

    def asked(query: str) -> list[str]:
        answer = portal.get(f"{RECEIPTS}?{query}", headers=mine)
        return [each["line"] for each in rows(answer, "receipts")]

    assert asked("month=2026-01") == ["001"]
    assert asked(f"order={order}&received_from=2026-03-03") == ["002"]
    assert asked("received_to=2026-02-28&reference=100000101") == ["001"]
    assert asked("unit=UV-102") == []
    nothing = portal.get(f"/api/v1/orders/{order}/lines/099/receipts", headers=mine)
    assert problem(nothing) == (404, "NOT_THERE")


@pytest.mark.both_engines
def test_a_month_cut_by_an_interruption_is_received_again_with_the_days_that_remain(
    system: System, portal: httpx.Client
) -> None:
    system.decide()
    system.report("100000101", "2026-01", on=date(2026, 1, 20))
    system.interrupt("100000101", on=date(2026, 1, 21), last_day=date(2026, 1, 27))
    mine = bearing(a_client(system)[1])
    before, now = followed(portal, RECEIPTS, mine, "receipts")
    assert (before["stands"], now["stands"]) == (False, True)
    assert (now["period"]["last"], now["report"]["version"]) == ("2026-01-27", 1)
