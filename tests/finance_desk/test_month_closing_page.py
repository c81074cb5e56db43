"""The page where months close: the checklist, two people, and the accrual line by line before it is booked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from billing.server.background import background_work
from bookkeeping import closing_checklist
from foundation.periods import Month
from operations.background import asking
from operations.settings import Settings
from tests.support.pages import booking_pressed
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import text_of, visitor
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
        assert (early.status_code, "Månaden mars 2026 är inte slut" in early.text) == (409, True)
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
        booking_pressed.confirmed(first, f"{booking_pressed.ACCRUAL}?month=2026-02")
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


def test_a_reason_longer_than_is_kept_is_refused_and_never_cut(site: Site) -> None:
    with visitor(site, STAFF) as first:
        booking_pressed.confirmed(first, f"{booking_pressed.ACCRUAL}?month=2026-02")
        for signs, status in ((501, 409), (2_001, 422)):
            told = first.post(MONTHS, {"month": "2026-02", "reason": "f" * signs})
            assert told.status_code == status
            assert f"den har {signs} tecken" in text_of(told)
        assert "En annan person stänger månaden." not in first.get(f"{MONTHS}?month=2026-02").text
        whole = "f" * 500
        assert whole in first.follow(first.post(MONTHS, {"month": "2026-02", "reason": whole}))


def test_a_large_month_is_closed_behind_the_page_and_its_page_tells_what_came_of_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LARGE", 0)
    with visitor(site, STAFF) as first, visitor(site, SECOND) as second:
        booking_pressed.confirmed(first, f"{booking_pressed.ACCRUAL}?month=2026-02")
        first.post(MONTHS, {"month": "2026-02", "reason": "Februari redovisas i mars."})
        assert first.post(f"{MONTHS}/2026-02/close").status_code == 409, "who proposed it does not close it"
        pressed = second.post(f"{MONTHS}/2026-02/close").headers["location"]
        going = text_of(second.get(pressed))
        assert ("Stängning av en månad" in going, "0 av 11 rader" in going) == (True, True)
        assert second.post(f"{MONTHS}/2026-02/close").status_code == 409, "one piece of work at a time"
        assert "En annan person stänger månaden." in text_of(first.get(f"{MONTHS}?month=2026-02"))
        told: list[tuple[int, int]] = []
        background_work.run_one(
            site.database, Settings(), tell=lambda done, total: told.append((done, total))
        )
        assert told == [(2, 11), (3, 11), (7, 11), (10, 11), (11, 11)]
        done = text_of(second.get(pressed))
        assert "Månaden februari 2026 är stängd. Inget mer bokförs i den." in done
        assert "tar inga fler verifikationer" in first.get(f"{END}?month=2026-01").text


def test_what_comes_up_while_a_large_month_waits_to_be_closed_stops_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LARGE", 0)
    with visitor(site, STAFF) as first, visitor(site, SECOND) as second:
        booking_pressed.confirmed(first, f"{booking_pressed.ACCRUAL}?month=2026-02")
        first.post(MONTHS, {"month": "2026-02", "reason": "Februari redovisas i mars."})
        pressed = second.post(f"{MONTHS}/2026-02/close").headers["location"]
        first.post(f"{MONTHS}/2026-02/refuse")
        background_work.run_one(site.database, Settings())
        assert "Se dem med billing ledger months" in text_of(second.get(pressed))
        with site.database.reading() as session:
            assert not closing_checklist.is_closed(session, Month(2026, 2))
