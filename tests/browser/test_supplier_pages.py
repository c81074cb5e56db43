"""A supplier at work in a real browser: files the month, all that is due, corrects; finds, reads, takes home.

One small story is told for all of them: Fyrbåken's two placements of 2026, seen on 10 March.
"""

import hashlib
import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page
from pypdf import PdfReader

from accounts.identity import Permission, Person
from foundation.periods import Month
from orders.model import ReportState
from orders.placements import store as placement_store
from orders.register import store as register_store
from orders.register.unit_scope import UnitScope
from orders.tutors import tutor_store, unit_tutors
from peppol.exchange import outbox_store
from peppol.identifiers import DocumentKind
from tests.support.pages.browser import Opening, Site, axe, portal, session_cookie, sign_in, too_wide
from tests.support.servers.databases import PostgresqlServer
from tests.support.servers.serving import NO_TLS
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, a_system
from web import pdf

TODAY = datetime(2026, 3, 10, 9, tzinfo=UTC)
_P = Permission
ALVA = Person("user-a", "Alva Lind", FYRBAKEN, frozenset({_P.ASSIGN, _P.REPORT}))
EVE = Person("user-e", "Eve Ek", FYRBAKEN, frozenset({_P.ASSIGN, _P.REPORT}), language="en")
CILLA = Person("user-c", "Cilla Ås", LARKDRILLEN, frozenset({_P.ASSIGN, _P.REPORT}))
BO = Person("user-b", "Bo Ek", FYRBAKEN, frozenset({_P.REPORT}), within=UnitScope(frozenset({"UV-102"})))
ADA = Person("user-d", "Ada Vik", FYRBAKEN, frozenset({_P.ADMINISTER}))
PAGES = (
    "/",
    "/placements",
    "/placements?state=to_assign",
    "/placements/100000101",
    "/orders",
    "/reports",
    "/reports/due",
    "/reports/100000101/2026-01",
    "/reports/100000101/2026-02",
    "/exports",
)


@contextmanager
def told(url: str) -> Iterator[Site]:
    """January reported, approved and invoiced, February due; the other placement ends on 13 February."""
    with a_system(url) as system:
        system.decide("100000101", decided_on=date(2025, 12, 28))
        system.decide("100000102", decided_on=date(2025, 12, 28))
        system.decide("100000103", supplier=LARKDRILLEN)
        system.report("100000101", "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
        system.interrupt("100000102", on=date(2026, 2, 10), last_day=date(2026, 2, 13))
    with portal(url, clock=lambda: TODAY) as served:
        yield served


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with told(f"sqlite:///{tmp_path / 'billing.sqlite'}") as served:
        yield served


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=site.address, trust_env=False, verify=NO_TLS, headers={"Accept": "text/html"}, timeout=30
    ) as opened:
        opened.cookies.set("billing-session", session_cookie(site, ALVA))
        yield opened


def order_of(site: Site, reference: str) -> str:
    with site.database.reading() as session:
        return placement_store.get(session, reference).periods[0].order_number


def states(site: Site, reference: str, month: str) -> list[ReportState]:
    with site.database.reading() as session:
        return [each.state for each in placement_store.reports(session, reference, Month.parse(month))]


