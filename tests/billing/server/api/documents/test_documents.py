"""A supplier's documents in the books by the API: how each stands and why, page by page, missed by nobody."""

import hashlib
import threading
from dataclasses import replace
from datetime import date

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from foundation import journal
from invoicing.documents import journal as document_journal
from invoicing.journal_actions import DocumentAction
from invoicing.model import InvoiceState, SupplierInvoice
from orders.register.unit_scope import UnitScope
from peppol.documents import billing
from tests.support.servers.api import TODAY, a_client, bearing
from tests.support.stories.bills import billed
from tests.support.stories.system import LARKDRILLEN, System

INVOICES, ANSWERS = "/api/v1/invoices", "/api/v1/answers"
REFERENCE = "100000101"
CAME = date(2026, 2, 3)


def an_order(system: System, reference: str = REFERENCE) -> str:
    """The order of a placement whose first month is received."""
    system.decide(reference)
    system.report(reference, "2026-01", on=date(2026, 2, 2))
    return system.order(reference).number


def an_invoice(system: System, number: str, reference: str = REFERENCE) -> billing.Invoice:
    return system.flip(an_order(system, reference), "001", number=number, on=CAME)


def nobodys(system: System, number: str) -> billing.Invoice:
    """An invoice that names an order there is none of, and so lies in no case."""
    invoice = an_invoice(system, number, "100000199")
    return replace(invoice, order_reference=billing.OrderReference(id="4711"))


def numbers(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json()["documents"]]


def followed(portal: httpx.Client, path: str, headers: dict[str, str]) -> list[str]:
    """The documents of all pages, as `Link` leads on."""
    found: list[str] = []
    while path:
        answer = portal.get(path, headers=headers)
        found += numbers(answer)
        link = answer.links.get("next", {}).get("url", "")
        assert (answer.json()["next"] or "") == link
        path = link
    return found


@pytest.mark.both_engines
def test_a_document_tells_how_it_stands_and_why_it_is_not_paid(system: System, portal: httpx.Client) -> None:
    good = system.send(an_invoice(system, "F-1"), on=CAME)
    wrong = system.send(billed(an_invoice(system, "F-2", "100000102"), price="600.00"), on=CAME)
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    listed = {each["number"]: each for each in portal.get(INVOICES, headers=mine).json()["documents"]}
    assert (listed["F-1"]["state"], listed["F-1"]["verdict"]) == (InvoiceState.ACCEPTED, "ACCEPT")
    assert (listed["F-1"]["deviations"], listed["F-1"]["why_not_paid"]) == ([], [])
    assert (listed["F-1"]["pays_on"], listed["F-1"]["paid_on"]) == (str(good.pays_on), None)
    assert listed["F-1"]["execution_reference"] == REFERENCE
    stuck = listed["F-2"]
    assert (stuck["state"], stuck["answer"]) == (InvoiceState.IN_QUESTION, system.answers(wrong)[-1])
    deviation = next(each for each in stuck["deviations"] if each["code"] == "PRICE")
    assert (deviation["stops"], deviation["found"], deviation["term"]) == (True, "600.00", "BT-146")
    assert stuck["why_not_paid"][0]["sv"] != stuck["why_not_paid"][0]["en"]
    one = portal.get(stuck["href"], headers=mine).json()
    assert {name: one[name] for name in stuck} == stuck
    assert [each["code"] for each in one["answers"]] == system.answers(wrong)
    assert one["can_be_credited"] is True
    assert [each["on"] for each in one["steps"]] == sorted(each["on"] for each in one["steps"])
    system.pay(on=date(2026, 4, 30))
    paid = portal.get(listed["F-1"]["href"], headers=mine).json()
    assert (paid["state"], paid["paid_on"], paid["pays_on"]) == (InvoiceState.PAID, "2026-04-30", None)
    assert portal.get(f"/api/v1/payments/{paid['payment']}", headers=mine).status_code == 200


