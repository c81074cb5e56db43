"""The buyer reads what suppliers object to in orders, by Peppol and from the portal, and answers each."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from invoicing.responses import store as response_store
from orders.model import LineState
from orders.objections import store as objection_store
from orders.objections.model import ObjectionState
from peppol.xml import codec
from tests.browser.test_desk_pages import Clock, Office
from tests.support.pages.browser import portal, sign_in
from tests.support.stories.peers import answered_line, order_response
from tests.support.stories.system import TALLKOTTEN, a_system

DAY = date(2026, 2, 3)
SUPPLIER = Person("user-t", "Tove Tall", TALLKOTTEN, frozenset({Permission.REPORT}))


@pytest.fixture
def office(tmp_path: Path, any_page: Page) -> Iterator[Office]:
    url, clock = f"sqlite:///{tmp_path / 'billing.sqlite'}", Clock()
    with a_system(url) as system, portal(url, business_clock=clock) as site:
        yield Office(system, site, any_page, clock)


def test_an_order_response_is_read_and_answered(office: Office) -> None:
    system = office.system
    system.decide("100000101")
    number = system.order("100000101").number
    lines = (answered_line("001", "5"), answered_line("002", "7", "Ingen plats i februari"))
    system.post(codec.serialise(order_response(number, "CA", on=DAY, lines=lines)), on=DAY)
    system.read_messages(on=DAY)
    person = office.sit("ekonom", Permission.FINANCE)
    office.go("/finance/objections")
    row = office.page.get_by_role("row").filter(has_text=number)
    assert "avvisar, utan skäl i kod" in row.inner_text()
    office.sound()
    row.get_by_role("link").first.click()
    assert "Ingen plats i februari" in office.page.locator("main").inner_text()
    office.sound()
    office.page.get_by_label("Ordern följer beslutet").check()
    office.page.get_by_role("button", name="Lämna svaret").click()
    office.page.get_by_text("Svaret är lämnat").wait_for()
    with system.database.reading() as session:
        (kept,) = response_store.about_order(session, number)
    assert kept.looked_at_by == person.id


def test_an_order_in_the_portal_is_objected_to_answered_and_the_answer_read(office: Office) -> None:
    system, page = office.system, office.page
    system.decide("100000103", supplier=TALLKOTTEN)
    number = system.order("100000103").number
    sign_in(page, office.site, SUPPLIER)
    office.go(f"/orders/{number}")
    page.get_by_text("Invänd mot ordern").click()
    page.get_by_role("button", name="Lämna invändningen").click()
    assert "Välj vad som är fel" in page.locator("#error-summary").inner_text()
    office.sound()
    page.select_option("#reason-002", label="Priset stämmer inte med avtalet")
    page.locator("#expected-002").fill("96,50")
    page.get_by_role("button", name="Lämna invändningen").click()
    assert "Invändningen är lämnad" in page.get_by_role("status").inner_text()
    assert "Väntar på svar" in page.locator("#objection").inner_text()
    office.sound()
    page.context.clear_cookies()
    office.sit("handlaggare", Permission.OFFICER)
    office.go("/finance/objections")
    page.get_by_role("link", name=number).click()
    assert "rätt värde: 96,50" in page.locator("main").inner_text().replace("96,5)", "96,50)")
    page.get_by_label("Ordern var fel").first.check()
    page.get_by_role("button", name="Lämna svaret").click()
    page.get_by_text("rader är återkallade").wait_for()
    assert system.line(number, "002").state is LineState.CANCELLED
    page.context.clear_cookies()
    sign_in(page, office.site, SUPPLIER)
    office.go(f"/orders/{number}")
    told = page.locator("#objection").inner_text()
    assert "Återkallad" in told
    assert "Ordern var fel" in told
    with system.database.reading() as session:
        assert objection_store.of_order(session, number)[0].state is ObjectionState.CANCELLED
