"""Finance sees what has come to the operator and cannot be fetched, and that collecting fails; each with a way out."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.identity import Permission
from peppol.access_points.protocol import AccessPointError, ArrivalLeft, Unreachable
from peppol.exchange.receiving import Collector
from tests.browser.test_desk_pages import Clock, Office
from tests.peppol.exchange.test_collecting_trouble import Mailbox
from tests.support.pages.browser import portal
from tests.support.stories.january import received_january


@pytest.fixture
def office(tmp_path: Path, any_page: Page) -> Iterator[Office]:
    url, clock = f"sqlite:///{tmp_path / 'billing.sqlite'}", Clock(datetime(2026, 3, 20, 8, tzinfo=UTC))
    with received_january(url) as system, portal(url, business_clock=clock) as site:
        yield Office(system, site, any_page, clock)


def collect(office: Office, point: Mailbox) -> None:
    database = office.system.database
    with suppress(AccessPointError):
        Collector(
            database.writing, point, database.clock, lambda: datetime(2026, 3, 20, tzinfo=UTC).date()
        ).collect()


def test_what_cannot_be_fetched_stands_with_its_reason_and_two_ways_out(office: Office) -> None:
    left = ArrivalLeft("EACCES", code="MAY_NOT", host="sftp.operator.example")
    point = Mailbox(
        inbox={"faktura-1.xml": b"1", "faktura-2.xml": b"2"},
        bad=dict.fromkeys(("faktura-1.xml", "faktura-2.xml"), left),
    )
    collect(office, point)
    office.sit("ekonom", Permission.FINANCE)
    office.go("/finance?part=letters")
    main = office.page.locator("main").inner_text()
    assert "Vi saknar rättigheter till filen eller mappen hos sftp.operator.example (EACCES)" in main
    office.sound()
    office.page.get_by_role("button", name="Lämna det där faktura-1.xml").click()
    assert "Det lämnas där det ligger." in office.page.locator("body").inner_text()
    assert "faktura-1.xml" not in office.page.locator("table.data").first.inner_text()
    office.page.get_by_role("button", name="Hämta igen faktura-2.xml").click()
    assert "Det försöks vid nästa hämtning." in office.page.locator("body").inner_text()
    point.bad.clear()
    collect(office, point)
    office.go("/finance?part=letters")
    assert "Kommet men inte hämtat" not in office.page.locator("main").inner_text()
    # An auditor reads and presses nothing.
    collect(office, Mailbox(name="other", inbox={"c.xml": b"3"}, bad={"c.xml": left}))
    office.sit("revisor", Permission.AUDIT)
    office.go("/finance?part=letters")
    assert "c.xml" in office.page.locator("main").inner_text()
    assert office.page.get_by_role("button", name="Lämna det där").count() == 0


def test_collecting_that_fails_is_told_where_the_messages_are(office: Office) -> None:
    point = Mailbox()
    collect(office, point)
    point.refuses = Unreachable("SSH userauth", code="KEY_REFUSED", host="sftp.operator.example")
    for _ in range(3):
        collect(office, point)
    office.sit("ekonom", Permission.FINANCE)
    office.go("/finance/post")
    main = office.page.locator("main").inner_text()
    assert "Det går inte att hämta från accesspunkten faulty" in main
    assert "sftp.operator.example känner inte vår nyckel" in main
    assert "Hämtat från faulty senast" in main
    office.sound()
