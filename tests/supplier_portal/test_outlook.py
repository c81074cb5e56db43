"""What ended a placement, what may still come of its lines, which results wait, and which prices hold."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from foundation.periods import Period
from invoicing.portal_invoicing.scope import Scope
from orders.model import Interruption
from orders.placements import filing
from orders.placements import store as placement_store
from orders.register import store as register_store
from orders.register.shipped_services import first_service
from orders.register.unit_scope import UnitScope
from supplier_portal import outlook, price_lists
from supplier_portal.outlook import EndKind, LineOutlook, PlacementEnd, Still
from supplier_portal.queries import orders as order_queries
from supplier_portal.queries import planned_results
from supplier_portal.queries.planned_results import PlannedResult
from tests.support.pages.browser import portal, session_cookie, sign_in
from tests.support.servers.serving import NO_TLS
from tests.support.stories.bills import billed
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system, example_register, outcome

OURS = Scope(FYRBAKEN)
ALVA = Person("user-a", "Alva Lind", FYRBAKEN, frozenset({Permission.ASSIGN, Permission.REPORT}))
REFERENCE = "100000101"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def looked(
    system: System, on: date, reference: str = REFERENCE
) -> tuple[PlacementEnd, Sequence[LineOutlook]]:
    """The end of a placement and its lines, as its page asks for them."""
    placement = system.placement(reference)
    with system.database.reading() as session:
        newest = {
            month: held
            for month in {each.month for each in placement_store.reports(session, reference)}
            if (held := filing.standing_report(placement_store.reports(session, reference, month)))
        }
        found: list[LineOutlook] = []
        for order in system.orders(reference):
            lines = order_queries.lines_of(session, OURS, order.number)
            found += outlook.outlook(placement, order.article, order.number, lines, newest, today=on)
    return outlook.end_of(placement, first_service(), today=on), found


def stills(system: System, on: date) -> list[Still]:
    return [each.still for each in looked(system, on)[1]]


def planned(system: System, scope: Scope = OURS) -> list[PlannedResult]:
    with system.database.reading() as session:
        register = register_store.load(session)
        found = planned_results.listed(session, register, scope, limit=10)
        assert planned_results.count(session, scope) == len(found)
        assert planned_results.of_placement(session, register, scope, REFERENCE) == found
    return found


def test_each_month_goes_from_coming_to_reported_to_invoiced(system: System) -> None:
    system.decide(REFERENCE)
    first = [Still.COMING] * 6
    assert stills(system, date(2026, 1, 31)) == first
    assert stills(system, date(2026, 2, 1)) == [Still.REPORT, *first[1:]]
    system.file_report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    assert stills(system, date(2026, 2, 2)) == [Still.JUDGED, *first[1:]]
    system.approve(REFERENCE, "2026-01", on=date(2026, 2, 3))
    assert stills(system, date(2026, 2, 3)) == [Still.INVOICE, *first[1:]]
    wrong = billed(system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 4)), days="22")
    sent = system.send(wrong)
    assert stills(system, date(2026, 2, 4)) == [Still.CREDIT, *first[1:]]
    system.ask_credit(sent, on=date(2026, 2, 5))
    end, lines = looked(system, date(2026, 2, 5))
    assert lines[0].label.sv == "Kreditera först"
    assert (end.kind, end.last_day, end.has_come) == (EndKind.PERIOD, date(2026, 6, 30), False)


def test_an_interruption_cuts_its_month_and_closes_what_comes_after(system: System) -> None:
    system.decide(REFERENCE)
    system.interrupt(REFERENCE, on=date(2026, 3, 10), last_day=date(2026, 3, 17))
    end, lines = looked(system, date(2026, 3, 17))
    assert (end.kind, end.last_day, end.told_on, end.has_come) == (
        EndKind.INTERRUPTED,
        date(2026, 3, 17),
        date(2026, 3, 10),
        False,
    )
    assert "Avbrott för arbete" in end.sentence.sv
    assert lines[2].days == Period(date(2026, 3, 1), date(2026, 3, 17))
    assert [each.still for each in lines] == [Still.REPORT, Still.REPORT, Still.COMING, *[Still.NOTHING] * 3]
    assert looked(system, date(2026, 3, 18))[1][2].still is Still.REPORT


def test_why_somebody_was_interrupted_is_told_only_where_it_decides_what_may_be_earned(
    system: System,
) -> None:
    told = {}
    reasons = first_service().reason_codes
    for place, reason in enumerate(reasons):
        reference = f"10000011{place}"
        system.decide(reference)
        placement = system.placement(reference)
        held = Interruption(date(2026, 2, 2), date(2026, 2, 3), reason)
        told[reason] = outlook.end_of(
            replace(placement, interruption=held), first_service(), today=date(2026, 2, 3)
        ).sentence
    hidden = {told[each] for each in reasons if each not in ("WORK", "STUDIES", "PROVIDER_CHANGE")}
    assert len(hidden) == 1
    assert len(set(told.values())) == 4


def test_a_cancelled_placement_has_nothing_left(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 2, 1))
    system.must(
        "placement.cancelled",
        {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"},
        on=date(2026, 1, 20),
    )
    end, lines = looked(system, date(2026, 1, 21))
    assert end.kind is EndKind.CANCELLED
    assert {each.still for each in lines} == {Still.NOTHING}


@pytest.mark.both_engines
def test_a_result_that_waits_stands_with_its_day_and_is_gone_when_it_is_ordered(system: System) -> None:
    system.decide(REFERENCE)
    system.interrupt(REFERENCE, on=date(2026, 3, 13), last_day=date(2026, 3, 17))
    system.must("outcome.approved", outcome(REFERENCE, started_on=date(2026, 3, 18)), on=date(2026, 3, 20))
    waits = planned(system)
    assert [
        (each.name.sv, each.due_on, str(each.amount.amount) if each.amount else "") for each in waits
    ] == [
        ("Resultatersättning R1", date(2026, 6, 18), "15000.00"),
        ("Snabbhetspremie", date(2026, 6, 18), "2000.00"),
    ]
    assert "för arbete från 2026-03-18" in waits[0].sentence(date(2026, 3, 20)).sv
    # Nobody else's, and nothing of a unit one does not see.
    assert (
        planned(system, Scope(LARKDRILLEN))
        == planned(system, Scope(FYRBAKEN, UnitScope(frozenset({"UV-102"}))))
        == []
    )
    assert "hindrar ordern" in waits[0].sentence(date(2026, 6, 18)).sv
    system.report(REFERENCE, "2026-03", on=date(2026, 6, 18))
    assert planned(system) == []
    assert Still.INVOICE in stills(system, date(2026, 6, 18))


def test_the_list_that_holds_now_comes_first_and_each_day_of_a_contract_has_one_list() -> None:
    register = example_register()
    agreed = price_lists.agreed_with(register, FYRBAKEN, today=date(2026, 11, 1))
    assert agreed[0].now
    assert [each.now for each in agreed].count(True) == 1
    for each in agreed:
        for day in (each.first, each.last):
            assert register.price_list(each.contract.id, day) == each.prices
        assert {row.article.number for row in price_lists.articles(each)} == {
            article.number for article in each.prices.articles
        }
    assert price_lists.agreed_with(register, "5599990000", today=date(2026, 11, 1)) == []


def test_the_articles_can_be_fetched_as_rows_of_numbers(tmp_path: Path, any_page: Page) -> None:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        system.decide(REFERENCE)
        system.interrupt(REFERENCE, on=date(2026, 3, 13), last_day=date(2026, 3, 17))
        system.must(
            "outcome.approved", outcome(REFERENCE, started_on=date(2026, 3, 18)), on=date(2026, 3, 20)
        )
    page = any_page
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with portal(url, clock=lambda: datetime(2026, 4, 10, 9, tzinfo=UTC)) as site:
        with httpx.Client(base_url=site.address, trust_env=False, verify=NO_TLS) as client:
            client.cookies.set("billing-session", session_cookie(site, ALVA))
            rows = list(
                csv.DictReader(io.StringIO(client.get("/economy/prices/articles.csv?form=plain").text))
            )
            book = load_workbook(io.BytesIO(client.get("/economy/prices/articles.xlsx").content))
        of_c = {
            row["Artikelnummer"]: row
            for row in rows
            if row["Nivå"] == "C" and row["Prislista"] == "EXEMPEL-2026"
        }
        assert Decimal(of_c["166"]["Pris utan moms"]) == Decimal(95)
        assert (of_c["166"]["Mått"], of_c["167"]["Steg"], of_c["166"]["Momssats procent"]) == (
            "DAY",
            "R1",
            "25.00",
        )
        # An article whose amount is decided each time has a row too, without a price.
        assert [row["Pris utan moms"] for row in rows if row["Kod"] == "BESLUTAD"][:1] == [""]
        assert book.worksheets[0].max_row == len(rows) + 1

        sign_in(page, site, ALVA)
        page.goto(f"{site.address}/economy/prices")
        assert "R1 beställs 3 månader efter den dag" in page.locator("main").inner_text()
        page.goto(f"{site.address}/economy/results")
        assert "2026-06-18" in page.locator("table").inner_text()
        page.goto(f"{site.address}/placements/{REFERENCE}")
        told = page.locator("main").inner_text()
        assert "Avbrott för arbete, registrerat 2026-03-13. Sista ersatta dag är 2026-03-17." in told
        assert "Kommande ordrar" in told
