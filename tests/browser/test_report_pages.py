"""The officer's worklist in a browser: what is odd, one press for many, sending back, and undoing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from foundation.periods import Month
from orders.model import ReportState
from orders.placements import store as placement_store
from orders.register.agreements import EarlyApproval
from orders.register.report_approval import ReportApproval
from orders.register.shipped_services import first_service
from tests.browser.test_desk_pages import Clock, Office
from tests.support.pages.browser import WIDTHS, picture, portal, sign_in
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.system import FYRBAKEN, a_system, example_register

ONE, TWO = "100000101", "100000102"


@pytest.fixture
def office(tmp_path: Path, any_page: Page) -> Iterator[Office]:
    with _office(tmp_path, any_page) as opened:
        yield opened


@contextmanager
def _office(
    at: Path | str, page: Page, approval: ReportApproval = ReportApproval.BY_OFFICER
) -> Iterator[Office]:
    """Two filed months: one that nothing is odd about, one filed early."""
    url, clock = at if isinstance(at, str) else f"sqlite:///{at / 'billing.sqlite'}", Clock()
    register = example_register(report_approval=approval)
    with a_system(url, register=register) as system, portal(url, business_clock=clock) as site:
        for reference in (ONE, TWO):
            system.decide(reference, start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        system.file_report(ONE, "2026-01", on=date(2026, 2, 2))
        system.file_report(TWO, "2026-01", on=date(2026, 1, 30))
        yield Office(system, site, page, clock)


def states(office: Office, reference: str) -> list[ReportState]:
    with office.site.database.reading() as session:
        return [each.state for each in placement_store.reports(session, reference, Month(2026, 1))]


def tick(office: Office, *references: str) -> None:
    for each in references:
        office.page.get_by_label(f"Välj {each} 2026-01").check()


def said(office: Office) -> str:
    return office.page.locator("main").inner_text()


def test_an_officer_approves_one_sends_another_back_and_undoes_the_approval(office: Office) -> None:
    page, system = office.page, office.system
    office.sit("olle", Permission.OFFICER)
    office.go("/")
    assert office.h1() == "Redovisningar"
    office.sound()
    assert "Inget avviker" in said(office)
    assert "Lämnad innan månadens dagar var slut" in said(office)
    tick(office, ONE)
    page.get_by_role("button", name="Godkänn de markerade").click()
    assert "1 redovisning är godkänd och inlevererad." in said(office)
    assert system.days_received(ONE)[0] == "20"

    tick(office, TWO)
    page.select_option("#reason", label=first_service().rejection_sentence("NOT_DELIVERED").sv)
    page.get_by_role("button", name="Sänd tillbaka de markerade").click()
    assert "1 redovisning är sänd tillbaka." in said(office)
    assert "Inga redovisningar här." in said(office)
    assert states(office, TWO) == [ReportState.REJECTED]

    page.get_by_role("link", name="Sända tillbaka").click()
    office.sound()
    assert "Köparen ser ingen utförd tjänst" in said(office)

    page.get_by_role("link", name="Godkända").click()
    office.sound()
    tick(office, ONE)
    page.get_by_role("button", name="Ta tillbaka godkännandet").click()
    assert "1 godkännande är tillbakataget." in said(office)
    assert system.days_received(ONE)[0] == "-"
    assert states(office, ONE) == [ReportState.FILED]


def test_a_press_without_a_tick_or_a_reason_says_what_is_missing(office: Office) -> None:
    page = office.page
    office.sit("olle", Permission.OFFICER)
    office.go("/finance/reports")
    page.get_by_role("button", name="Godkänn de markerade").click()
    assert "Markera minst en redovisning" in said(office)
    office.go("/finance/reports")
    tick(office, ONE)
    page.get_by_role("button", name="Sänd tillbaka de markerade").click()
    assert "Välj skälet som leverantören ska läsa." in said(office)
    assert states(office, ONE) == [ReportState.FILED]


def test_more_than_a_press_may_decide_are_refused_and_none_is_cut_away(office: Office) -> None:
    many = [f"{ONE}|2026-01|{version}" for version in range(1, 502)]
    with visitor(office.site, office.person("olle", Permission.OFFICER)) as olle:
        answer = olle.post("/finance/reports", {"press": "approve", "report": many})
    assert "Högst 500 redovisningar avgörs åt gången." in text_of(answer)
    assert states(office, ONE) == [ReportState.FILED]


def test_finance_and_auditors_see_the_worklist_and_no_button(office: Office) -> None:
    for name, permission in (("frida", Permission.FINANCE), ("jenny", Permission.AUDIT)):
        office.sit(name, permission)
        office.go("/finance/reports")
        assert ONE in said(office)
        assert office.page.get_by_role("button", name="Godkänn de markerade").count() == 0


def test_the_worklist_is_sound_in_a_browser_wide_and_narrow(tmp_path: Path, browser_page: Page) -> None:
    with _office(tmp_path, browser_page) as office:
        office.sit("olle", Permission.OFFICER)
        for width in (*WIDTHS, 320):
            browser_page.set_viewport_size({"width": width, "height": 900})
            office.go("/finance/reports")
            assert ONE in said(office)
            office.sound()
            picture(browser_page, "desk-reports", width)


def test_where_another_system_approves_the_officer_reads(tmp_path: Path, any_page: Page) -> None:
    with _office(tmp_path, any_page, ReportApproval.OUTSIDE) as office:
        office.sit("olle", Permission.OFFICER)
        office.go("/finance/reports")
        assert "godkänns i ett annat system" in said(office)
        assert any_page.get_by_role("button", name="Godkänn de markerade").count() == 0


def test_a_change_of_who_approves_is_tried_on_the_last_months_reports(tmp_path: Path, any_page: Page) -> None:
    with _office(tmp_path, any_page) as office:
        office.sit("frida", Permission.FINANCE)
        office.go("/finance/policies/change")
        any_page.select_option(
            "#report_approval", label="av sig själva när inget avviker, annars av handläggare"
        )
        any_page.fill("#reason", "Prov")
        any_page.get_by_role("button", name="Visa vad det hade gjort").click()
        office.sound()
        assert "De senaste månadernas 2 redovisningar" in said(office)
        assert "Månadens dagar är inte slut än" in said(office)
        any_page.get_by_role("button", name="Spara reglerna").click()
        assert "av sig själva när inget avviker" in said(office)


REPORTER = Person("rut", "Rut", FYRBAKEN, frozenset({Permission.REPORT}))
_WORDS = {
    ReportApproval.OUTSIDE: "prövar redovisningen i sitt eget system",
    ReportApproval.BY_OFFICER: "prövar redovisningen här i systemet",
    ReportApproval.WHEN_NOTHING_IS_ODD: "Den här behöver köparens handläggare se på",
}


@pytest.mark.parametrize("approval", ReportApproval)
def test_the_supplier_reads_who_judges_its_report(
    tmp_path: Path, any_page: Page, approval: ReportApproval
) -> None:
    with _office(tmp_path, any_page, approval) as office:
        sign_in(any_page, office.site, REPORTER)
        office.go(f"/reports/{TWO}/2026-01")
        assert _WORDS[approval] in said(office)
        assert [words in said(office) for words in _WORDS.values()].count(True) == 1
        office.go("/reports")
        assert ("i sitt eget system" in said(office)) is (approval is ReportApproval.OUTSIDE)


@pytest.mark.both_engines
def test_a_month_filed_in_the_portal_with_nothing_odd_can_be_invoiced_at_once(
    database_url: str, any_page: Page
) -> None:
    with _office(database_url, any_page, ReportApproval.WHEN_NOTHING_IS_ODD) as office:
        sign_in(any_page, office.site, REPORTER)
        office.system.decide("100000103", start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        office.go("/reports/100000103/2026-01")
        any_page.get_by_label("Tjänsten har utförts under månaden enligt ordern.").check()
        any_page.get_by_role("button", name="Lämna redovisningen").click()
        assert "Den kan faktureras nu." in said(office)
        assert "Redovisningen godkändes av sig själv 2026-02-04" in said(office)
        assert office.system.days_received("100000103")[0] == "20"


def test_many_months_filed_with_one_press_are_received_but_the_odd_ones(
    tmp_path: Path, any_page: Page
) -> None:
    with _office(tmp_path, any_page, ReportApproval.WHEN_NOTHING_IS_ODD) as office:
        sign_in(any_page, office.site, REPORTER)
        for number in range(3):
            office.system.decide(f"10000020{number}", start=date(2026, 1, 1), decided_on=date(2026, 1, 1))
        office.system.decide("100000210", start=date(2025, 12, 1), decided_on=date(2025, 12, 1))
        office.go("/reports/due")
        any_page.get_by_role("button", name="Lämna").first.click()
        assert "4 månader är inlevererade och kan faktureras nu." in said(office)
        assert office.system.days_received("100000210")[:2] == ["-", "20"]


def test_a_month_approved_before_it_is_over_says_so_to_the_supplier(tmp_path: Path, any_page: Page) -> None:
    with _office(tmp_path, any_page) as office:
        office.system.file_report(ONE, "2026-02", on=date(2026, 2, 4))
        office.system.change_register(
            example_register(
                report_approval=ReportApproval.BY_OFFICER, early_approval=EarlyApproval.UP_TO_APPROVAL
            )
        )
        office.sit("olle", Permission.OFFICER)
        office.go("/finance/reports?month=2026-02")
        any_page.get_by_label(f"Välj {ONE} 2026-02").check()
        any_page.get_by_role("button", name="Godkänn de markerade").click()
        assert office.system.days_received(ONE)[1] == "3"
        sign_in(any_page, office.site, REPORTER)
        office.go(f"/reports/{ONE}/2026-02")
        assert "så dagarna till och med 2026-02-04 är med" in said(office)
