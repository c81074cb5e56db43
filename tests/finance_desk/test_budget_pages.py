"""The pages of VAT to requisition, commitments and the forecast: the sums, what is behind them, and the files."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.support.pages import booking_pressed
from tests.support.pages.all_routes import STAFF
from tests.support.pages.browser import Site, portal
from tests.support.pages.visitor import visitor
from tests.support.stories.system import a_system

NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)
VAT, COMMITMENTS = "/finance/reconciliation/vat-compensation", "/finance/reconciliation/commitments"
FORECAST = "/finance/reconciliation/forecast"
BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_system(database_url) as system:
        system.decide("100000101")
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
        with portal(database_url, clock=lambda: NOON, second_step=False) as served:
            yield served


def test_a_month_of_vat_leads_to_the_vouchers_behind_it(site: Site) -> None:
    with visitor(site, STAFF) as person:
        before = person.get(f"{VAT}?month=2026-02").text
        assert "Inte bokförd än" in before
        booking_pressed.confirmed(person, booking_pressed.LEDGER)
        page = person.get(f"{VAT}?month=2026-02").text
        assert "Stämmer med momskontot" in page
        assert "Preliminär" in page
        assert "1 verifikation har inget svar" in page
        assert f"{VAT}/vouchers?month=2026-02&amp;appropriation=&amp;counterparty=" in page
        behind = person.get(f"{VAT}/vouchers?month=2026-02&appropriation=&counterparty=").text
        assert "Faktura F-1 5599991014" in behind
        assert f"475,00{BREAK}kr" in behind
        assert "sådan moms" in person.get(f"{VAT}/vouchers?month=2026-02&appropriation=1:9").text
        (heading, row) = person.get(f"{VAT}.csv?month=2026-02").content.decode("utf-8-sig").splitlines()
        assert heading.split(";")[-3:] == ["standing", "vat", "currency"]
        assert row.split(";")[-3:] == ["INCLUDED", "475,00", "SEK"]
        sheet = load_workbook(BytesIO(person.get(f"{VAT}.xlsx?month=2026-02").content)).active
        assert sheet is not None
        assert [cell.value for cell in sheet[2]][-2:] == [475, "SEK"]
        assert person.get(f"{VAT}.pdf?month=2026-02").status_code == 404
        assert person.get(f"{VAT}?month=februari").status_code == 409


def test_commitments_are_shown_by_what_is_asked_and_of_any_day(site: Site) -> None:
    with visitor(site, STAFF) as person:
        page = person.get(COMMITMENTS).text
        assert "Konteringsreglerna säger inget om detta" in page
        assert f"9{BREAK}785,00" in page
        by_unit = person.get(f"{COMMITMENTS}?by=unit&as_of=2026-02-02").text
        assert "UV-101" in by_unit
        assert "Så som det stod 2026-02-02." in by_unit
        (_, row) = person.get(f"{COMMITMENTS}.csv?as_of=2026-02-20").content.decode("utf-8-sig").splitlines()
        assert row == ";LO-NORD;UV-101;11685,00;0,00;1900,00;0,00;9785,00;0,00;SEK"
        # Nothing is known of tomorrow.
        assert "Så som det stod 2026-02-20." in person.get(f"{COMMITMENTS}?as_of=2027-01-01").text
        assert person.get(f"{COMMITMENTS}?as_of=i+dag").status_code == 409
        assert person.get(f"{COMMITMENTS}.json").status_code == 404


def test_the_forecast_says_what_it_assumes_and_tries_other_shares(site: Site) -> None:
    with visitor(site, STAFF) as person:
        page = person.get(FORECAST).text
        assert "räknas 100 procent" in page
        assert f"2{BREAK}090,00" in page
        half = person.get(f"{FORECAST}?delivered=50&ahead=6&by=delivery_area").text
        assert "räknas 50 procent" in half
        assert f"1{BREAK}045,00" in half
        rows = person.get(f"{FORECAST}.csv?delivered=50").content.decode("utf-8-sig").splitlines()
        assert [row.split(";")[3:6] for row in rows[1:4]] == [
            ["2026-01", "1900,00", "0,00"],
            ["2026-02", "0,00", "950,00"],
            ["2026-03", "0,00", "1045,00"],
        ]
        for wrong in ("101", "-1", "5.5", "många", "٥"):
            assert person.get(f"{FORECAST}?planned={wrong}").status_code == 409
        assert person.get(f"{FORECAST}.pdf").status_code == 404
