"""Finance staff at their desks: two people attest, an account is confirmed by two, a month comes to zero."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from accounts.identity import Permission, Person
from invoicing.model import InvoiceState
from invoicing.payment import tables as payment_tables
from invoicing.payment.bank_files.sent_names import message_id
from orders.register.invoice_dates import PaymentStart
from peppol.xml import codec
from tests.support.pages.browser import Opening, Site, portal, sign_in, too_wide
from tests.support.stories.paying import DEBTOR, notice
from tests.support.stories.system import System, a_system, example_register

BUYER, REFERENCE = "2021002114", "100000101"
DAY = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
_P = Permission


def staff(name: str, *permissions: Permission) -> Person:
    return Person(name, name, BUYER, frozenset(permissions))


OFFICER, SECOND = staff("officer", _P.FINANCE), staff("second", _P.FINANCE)
ATTESTER, ADMINISTRATOR = staff("attester", _P.ATTEST), staff("administrator", _P.BUYER_ADMIN)
OTHER_ADMINISTRATOR = staff("other administrator", _P.BUYER_ADMIN)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


@pytest.fixture
def desks(system: System, opening: Opening) -> Iterator["Desks"]:
    with (
        portal(
            system.database.url.render_as_string(hide_password=False),
            business_clock=lambda: DAY,
            debtor_iban=DEBTOR.iban,
            debtor_bic=DEBTOR.bic,
        ) as site,
        ExitStack() as stack,
    ):
        yield Desks(site, opening, stack)


class Desks:
    """Each person at a browser of their own."""

    def __init__(self, site: Site, opening: Opening, stack: ExitStack) -> None:
        self.site, self.opening, self.stack = site, opening, stack
        self.pages: dict[str, Page] = {}
        self.proposed = 0

    def of(self, person: Person, path: str) -> Page:
        """The person opens a page."""
        if person.id not in self.pages:
            page = self.stack.enter_context(self.opening(javascript=False))
            sign_in(page, self.site, person)
            self.pages[person.id] = page
        page = self.pages[person.id]
        page.goto(self.site.address + path)
        return page

    def give_right(self, limit: str = "100 000,00") -> None:
        """An administrator proposes a right for the attester, and another confirms it."""
        self.of(ATTESTER, "/finance/payments")
        self.of(OTHER_ADMINISTRATOR, "/admin/people")
        page = self.of(ADMINISTRATOR, "/finance/payments/rights")
        page.select_option("#person", label="attester")
        page.fill("#limit", limit)
        page.click("text=Föreslå rätten")
        assert "väntar på en annan administratör" in page.inner_text("main")
        self.proposed += 1
        page = self.of(OTHER_ADMINISTRATOR, f"/admin/people/changes/{self.proposed}")
        page.click("button:has-text('Bekräfta')")
        assert "Ändringen gäller nu." in page.inner_text("main")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_people_take_a_proposal_from_prepared_to_paid(
    system: System, desks: Desks, tmp_path: Path
) -> None:
    invoice = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    page = desks.of(OFFICER, "/finance/payments")
    page.click("button:has-text('Gör betalningsförslag')")
    proposal = page.url.removeprefix(desks.site.address)
    assert "En annan person attesterar det." in page.inner_text("main")
    assert page.query_selector("text=Attestera de valda") is None

    attester = desks.of(ATTESTER, proposal)
    attester.click("text=Attestera de valda")
    assert "ingen attesträtt" in attester.inner_text("main")
    desks.give_right("100,00")
    attester = desks.of(ATTESTER, proposal)
    attester.click("text=Attestera de valda")
    assert "över din gräns 100,00" in attester.inner_text("main")
    desks.give_right()
    attester = desks.of(ATTESTER, proposal)
    attester.click("text=Attestera de valda")
    assert "Förslaget kan skickas till banken." in attester.inner_text("main")

    page = desks.of(OFFICER, proposal)
    page.click("text=Gör filen till banken")
    with page.expect_download() as download:
        page.click("text=.xml >> nth=0")
    first = Path(download.value.path()).read_bytes()
    with page.expect_download() as download:
        page.click("text=.xml >> nth=0")
    assert Path(download.value.path()).read_bytes() == first
    number = proposal.rpartition("/")[2]
    assert message_id(number).encode() in first
    assert system.invoice(invoice.id).state is InvoiceState.ACCEPTED

    file = tmp_path / "kontoutdrag.xml"
    file.write_bytes(notice((f"{message_id(number)}-00001", "2375.00"), ("RM30000001-00099", "1.00")))
    page = desks.of(OFFICER, "/finance/payments/bank")
    page.set_input_files("#file", file)
    page.click("button:has-text('Läs in')")
    assert (
        "1 rader är noterade som betalda och 0 som avvisade. 1 rader behöver en person."
        in page.inner_text("main")
    )
    assert system.invoice(invoice.id).state is InvoiceState.PAID
    page = desks.of(OFFICER, "/finance/payments/bank")
    page.set_input_files("#file", file)
    page.click("button:has-text('Läs in')")
    assert "redan inläst" in page.inner_text("main")
    page = desks.of(OFFICER, "/finance/payments/bank")
    page.fill("input[name=note]", "Ringde banken.")
    page.click("text=Klart")
    assert "Behöver en person" not in page.inner_text("main")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_repayment_is_noted_by_one_and_confirmed_by_another(system: System, desks: Desks) -> None:
    system.change_register(example_register(payment_runs_from=PaymentStart.ISSUE))
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 1, 20))
    document = system.send(invoice, on=date(2026, 2, 3))
    system.pay(on=date(2026, 3, 1))
    system.send_credit(invoice, number="K-1", on=date(2026, 3, 3))
    page = desks.of(OFFICER, "/finance/payments")
    page.click("text=F-1")
    claim = page.url.removeprefix(desks.site.address)
    assert "Fordran: 2" in page.inner_text("h1")
    page.fill("#came_on", "2026-03-06")
    page.fill("#reference", "BG 5999107 04 mars")
    page.click("text=Notera återbetalningen")
    assert "Dagen ska ligga mellan 2026-03-01" in page.inner_text("main")
    page = desks.of(OFFICER, claim)
    page.fill("#came_on", "2026-03-04")
    page.fill("#reference", "BG 5999107 04 mars")
    page.click("text=Notera återbetalningen")
    assert "Nu bekräftar en annan person." in page.inner_text("main")
    assert page.get_by_role("button", name="Bekräfta återbetalningen").count() == 0
    page = desks.of(SECOND, claim)
    page.click("text=Det stämmer inte")
    page.fill("#reason", "Den insättningen gäller en annan faktura.")
    page.click("text=Ta tillbaka noteringen")
    assert "Noteringen är tillbakatagen." in page.inner_text("body")
    page.fill("#came_on", "2026-03-05")
    page.fill("#reference", "BG 5999107 05 mars")
    page.click("text=Notera återbetalningen")
    page = desks.of(ATTESTER, "/finance/payments")
    assert "väntar på en andra person" in page.inner_text("main")
    page.click("text=F-1")
    assert "Fordran" in page.inner_text("h1")
    assert too_wide(page) == []
    page.click("text=Bekräfta återbetalningen")
    assert "Fordran för F-1 är reglerad." in page.inner_text("body")
    with system.database.reading() as session:
        (row,) = session.execute(select(payment_tables.claim_settled))
    assert (row.invoice_id, row.how, str(row.settled_on)) == (document.id, "REPAID", "2026-03-05")
    assert row.first_by != row.second_by


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_account_nobody_knows_is_confirmed_by_two_after_a_call(system: System, desks: Desks) -> None:
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    elsewhere = codec.serialise(invoice).replace(b"5999107", b"9912346")
    document = system.send_bytes(elsewhere, on=date(2026, 2, 3))
    assert document.state is InvoiceState.ON_HOLD
    page = desks.of(OFFICER, "/finance/payments/accounts")
    # The account on the invoice and the registered one are written alike, so that they can be compared.
    assert "Bankgiro 991-2346" in page.inner_text("main")
    assert "Bankgiro 599-9107" in page.inner_text("main")
    page.fill("textarea", "kort")
    page.click("text=Bekräfta som första person")
    assert "ringde tillbaka" in page.inner_text("main")
    page = desks.of(OFFICER, "/finance/payments/accounts")
    page.fill("textarea", "Ringde numret i avtalet den 4 mars; kontot stämmer.")
    page.click("text=Bekräfta som första person")
    page = desks.of(OFFICER, "/finance/payments/accounts")
    assert "Du bekräftade först." in page.inner_text("main")
    assert system.invoice(document.id).state is InvoiceState.ON_HOLD
    page = desks.of(SECOND, "/finance/payments/accounts")
    page.click("text=Bekräfta som andra person")
    assert "1 fakturor som väntade har prövats igen." in page.inner_text("main")
    assert system.invoice(document.id).state is InvoiceState.ACCEPTED
    page = desks.of(OFFICER, "/finance/payments")
    page.click("button:has-text('Gör betalningsförslag')")
    assert "991-2346" in page.inner_text("main")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_month_names_what_is_open_and_then_comes_to_zero(system: System, desks: Desks) -> None:
    page = desks.of(OFFICER, "/finance/reconciliation?month=2026-01")
    assert "levererat, inte fakturerat" in page.inner_text("main")
    page.click(f"text={REFERENCE} >> nth=0")
    assert "Orderns XML" in page.inner_text("main")
    page = desks.of(OFFICER, "/finance/reconciliation/month-end?month=2026-01")
    page.click("text=Bokför upplupet …")
    page.click("button:has-text('Bokför 2 verifikationer')")
    assert "återförs" in page.inner_text("main")
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    page = desks.of(OFFICER, "/finance/reconciliation?month=2026-01")
    assert "godkänt, inte betalt" in page.inner_text("main")
    system.pay(on=date(2026, 3, 5))
    page = desks.of(OFFICER, "/finance/reconciliation?month=2026-01")
    assert "Allt går jämnt upp" in page.inner_text("main")
    page = desks.of(OFFICER, "/finance/reconciliation?month=2026-01&as_of=2026-02-10")
    assert "godkänt, inte betalt" in page.inner_text("main")
    page.set_viewport_size({"width": 390, "height": 900})
    assert too_wide(page) == []
