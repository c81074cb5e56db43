"""Who is paid and what is claimed, on the pages: two people decide a payee, one a claim, and the supplier reads it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page

from accounts import store as account_store
from accounts.identity import Permission, Person
from foundation.money import Money
from invoicing.decisions import store as decision_store
from invoicing.model import InvoiceState
from tests.invoicing.exceptions.test_late_payment_claims import a_claim
from tests.invoicing.supplier_changes.test_payee_releases import a_bill
from tests.support.pages.browser import Opening, Site, portal, sign_in, too_wide
from tests.support.stories.system import FYRBAKEN, System, a_system

BUYER, REFERENCE = "2021002114", "100000101"
DAY = datetime(2026, 2, 5, 9, 0, tzinfo=UTC)
CALLED = "Ringde växeln på känt nummer den 5 februari."
_P = Permission
_S = InvoiceState
OFFICER = Person("officer", "officer", BUYER, frozenset({_P.FINANCE}))
SECOND = Person("second", "second", BUYER, frozenset({_P.FINANCE}))
ECONOMIST = Person("economist", "economist", FYRBAKEN, frozenset({_P.REPORT, _P.ADMINISTER}))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


class Pages:
    """Each person at a browser of their own."""

    def __init__(self, site: Site, opening: Opening, stack: ExitStack) -> None:
        self.site, self.opening, self.stack = site, opening, stack
        self.pages: dict[str, Page] = {}

    def of(self, person: Person, path: str) -> Page:
        """The person opens a page."""
        if person.id not in self.pages:
            page = self.stack.enter_context(self.opening(javascript=False))
            sign_in(page, self.site, person)
            self.pages[person.id] = page
        page = self.pages[person.id]
        page.goto(self.site.address + path)
        return page


@pytest.fixture
def pages(system: System, opening: Opening) -> Iterator[Pages]:
    url = system.database.url.render_as_string(hide_password=False)
    with portal(url, business_clock=lambda: DAY) as site, ExitStack() as stack:
        yield Pages(site, opening, stack)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_people_pay_the_seller_and_the_supplier_reads_to_which_account(
    system: System, pages: Pages
) -> None:
    invoice = system.send(a_bill(system))
    page = pages.of(ECONOMIST, f"/invoices/{invoice.id}")
    assert "två personer hos oss har kontrollerat" in page.inner_text("main")
    assert "under Inställningar" not in page.inner_text("main")

    page = pages.of(OFFICER, "/finance/payments/accounts")
    assert "Fordringsköp Exempel AB (5590000005)" in page.inner_text("main")
    assert too_wide(page) == []
    page.click("summary:has-text('Betala säljaren')")
    page.fill(f"#seller-{invoice.id}", CALLED)
    page.click("text=Betala säljaren, som första person")
    assert "Nu bekräftar en annan person." in page.inner_text("body")
    assert "Betala säljaren för faktura F-1" in page.inner_text("main")

    page = pages.of(ECONOMIST, "/settings")
    assert "Betala säljaren" not in page.inner_text("main")
    page = pages.of(SECOND, "/finance/payments/accounts")
    page.click("text=Bekräfta som andra person")
    assert system.invoice(invoice.id).state is _S.ACCEPTED
    page = pages.of(ECONOMIST, f"/invoices/{invoice.id}")
    assert "Till bankgiro 599-9107." in page.inner_text("main")
    assert too_wide(page) == []
    page = pages.of(OFFICER, f"/finance/documents/{invoice.id}")
    assert "till bankgiro 599-9107" in page.inner_text("main")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_people_register_the_payees_account_with_the_kind_the_invoice_does_not_tell(
    system: System, pages: Pages
) -> None:
    invoice = system.send(a_bill(system))
    page = pages.of(OFFICER, "/finance/payments/accounts")
    page.select_option(f"#payee-scheme-{invoice.id}", label="Bankgiro")
    page.fill(f"#payee-{invoice.id}", CALLED)
    page.click("text=Bekräfta som första person")
    assert "Lägg till Bankgiro 991-2346 (Fordringsköp Exempel AB)" in page.inner_text("main")
    page = pages.of(SECOND, "/finance/payments/accounts")
    page.click("text=Bekräfta som andra person")
    page = pages.of(ECONOMIST, f"/invoices/{invoice.id}")
    assert "Till bankgiro 991-2346 (Fordringsköp Exempel AB)." in page.inner_text("main")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_claim_has_a_part_of_its_own_and_is_disputed_in_words_the_supplier_reads(
    system: System, pages: Pages
) -> None:
    invoice = system.send(a_claim(system))
    page = pages.of(ECONOMIST, f"/invoices/{invoice.id}")
    assert "En person hos köparen avgör kravet" in page.inner_text("main")
    assert "behöver inget ordernummer" in page.inner_text("main")

    page = pages.of(OFFICER, "/finance?part=claims")
    assert "R-1" in page.inner_text("main")
    assert too_wide(page) == []
    page = pages.of(OFFICER, f"/finance/documents/{invoice.id}")
    assert "Begär kredit och ny faktura" not in page.inner_text("main")
    page.click("summary:has-text('Bestrid kravet')")
    page.fill("#dispute-reason", "Faktura F-1 betalades i tid.")
    page.click("button:has-text('Bestrid')")
    assert "Du kan ångra i 10 minuter" in page.inner_text("body")
    page = pages.of(ECONOMIST, f"/invoices/{invoice.id}")
    assert "Skäl: ”Faktura F-1 betalades i tid.”" in page.inner_text("main")
    assert "skicka ingen ny" in page.inner_text("main")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_claim_is_accepted_as_a_cost_without_order(system: System, pages: Pages) -> None:
    invoice = system.send(a_claim(system))
    pages.of(OFFICER, f"/finance/documents/{invoice.id}")
    with system.database.writing() as session:
        (known,) = account_store.of_organisation(session, BUYER)
        limit = Money.of("500.00")
        decision_store.set_limit(session, f"user-{known.id}", limit, by="admin-1", on=DAY.date())
    page = pages.of(OFFICER, f"/finance/documents/{invoice.id}")
    page.click("summary:has-text('Godta med skäl')")
    assert "bokförs som kostnad utan order" in page.inner_text("main")
    page.fill("#accept-reason", "Rätt: vi betalade sent")
    page.click("button:has-text('Godta')")
    assert "Gjort." in page.inner_text("body")
    assert system.invoice(invoice.id).state is _S.ACCEPTED
    page = pages.of(ECONOMIST, f"/invoices/{invoice.id}")
    assert "Fakturan är godtagen" in page.inner_text("main")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_supplier_reads_why_it_is_paid_a_day_later_than_its_due_date(
    system: System, pages: Pages
) -> None:
    written = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    invoice = system.send(replace(written, payment_means=()), on=date(2026, 2, 5))
    page = pages.of(ECONOMIST, f"/invoices/{invoice.id}")
    said = page.inner_text("main")
    assert "Till bankgiro 599-9107." in said
    assert "Betalningstiden räknas från dagen den kom" in said
