"""A claim on the pages of both sides: two people raise it, a letter goes, the supplier answers, and two give it up."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.identity import Permission, Person
from invoicing.claims.claim_states import ClaimState
from tests.browser.test_payees_and_claims_pages import ECONOMIST, OFFICER, SECOND, Pages
from tests.invoicing.exceptions.test_late_payment_claims import a_claim
from tests.support.pages.browser import Opening, portal, too_wide
from tests.support.stories.claiming import ClaimDesk, two_months
from tests.support.stories.system import LARKDRILLEN, System, a_system

DAY = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)
IBAN, BIC = "SE4550000000058398257466", "ESSESESS"
STRANGER = Person("stranger", "stranger", LARKDRILLEN, frozenset({Permission.REPORT}))


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_months) as system:
        yield system


@pytest.fixture
def pages(system: System, opening: Opening) -> Iterator[Pages]:
    url = system.database.url.render_as_string(hide_password=False)
    with (
        portal(url, business_clock=lambda: DAY, debtor_iban=IBAN, debtor_bic=BIC) as site,
        ExitStack() as stack,
    ):
        yield Pages(site, opening, stack)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_paid_month_is_claimed_back_disputed_answered_and_given_up(system: System, pages: Pages) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    here = f"/finance/payments/claims/{invoice.id}"

    page = pages.of(OFFICER, f"/finance/documents/{invoice.id}")
    page.click("text=Kräv tillbaka beloppet")
    page.select_option("#cause", label="månaden som fakturan gäller betalades av misstag")
    page.fill("#reason", "Avbrottet kom före månaden.")
    page.click("text=Begär att det krävs tillbaka")
    assert "Nu avgör en annan person" in page.inner_text("main")
    assert pages.of(ECONOMIST, "/economy/claims").locator(".empty").count() == 1
    page = pages.of(SECOND, here)
    page.click("button:has-text('Kräv tillbaka beloppet')")
    assert "Fordran är rest" in page.inner_text("body")

    page = pages.of(OFFICER, here)
    page.click("text=Skicka kravet")
    assert too_wide(page) == []
    assert "2026-06-05" in page.inner_text("main")
    page = pages.of(ECONOMIST, f"/economy/claims/{invoice.id}")
    assert "600000012" in page.inner_text("main")
    assert too_wide(page) == []
    page.fill("#words", "Vi levererade hela månaden.")
    page.click("text=Bestrid fordran")
    assert "Ert svar är sparat" in page.inner_text("body")

    page = pages.of(OFFICER, here)
    assert "Vi levererade hela månaden." in page.inner_text("main")
    page.fill("#words", "Avbrottet registrerades den 30 januari.")
    page.click("text=Svara att den står kvar")
    assert "Avbrottet registrerades" in pages.of(ECONOMIST, f"/economy/claims/{invoice.id}").inner_text(
        "main"
    )
    page = pages.of(OFFICER, here)
    page.click("summary:has-text('Skriv av resten')")
    page.fill("#reason", "Beloppet är betalt på annat sätt.")
    page.click("text=Begär att resten skrivs av")
    page = pages.of(SECOND, here)
    page.click("button:has-text('Skriv av ')")
    assert system.invoice(invoice.id).state.value == "PAID"
    assert system.broken() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_supplier_sees_its_own_claims_alone_and_the_rate_is_entered_by_two(
    system: System, pages: Pages
) -> None:
    desk = ClaimDesk(system)
    invoice = desk.paid()
    desk.credited(on=date(2026, 5, 5))
    assert desk.claim(invoice).state is ClaimState.RAISED
    assert "60000001" in pages.of(ECONOMIST, "/economy/claims").inner_text("main")
    assert "60000001" not in pages.of(STRANGER, "/economy/claims").inner_text("main")
    page = pages.of(OFFICER, "/finance/payments/claims")
    assert "60000001" in page.inner_text("main")
    assert too_wide(page) == []

    page = pages.of(OFFICER, "/finance/payments/rates")
    assert "Halvåret saknas" in page.inner_text("main")
    page.fill("#percent", "4,50")
    page.click("button:has-text('Skriv in')")
    assert "Halvåret saknas" in page.inner_text("main")
    page = pages.of(SECOND, "/finance/payments/rates")
    page.click("button:has-text('Bekräfta')")
    assert "Halvåret saknas" not in page.inner_text("main")
    assert "4,5" in page.inner_text("main")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_beside_a_suppliers_claim_for_late_payment_stands_our_own_reckoning(
    system: System, pages: Pages
) -> None:
    desk = ClaimDesk(system)
    desk.rate()
    desk.paid(line="002")
    claim = system.send(replace(a_claim(system), note="Avser faktura F-1, betald för sent."))
    said = pages.of(OFFICER, f"/finance/documents/{claim.id}").inner_text("main")
    assert "Vår beräkning av kravet" in said
    assert "Enligt vår beräkning får högst" in said
    assert "F-1 skulle betalas" in said
