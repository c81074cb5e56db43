"""Finance sees which reports wait for the buyer, for how long, and which invoices wait with them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.identity import Permission
from tests.browser.test_desk_pages import Clock, Office
from tests.operations.test_waiting_reports import two_filed
from tests.support.pages.browser import portal
from tests.support.stories.january import REFERENCE, received_january


@pytest.fixture
def office(tmp_path: Path, any_page: Page) -> Iterator[Office]:
    url, clock = f"sqlite:///{tmp_path / 'billing.sqlite'}", Clock(datetime(2026, 3, 20, 8, tzinfo=UTC))
    with received_january(url) as system, portal(url, business_clock=clock) as site:
        two_filed(system)
        yield Office(system, site, any_page, clock)


def test_waiting_reports_stand_in_the_queue_by_age_and_go_when_they_are_decided(office: Office) -> None:
    office.sit("ekonom", Permission.FINANCE)
    office.go("/finance")
    office.page.get_by_role("link", name="Väntar på handläggare").click()
    assert office.h1() == "Ekonomi: redovisningar som väntar"
    oldest, newest = (row.inner_text() for row in office.page.get_by_role("row").all()[1:])
    assert "februari 2026" in oldest
    assert REFERENCE in oldest
    assert "18" in oldest
    assert "1 faktura, 2\N{NO-BREAK SPACE}375,00" in oldest
    assert "mars 2026" in newest
    office.sound()
    office.page.get_by_role("link", name="1 faktura").click()
    assert "F-2" in office.page.locator("table.queue").inner_text()
    office.system.approve(REFERENCE, "2026-02", on=date(2026, 3, 20))
    office.system.approve(REFERENCE, "2026-03", on=date(2026, 4, 1))
    office.go("/finance?part=reports")
    assert "Ingen redovisning väntar på beslut" in office.page.locator("main").inner_text()
