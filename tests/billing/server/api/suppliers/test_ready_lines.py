"""Lines to invoice by the API: the list with its sum, and many of them invoiced in one request."""

from datetime import date

import httpx
import pytest
from sqlalchemy import func, select

from accounts.api_clients.model import ApiScope
from invoicing.portal_invoicing.tables import portal_document
from tests.billing.server.api.suppliers.asking import followed, keyed, problem, rows
from tests.support.servers.api import a_client, bearing
from tests.support.stories.system import System

LINES, BULK = "/api/v1/lines-to-invoice", "/api/v1/invoices/bulk"


def received(system: System, *references: str) -> list[str]:
    """The lines of January and February of these placements, received."""
    for reference in references:
        system.decide(reference)
        for month, on in (("2026-01", date(2026, 2, 2)), ("2026-02", date(2026, 3, 2))):
            system.report(reference, month, on=on)
    numbers = [system.order(each).number for each in references]
    return [f"{number}/{line}" for line in ("001", "002") for number in numbers]


def made(system: System) -> int:
    with system.database.reading() as session:
        return session.scalar(select(func.count()).select_from(portal_document)) or 0


@pytest.mark.both_engines
def test_lines_to_invoice_are_told_with_what_all_of_them_come_to(
    system: System, portal: httpx.Client
) -> None:
    every = received(system, "100000101", "100000102")
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    assert [each["line"] for each in followed(portal, f"{LINES}?limit=1", mine, "lines")] == every
    page = portal.get(f"{LINES}?limit=1", headers=mine).json()
    assert page["totals"] == [{"lines": 4, "currency": "SEK", "amount": "7600.00"}]
    assert (page["lines"][0]["amount"], page["lines"][0]["received_on"]) == ("1900.00", "2026-02-02")
    some = portal.get(f"{LINES}?month=2026-02&reference=100000102&unit=UV-101", headers=mine).json()
    assert [each["line"] for each in some["lines"]] == [every[3]]
    assert some["totals"][0]["lines"] == 1
    assert portal.get(f"{LINES}?reference=100000109", headers=mine).json()["totals"] == []
    wrong = portal.get(f"{LINES}?cursor=2026-02-31~1~1", headers=mine)
    assert problem(wrong) == (422, "PARAMETER_NOT_ALLOWED")


@pytest.mark.both_engines
def test_many_lines_are_invoiced_in_one_request_line_by_line(system: System, portal: httpx.Client) -> None:
    first, second, third, fourth = received(system, "100000101", "100000102")
    mine = bearing(a_client(system)[1])
    asked = [fourth, f"{first[:-3]}003", "4711/001", first, "no line", second, first]
    key = keyed(mine)
    answer = portal.post(BULK, headers=key, json={"rows": [{"line": each} for each in asked]})
    told = answer.json()
    codes = [(each["refusal"] or {}).get("code") for each in told["results"]]
    assert codes == [None, "CANNOT_BE_SENT", "NOT_THERE", None, "FIELD_NOT_ALLOWED", None, "LINE_REPEATED"]
    assert (told["done"], told["refused"], made(system)) == (3, 4, 3)
    for each in told["results"]:
        if each["invoice"]:
            assert f"{each['invoice']['order']}/{each['invoice']['line']}" == each["line"]
            own = portal.get(f"/api/v1/invoices/outgoing/{each['invoice']['id']}", headers=mine)
            assert own.json().items() >= each["invoice"].items()
    again = portal.post(BULK, headers=key, json={"rows": [{"line": each} for each in asked]})
    assert (again.content, made(system)) == (answer.content, 3)
    assert [each["line"] for each in rows(portal.get(LINES, headers=mine), "lines")] == [third]
    # Another key is another press.
    other = portal.post(BULK, headers=keyed(mine), json={"rows": [{"line": first}]})
    assert [each["refusal"]["code"] for each in other.json()["results"]] == ["CANNOT_BE_SENT"]
    # The same key of another route is another key.
    single = portal.post("/api/v1/invoices", headers=key, json={"line": third})
    assert (single.status_code, made(system)) == (201, 4), single.text


def test_no_more_rows_than_a_request_takes(portal: httpx.Client, system: System) -> None:
    mine = bearing(a_client(system)[1])
    for count in (0, 201):
        answer = portal.post(BULK, headers=keyed(mine), json={"rows": [{"line": "1/1"}] * count})
        assert problem(answer) == (422, "FIELD_NOT_ALLOWED")
        assert answer.json()["pointer"] == "#/rows"
