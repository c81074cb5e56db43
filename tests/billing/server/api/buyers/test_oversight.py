"""Oversight by the API: an auditor's program reads a period, and each read stands in the journal before its answer."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError

from accounts.api_clients import audit_period_store, clients
from accounts.api_clients.audit_periods import AuditPeriodRefused
from accounts.api_clients.model import ApiScope
from accounts.staff import staff_forms
from audit import case_archive
from billing.server.api.buyers import audit_api
from foundation import journal
from foundation.observability import request_ids
from foundation.periods import Period
from foundation.sql import Session
from invoicing.decisions import protected_store
from invoicing.journal_actions import AuditAction
from invoicing.model import SupplierInvoice
from tests.support.servers.api import TODAY, a_client, an_auditor, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

AUDIT = "/api/v1/audit"
INSIDE, BEFORE = "100000101", "100000102"
PERIOD = Period(date(2026, 1, 1), date(2026, 3, 31))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system) as client:
        yield client


@pytest.fixture
def invoice(system: System) -> SupplierInvoice:
    """A case that lies in the first quarter, billed."""
    system.decide(INSIDE, start=date(2026, 1, 1), on=date(2026, 1, 1))
    system.report(INSIDE, "2026-01", on=date(2026, 2, 2))
    return system.send_invoice(system.order(INSIDE).number, number="F-1", on=date(2026, 2, 3))


@pytest.fixture
def mine(system: System) -> dict[str, str]:
    return bearing(an_auditor(system, PERIOD.start, PERIOD.end)[1])


def reads(system: System) -> list[tuple[str, str, dict[str, str]]]:
    """What the journal says was read: by whom, of which case, and at which address."""
    with system.database.reading() as session:
        return [
            (str(row.actor), str(row.execution_reference), json.loads(str(row.detail)))
            for row in journal.rows(session)
            if row.action == AuditAction.READ
        ]


def addresses(invoice: SupplierInvoice) -> Iterator[str]:
    """Every address of oversight, about something that is there."""
    for route in audit_api.router.routes:
        assert isinstance(route, APIRoute)
        assert route.methods == {"GET"}, "oversight changes nothing"
        yield route.path.format(reference=INSIDE, number=invoice.id)


@pytest.mark.both_engines
def test_nothing_is_read_without_its_row_in_the_journal(
    system: System, portal: httpx.Client, mine: dict[str, str], invoice: SupplierInvoice
) -> None:
    paths = list(addresses(invoice))
    assert len(paths) == 7
    for many, path in enumerate(paths, 1):
        answer = portal.get(path, headers=mine)
        assert answer.status_code == 200, (path, answer.text)
        told = reads(system)
        assert len(told) == many, path
        actor, reference, detail = told[-1]
        assert (actor, detail["address"].startswith(f"GET {AUDIT}/")) == ("client-1", True)
        # Of a case or a document the row stands in the case's own chain.
        is_about_it = INSIDE in path or str(invoice.id) in path.split("/")
        assert reference == (INSIDE if is_about_it else ""), path
        assert detail[request_ids.DETAIL] == answer.headers["X-Request-Id"]
    assert [each[2].get("number") for each in reads(system)].count(str(invoice.id)) == 2


@pytest.mark.both_engines
def test_what_cannot_be_noted_is_not_read(
    system: System,
    portal: httpx.Client,
    mine: dict[str, str],
    invoice: SupplierInvoice,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The row stands before the answer: where it cannot be written, nothing is told."""

    def fails(*_: object, **__: object) -> None:
        raise OperationalError("insert into journal", {}, Exception("disk full"))

    monkeypatch.setattr(journal, "record", fails)
    for path in addresses(invoice):
        answer = portal.get(path, headers=mine)
        assert (answer.status_code, answer.json()["code"]) == (503, "BOOKS_AWAY"), path
    monkeypatch.undo()
    assert reads(system) == []


@pytest.mark.both_engines
def test_what_is_not_there_was_asked_for_all_the_same(
    system: System, portal: httpx.Client, mine: dict[str, str], invoice: SupplierInvoice
) -> None:
    for path in ("cases/191212121212", "documents/9999", "cases/nothing/case.zip"):
        answer = portal.get(f"{AUDIT}/{path}?reference=19121212-1212&supplier=x", headers=mine)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_THERE"), path
    told = reads(system)
    assert [reference for _, reference, _ in told] == ["", "", ""]
    # What somebody may have written into an address is kept nowhere.
    assert "1212" not in json.dumps(told)


@pytest.mark.both_engines
def test_what_lies_outside_the_period_does_not_exist(
    system: System, portal: httpx.Client, mine: dict[str, str], invoice: SupplierInvoice
) -> None:
    later = an_auditor(system, date(2026, 2, 3), date(2026, 2, 3))
    earlier = bearing(an_auditor(system, date(2025, 1, 1), date(2025, 12, 31))[1])
    on_the_day = bearing(later[1])
    path = f"{AUDIT}/documents/{invoice.id}"
    for headers, status in ((mine, 200), (on_the_day, 200), (earlier, 404)):
        assert portal.get(path, headers=headers).status_code == status
        assert portal.get(f"{path}/document.xml", headers=headers).status_code == status
    listed = f"{AUDIT}/documents?received_from=2020-01-01&received_to=2030-01-01"
    for headers, numbers in ((mine, ["F-1"]), (on_the_day, ["F-1"]), (earlier, [])):
        assert [each["number"] for each in portal.get(listed, headers=headers).json()["documents"]] == numbers
    assert portal.get(f"{AUDIT}/cases", headers=earlier).json()["cases"] == []
    assert portal.get(f"{AUDIT}/cases/{INSIDE}", headers=earlier).status_code == 404
    case = portal.get(f"{AUDIT}/cases/{INSIDE}", headers=on_the_day).json()
    # The order was placed before the period: it is told that the case reaches outside, and not what.
    assert (case["orders"], [each["number"] for each in case["documents"]]) == ([], ["F-1"])
    assert (case["is_within"], case["first_day"] < "2026-02-03") == (False, True)
    refused = portal.get(case["href_zip"], headers=on_the_day)
    assert (refused.status_code, refused.json()["code"]) == (409, "CASE_REACHES_OUTSIDE")
    assert portal.get(case["href_zip"], headers=earlier).status_code == 404


