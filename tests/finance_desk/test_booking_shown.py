"""Finance sees what a booking will write, how many vouchers and which sums, before it is written (fault 26)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from bookkeeping import voucher_store
from foundation.periods import Month
from tests.support.pages import booking_pressed
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.system import System, a_system

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
LEDGER, ACCRUAL, END = booking_pressed.LEDGER, booking_pressed.ACCRUAL, "/finance/reconciliation/month-end"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as made:
        made.decide("100000101")
        made.report("100000101", "2026-01", on=date(2026, 2, 2))
        made.send_invoice(made.order("100000101").number, number="F-1", on=date(2026, 2, 3))
        yield made


@pytest.fixture
def site(system: System, database_url: str) -> Iterator[Site]:
    with portal(database_url, clock=lambda: NOON, second_step=False) as served:
        yield served


def is_booked(site: Site) -> bool:
    with site.database.reading() as session:
        return voucher_store.runs_of(session, NOON.date()) > 0


def test_the_file_is_written_only_after_its_vouchers_and_sums_were_shown(site: Site) -> None:
    with visitor(site, STAFF) as person:
        assert f'href="{LEDGER}"' in person.get(END).text
        shown = text_of(person.get(LEDGER))
        assert "Godkända fakturor" in shown
        assert "2 375,00 kr" in shown
        assert "Bokför 1 verifikation" in shown
        assert not is_booked(site)
        assert "1 verifikation är skriven" in booking_pressed.confirmed(person, LEDGER)
        assert is_booked(site)
        assert "Inget nytt har hänt" in person.get(LEDGER).text


def test_what_was_not_shown_is_not_booked(system: System, site: Site) -> None:
    with visitor(site, STAFF) as person:
        unseen = person.post(LEDGER, {"shown": "0" * 64})
        assert unseen.status_code == 409
        assert "ändrats sedan det visades" in unseen.text
        assert person.post(LEDGER).status_code == 409
        assert person.post(END, {"month": "2026-02"}).status_code == 409
        assert not is_booked(site)


def test_an_accrual_shows_its_two_vouchers_first(site: Site) -> None:
    with visitor(site, STAFF) as person:
        shown = text_of(person.get(f"{ACCRUAL}?month=2026-02"))
        assert "Upplupna kostnader" in shown
        assert "Återföring" in shown
        assert "Bokför 2 verifikationer" in shown
        with site.database.reading() as session:
            assert not voucher_store.is_accrued(session, Month(2026, 2))
        assert "Upplupet för februari 2026 är bokfört" in booking_pressed.confirmed(
            person, f"{ACCRUAL}?month=2026-02"
        )
