"""A supplier's orders and invoices by the API: what is told, page by page, and missed by nobody; who sees what."""

import hashlib
import threading
from collections.abc import Iterator
from datetime import date

import httpx
import pytest
from sqlalchemy import func, select

from accounts.api_clients.model import ApiScope
from foundation import journal
from foundation.periods import Month
from foundation.sql import Session
from invoicing.portal_invoicing.tables import portal_document
from orders.journal_actions import PlacementAction, report_subject
from orders.register.unit_scope import UnitScope
from tests.support.servers.api import TODAY, a_client, api, bearing
from tests.support.stories.system import LARKDRILLEN, System, a_system

ORDERS, INVOICES = "/api/v1/orders", "/api/v1/invoices"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


def reject(session: Session, reference: str) -> None:
    """What a rejected report writes in the journal, and so tells."""
    subject = report_subject(reference, Month(2026, 1), 1)
    action = PlacementAction.REPORT_REJECTED
    journal.record(session, "officer-1", action, subject, execution_reference=reference)


def numbers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json()["orders"]]


def followed(portal: httpx.Client, path: str, headers: dict[str, str]) -> list[str]:
    """The orders of all pages, as `Link` leads on."""
    found: list[str] = []
    while path:
        answer = portal.get(path, headers=headers)
        found += numbers(answer)
        link = answer.links.get("next", {}).get("url", "")
        assert (answer.json()["next"] or "") == link
        path = link
    return found


@pytest.mark.both_engines
def test_orders_are_told_page_by_page_and_limited(system: System, portal: httpx.Client) -> None:
    references = [f"10000010{place}" for place in range(5)]
    for place, reference in enumerate(references):
        system.decide(reference, start=date(2026, 1 + place % 2, 1))
    system.report(references[0], "2026-01", on=date(2026, 2, 2))
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    every = sorted(system.order(each).number for each in references)
    assert followed(portal, f"{ORDERS}?limit=2", mine) == every
    one = system.order(references[0])
    assert numbers(portal.get(f"{ORDERS}?reference={references[0]}", headers=mine)) == [one.number]
    assert numbers(portal.get(f"{ORDERS}?state=to_invoice", headers=mine)) == [one.number]
    after = f"{ORDERS}?issued_from={one.issued_on}&issued_to={one.issued_on}"
    assert one.number in numbers(portal.get(after, headers=mine))
    assert numbers(portal.get(f"{ORDERS}?issued_to=2020-01-01", headers=mine)) == []
    told = portal.get(f"{ORDERS}/{one.number}", headers=mine).json()
    assert told["execution_reference"] == references[0]
    assert (told["currency"], told["lines_to_invoice"]) == ("SEK", 1)
    line = told["lines"][0]
    assert line["can_be_invoiced"] is True
    assert line["amount_received"] == told["amount_received"] != "0.00"
    assert line["invoice_number"] is None


