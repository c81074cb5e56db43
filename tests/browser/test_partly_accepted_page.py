"""A supplier meets an invoice that is accepted in part, and credits what is asked for with one press."""

from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Page

from accounts.identity import Permission, Person
from invoicing.model import InvoiceState
from invoicing.portal_invoicing.release_due import release_due
from invoicing.verdicts import accepting_in_part
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from tests.support.pages.browser import portal, sign_in
from tests.support.stories.bills import billed, together
from tests.support.stories.system import FYRBAKEN, System, a_system, example_register

REFERENCES = ("100000101", "100000102")
CAME = date(2026, 2, 3)
ALVA = Person("user-a", "Alva Lind", FYRBAKEN, frozenset({Permission.REPORT}))
BO = Person(
    "user-b", "Bo Ek", FYRBAKEN, frozenset({Permission.REPORT}), within=UnitScope(frozenset({"UV-101"}))
)
NORTHERN = {
    "id": "UV-102",
    "name": "Norra",
    "address": {"street": "G 2", "postal_code": "111 11", "city": "Orten"},
}


def two_units_one_short(system: System) -> int:
    """An invoice over an order of each unit, one day too many on the second, accepted in part."""
    first_day, (here, there) = date(2026, 1, 1), REFERENCES
    system.decide(here, start=first_day, decided_on=first_day)
    system.decide(there, start=first_day, decided_on=first_day, unit=NORTHERN)
    for reference in REFERENCES:
        system.report(reference, "2026-01", on=date(2026, 2, 2))
    system.change_register(example_register(several_orders=True, several_lines=True, partial_acceptance=True))
    first, second = (
        system.flip(system.order(each).number, "001", number="F-0", on=CAME) for each in REFERENCES
    )
    invoice = system.send(together(first, billed(second, days="21"), number="F-1"))
    with system.database.writing() as session:
        register = register_store.load(session)
        accepting_in_part.accept_in_part(
            session, register, invoice, by="officer-1", today=CAME, before_receipt=True
        )
    return invoice.id


def words(page: Page) -> str:
    return page.locator("main").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def test_what_is_accepted_what_to_credit_and_by_when_and_one_press_credits_it(
    tmp_path: Path, any_page: Page
) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    now = datetime(2026, 2, 4, 9, tzinfo=UTC)
    page = any_page
    with a_system(url) as system, portal(url, clock=lambda: now) as site:
        number = two_units_one_short(system)
        sign_in(page, site, BO)
        assert "F-1" not in _opened(page, f"{site.address}/invoices")
        sign_in(page, site, ALVA)
        assert "Delvis godkänd" in _opened(page, f"{site.address}/invoices?standing=to-do")
        assert "Delvis godkänd" in _opened(page, f"{site.address}/")
        said = _opened(page, f"{site.address}/invoices/{number}")
        assert "Delvis godkänd: kreditera 118,75 kr senast" in said
        assert "Köparen har godkänt 4 750,00 kr av 4 868,75 kr." in said
        assert f"{system.order(REFERENCES[1]).number}/001" in said
        assert "hela fakturan" not in said
        assert "precis det som köparen väntar på" in _opened(
            page, f"{site.address}/invoices/{number}/correct"
        )
        page.goto(f"{site.address}/invoices/{number}")
        page.get_by_role("button", name="Kreditera", exact=True).click()
        assert "118,75" in words(page)
        assert release_due(system.database, datetime(2026, 2, 4, 10, tzinfo=UTC)) == 1
        system.read_messages(on=date(2026, 2, 4))
        assert system.invoice(number).state is InvoiceState.ACCEPTED
        release_due(system.database, datetime(2026, 2, 4, 11, tzinfo=UTC))
        said = _opened(page, f"{site.address}/invoices/{number}")
        assert "4 750,00 kr är kvar att betala; 118,75 kr är krediterat." in said
        assert "En del är krediterad med" in said
        assert system.broken() == []


def _opened(page: Page, address: str) -> str:
    page.goto(address)
    return words(page)
