"""The longer ways of money walked at a browser, wide and narrow: a month closed, a stop, a refusal, many rows."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts import store as account_store
from billing.migrations.migrate import open_migrated
from billing.server.background import background_work
from billing.tools.benchmarks import flow, payable_world_store
from billing.tools.demo.story_folder import example_register
from invoicing.payment import attest_right_store, proposal_store
from operations.background import asking
from operations.settings import Settings
from orders.register.files import read_register
from tests.browser.test_pay_pages import ATTESTER, DAY, OFFICER, REFERENCE, SECOND, Desks
from tests.support.pages.browser import WIDTHS, Opening, portal, too_wide
from tests.support.stories.bank_writes import status_report
from tests.support.stories.paying import DEBTOR, PayDesk
from tests.support.stories.system import System, a_system

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PAY_ON = date(2026, 6, 1)


def one_month(system: System) -> None:
    """A placement with a month received."""
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=one_month) as system:
        yield system


@pytest.fixture
def desks(system: System, opening: Opening) -> Iterator[Desks]:
    url = system.database.url.render_as_string(hide_password=False)
    with (
        portal(url, business_clock=lambda: DAY, debtor_iban=DEBTOR.iban, debtor_bic=DEBTOR.bic) as site,
        ExitStack() as stack,
    ):
        yield Desks(site, opening, stack)


def reads(page: Page, *sentences: str) -> None:
    """The page says these, and lies within its window at both widths."""
    for sentence in sentences:
        assert sentence in page.inner_text("body")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert too_wide(page) == [], width


def test_a_month_is_accrued_closed_by_two_and_opened_again(desks: Desks) -> None:
    here = "/finance/reconciliation/months?month=2026-02"
    reads(desks.of(OFFICER, here), "Hindrar", "Bokför upplupet; raderna visas innan de skrivs.")
    page = desks.of(OFFICER, "/finance/reconciliation/month-end?month=2026-02")
    reads(page, "Mottaget, inte fakturerat", "Levererat, inte redovisat")
    page.click("text=Bokför upplupet …")
    page.click("button:has-text('Bokför 2 verifikationer')")
    reads(page, "Månadens upplupna kostnader är bokförda.")
    page = desks.of(OFFICER, here)
    page.fill("#reason", "Februari redovisas i mars.")
    page.click("button:has-text('Föreslå')")
    reads(page, "En annan person stänger månaden.")
    page = desks.of(SECOND, here)
    reads(page, "Februari redovisas i mars.")
    page.click("button:has-text('Stäng månaden')")
    reads(page, "Inget mer bokförs i den.")
    page.fill("#reason", "En faktura till.")
    page.click("button:has-text('Begär att månaden öppnas')")
    reads(page, "En annan person öppnar månaden.")
    page = desks.of(OFFICER, here)
    page.click("button:has-text('Öppna månaden')")
    reads(page, "Månaden är öppen igen.", "En faktura till.")


def test_a_stopped_supplier_is_held_with_its_reason_until_two_lift_the_stop(
    system: System, desks: Desks
) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    page = desks.of(OFFICER, "/finance/payments/stops")
    page.select_option("#supplier", label="Fyrbåken Exempel AB")
    page.select_option("#reason", label="tvist")
    page.click("button:has-text('Stoppa betalningar')")
    reads(page, "Gäller nu")
    reads(desks.of(OFFICER, "/finance/payments"), "Hålls kvar: betalas inte nu", "F-1")
    reads(desks.of(OFFICER, "/finance/payments/held"), "F-1", "tvist")
    page = desks.of(OFFICER, "/finance/payments")
    page.click("button:has-text('Gör betalningsförslag')")
    reads(page, "hålls kvar")
    page = desks.of(SECOND, "/finance/payments/stops")
    page.click("button:has-text('Bekräfta')")
    page.click("button:has-text('Begär att det hävs')")
    reads(page)
    page = desks.of(OFFICER, "/finance/payments/stops")
    page.click("button:has-text('Häv')")
    reads(page, "Inget betalningsstopp gäller.")
    page = desks.of(OFFICER, "/finance/payments")
    page.click("button:has-text('Gör betalningsförslag')")
    reads(page, "Nu attesterar någon annan det.")


def test_a_payment_that_the_bank_refuses_is_due_again_with_the_banks_words(
    system: System, desks: Desks, tmp_path: Path
) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    desk = PayDesk(system)
    desk.give_right()
    proposal = desk.propose(on=date(2026, 3, 5))
    desk.attest(proposal)
    desk.export(proposal)
    file = tmp_path / "status.xml"
    file.write_bytes(status_report(("RM30000001-00001", "RJCT", "AC04")))
    page = desks.of(OFFICER, "/finance/payments/bank")
    page.set_input_files("#file", file)
    page.click("button:has-text('Läs in')")
    reads(page, "Avvisad av banken", "F-1", "kontot är avslutat")
    page = desks.of(OFFICER, "/finance/payments/bank")
    reads(page, "Behöver en person")
    page.fill("input[name=note]", "Leverantören har bytt konto.")
    page.click("button:has-text('Klart')")
    reads(page, "Noterat.")
    page = desks.of(OFFICER, f"/finance/payments/proposals/{proposal.number}")
    reads(page, "Avvisad av banken")
    page = desks.of(OFFICER, "/finance/payments")
    page.click("button:has-text('Gör betalningsförslag')")
    reads(page, "Betalningsförslag 30000002 är gjort.")


@pytest.mark.slow
def test_ten_thousand_rows_are_paged_filtered_and_attested_in_one_press(
    database_url: str, opening: Opening
) -> None:
    database = open_migrated(database_url, clock=flow.clock)
    payable_world_store.fill(database, read_register([example_register()]), payables=10_000)
    with database.writing() as session:
        made = asking.to_propose(session, pay_on=PAY_ON, by="user-999", at=database.clock())
    background_work.run_one(database, Settings(), only=made, seconds=10**6)
    with database.reading() as session:
        overview = proposal_store.overviews(session, limit=1)[0]
    assert overview.items >= 10_000
    day = datetime(2026, 6, 1, 10, tzinfo=UTC)
    with (
        portal(database_url, business_clock=lambda: day, second_step=False) as site,
        ExitStack() as stack,
    ):
        desks = Desks(site, opening, stack)
        here = f"/finance/payments/proposals/{overview.proposal.number}"
        desks.of(ATTESTER, "/finance/payments")
        with database.writing() as session:
            found = account_store.by_name(session, f"{ATTESTER.id}@{ATTESTER.organisation}.example")
            assert found is not None
            attest_right_store.give(
                session,
                person=f"user-{found.id}",
                limit=Decimal("1500.00"),
                valid_from=date(2026, 1, 1),
                by="user-997",
                confirmed_by="user-998",
            )
        last = -(-overview.items // 100)
        for query in ("", f"?page={last // 2}", f"?page={last}", "?show=outside", "?show=within"):
            page = desks.of(ATTESTER, here + query)
            reads(page)
            assert page.locator("table.data tbody tr").count() <= 110
        page = desks.of(ATTESTER, here)
        page.click("button:has-text('inom din rätt')")
        reads(page, "Attest av betalningsförslag")
        while background_work.run_one(database, Settings(), seconds=10**6) is not None:
            pass
        page = desks.of(ATTESTER, page.url.removeprefix(site.address))
        reads(page, "Klart, men inte allt", "över din gräns")
    database.close()
