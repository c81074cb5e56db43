"""One whole working day of a supplier, in a browser, on PostgreSQL: every step runs as the supplier's own role.

What SQLite's walks show of the pages, this one shows of the rights: sign in by the form, file the month, flip one and
many, undo, credit and correct, upload, test bench, ask for another account, invite a colleague, change the password.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Page
from sqlalchemy import event

from accounts import passwords
from billing.tools.demo import people
from billing.tools.demo.people import PASSWORD
from foundation.database import SUPPLIER_ROLE
from foundation.periods import Month
from invoicing.flow_test import sample_orders
from invoicing.model import InvoiceState
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.model import ReportState
from orders.placements import store as placement_store
from orders.register import store as register_store
from peppol.xml import codec
from tests.support.pages.paper_page import expect
from tests.support.pages.portal_walks import (
    ADMIN,
    NOW,
    REFERENCE,
    TODAY,
    Books,
    at,
    choose,
    opened_books,
    press,
    tick_all,
)
from tests.support.servers.databases import PostgresqlServer
from tests.support.stories.bills import billed
from tests.support.stories.system import FYRBAKEN, example_register

ANOTHER = "häst batteri lugn tisdag"


@pytest.fixture
def books(postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=16, parallelism=1))
    with opened_books(postgresql_server.empty()) as opened:
        opened.system.decide("100000102", start=date(2026, 6, 1))
        for month, on in (("2026-06", date(2026, 7, 2)), ("2026-07", date(2026, 8, 3))):
            opened.system.report("100000102", month, on=on)
        with opened.database.writing() as session:
            people.move_in(session, example_register(), at=NOW)
        yield opened


def test_a_whole_day_as_the_suppliers_own_role(books: Books, any_page: Page) -> None:
    acted = acts_for(books)
    page, site = any_page, books.site.address
    signs_in(page, books, PASSWORD)

    # File the month of August, and correct it.
    page.goto(f"{site}/reports/{REFERENCE}/2026-08")
    page.get_by_label("Tjänsten har utförts").check()
    press(page, "Lämna redovisningen")
    expect(page.get_by_role("status")).to_contain_text("Redovisningen för augusti 2026 är lämnad")
    page.get_by_text("Lämna en rättelse").click()
    page.get_by_label("Tjänsten har utförts").check()
    press(page, "Lämna rättelsen")
    page.goto(f"{site}/reports/due")
    page.get_by_label("Tjänsten har utförts").check()
    press(page, "Lämna de markerade redovisningarna")
    with books.database.reading() as session:
        august = placement_store.reports(session, REFERENCE, Month.parse("2026-08"))
    assert [each.state for each in august] == [ReportState.REPLACED, ReportState.FILED]

    # Flip one; then the rest in bulk, and take the last back.
    page.goto(f"{site}/to-invoice")
    page.get_by_role("link", name=re.compile("^Gör faktura")).first.click()
    press(page, "Skicka fakturan")
    expect(page.get_by_role("heading", name="1 dokument är på väg")).to_be_visible()
    page.goto(f"{site}/to-invoice")
    tick_all(page)
    press(page, "Granska valda")
    press(page, "Skicka 3 fakturor")
    expect(page.get_by_role("heading", name="3 dokument är på väg")).to_be_visible()
    press(page, "Ångra F26-0004")
    expect(page.get_by_role("heading", name="2 dokument är på väg")).to_be_visible()
    books.minutes_later()
    accepted = InvoiceState.ACCEPTED
    assert books.states() == dict.fromkeys(("F26-0001", "F26-0002", "F26-0003"), accepted)

    # The one taken back comes as a file made elsewhere, wrong; it is credited and corrected.
    order = books.system.order("100000102").number
    wrong = books.system.send(billed(books.system.flip(order, "002", number="EGEN-1", on=TODAY), days="10"))
    books.system.ask_credit(wrong, on=TODAY)
    page.goto(f"{site}/invoices/{wrong.id}")
    page.get_by_role("link", name="Kreditera och rätta i ett steg").click()
    press(page, "Skicka kreditfaktura och ny faktura")
    expect(page.get_by_role("heading", name="2 dokument är på väg")).to_be_visible()
    books.minutes_later()
    assert books.states()["EGEN-1"] is InvoiceState.CREDITED

    # The buyer approves September; its invoice comes as a file that is right.
    books.system.approve(REFERENCE, "2026-09", on=TODAY)
    fourth = codec.serialise(
        books.system.flip(books.system.order(REFERENCE).number, "004", number="EGEN-2", on=TODAY)
    )
    page.goto(f"{site}/invoices/upload")
    choose(page, fourth)
    press(page, "Läs filen")
    press(page, "Skicka")
    books.minutes_later()
    assert books.states()["EGEN-2"] is accepted
    page.goto(f"{site}/invoices?q=EGEN-2")
    page.get_by_role("link", name="EGEN-2", exact=True).click()
    expect(page.get_by_role("heading", name="Betalas 2026-12-21")).to_be_visible()

    # The test bench, which touches no figure.
    page.goto(f"{site}/test-bench")
    choose(page, sample_invoice(books))
    press(page, "Prova filen")
    page.goto(f"{site}/test-bench")
    press(page, "Steget är klart")
    at(page, books, "/admin/test-bench", ADMIN)
    page.get_by_role("button", name=re.compile("^Bekräfta steget")).click()
    page.context.clear_cookies()
    signs_in(page, books, PASSWORD)

    # Settings: another account, another series.
    page.goto(f"{site}/settings")
    page.get_by_text("Begär ett nytt konto").click()
    page.get_by_label("Nummer", exact=True).fill("991-2346")
    press(page, "Begär kontot")
    expect(page.get_by_text("Nytt konto: Bankgiro")).to_be_visible()
    page.get_by_label("Numren börjar med").fill("RM")
    press(page, "Spara")
    expect(page.get_by_text("får numret RM26-0001")).to_be_visible()

    # People: a colleague is invited, mails are gathered, the password is changed.
    page.goto(f"{site}/people/new")
    page.get_by_label("Namn").fill("Ny Kollega")
    page.get_by_label("E-postadress").fill("ny@fyrbaken.example")
    page.get_by_label("Redovisa och se").check()
    page.get_by_label("Hela organisationen").check()
    page.locator("main form button.primary").click()
    expect(page.get_by_text("ny@fyrbaken.example").first).to_be_visible()
    page.goto(f"{site}/account")
    page.get_by_label("Samlade i ett mejl om dagen").first.check()
    page.locator("#mails button").click()
    expect(page.get_by_text("Ditt val är sparat.")).to_be_visible()
    page.get_by_label("Nuvarande lösenord").fill(PASSWORD)
    page.get_by_label("Nytt lösenord").fill(ANOTHER)
    page.get_by_label("Lösenordet en gång till").fill(ANOTHER)
    press(page, "Byt lösenord")
    page.context.clear_cookies()
    signs_in(page, books, ANOTHER)

    # Each page and each press was a transaction of the role, and for nobody else.
    assert set(acted) == {FYRBAKEN}
    assert len(acted) > 40


def acts_for(books: Books) -> list[str]:
    """For whom transactions take on the supplier's role from now on, one entry a transaction."""
    acted: list[str] = []

    def note(
        connection: object, cursor: object, statement: str, given: Mapping[str, str], *more: object
    ) -> None:
        if "set_config('role'" in statement:
            assert f"'{SUPPLIER_ROLE}'" in statement
            acted.append(given["supplier"])

    event.listen(books.database.engine, "before_cursor_execute", note)
    return acted


def signs_in(page: Page, books: Books, password: str) -> None:
    page.goto(f"{books.site.address}/sign-in")
    page.get_by_label("E-postadress").fill("alla@fyrbaken.example")
    page.get_by_label("Lösenord").fill(password)
    press(page, "Logga in")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Logga in")


def sample_invoice(books: Books) -> bytes:
    with books.database.reading() as session:
        register = register_store.load(session)
    sample = sample_orders.samples(register, FYRBAKEN)[sample_orders.BASIC].facts
    return codec.serialise(
        flipping.flip(
            sample,
            sample.lines["001"],
            supplier=register.supplier(FYRBAKEN),
            buyer=register.buyer,
            policy=register.policy,
            given=Numbered("T-1", TODAY),
        )
    )