@pytest.mark.both_engines
def test_the_message_is_handed_out_as_it_was_sent(system: System, portal: httpx.Client) -> None:
    system.decide()
    number, mine = system.order("100000101").number, bearing(a_client(system)[1])
    message = portal.get(f"{ORDERS}/{number}", headers=mine).json()["message"]
    answer = portal.get(message["href"], headers=mine)
    digest = hashlib.sha256(answer.content)
    assert answer.headers["ETag"] == f'"{digest.hexdigest()}"' == f'"{message["sha256"]}"'
    assert answer.headers["Content-Type"] == "application/xml"
    assert b"<Order" in answer.content
    again = portal.get(message["href"], headers={**mine, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_order_is_told_with_the_same_amounts_in_the_list_and_alone(
    system: System, portal: httpx.Client
) -> None:
    system.decide()
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    number, mine = system.order("100000101").number, bearing(a_client(system)[1])
    invoice = system.flip(number, number="F-1", on=date(2026, 2, 3))
    system.send(invoice)
    system.send_credit(invoice, number="K-1", on=date(2026, 2, 4))
    system.send_invoice(number, number="F-2", on=date(2026, 2, 5))
    (listed,) = portal.get(ORDERS, headers=mine).json()["orders"]
    alone = portal.get(f"{ORDERS}/{number}", headers=mine).json()
    assert {name: alone[name] for name in listed} == listed
    assert (listed["amount_invoiced"], listed["amount_credited"]) == ("3800.00", "1900.00")


@pytest.mark.both_engines
def test_whoever_goes_on_from_the_cursor_misses_no_change(system: System, portal: httpx.Client) -> None:
    references = [f"10000010{place}" for place in range(3)]
    for reference in references:
        system.decide(reference)
    mine = bearing(a_client(system)[1])
    cursor = portal.get(ORDERS, headers=mine).json()["updated_cursor"]
    changed = f"{ORDERS}?updated_after="
    assert numbers(portal.get(f"{changed}{cursor}", headers=mine)) == []
    system.report(references[0], "2026-01", on=date(2026, 2, 2))
    first = portal.get(f"{changed}{cursor}", headers=mine)
    assert numbers(first) == [system.order(references[0]).number]
    assert first.json()["orders"][0]["lines_to_invoice"] == 1
    cursor = first.json()["updated_cursor"]
    assert numbers(portal.get(f"{changed}{cursor}", headers=mine)) == []
    for reference in references:
        system.report(reference, "2026-02", on=date(2026, 3, 2))
    # However short the pages are, every order comes.
    assert {*followed(portal, f"{changed}{cursor}&limit=1", mine)} == {
        system.order(each).number for each in references
    }
    assert {*followed(portal, f"{changed}0&limit=2", mine)} == {
        system.order(each).number for each in references
    }


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_change_that_was_begun_first_and_committed_last_is_not_passed(
    system: System, portal: httpx.Client
) -> None:
    """It gets its number when it is committed (decision 122), and not when it was written."""
    references = ("100000101", "100000102")
    for reference in references:
        system.decide(reference)
        system.file_report(reference, "2026-01", on=date(2026, 2, 1))
    mine = bearing(a_client(system)[1])
    first_order, second_order = (system.order(each).number for each in references)

    def read(after: int) -> tuple[list[str], int]:
        answer = portal.get(f"{ORDERS}?updated_after={after}", headers=mine)
        return numbers(answer), answer.json()["updated_cursor"]

    cursor = portal.get(ORDERS, headers=mine).json()["updated_cursor"]
    wrote, go_on, database = threading.Event(), threading.Event(), system.database

    def first() -> None:
        with database.writing() as session:
            reject(session, references[0])
            journal.write(session, at=database.clock())
            wrote.set()
            go_on.wait(20)

    slow = threading.Thread(target=first)
    slow.start()
    assert wrote.wait(5)
    with database.writing() as session:
        reject(session, references[1])
    meanwhile, cursor = read(cursor)
    go_on.set()
    slow.join(10)
    rest, cursor = read(cursor)
    assert (meanwhile, rest) == ([second_order], [first_order])
    assert read(cursor)[0] == []


@pytest.mark.both_engines
def test_a_preview_tells_the_verdict_and_writes_nothing(system: System, portal: httpx.Client) -> None:
    system.decide()
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    order, mine = system.order("100000101").number, bearing(a_client(system)[1])
    told = portal.post(f"{INVOICES}/preview", headers=mine, json={"line": f"{order}/001"}).json()
    assert (told["would_be_made"], told["verdict"], told["refusal"]) == (True, "ACCEPT", None)
    not_received = portal.post(f"{INVOICES}/preview", headers=mine, json={"line": f"{order}/002"}).json()
    assert not_received["would_be_made"] is False
    assert not_received["refusal"]["code"] == "NOT_TO_INVOICE"
    with system.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(portal_document)) == 0
    sent = portal.post(
        INVOICES, headers={**mine, "Idempotency-Key": "1"}, json={"line": f"{order}/001"}
    ).json()
    assert [sent[each] for each in ("number", "amount_net", "amount_payable", "issued_on")] == [
        told[each] for each in ("number", "amount_net", "amount_payable", "issued_on")
    ]
    assert sent["issued_on"] == str(TODAY)
    again = portal.post(f"{INVOICES}/preview", headers=mine, json={"line": f"{order}/001"}).json()
    assert again["refusal"]["code"] == "CANNOT_BE_SENT"


@pytest.mark.both_engines
def test_nobody_sees_or_invoices_what_is_anothers(system: System, portal: httpx.Client) -> None:
    """A, B, B's client at another unit, one that has expired, one with another scope, and the buyer's."""
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    system.decide("200000102", supplier=LARKDRILLEN)
    order = system.order("100000101").number
    programs = {
        "B": (a_client(system, supplier=LARKDRILLEN), 404),
        "A elsewhere": (a_client(system, within=UnitScope(frozenset({"UV-999"}), frozenset())), 404),
        "A expired": (a_client(system, expires_on=date(2026, 11, 20)), 401),
        "A who assigns": (a_client(system, ApiScope.ASSIGN), 200),
        "the buyer": (a_client(system, ApiScope.EVENTS_READ, supplier=""), 403),
    }
    for name, ((_, secret), status) in programs.items():
        mine = bearing(secret)
        assert portal.get(f"{ORDERS}/{order}", headers=mine).status_code == status, name
        assert portal.get(f"{ORDERS}/{order}/order.xml", headers=mine).status_code == status, name
        for path in (ORDERS, f"{ORDERS}?reference=100000101", f"{ORDERS}?updated_after=0"):
            answer = portal.get(path, headers=mine)
            assert answer.status_code == (200 if status == 404 else status), name
            assert (order in answer.text) is (status == 200), name
        for path in (INVOICES, f"{INVOICES}/preview"):
            written = {**mine, "Idempotency-Key": "1"}
            answer = portal.post(path, headers=written, json={"line": f"{order}/001"})
            assert answer.status_code == (403 if status == 200 else status), (name, path, answer.text)
            assert "100000101" not in answer.text
    with system.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(portal_document)) == 0
    other = bearing(a_client(system, supplier=LARKDRILLEN)[1])
    assert numbers(portal.get(ORDERS, headers=other)) == [system.order("200000102").number]
