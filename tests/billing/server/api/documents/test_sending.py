"""A supplier's program sends documents as XML and has them made from JSON; sees them first; and takes them back."""

from datetime import date, timedelta
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import func, select

from accounts.api_clients.model import ApiScope
from invoicing.model import DocumentType, InvoiceState
from invoicing.portal_invoicing.release_due import release_due
from invoicing.portal_invoicing.tables import portal_document
from orders.register.unit_scope import UnitScope
from peppol.xml import codec
from tests.support.servers.api import TODAY, a_client, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.system import LARKDRILLEN, System

INVOICES = "/api/v1/invoices"
OUTGOING = f"{INVOICES}/outgoing"
REFERENCE = "100000101"
XML = {"Content-Type": "application/xml"}


def a_month(system: System, reference: str = REFERENCE) -> str:
    """The order of a placement whose first month is received."""
    system.decide(reference)
    system.report(reference, "2026-01", on=date(2026, 2, 2))
    return system.order(reference).number


def written(system: System, order: str, number: str = "E-17") -> bytes:
    """The invoice of the first line as the supplier's own program writes it."""
    return codec.serialise(system.flip(order, "001", number=number, on=TODAY))


def keyed(headers: dict[str, str], key: str = "1") -> dict[str, str]:
    return {**headers, "Idempotency-Key": key}


def made(system: System) -> int:
    with system.database.reading() as session:
        return session.scalar(select(func.count()).select_from(portal_document)) or 0


def leave(system: System) -> None:
    """Ten minutes go by: what was sent leaves, and is read."""
    release_due(system.database, CLOCK + timedelta(minutes=11))
    system.read_messages(on=TODAY)


@pytest.mark.both_engines
def test_a_document_goes_as_it_came_and_is_followed_into_the_books(
    system: System, portal: httpx.Client
) -> None:
    order = a_month(system)
    document, mine = written(system, order), bearing(a_client(system)[1])
    answer = portal.post(INVOICES, headers={**keyed(mine), **XML}, content=document)
    assert answer.status_code == 201, answer.text
    sent = answer.json()
    assert (sent["type"], sent["number"], sent["state"], sent["order"]) == (
        "INVOICE",
        "E-17",
        "WAITING",
        order,
    )
    assert (sent["verdict"], sent["deviations"]) == ("ACCEPT", [])
    assert answer.headers["Location"] == sent["href"] == f"{OUTGOING}/{sent['id']}"
    waiting = portal.get(sent["href"], headers=mine)
    assert waiting.headers["ETag"] == answer.headers["ETag"]
    assert (waiting.json()["document"], waiting.json()["reason"]) == (None, None)
    leave(system)
    came = portal.get(sent["href"], headers=mine).json()
    told = portal.get(came["document"], headers=mine).json()
    assert (told["number"], told["state"], told["made_as"]) == ("E-17", InvoiceState.ACCEPTED, sent["id"])
    assert portal.get(told["document"]["xml"], headers=mine).content == document


@pytest.mark.both_engines
def test_the_same_document_under_its_key_is_sent_once(system: System, portal: httpx.Client) -> None:
    document, mine = written(system, a_month(system)), bearing(a_client(system)[1])
    first, again = (portal.post(INVOICES, headers={**keyed(mine), **XML}, content=document) for _ in range(2))
    assert (first.status_code, again.content, made(system)) == (201, first.content, 1)
    assert again.headers["Location"] == first.headers["Location"]
    other = portal.post(INVOICES, headers={**keyed(mine, "2"), **XML}, content=document)
    assert (other.status_code, other.json()["code"]) == (409, "NUMBER_TAKEN")
    assert made(system) == 1


