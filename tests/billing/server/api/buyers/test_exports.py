"""A supplier's full export: asked for, made behind the page, and all that is its own and nobody else's."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from accounts.api_clients.model import ApiScope
from billing.server.background import background_work
from foundation import journal
from invoicing.decisions import protected_store
from invoicing.model import SupplierInvoice
from operations.background import asking
from operations.settings import Settings
from operations.supplier_exports import export_store, exporting
from operations.supplier_exports.export_store import ExportState
from orders.register.unit_scope import UnitScope
from tests.support.servers.api import TODAY, a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

EXPORTS = "/api/v1/exports"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


def billed(system: System, reference: str, supplier: str) -> SupplierInvoice:
    system.decide(reference, supplier=supplier)
    system.report(reference, "2026-01", on=date(2026, 2, 2))
    number = system.order(reference).number
    return system.send_invoice(number, number=f"F-{reference}", on=date(2026, 2, 3))


def asked(portal: httpx.Client, mine: dict[str, str], key: str = "1") -> httpx.Response:
    return portal.post(EXPORTS, headers={**mine, "Idempotency-Key": key})


def worked(system: System) -> None:
    """The worker takes its turn."""
    while background_work.run_one(system.database, Settings()) is not None:
        pass


def fetched(portal: httpx.Client, mine: dict[str, str], told: dict[str, Any]) -> zipfile.ZipFile:
    """The file, whose every hash is held against its manifest."""
    answer = portal.get(told["href_zip"], headers=mine)
    assert answer.status_code == 200, answer.text
    assert hashlib.sha256(answer.content).hexdigest() == told["sha256"]
    assert (len(answer.content), answer.headers["ETag"]) == (told["size"], f'"{told["sha256"]}"')
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    manifest = json.loads(archive.read("manifest.json"))
    assert {each["name"] for each in manifest["files"]} == {*archive.namelist()} - {"manifest.json"}
    for each in manifest["files"]:
        body = archive.read(each["name"])
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (each["sha256"], each["size"])
    return archive


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(f"{name}.jsonl").splitlines()]


@pytest.mark.both_engines
def test_a_supplier_has_all_that_is_its_own_and_nothing_of_anothers(
    system: System, portal: httpx.Client
) -> None:
    own, others = billed(system, "100000101", FYRBAKEN), billed(system, "100000102", LARKDRILLEN)
    system.pay(on=own.pays_on)
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    first = asked(portal, mine)
    assert (first.status_code, first.json()["state"]) == (202, "WAITING"), first.text
    # The same request again has the same answer; another one waits for the first.
    assert asked(portal, mine).content == first.content
    again = asked(portal, mine, "2")
    assert (again.status_code, again.json()["code"]) == (409, "EXPORT_ON_ITS_WAY")
    worked(system)
    told = portal.get(first.json()["href"], headers=mine).json()
    assert (told["state"], told["kept_until"]) == ("READY", str(TODAY + timedelta(days=7)))
    archive = fetched(portal, mine, told)
    order, foreign = system.order("100000101"), system.order("100000102")
    assert [each["number"] for each in rows(archive, "orders")] == [order.number]
    (document,) = rows(archive, "documents")
    assert (document["id"], document["state"]) == (own.id, "PAID")
    assert [each["document"] for each in rows(archive, "payments")] == [own.id]
    assert [each["order"] for each in rows(archive, "receipts")] == [order.number]
    assert [each["month"] for each in rows(archive, "reports")] == ["2026-01"]
    told_rows = rows(archive, "journal")
    assert {"invoice.received", "invoice.paid"} <= {each["action"] for each in told_rows}
    assert {each["by"] for each in told_rows} <= {"buyer", "system"}
    with io.TextIOWrapper(archive.open("invoices.csv"), "utf-8-sig") as file:
        assert [each[0] for each in csv.reader(file)][1:] == [own.number]
    assert b"<Order" in archive.read(f"orders/{order.number}.xml")
    assert b"<Invoice" in archive.read(f"documents/{own.id}.xml")
    whole = b"".join(archive.read(each) for each in archive.namelist())
    for secret in (
        "100000102",
        foreign.number,
        others.number,
        LARKDRILLEN,
        "attester-1",
        "officer-1",
        "user-17",
    ):
        assert secret.encode() not in whole, secret
    theirs = bearing(a_client(system, ApiScope.VIEW, supplier=LARKDRILLEN)[1])
    for path in (told["href"], told["href_zip"]):
        assert portal.get(path, headers=theirs).status_code == 404
    assert portal.get(EXPORTS, headers=theirs).json() == {"exports": []}


@pytest.mark.both_engines
def test_what_is_handled_apart_is_left_out_by_name(system: System, portal: httpx.Client) -> None:
    invoice = billed(system, "100000101", FYRBAKEN)
    with system.database.writing() as session:
        protected_store.add(session, invoice.id, by="user-1", on=TODAY, reason="protected identity")
    mine = bearing(a_client(system, ApiScope.REPORT)[1])
    told = asked(portal, mine).json()
    worked(system)
    archive = fetched(portal, mine, portal.get(told["href"], headers=mine).json())
    left_out = json.loads(archive.read("manifest.json"))["left_out"]
    assert [each["name"] for each in left_out] == [f"documents/{invoice.id}.xml"]
    assert left_out[0]["why_sv"] != left_out[0]["why_en"]
    assert f"documents/{invoice.id}.xml" not in archive.namelist()
    assert rows(archive, "documents") == []


@pytest.mark.both_engines
def test_an_export_is_kept_for_a_week_and_the_newest_alone(system: System, portal: httpx.Client) -> None:
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    first = asked(portal, mine).json()
    assert portal.get(f"{first['href']}/export.zip", headers=mine).status_code == 404
    worked(system)
    second = asked(portal, mine, "2").json()
    worked(system)
    states = [each["state"] for each in portal.get(EXPORTS, headers=mine).json()["exports"]]
    assert states == ["READY", "REMOVED"]
    with system.database.writing() as session:
        assert exporting.sweep(session, today=TODAY + timedelta(days=7)) == (0, 0)
        assert exporting.sweep(session, today=TODAY + timedelta(days=8)) == (1, 0)
        assert list(export_store.pieces(session, second["id"])) == []
    assert portal.get(f"{second['href']}/export.zip", headers=mine).status_code == 404
    with system.database.reading() as session:
        actions = [row.action for row in journal.rows(session)]
    assert actions.count("supplier_data.asked") == actions.count("supplier_data.made") == 2


@pytest.mark.both_engines
def test_one_whose_making_is_stopped_has_failed_and_another_can_be_asked_for(
    system: System, portal: httpx.Client
) -> None:
    mine = bearing(a_client(system, ApiScope.VIEW)[1])
    told = asked(portal, mine).json()
    with system.database.writing() as session:
        export = export_store.of_supplier(session, FYRBAKEN, told["id"])
        asking.stop(session, export.task_id, by="operator", now=CLOCK)
        assert exporting.sweep(session, today=TODAY) == (0, 1)
        assert export_store.of_supplier(session, FYRBAKEN, told["id"]).state is ExportState.FAILED
    assert asked(portal, mine, "2").status_code == 202


def test_who_sees_some_units_only_has_not_all_to_take_out(system: System, portal: httpx.Client) -> None:
    some = UnitScope(frozenset({"UV-101"}))
    mine = bearing(a_client(system, ApiScope.VIEW, within=some)[1])
    for answer in (asked(portal, mine), portal.get(EXPORTS, headers=mine)):
        assert (answer.status_code, answer.json()["code"]) == (403, "EXPORT_OF_ALL_ONLY")
    assigns = bearing(a_client(system, ApiScope.ASSIGN)[1])
    assert asked(portal, assigns).status_code == 403
