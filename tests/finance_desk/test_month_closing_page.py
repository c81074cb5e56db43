"""The page where months close: the checklist, two people, and the accrual line by line before it is booked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.stories.system import a_system

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
SECOND = replace(STAFF, id="crawl-second")
MONTHS, END = "/finance/reconciliation/months", "/finance/reconciliation/month-end"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        with portal(database_url, clock=lambda: NOON, second_step=False) as served:
            yield served


def test_a_month_is_accrued_line_by_line_closed_by_two_and_opened_again(site: Site) -> None:
    with visitor(site, STAFF) as first, visitor(site, SECOND) as second:
        assert "Upplupet bokförs när månaden är slut" in first.get(f"{END}?month=2026-03").text
        early = first.post(END, {"month": "2026-03"})
        assert (early.status_code, "2026-03 är inte slut" in early.text) == (409, True)
        lines = first.get(f"{END}?month=2026-02").text
        assert "Mottaget, inte fakturerat" in lines
        assert "Levererat, inte redovisat" in lines
        rows = first.get("/finance/reconciliation/accrual.csv?month=2026-02").text.splitlines()
        assert [row.split(";")[9:11] for row in rows[1:]] == [
            ["2026-01", "RECEIVED"],
            ["2026-02", "UNREPORTED"],
        ]
        assert "Hindrar" in first.get(f"{MONTHS}?month=2026-02").text
        assert first.post(MONTHS, {"month": "2026-02", "reason": "Nu."}).status_code == 409
        first.follow(first.post(END, {"month": "2026-02"}))
        shown = first.follow(first.post(MONTHS, {"month": "2026-02", "reason": "Februari redovisas i mars."}))
        assert "En annan person stänger månaden." in shown
        assert "Februari redovisas i mars." in second.get(f"{MONTHS}?month=2026-02").text
        assert first.post(f"{MONTHS}/2026-02/close").status_code == 409
        assert "Inget mer bokförs" in second.follow(second.post(f"{MONTHS}/2026-02/close"))
        assert "tar inga fler verifikationer" in first.get(f"{END}?month=2026-01").text
        asked = first.post(f"{MONTHS}/2026-02/ask-reopen", {"reason": "En faktura till."})
        assert "Begärt." in first.follow(asked)
        assert "öppen igen" in second.follow(second.post(f"{MONTHS}/2026-02/reopen"))
        assert first.post(f"{MONTHS}/1999-01/close").status_code == 404
