"""The buyer's programs read documents and the worklist: page by page, what changed since, and nothing that is apart."""

import hashlib
from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from invoicing.decisions import protected_store
from invoicing.model import SupplierInvoice
from tests.support.servers.api import a_client, api, bearing
from tests.support.stories.system import System, a_system

DOCUMENTS, EXCEPTIONS = "/api/v1/documents", "/api/v1/exceptions"
REFERENCES = ("100000101", "100000102", "100000103")


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


@pytest.fixture
def mine(system: System) -> dict[str, str]:
    return bearing(a_client(system, ApiScope.DOCUMENTS_READ, supplier="")[1])


def billed(system: System, reference: str, *, on: date = date(2026, 2, 3)) -> SupplierInvoice:
    """The month of a case, reported, received and billed as agreed."""
    system.decide(reference)
    system.report(reference, "2026-01", on=date(2026, 2, 2))
    return system.send_invoice(system.order(reference).number, number=f"F-{reference}", on=on)


def billed_twice(system: System, reference: str) -> SupplierInvoice:
    """The same, and the day after once more under another number, which is in question."""
    system.decide(reference)
    system.report(reference, "2026-01", on=date(2026, 2, 2))
    order = system.order(reference).number
    again = system.flip(order, number=f"G-{reference}", on=date(2026, 2, 4))
    system.send_invoice(order, number=f"F-{reference}", on=date(2026, 2, 3))
    return system.send(again)


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
def test_documents_are_told_page_by_page_and_narrowed(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    for place, each in enumerate(REFERENCES):
        billed(system, each, on=date(2026, 2, 3 + place))
    every = [f"F-{each}" for each in REFERENCES]
    assert followed(portal, f"{DOCUMENTS}?limit=2", mine) == every
    for query, expected in (
        (f"reference={REFERENCES[1]}", every[1:2]),
        (f"number={every[2]}", every[2:]),
        ("received_from=2026-02-04&received_to=2026-02-04", every[1:2]),
        ("state=ACCEPTED", every),
        ("state=IN_QUESTION", []),
        ("document_type=CREDIT_NOTE", []),
        ("supplier=5599991014", every),
        ("supplier=5599992020", []),
    ):
        assert numbers(portal.get(f"{DOCUMENTS}?{query}", headers=mine)) == expected, query


@pytest.mark.both_engines
def test_one_document_says_how_it_was_judged_and_what_came_of_it(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    paid, asked = billed(system, REFERENCES[0]), billed_twice(system, REFERENCES[1])
    system.pay(on=paid.pays_on)
    told = portal.get(f"{DOCUMENTS}/{paid.id}", headers=mine).json()
    assert (told["state"], told["amount_payable"], told["deviations"]) == (
        "PAID",
        f"{paid.amount_payable.amount:.2f}",
        [],
    )
    assert [(each["attested_by"], each["paid_on"]) for each in told["payments"]] == [
        ("attester-1", paid.pays_on.isoformat())
    ]
    assert [each["verdict"] for each in told["judgements"]] == ["ACCEPT"]
    told = portal.get(f"{DOCUMENTS}/{asked.id}", headers=mine).json()
    assert told["state"] == "IN_QUESTION"
    deviation = next(each for each in told["deviations"] if each["code"] == "ALREADY_INVOICED")
    assert deviation["stops"] is True
    assert deviation["sentence_sv"] != deviation["sentence_en"]
    assert told["sentence_sv"].startswith(deviation["sentence_sv"][:20])
    assert [each["code"] for each in told["answers"]] == system.answers(asked)


@pytest.mark.both_engines
def test_the_document_is_handed_out_as_it_came(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    invoice = billed(system, REFERENCES[0])
    path = portal.get(f"{DOCUMENTS}/{invoice.id}", headers=mine).json()["href_xml"]
    answer = portal.get(path, headers=mine)
    assert b"<Invoice" in answer.content
    assert answer.headers["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    again = portal.get(path, headers={**mine, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.both_engines
def test_whoever_goes_on_from_the_cursor_misses_no_change(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    first = billed(system, REFERENCES[0])
    cursor = portal.get(DOCUMENTS, headers=mine).json()["updated_cursor"]
    changed = f"{DOCUMENTS}?updated_after="
    assert numbers(portal.get(f"{changed}{cursor}", headers=mine)) == []
    system.pay(on=first.pays_on)
    answer = portal.get(f"{changed}{cursor}", headers=mine)
    assert [(each["number"], each["state"]) for each in answer.json()["documents"]] == [
        (first.number, "PAID")
    ]
    cursor = answer.json()["updated_cursor"]
    for each in REFERENCES[1:]:
        billed(system, each)
    assert {*followed(portal, f"{changed}{cursor}&limit=1", mine)} == {f"F-{each}" for each in REFERENCES[1:]}
    refused = portal.get(f"{changed}999999", headers=mine)
    assert (refused.status_code, refused.json()["code"]) == (409, "CURSOR_AHEAD")


@pytest.mark.both_engines
def test_what_is_handled_apart_is_listed_without_what_could_say_who_somebody_is(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    invoice = billed_twice(system, REFERENCES[0])
    with system.database.writing() as session:
        protected_store.add(
            session, invoice.id, by="user-1", on=date(2026, 2, 5), reason="protected identity"
        )
    _, told = portal.get(DOCUMENTS, headers=mine).json()["documents"]
    assert (told["id"], told["is_apart"]) == (invoice.id, True)
    assert (told["number"], told["execution_reference"], told["order_number"]) == (None, None, None)
    assert numbers(portal.get(f"{DOCUMENTS}?reference={REFERENCES[0]}", headers=mine)) == [
        f"F-{REFERENCES[0]}"
    ]
    assert numbers(portal.get(f"{DOCUMENTS}?number={invoice.number}", headers=mine)) == []
    for path in (f"{DOCUMENTS}/{invoice.id}", f"{DOCUMENTS}/{invoice.id}/document.xml"):
        assert portal.get(path, headers=mine).status_code == 404
    (item,) = portal.get(EXCEPTIONS, headers=mine).json()["items"]
    assert (item["is_apart"], item["number"], item["execution_reference"], item["href"]) == (
        True,
        None,
        None,
        None,
    )
    assert REFERENCES[0] not in portal.get(f"{EXCEPTIONS}?kind=exceptions", headers=mine).text


@pytest.mark.both_engines
def test_the_worklist_says_what_to_do_since_when_and_by_when(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    asked = [billed_twice(system, each) for each in REFERENCES]
    first = portal.get(f"{EXCEPTIONS}?limit=2", headers=mine)
    told = first.json()
    assert [each["id"] for each in told["items"]] == [str(each.id) for each in asked[:2]]
    assert told["what_to_do_sv"].startswith("Fakturor som inte stämmer.")
    item = told["items"][0]
    assert (item["cause"], item["since"], item["due"]) == (
        "ALREADY_INVOICED",
        "2026-02-04",
        str(asked[0].pays_on),
    )
    assert item["age_days"] > 200
    rest = portal.get(told["next"], headers=mine)
    assert first.links["next"]["url"] == told["next"]
    assert [each["id"] for each in rest.json()["items"]] == [str(asked[2].id)]
    assert rest.json()["next"] is None
    assert {each["kind"]: each["count"] for each in told["counts"]}["exceptions"] == 3
    one = portal.get(f"{EXCEPTIONS}?reference={REFERENCES[1]}", headers=mine).json()["items"]
    assert [each["id"] for each in one] == [str(asked[1].id)]
    assert portal.get(f"{EXCEPTIONS}?age_days=9000", headers=mine).json()["items"] == []


def test_other_parts_of_the_worklist_have_their_items_too(
    system: System, portal: httpx.Client, mine: dict[str, str]
) -> None:
    system.decide()
    system.file_report("100000101", "2026-01", on=date(2026, 2, 2))
    (report,) = portal.get(f"{EXCEPTIONS}?kind=reports", headers=mine).json()["items"]
    assert (report["id"], report["since"]) == ("100000101 2026-01", "2026-02-02")
    system.post(b"no document", on=date(2026, 2, 3))
    system.read_messages(on=date(2026, 2, 3))
    (message,) = portal.get(f"{EXCEPTIONS}?kind=letters", headers=mine).json()["items"]
    assert message["cause_sv"] != message["cause_en"]
    for kind in ("events", "starts", "claims", "parked", "held", "credits", "asked", "resting"):
        assert portal.get(f"{EXCEPTIONS}?kind={kind}", headers=mine).json()["items"] == [], kind
    crossed = portal.get(f"{EXCEPTIONS}?kind=reports&cause=PRICE", headers=mine)
    assert (crossed.status_code, crossed.json()["code"]) == (409, "QUESTION_WITHOUT_ANSWER")
    made_up = portal.get(f"{EXCEPTIONS}?cursor=2026-13-41.1", headers=mine)
    assert (made_up.status_code, made_up.json()["parameter"]) == (422, "cursor")


def test_each_resource_asks_for_its_own_scope(system: System, portal: httpx.Client) -> None:
    invoice = billed(system, REFERENCES[0])
    paths = {
        ApiScope.DOCUMENTS_READ: [DOCUMENTS, f"{DOCUMENTS}/{invoice.id}", EXCEPTIONS],
        ApiScope.FINANCE_READ: ["/api/v1/statement", "/api/v1/vouchers?month=2026-02"],
        ApiScope.REGISTER_READ: ["/api/v1/register"],
    }
    for scope, own in paths.items():
        headers = bearing(a_client(system, scope, supplier="")[1])
        for path in (each for group in paths.values() for each in group):
            expected = 200 if path in own else 403
            assert portal.get(path, headers=headers).status_code == expected, (scope, path)
    suppliers = bearing(a_client(system, ApiScope.REPORT)[1])
    for path in (each for group in paths.values() for each in group):
        assert portal.get(path, headers=suppliers).status_code == 403