@pytest.mark.parametrize("javascript", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_file_the_month_and_correct_it(site: Site, opening: Opening, javascript: bool) -> None:
    with opening(javascript=javascript) as page:
        sign_in(page, site, ALVA)
        page.goto(f"{site.address}/reports")
        page.locator("a[href='/reports/100000101/2026-02']").first.click()
        page.get_by_label("Uppföljningssamtal").check()
        page.get_by_role("button", name="Lämna redovisningen").click()
        # Without the confirmation nothing is filed, and what was ticked is kept.
        assert page.get_by_role("link", name="Bekräfta att uppgifterna stämmer").is_visible()
        assert page.get_by_label("Uppföljningssamtal").is_checked()
        assert states(site, "100000101", "2026-02") == []
        page.get_by_label("Tjänsten har utförts").check()
        page.get_by_role("button", name="Lämna redovisningen").click()
        assert "Redovisningen för februari 2026 är lämnad" in page.get_by_role("status").inner_text()
        assert states(site, "100000101", "2026-02") == [ReportState.FILED]
        # Who judges it, since when it waits, and what happens then.
        told = page.locator(".notice.info").inner_text()
        assert "Väntar på köparen sedan 2026-03-10" in told
        assert "Köparens handläggare prövar redovisningen i sitt eget system" in told
        assert "Sänds den tillbaka står skälet här" in told

        page.get_by_text("Lämna en rättelse").click()
        page.get_by_label("Praktik").check()
        page.get_by_label("Tjänsten har utförts").check()
        page.get_by_role("button", name="Lämna rättelsen").click()
        assert states(site, "100000101", "2026-02") == [ReportState.REPLACED, ReportState.FILED]
        history = page.locator("ol.timeline").inner_text()
        assert "Version 2 lämnades av Alva Lind" in history
        assert "Uppföljningssamtal, Praktik" in history


def test_file_all_that_is_due_but_one(site: Site, any_page: Page) -> None:
    page = any_page
    sign_in(page, site, ALVA)
    page.goto(site.address)
    page.get_by_role("link", name="Granska och lämna").click()
    rows = page.get_by_role("row")
    assert rows.count() == 4
    assert "sista ersatta dag 2026-02-13" in page.locator("tbody").inner_text()
    page.get_by_label("Lämna 100000102 för januari 2026").uncheck()
    page.get_by_label("Planering av insatserna").check()
    page.get_by_role("button", name="Lämna de markerade").click()
    assert "Bekräfta att uppgifterna stämmer" in page.locator("#error-summary").inner_text()
    assert page.title().startswith("Fel:")
    assert not page.get_by_label("Lämna 100000102 för januari 2026").is_checked()
    assert page.get_by_label("Planering av insatserna").is_checked()
    assert states(site, "100000101", "2026-02") == []
    page.get_by_label("Tjänsten har utförts").check()
    page.get_by_role("button", name="Lämna de markerade").click()
    assert "2 redovisningar är lämnade" in page.get_by_role("status").first.inner_text()
    assert states(site, "100000101", "2026-02") == states(site, "100000102", "2026-02") == [ReportState.FILED]
    assert states(site, "100000102", "2026-01") == []
    assert page.locator("a[href='/reports/100000102/2026-01']").first.is_visible()


def test_the_month_is_filed_with_the_keyboard_alone_and_in_english(site: Site, browser_page: Page) -> None:
    page = browser_page
    sign_in(page, site, EVE)
    page.goto(f"{site.address}/reports/100000101/2026-02")
    assert page.locator("h1").inner_text() == "Report for February 2026"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "confirmed":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/100000101/2026-02")
    assert "The report for February 2026 is filed" in page.get_by_role("status").inner_text()
    assert states(site, "100000101", "2026-02") == [ReportState.FILED]


def test_a_double_press_files_one_report(site: Site, client: httpx.Client) -> None:
    token = client.get("/reports/due").text.partition('name="form_token" value="')[2].partition('"')[0]
    press = {"form_token": token, "version": "1", "confirmed": "1"}
    for _ in range(2):
        answer = client.post(
            "/reports/100000101/2026-02", data=press, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 303
    assert states(site, "100000101", "2026-02") == [ReportState.FILED]


def test_all_of_it_behind_the_databases_own_wall(postgresql_server: PostgresqlServer) -> None:
    with (
        told(postgresql_server.empty()) as site,
        httpx.Client(base_url=site.address, trust_env=False, verify=NO_TLS, timeout=60) as client,
    ):
        client.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        client.cookies.set("billing-session", session_cookie(site, ALVA))
        for path in PAGES:
            answer = client.get(path)
            assert answer.status_code == 200, path
        token = answer.text.partition('name="form_token" value="')[2].partition('"')[0]
        with site.database.writing() as session:
            register = register_store.load(session)
            unit_tutors.add(
                session, register, FYRBAKEN, "UV-101", "handledare-7", by="user-1", today=TODAY.date()
            )
        due = ["100000101|2026-02|1", "100000102|2026-01|1", "100000102|2026-02|1"]
        for press in (
            ("/reports/due", {"due": due, "confirmed": "1", "activity": ["MEETING", "nonsense"]}),
            ("/placements/tutors", {"reference": ["100000101"], "tutor": "handledare-7"}),
        ):
            assert client.post(press[0], data={"form_token": token, **press[1]}).status_code == 303
        assert states(site, "100000102", "2026-01") == [ReportState.FILED]
        lists = [client.get(f"/exports/{what}.csv").text for what in ("orders", "to-invoice", "invoices")]
        assert [len(each.splitlines()) for each in lists] == [3, 1, 2]
        foreign = {"form_token": token, "due": "100000103|2026-01|1", "confirmed": "1"}
        assert client.post("/reports/due", data=foreign).status_code == 404


def test_a_tutor_is_assigned_to_many_and_a_name_is_refused(site: Site, any_page: Page) -> None:
    page = any_page
    sign_in(page, site, replace(ALVA, permissions=ALVA.permissions | {_P.ADMINISTER}))
    page.goto(f"{site.address}/placements?state=to_assign")
    assert page.get_by_role("row").count() == 2
    assert "Ingen handledare är inlagd än" in page.locator("main").inner_text()
    page.goto(f"{site.address}/tutors")
    page.get_by_label("Handledarens kod").fill("Anna Svensson")
    page.get_by_role("button", name="Lägg till").click()
    assert "Skriv inte namn" in page.locator("#error-summary").inner_text()
    assert axe(page) == []
    for code in ("handledare-7", "H2"):
        page.select_option("#unit", label="Fyrbåken Umeå")
        page.get_by_label("Handledarens kod").fill(code)
        page.get_by_role("button", name="Lägg till").click()
    page.goto(f"{site.address}/placements?state=to_assign")
    page.get_by_label("Välj 100000101").check()
    page.get_by_role("button", name="Utse").click()
    assert "Välj en av H2, handledare-7" in page.locator("#error-summary").inner_text()
    assert page.get_by_label("Välj 100000101").is_checked()
    page.select_option("#tutor", label="handledare-7 (Fyrbåken Umeå)")
    page.get_by_role("button", name="Utse").click()
    assert "Alla placeringar har en handledare" in page.locator("main").inner_text()
    page.goto(f"{site.address}/placements/100000101")
    page.select_option("#tutor", label="H2 (Fyrbåken Umeå)")
    page.get_by_role("button", name="Byt handledare").click()
    assert "H2 är nu handledare" in page.get_by_role("status").inner_text()
    # Its order has lines left, and its tutor has not left.
    assert "Har slutat" not in page.locator("main").inner_text()
    with site.database.reading() as session:
        assert [each.tutor for each in tutor_store.history(session, "100000101")] == ["handledare-7", "H2"]
    # H2 leaves: the placement waits for another, and the page says so.
    page.goto(f"{site.address}/tutors")
    page.get_by_role("link", name="H2").click()
    assert "100000101" in page.locator("main").inner_text()
    page.get_by_role("button", name="Avsluta handledaren").click()
    assert "Att utse en ny handledare för" in page.locator("main").inner_text()
    assert axe(page) == []
    page.get_by_role("link", name="Utse handledare").click()
    assert "Har slutat" in page.get_by_role("row").filter(has_text="100000101").inner_text()


def test_the_timeline_leads_to_each_document_in_both_widths(site: Site, any_page: Page) -> None:
    page = any_page
    sign_in(page, site, ALVA)
    order = order_of(site, "100000101")
    for width, picture in ((1280, "svg.line.wide-picture"), (390, "svg.line.narrow-picture")):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site.address}/placements/100000101")
        drawn = page.locator(picture)
        assert drawn.is_visible()
        assert drawn.locator("a").count() == 5
        drawn.get_by_role("link", name=re.compile(f"Order {order}")).click()
        page.wait_for_url(f"**/orders/{order}")
    page.goto(f"{site.address}/placements/100000101")
    # Neither level nor reason nor an officer's id is on the page.
    text = page.locator("main").inner_text()
    assert "nivå" not in text.lower()
    assert "officer" not in text


def test_the_order_on_paper_and_as_it_was_sent(site: Site, client: httpx.Client) -> None:
    number = order_of(site, "100000101")
    with site.database.reading() as session:
        (message,) = outbox_store.messages_out(session, kind=DocumentKind.ORDER, document_id=number)
    answer = client.get(f"/orders/{number}/order.xml")
    assert answer.content == message.body
    assert answer.headers["content-disposition"] == f'attachment; filename="order-{number}.xml"'
    assert hashlib.sha256(message.body).hexdigest() in client.get(f"/orders/{number}").text
    paper = client.get(f"/orders/{number}/order.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    read = PdfReader(io.BytesIO(paper.content))
    assert read.metadata is not None
    assert read.metadata.title == f"Order {number}"
    assert read.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]
    text = read.pages[0].extract_text()
    for said in (number, "100000101", "Grundersättning", "2026-06-30", "30 dagar"):
        assert said in text


class _NoPango:
    """What importing WeasyPrint meets on a machine without Pango."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return None


class _InThisProcess:
    """Prints where the test took Pango away, and not in a process of its own."""

    def run(self, work: Callable[..., object], *given: object, **_: object) -> object:
        return work(*given)


def test_a_server_without_pango_says_so(
    site: Site, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [_NoPango(), *sys.meta_path])
    monkeypatch.setattr(pdf, "PRINTING", _InThisProcess())
    answer = client.get(f"/orders/{order_of(site, '100000101')}/order.pdf")
    assert answer.status_code == 409
    assert "Pango saknas på servern" in answer.text


def test_lists_are_taken_home_with_the_filter_of_the_page(site: Site, any_page: Page) -> None:
    page = any_page
    sign_in(page, site, ALVA)
    page.goto(f"{site.address}/orders?text=100000101")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Excel").click()
    assert taken.value.suggested_filename == "orders-2026-03-10.xlsx"
    sheet = load_workbook(io.BytesIO(taken.value.path().read_bytes())).active
    assert sheet is not None
    heading, row = list(sheet.iter_rows(values_only=True))
    assert heading[0] == "Order"
    assert row[2] == "100000101"
    assert row[4] == datetime(2026, 1, 1)  # noqa: DTZ001 - a spreadsheet's days have no zone
    assert isinstance(row[7], int | float)


def test_another_suppliers_and_another_units_things_are_not_there(site: Site, client: httpx.Client) -> None:
    number = order_of(site, "100000101")
    paths = (
        f"/orders/{number}",
        f"/orders/{number}/order.xml",
        f"/orders/{number}/order.pdf",
        "/placements/100000101",
        "/reports/100000101/2026-02",
    )
    for person in (CILLA, BO):
        client.cookies.set("billing-session", session_cookie(site, person))
        for path in paths:
            assert client.get(path).status_code == 404, path
        for path in ("/orders", "/placements", "/reports", "/reports/due", "/exports/orders.csv", "/"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "100000101" not in answer.text
            assert number not in answer.text


def test_permissions_decide_which_pages_there_are(site: Site, client: httpx.Client) -> None:
    client.cookies.set("billing-session", session_cookie(site, ADA))
    front = client.get("/")
    assert front.status_code == 200
    assert 'href="/orders"' not in front.text
    for path in ("/orders", "/placements", "/reports", "/exports", "/exports/orders.csv"):
        assert client.get(path).status_code == 403
    client.cookies.set("billing-session", session_cookie(site, BO))
    assert client.get("/reports").status_code == 200
    token = client.get("/reports").text.partition('name="form_token" value="')[2].partition('"')[0]
    answer = client.post(
        "/placements/tutors",
        data={"form_token": token, "reference": "100000101", "tutor": "h-1"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 403


@pytest.mark.slow
def test_nothing_is_cut_off_on_a_narrow_screen(site: Site, browser_page: Page) -> None:
    sign_in(browser_page, site, ALVA)
    browser_page.set_viewport_size({"width": 320, "height": 800})
    for path in (*PAGES, f"/orders/{order_of(site, '100000101')}"):
        browser_page.goto(site.address + path)
        assert too_wide(browser_page) == [], path
    assert axe(browser_page) == []
