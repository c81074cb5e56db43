"""The page of payment stops, and the reason on every page that lists what is stopped."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.stories.system import FYRBAKEN, a_system

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
SECOND = replace(STAFF, id="crawl-second")
REASON = "Betalningsstopp: utmätning."


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
        with portal(database_url, clock=lambda: NOON, second_step=False) as served:
            yield served


def test_a_stop_is_made_and_lifted_by_two_people_and_shown_wherever_its_payable_is(site: Site) -> None:
    with visitor(site, STAFF) as first, visitor(site, SECOND) as second:
        asked = first.post("/finance/payments/stops", {"supplier": FYRBAKEN, "reason": "ATTACHMENT"})
        shown = first.follow(asked)
        assert "gäller nu" in shown
        assert "Bekräfta" not in shown
        assert "Bekräfta" in second.get("/finance/payments/stops").text
        for page in (
            "/finance/payments",
            "/finance/reconciliation",
            "/finance/reconciliation/case/100000101",
            "/finance/documents/1",
        ):
            assert REASON in first.get(page).text, page
        assert first.post("/finance/payments/stops/1/confirm").status_code == 409
        assert "bekräftat" in second.follow(second.post("/finance/payments/stops/1/confirm"))
        second.follow(second.post("/finance/payments/stops/1/ask-lift"))
        assert "hävt" in first.follow(first.post("/finance/payments/stops/1/lift"))
        assert REASON not in first.get("/finance/payments").text
        assert first.post("/finance/payments/stops/999999/confirm").status_code == 404


def test_a_reason_that_is_none_of_the_three_is_refused(site: Site) -> None:
    with visitor(site, STAFF) as first:
        answer = first.post("/finance/payments/stops", {"supplier": FYRBAKEN, "reason": "ANGER"})
        assert answer.status_code == 409
        assert "Välj varför" in answer.text


def test_nobody_is_stopped_where_no_supplier_is_chosen(site: Site) -> None:
    with visitor(site, STAFF) as first:
        answer = first.post("/finance/payments/stops", {"supplier": "", "reason": "DISPUTE"})
        assert answer.status_code == 409
        assert "Välj vilken leverantör" in answer.text