@pytest.mark.both_engines
def test_a_case_is_handed_out_whole_and_proves_itself(
    system: System, portal: httpx.Client, mine: dict[str, str], invoice: SupplierInvoice
) -> None:
    case = portal.get(f"{AUDIT}/cases/{INSIDE}", headers=mine).json()
    assert (case["is_within"], len(case["orders"])) == (True, 1)
    answer = portal.get(case["href_zip"], headers=mine)
    assert list(case_archive.verify(answer.content)) == []
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert f"documents/in/letter-{invoice.letter_id:06}.xml" in names
    with system.database.reading() as session:
        (row,) = [each for each in journal.rows(session) if each.action == AuditAction.EXPORTED]
    assert (row.actor, row.subject) == ("client-1", f"case {INSIDE}")


@pytest.mark.both_engines
def test_the_journal_is_read_in_its_order_and_within_the_period(
    system: System, portal: httpx.Client, invoice: SupplierInvoice
) -> None:
    day = CLOCK.date()
    now = bearing(an_auditor(system, day, day)[1])
    found: list[dict[str, Any]] = []
    path = f"{AUDIT}/journal?reference={INSIDE}&limit=2"
    while path:
        answer = portal.get(path, headers=now)
        assert answer.status_code == 200, answer.text
        found += answer.json()["rows"]
        path = answer.links.get("next", {}).get("url", "")
    actions = [each["action"] for each in found]
    assert "invoice.received" in actions
    assert [each["sequence"] for each in found] == sorted({each["sequence"] for each in found})
    one = portal.get(f"{AUDIT}/journal?action=invoice.received", headers=now).json()["rows"]
    assert [each["subject"] for each in one] == [f"invoice {invoice.id}"]
    long_ago = bearing(an_auditor(system, date(2020, 1, 1), date(2020, 12, 31))[1])
    for query in ("", "?since=2026-01-01&until=2026-12-31"):
        assert portal.get(f"{AUDIT}/journal{query}", headers=long_ago).json()["rows"] == []


@pytest.mark.both_engines
def test_what_is_handled_apart_is_not_handed_to_a_program(
    system: System, portal: httpx.Client, mine: dict[str, str], invoice: SupplierInvoice
) -> None:
    with system.database.writing() as session:
        protected_store.add(session, invoice.id, by="user-1", on=TODAY, reason="protected identity")
    assert portal.get(f"{AUDIT}/cases", headers=mine).json()["cases"] == []
    (told,) = portal.get(f"{AUDIT}/documents", headers=mine).json()["documents"]
    assert (told["number"], told["execution_reference"]) == (None, None)
    for path in (
        f"documents/{invoice.id}",
        f"documents/{invoice.id}/document.xml",
        f"cases/{INSIDE}/case.zip",
    ):
        assert portal.get(f"{AUDIT}/{path}", headers=mine).status_code == 404, path


def test_an_auditors_client_reads_and_does_nothing_else(system: System, portal: httpx.Client) -> None:
    mine = bearing(an_auditor(system, PERIOD.start, PERIOD.end)[1])
    for path in ("documents", "exceptions", "statement", "register", "events", "orders", "service-figures"):
        assert portal.get(f"/api/v1/{path}", headers=mine).status_code == 403, path
    others = bearing(a_client(system, ApiScope.DOCUMENTS_READ, ApiScope.FINANCE_READ, supplier="")[1])
    assert portal.get(f"{AUDIT}/cases", headers=others).status_code == 403
    assert reads(system) == []


def made(session: Session, *scopes: ApiScope, seen: Period | None, expires_on: date | None) -> int:
    return clients.make(
        session,
        "",
        "Revisionsbyrån",
        scopes=frozenset(scopes),
        expires_on=expires_on,
        seen=seen,
        by="user-1",
        at=CLOCK,
        today=TODAY,
    ).id


def test_an_auditors_client_has_a_period_and_a_last_day(system: System) -> None:
    until, audit = TODAY + timedelta(days=30), ApiScope.AUDIT_READ
    with system.database.writing() as session:
        for scopes, seen, expires_on, sentence in (
            ([audit], None, until, "period"),
            ([audit], PERIOD, None, "sista dag"),
            ([audit, ApiScope.EVENTS_READ], PERIOD, until, "inget annat"),
            ([ApiScope.EVENTS_READ], PERIOD, until, "Lämna perioden tom"),
        ):
            with pytest.raises(AuditPeriodRefused) as refused:
                made(session, *scopes, seen=seen, expires_on=expires_on)
            assert sentence in refused.value.text.sv
        number = made(session, audit, seen=PERIOD, expires_on=until)
        assert audit_period_store.of(session, number) == PERIOD
        told = [each for each in journal.rows(session) if each.subject == f"client {number}"]
    assert told == []  # written when the transaction ends
    content = staff_forms.client(name="Revisionsbyrån", scopes=[audit], expires_on=until, seen=PERIOD)
    assert (content["seen_from"], content["seen_to"]) == ("2026-01-01", "2026-03-31")
