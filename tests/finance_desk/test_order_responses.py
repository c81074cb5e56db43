"""Finance sees a refused order on the post page, reads what the supplier says, and notes that it is dealt with."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.identity import Permission
from invoicing.responses import store as response_store
from peppol.xml import codec
from tests.browser.test_desk_pages import Clock, Office
from tests.support.pages.browser import portal
from tests.support.stories.peers import answered_line, order_response
from tests.support.stories.system import a_system

DAY = date(2026, 2, 3)


@pytest.fixture
def office(tmp_path: Path, any_page: Page) -> Iterator[Office]:
    url, clock = f"sqlite:///{tmp_path / 'billing.sqlite'}", Clock()
    with a_system(url) as system, portal(url, business_clock=clock) as site:
        yield Office(system, site, any_page, clock)


def test_a_changed_order_line_is_read_and_noted_as_dealt_with(office: Office) -> None:
    system = office.system
    system.decide("100000101")
    number = system.order("100000101").number
    lines = (answered_line("001", "5"), answered_line("002", "7", "Ingen plats i februari"))
    system.post(codec.serialise(order_response(number, "CA", on=DAY, lines=lines)), on=DAY)
    system.read_messages(on=DAY)
    person = office.sit("ekonom", Permission.FINANCE)
    office.go("/finance/post")
    row = office.page.get_by_role("row").filter(has_text="Ingen plats i februari")
    assert f"godtar order {number} med ändringar" in row.inner_text()
    office.sound()
    row.get_by_role("button").click()
    # The page that answers is waited for: its content is empty for a moment after the press.
    office.page.get_by_text("Svaret är sett").wait_for()
    assert "Ingen plats" not in office.page.locator("body").inner_text()
    with system.database.reading() as session:
        (kept,) = response_store.about_order(session, number)
    assert kept.looked_at_by == person.id
