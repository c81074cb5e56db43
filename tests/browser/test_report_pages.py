"""The officer's worklist in a browser: what is odd, one press for many, sending back, and undoing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from billing.server.jobs import receive_filed
from foundation.periods import Month
from operations import report_judging
from orders.model import ReportState
from orders.placements import store as placement_store
from orders.placements.informative import informative_store
from orders.placements.informative.informative_store import InformativeState
from orders.register.agreements import EarlyApproval
from orders.register.report_approval import ReportApproval
from orders.register.shipped_services import first_service
from orders.terms import ArticleKind
from tests.browser.test_desk_pages import Clock, Office
from tests.support.pages.browser import WIDTHS, picture, portal, sign_in
from tests.support.pages.visitor import text_of, visitor
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, a_system, example_register, interruption

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
        office.page.get_by_label(f"Välj {each} januari 2026").check()


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
        for kind in ("INTERNSHIP", "OTHER_MEASURE"):
            office.system.must("report.informative", {**informative(ONE), "kind": kind}, on=date(2026, 2, 3))
        with_something_aside(office)
        office.sit("olle", Permission.OFFICER)
        for width in (*WIDTHS, 320):
            browser_page.set_viewport_size({"width": width, "height": 900})
            for part, name in _PARTS.items():
                office.go(f"/finance/reports{part}")
                assert ONE in said(office) or "300000101" in said(office)
                office.sound()
                picture(browser_page, name, width)


_PARTS = {
    "": "desk-reports",
    "/informative": "desk-informative-reports",
    "/aside": "desk-reports-aside",
}


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
        any_page.get_by_label("Tjänsten har utförts").check()
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
        any_page.get_by_label(f"Välj {ONE} februari 2026").check()
        any_page.get_by_role("button", name="Godkänn de markerade").click()
        assert office.system.days_received(ONE)[1] == "3"
        sign_in(any_page, office.site, REPORTER)
        office.go(f"/reports/{ONE}/2026-02")
        assert "så dagarna till och med 2026-02-04 är med" in said(office)


@pytest.mark.both_engines
def test_a_filing_whose_second_step_breaks_off_is_received_by_the_timetable(
    database_url: str, any_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _office(database_url, any_page, ReportApproval.WHEN_NOTHING_IS_ODD) as office:
        office.system.decide("100000103", start=date(2026, 1, 1), decided_on=date(2026, 1, 1))

        def killed(*_: object, **__: object) -> None:
            raise KilledMidway

        with monkeypatch.context() as patched, visitor(office.site, REPORTER) as rut:
            patched.setattr(report_judging, "receive_what_is_filed", killed)
            answer = rut.post("/reports/100000103/2026-01", {"version": "1", "confirmed": "1"})
            shown = rut.get("/reports/100000103/2026-01").text
        assert answer.status_code == 303
        assert "är lämnad. Den prövas om en stund, och hur det går står här." in shown
        assert states(office, "100000103") == [ReportState.FILED]
        database = office.system.database
        assert receive_filed(database, date(2026, 2, 4), office.clock()) == "1 of 1 reports"
        assert office.system.days_received("100000103")[0] == "20"
        assert receive_filed(database, date(2026, 2, 4), office.clock()) == "0 of 0 reports"


class KilledMidway(RuntimeError):
    """The process ends between the two transactions."""


# Informative reports, and what is to be looked at beside the reports -----------------------------


@pytest.mark.both_engines
def test_a_supplier_tells_something_and_the_officer_reads_it(database_url: str, any_page: Page) -> None:
    with _office(database_url, any_page) as office:
        sign_in(any_page, office.site, REPORTER)
        office.go(f"/placements/{ONE}")
        any_page.select_option("#kind", label="Praktik behöver läggas in i handlingsplanen")
        any_page.get_by_role("button", name="Lämna rapporten").click()
        assert "Rapporten är lämnad." in said(office)
        office.sound()
        any_page.select_option("#kind", label="Handläggaren ombeds ta kontakt")
        any_page.get_by_role("button", name="Lämna rapporten").click()
        any_page.get_by_role("button", name="Ta tillbaka rapporten").first.click()
        assert "Rapporten är återtagen." in said(office)

        office.sit("olle", Permission.OFFICER)
        office.go("/finance/reports")
        any_page.get_by_role("link", name="1 informativ rapport", exact=False).click()
        office.sound()
        assert "Praktik behöver läggas in i handlingsplanen" in said(office)
        any_page.get_by_label(f"Välj rapport 1 om {ONE}").check()
        any_page.get_by_role("button", name="Markerade är lästa").click()
        assert "1 rapport är läst." in said(office)
        office.go("/finance/reports/informative?state=READ")
        office.sound()
        any_page.get_by_label(f"Välj rapport 1 om {ONE}").check()
        any_page.get_by_role("button", name="Låt de markerade vänta igen").click()
        assert "1 rapport väntar igen." in said(office)
        office.go("/finance/reports/informative")
        any_page.get_by_label(f"Välj rapport 1 om {ONE}").check()
        any_page.get_by_role("button", name="Markerade är lästa").click()

        sign_in(any_page, office.site, REPORTER)
        office.go(f"/placements/{ONE}")
        assert "läst 2026-02-04" in said(office)
        assert any_page.get_by_role("button", name="Ta tillbaka rapporten").count() == 0


def test_a_report_of_another_supplier_is_not_there(tmp_path: Path, any_page: Page) -> None:
    with _office(tmp_path, any_page) as office:
        system = office.system
        system.decide("100000103", supplier=LARKDRILLEN)
        for reference in ("100000103", ONE):
            system.must("report.informative", informative(reference), on=date(2026, 2, 3))
        with visitor(office.site, REPORTER) as rut:
            assert rut.post("/placements/100000103/informative", {"kind": "CONTACT"}).status_code == 404
            assert rut.post("/placements/100000103/informative/1/withdraw").status_code == 404
            # Nor does a number of another's lie under a placement of its own.
            assert rut.post(f"/placements/{ONE}/informative/1/withdraw").status_code == 404
            assert rut.post(f"/placements/{ONE}/informative", {"kind": "Ring mig"}).status_code == 409
        with system.database.reading() as session:
            assert informative_store.count(session, InformativeState.UNREAD) == 2


def informative(reference: str) -> dict[str, object]:
    return {
        "execution_reference": reference,
        "kind": "INTERNSHIP",
        "at": "2026-02-03T08:00:00+01:00",
        "by": "user-9",
    }


def with_something_aside(office: Office) -> str:
    """A line placed after its month was approved, a late interruption, and an odd start; the new order's number."""
    system = office.system
    system.decide("300000101", start=date(2025, 7, 7), decided_on=date(2025, 7, 1), end=date(2026, 1, 6))
    for month in ("2025-12", "2026-01"):
        system.report("300000101", month, on=date(2026, 1, 30))
    second = {
        "decision_id": "B-2",
        "execution_reference": "300000101",
        "period": {"start": "2026-01-07", "end": "2026-07-06"},
        "decided_on": "2026-02-02",
    }
    system.must("placement.period_two_decided", second, on=date(2026, 2, 2))
    late = interruption("300000101", date(2025, 12, 10), date(2025, 12, 10))
    system.refuses("interruption.registered", late, on=date(2026, 2, 3))
    system.decide("300000102", start=date(2026, 1, 26), decided_on=date(2026, 1, 7))
    return system.orders("300000101", ArticleKind.BASIC)[1].number


def test_what_does_not_settle_by_itself_stands_in_one_list_and_the_rest_of_a_month_is_received(
    tmp_path: Path, any_page: Page
) -> None:
    with _office(tmp_path, any_page, ReportApproval.OUTSIDE) as office:
        number = with_something_aside(office)
        office.sit("olle", Permission.OFFICER)
        office.go("/finance/reports/aside")
        office.sound()
        assert f"{number}/001" in said(office)
        assert "order 2100000003 rad 006: 21 dagar blir 8" in said(office)
        assert "Starten 2026-01-26 är senare än 2026-01-17" in said(office)
        any_page.get_by_label("Välj 300000101 januari 2026").check()
        any_page.get_by_role("button", name="Leverera in de markerade").click()
        assert "1 månad är inlevererad i sin helhet." in said(office)
        assert "Varje godkänd månad är inlevererad." in said(office)
        account = office.system.line(number)
        assert account.quantity_received == account.quantity_ordered