@pytest.mark.both_engines
def test_its_bytes_and_its_pdf_are_handed_out(system: System, portal: httpx.Client) -> None:
    held = system.send(an_invoice(system, "F-1"), on=CAME)
    mine = bearing(a_client(system)[1])
    told = portal.get(f"{INVOICES}/{held.id}", headers=mine).json()["document"]
    answer = portal.get(told["xml"], headers=mine)
    digest = hashlib.sha256(answer.content).hexdigest()
    assert answer.headers["ETag"] == f'"{digest}"' == f'"{told["sha256"]}"'
    assert answer.headers["Content-Digest"].startswith("sha-256=:")
    again = portal.get(told["xml"], headers={**mine, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    printed = portal.get(f"{told['pdf']}?lang=en", headers=mine)
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")


@pytest.mark.both_engines
def test_the_list_is_limited_by_what_stands_on_the_documents(system: System, portal: httpx.Client) -> None:
    written = [an_invoice(system, f"F-{place}", f"10000010{place}") for place in range(3)]
    invoices = [system.send(each, on=CAME) for each in written]
    system.send_credit(written[0], number="K-1", on=date(2026, 2, 4))
    mine = bearing(a_client(system)[1])
    asked = {
        "": ["F-0", "F-1", "F-2", "K-1"],
        "type=CREDIT_NOTE": ["K-1"],
        "number=F-2": ["F-2"],
        "number=F": [],
        "reference=100000101": ["F-1"],
        f"order={invoices[2].order_number}": ["F-2"],
        "state=CREDITED": ["F-0"],
        "state=ACCEPTED&type=INVOICE": ["F-1", "F-2"],
        "received_from=2026-02-04": ["K-1"],
        "received_to=2026-02-03&issued_from=2026-02-03&issued_to=2026-02-03": ["F-0", "F-1", "F-2"],
        "issued_to=2025-12-31": [],
    }
    for query, expected in asked.items():
        assert numbers(portal.get(f"{INVOICES}?{query}", headers=mine)) == expected, query
    assert followed(portal, f"{INVOICES}?limit=1", mine) == ["F-0", "F-1", "F-2", "K-1"]
    wrong = portal.get(f"{INVOICES}?state=PERHAPS", headers=mine)
    assert (wrong.status_code, wrong.json()["parameter"]) == (422, "state")


@pytest.mark.both_engines
def test_whoever_goes_on_from_the_cursor_misses_no_change(system: System, portal: httpx.Client) -> None:
    """Also not of a document that names no order of ours, and so is of no case that anybody is told about."""
    mine = bearing(a_client(system)[1])
    other = bearing(a_client(system, supplier=LARKDRILLEN)[1])
    first = system.send(an_invoice(system, "F-1"), on=CAME)
    cursor = portal.get(INVOICES, headers=mine).json()["updated_cursor"]
    changed = f"{INVOICES}?updated_after="
    assert numbers(portal.get(f"{changed}{cursor}", headers=mine)) == []
    alone = system.send(nobodys(system, "F-2"), on=CAME)
    assert system.invoice(alone.id).execution_reference == ""
    then = portal.get(f"{changed}{cursor}", headers=mine)
    assert numbers(then) == ["F-2"]
    cursor = then.json()["updated_cursor"]
    system.ask_credit(system.invoice(alone.id), on=date(2026, 2, 5))
    then = portal.get(f"{changed}{cursor}", headers=mine)
    assert [(each["number"], each["state"]) for each in then.json()["documents"]] == [
        ("F-2", InvoiceState.CREDIT_REQUESTED)
    ]
    cursor = then.json()["updated_cursor"]
    system.pay(on=date(2026, 4, 30))
    then = portal.get(f"{changed}{cursor}", headers=mine)
    assert numbers(then) == [first.number]
    assert numbers(portal.get(f"{changed}{then.json()['updated_cursor']}", headers=mine)) == []
    assert {*followed(portal, f"{changed}0&limit=1", mine)} == {"F-1", "F-2"}
    assert numbers(portal.get(f"{changed}0", headers=other)) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_change_that_was_begun_first_and_committed_last_is_not_passed(
    system: System, portal: httpx.Client
) -> None:
    """It gets its number when it is committed (decision 122), and not when it was written."""
    held = [system.send(an_invoice(system, f"F-{place}", f"10000010{place}"), on=CAME) for place in range(2)]
    mine = bearing(a_client(system)[1])

    def read(after: int) -> tuple[list[str], int]:
        answer = portal.get(f"{INVOICES}?updated_after={after}", headers=mine)
        return numbers(answer), answer.json()["updated_cursor"]

    def judge(invoice: SupplierInvoice) -> None:
        with database.writing() as session:
            document_journal.record(
                session, invoice, DocumentAction.INVOICE_JUDGED, state=InvoiceState.ACCEPTED, codes=""
            )
            if invoice is held[0]:
                journal.write(session, at=database.clock())
                wrote.set()
                go_on.wait(20)

    cursor = portal.get(INVOICES, headers=mine).json()["updated_cursor"]
    wrote, go_on, database = threading.Event(), threading.Event(), system.database
    slow = threading.Thread(target=judge, args=(held[0],))
    slow.start()
    assert wrote.wait(5)
    judge(held[1])
    meanwhile, cursor = read(cursor)
    go_on.set()
    slow.join(10)
    rest, cursor = read(cursor)
    assert (meanwhile, rest) == (["F-1"], ["F-0"])
    assert read(cursor)[0] == []


@pytest.mark.both_engines
def test_answers_are_read_as_they_are_sent(system: System, portal: httpx.Client) -> None:
    wrong = system.send(billed(an_invoice(system, "F-1"), price="600.00"), on=CAME)
    system.send(an_invoice(system, "F-2", "100000102"), on=CAME)
    system.post(b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>", on=CAME)
    system.read_messages(on=CAME)
    mine = bearing(a_client(system)[1])
    listed = portal.get(f"{ANSWERS}?document={wrong.id}", headers=mine).json()["answers"]
    assert [each["code"] for each in listed] == system.answers(wrong)
    assert listed[0]["document"] == f"{INVOICES}/{wrong.id}"
    assert listed[0]["meaning_sv"] != listed[0]["meaning_en"]
    message = portal.get(listed[0]["href"], headers=mine)
    assert b"<ApplicationResponse" in message.content
    assert message.headers["ETag"] == f'"{listed[0]["sha256"]}"'
    assert portal.get(f"{ANSWERS}/{listed[0]['id']}", headers=mine).json() == listed[0]
    first = portal.get(f"{ANSWERS}?limit=1", headers=mine)
    second = portal.get(first.links["next"]["url"], headers=mine)
    assert first.json()["answers"][0]["id"] < second.json()["answers"][0]["id"]
    assert portal.get(f"{ANSWERS}?issued_from={TODAY}", headers=mine).json()["answers"] == []


@pytest.mark.both_engines
def test_what_is_anothers_does_not_exist(system: System, portal: httpx.Client) -> None:
    """Another supplier, one unit elsewhere, whoever only assigns, the buyer's, and one that has expired."""
    held = system.send(billed(an_invoice(system, "F-1"), price="600.00"), on=CAME)
    mine = bearing(a_client(system)[1])
    answer = portal.get(ANSWERS, headers=mine).json()["answers"][0]["id"]
    programs = {
        "another": (bearing(a_client(system, supplier=LARKDRILLEN)[1]), 404),
        "elsewhere": (
            bearing(a_client(system, within=UnitScope(frozenset({"UV-999"}), frozenset()))[1]),
            404,
        ),
        "who assigns": (bearing(a_client(system, ApiScope.ASSIGN)[1]), 403),
        "the buyer": (bearing(a_client(system, ApiScope.EVENTS_READ, supplier="")[1]), 403),
        "expired": (bearing(a_client(system, expires_on=date(2026, 11, 20))[1]), 401),
    }
    things = (
        f"{INVOICES}/{held.id}",
        f"{INVOICES}/{held.id}/document.xml",
        f"{INVOICES}/{held.id}/document.pdf",
        f"{ANSWERS}/{answer}",
        f"{ANSWERS}/{answer}/answer.xml",
    )
    for name, (headers, status) in programs.items():
        for path in things:
            assert portal.get(path, headers=headers).status_code == status, (name, path)
        for path, rows in ((f"{INVOICES}?number=F-1", "documents"), (ANSWERS, "answers")):
            told = portal.get(path, headers=headers)
            if status == 404:
                assert told.json()[rows] == [], (name, path)
            else:
                assert told.status_code == status, (name, path)
    assert all(portal.get(path, headers=mine).status_code == 200 for path in things)
    credit = {"credits": held.id}
    for name, (headers, status) in programs.items():
        for path in (INVOICES, f"{INVOICES}/preview"):
            refused = portal.post(path, headers={**headers, "Idempotency-Key": "1"}, json=credit)
            assert refused.status_code == status, (name, path, refused.text)
            assert "F-1" not in refused.text