@pytest.mark.both_engines
def test_what_may_not_be_sent_is_refused_and_nothing_is_kept(system: System, portal: httpx.Client) -> None:
    order = a_month(system)
    document, mine = written(system, order), bearing(a_client(system)[1])
    elsewhere = a_client(system, within=UnitScope(frozenset({"UV-999"}), frozenset()))
    system.decide("200000102", supplier=LARKDRILLEN)
    others = {
        "ANOTHERS_DOCUMENT": (403, bearing(a_client(system, supplier=LARKDRILLEN)[1]), document),
        "OUTSIDE_UNITS": (403, bearing(elsewhere[1]), document),
        "DOCUMENT_INVALID": (422, mine, document.replace(b"<cbc:ID>E-17</cbc:ID>", b"")),
        "SCOPE_MISSING": (403, bearing(a_client(system, ApiScope.VIEW)[1]), document),
    }
    for code, (status, headers, body) in others.items():
        answer = portal.post(INVOICES, headers={**keyed(headers), **XML}, content=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    for body in (b"", b"not XML", b"<a/>"):
        answer = portal.post(INVOICES, headers={**keyed(mine), **XML}, content=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "DOCUMENT_INVALID"), answer.text
    packed = {**keyed(mine), **XML, "Content-Encoding": "gzip"}
    assert portal.post(INVOICES, headers=packed, content=document).json()["code"] == "MEDIA_TYPE_NOT_TAKEN"
    assert made(system) == 0
    # The key is free: what was refused may be mended and sent under it.
    assert portal.post(INVOICES, headers={**keyed(mine), **XML}, content=document).status_code == 201


@pytest.mark.both_engines
def test_a_document_is_seen_with_its_findings_and_verdict_and_nothing_is_written(
    system: System, portal: httpx.Client
) -> None:
    order, mine = a_month(system), bearing(a_client(system, ApiScope.VIEW)[1])
    preview = f"{INVOICES}/preview"
    invoice = system.flip(order, "001", number="E-17", on=TODAY)
    wrong = codec.serialise(billed(invoice, price="600.00"))
    told = portal.post(preview, headers={**mine, **XML}, content=wrong).json()
    assert (told["would_be_made"], told["number"], told["verdict"]) == (True, "E-17", "QUESTION")
    assert told["report"]["valid"] is True
    prices = [each for each in told["deviations"] if each["code"] == "PRICE"]
    assert [(each["stops"], each["found"]) for each in prices] == [(True, "600.00")]
    assert prices[0]["sentence_sv"] != prices[0]["sentence_en"]
    broken = written(system, order).replace(b"<cbc:ID>E-17</cbc:ID>", b"")
    told = portal.post(f"{preview}?lang=en", headers={**mine, **XML}, content=broken).json()
    assert (told["would_be_made"], told["refusal"]["code"]) == (False, "DOCUMENT_INVALID")
    assert (told["report"]["valid"], told["verdict"]) == (False, None)
    other = bearing(a_client(system, supplier=LARKDRILLEN)[1])
    told = portal.post(preview, headers={**other, **XML}, content=wrong).json()
    assert (told["refusal"]["code"], told["number"], told["deviations"]) == ("ANOTHERS_DOCUMENT", None, [])
    assert made(system) == 0


@pytest.mark.both_engines
def test_an_invoice_is_made_with_its_own_number_quantity_and_price(
    system: System, portal: httpx.Client
) -> None:
    order, mine = a_month(system), bearing(a_client(system)[1])
    line = f"{order}/001"
    own = {"line": line, "number": "2026-0017"}
    dear = portal.post(INVOICES, headers=keyed(mine), json={**own, "price": "9999.00"})
    assert (dear.status_code, dear.json()["code"]) == (409, "CANNOT_BE_SENT")
    assert "9" in dear.json()["detail_en"]
    part = portal.post(f"{INVOICES}/preview", headers=mine, json={**own, "quantity": "2"}).json()
    price = Decimal(portal.get(f"/api/v1/orders/{order}", headers=mine).json()["lines"][0]["price"])
    assert (part["number"], Decimal(part["amount_net"])) == ("2026-0017", 2 * price)
    answer = portal.post(INVOICES, headers=keyed(mine), json=own)
    assert answer.status_code == 201, answer.text
    assert answer.json()["number"] == "2026-0017"
    # The supplier's series here has not moved.
    assert portal.get("/api/v1/settings", headers=mine).json()["series"]["next_number"] == "F26-0001"
    for key, value in (("quantity", "0"), ("quantity", "-1"), ("price", 5), ("number", " "), ("more", 1)):
        wrong = portal.post(INVOICES, headers=keyed(mine, "2"), json={**own, key: value})
        assert (wrong.status_code, wrong.json()["pointer"]) == (422, f"#/{key}"), wrong.text


@pytest.mark.both_engines
def test_an_invoice_is_credited_whole_with_a_new_one_or_line_by_line(
    system: System, portal: httpx.Client
) -> None:
    order, mine = a_month(system), bearing(a_client(system)[1])
    held = system.send(system.flip(order, "001", number="F-1", on=date(2026, 2, 3)), on=date(2026, 2, 3))
    asked = {"credits": held.id, "new_invoice": True}
    seen = portal.post(f"{INVOICES}/preview", headers=mine, json=asked).json()
    assert (seen["type"], seen["credits"], seen["would_be_made"]) == ("CREDIT_NOTE", "F-1", True)
    assert seen["replacement"]["line"] == "001"
    part = {"credits": held.id, "lines": [{"line": "1", "quantity": "1"}], "number": "K-9"}
    one_day = portal.post(f"{INVOICES}/preview", headers=mine, json=part).json()
    assert one_day["number"] == "K-9"
    assert Decimal(one_day["amount_net"]) < Decimal(seen["amount_net"])
    too_much = {**part, "lines": [{"line": "1", "quantity": "999"}]}
    refused = portal.post(f"{INVOICES}/preview", headers=mine, json=too_much).json()
    assert refused["refusal"]["code"] == "CANNOT_BE_SENT"
    for path in (INVOICES, f"{INVOICES}/preview"):
        # A line of which something is left is not free to be invoiced anew.
        both = portal.post(path, headers=keyed(mine), json={**part, "new_invoice": True}).json()
        assert (both.get("code") or both["refusal"]["code"]) == "CANNOT_BE_SENT"
    answer = portal.post(INVOICES, headers=keyed(mine), json=asked)
    assert answer.status_code == 201, answer.text
    both = answer.json()
    assert both["number"] == seen["number"]
    assert both["replacement"]["number"] == seen["replacement"]["number"]
    assert both["undone_with"] == [both["replacement"]["id"]]
    again = portal.post(INVOICES, headers=keyed(mine, "2"), json={"credits": held.id})
    assert (again.status_code, again.json()["code"]) == (409, "CANNOT_BE_SENT")
    leave(system)
    listed = portal.get(f"{INVOICES}?order={order}", headers=mine).json()["documents"]
    assert [(each["type"], each["state"]) for each in listed] == [
        (DocumentType.INVOICE, InvoiceState.CREDITED),
        (DocumentType.CREDIT_NOTE, InvoiceState.SETTLED),
        (DocumentType.INVOICE, InvoiceState.ACCEPTED),
    ]


@pytest.mark.both_engines
def test_what_waits_is_undone_by_whoever_has_read_how_it_stands(system: System, portal: httpx.Client) -> None:
    line, mine = f"{a_month(system)}/001", bearing(a_client(system)[1])
    sent = portal.post(INVOICES, headers=keyed(mine), json={"line": line})
    where, tag = sent.headers["Location"], sent.headers["ETag"]
    without = portal.delete(where, headers=mine)
    assert (without.status_code, without.json()["code"]) == (428, "MATCH_MISSING")
    stale = portal.delete(where, headers={**mine, "If-Match": '"other"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "CHANGED_SINCE_READ")
    other = bearing(a_client(system, supplier=LARKDRILLEN)[1])
    assert portal.delete(where, headers={**other, "If-Match": tag}).status_code == 404
    reader = bearing(a_client(system, ApiScope.VIEW)[1])
    assert portal.delete(where, headers={**reader, "If-Match": tag}).status_code == 403
    first, again = (portal.delete(where, headers={**keyed(mine), "If-Match": tag}) for _ in range(2))
    assert (first.status_code, first.json()["state"]) == (200, "UNDONE"), first.text
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert portal.delete(where, headers={**mine, "If-Match": tag}).status_code == 412
    assert portal.get(where, headers=mine).json()["state"] == "UNDONE"
    # The line is free again, and so is its number.
    anew = portal.post(INVOICES, headers=keyed(mine, "2"), json={"line": line}).json()
    assert anew["number"] == sent.json()["number"]
    leave(system)
    late = portal.delete(anew["href"], headers={**mine, "If-Match": "*"})
    assert (late.status_code, late.json()["code"]) == (409, "TOO_LATE")


@pytest.mark.both_engines
def test_documents_on_their_way_are_listed_page_by_page(system: System, portal: httpx.Client) -> None:
    mine = bearing(a_client(system)[1])
    for place in range(3):
        line = f"{a_month(system, f'10000010{place}')}/001"
        portal.post(INVOICES, headers=keyed(mine, str(place)), json={"line": line})
    first = portal.get(f"{OUTGOING}?limit=2", headers=mine)
    second = portal.get(first.links["next"]["url"], headers=mine)
    numbers = [each["number"] for page in (first, second) for each in page.json()["documents"]]
    assert numbers == ["F26-0001", "F26-0002", "F26-0003"]
    assert second.json()["next"] is None
    assert portal.get(f"{OUTGOING}?state=READ", headers=mine).json()["documents"] == []
    other = bearing(a_client(system, supplier=LARKDRILLEN)[1])
    assert portal.get(OUTGOING, headers=other).json()["documents"] == []
