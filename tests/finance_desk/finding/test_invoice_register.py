"""Finance finds every invoice and credit note: by what it knows of it, in any state, counted and added up."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy import text

from accounts.identity import Permission
from foundation.sql import Session
from invoicing.documents import document_queries
from invoicing.documents.document_queries import DocumentFilter, DocumentOrder
from invoicing.model import InvoiceState
from tests.support import plans
from tests.support.pages.all_routes import ONES, STAFF
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site

REGISTER = "/finance/invoices"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("register"), is_demo=True) as served:
        yield served


@pytest.fixture
def staff(site: Site) -> Iterator[Visitor]:
    with visitor(site, STAFF) as opened:
        yield opened


def page_of(who: Visitor, query: str = "") -> html.HtmlElement:
    return html.document_fromstring(who.get(f"{REGISTER}?{query}").text)


def numbers(page: html.HtmlElement) -> list[str]:
    return [each.text_content() for each in page.cssselect("a.row-link")]


def in_books(site: Site, question: str, state: InvoiceState | None = None) -> int:
    with site.database.reading() as session:
        return int(session.execute(text(question), {"state": state.value if state else ""}).scalar_one())


def test_every_document_is_found_and_counted_whatever_its_state(site: Site, staff: Visitor) -> None:
    for state in (None, *InvoiceState):
        many = in_books(site, "select count(*) from invoice where state = :state or :state = ''", state)
        page = page_of(staff, f"state={state.value if state else ''}&size=200")
        assert len(numbers(page)) == many
        counted = [
            int(each)
            for each in re.findall(
                r"(\d+) (?:kredit)?faktur", "".join(each.text_content() for each in page.cssselect("p.found"))
            )
        ]
        assert sum(counted) == many


@pytest.mark.parametrize("written", ["F26-1403", "f26-1403", " F26-1403 "])
def test_a_paid_invoice_is_found_by_its_number_in_any_letters_and_opened(
    staff: Visitor, written: str
) -> None:
    page = page_of(staff, f"q={written}")
    assert numbers(page) == ["F26-1403"]
    (link,) = page.cssselect("a.row-link")
    assert "F26-1403" in staff.get(link.get("href", "")).text
    with_credits = page_of(staff, "q=400000014")
    assert len(numbers(with_credits)) > 1


def test_each_column_sorts_both_ways(site: Site, staff: Visitor) -> None:
    for order in DocumentOrder:
        up = numbers(page_of(staff, f"sort={order}&dir=asc&size=200"))
        down = numbers(page_of(staff, f"sort={order}&dir=desc&size=200"))
        assert up == down[::-1], order
        assert len(up) == in_books(site, "select count(*) from invoice")
    page = page_of(staff, "sort=amount&dir=asc")
    assert [each.get("aria-sort") for each in page.cssselect("thead th")].count("ascending") == 1


def test_conditions_stand_as_chips_that_can_be_taken_away_one_by_one(staff: Visitor) -> None:
    page = page_of(staff, "state=PAID&type=INVOICE&least=100&from=2026-01-01&sort=amount")
    chips = page.cssselect(".chips a.chip")
    assert len(chips) == 4
    for chip in chips:
        fewer = html.document_fromstring(staff.get(chip.get("href", "")).text)
        assert len(fewer.cssselect(".chips a.chip")) == 3
        assert "sort=amount" in chip.get("href", "")


def test_a_page_has_the_size_that_is_asked_for(staff: Visitor) -> None:
    assert len(numbers(page_of(staff, "size=25"))) == 25
    assert len(numbers(page_of(staff))) == 50
    assert numbers(page_of(staff, "size=25&page=2")) == numbers(page_of(staff))[25:]


@pytest.mark.parametrize(
    ("field", "written"),
    [("from", "i går"), ("to", "2026-02-30"), ("least", "många"), ("most", "1e99"), ("state", "X")],
)
def test_what_cannot_be_read_is_told_at_its_field_and_stays_written(
    staff: Visitor, field: str, written: str
) -> None:
    answer = staff.get(f"{REGISTER}?{field}={written}&q=f26-1403")
    page = html.document_fromstring(answer.text)
    assert answer.status_code == 400
    assert [each.get("href") for each in page.cssselect("#error-summary a")] == [f"#{field}"]
    assert page.cssselect(f"#{field}[aria-invalid=true]")
    assert page.cssselect("#q")[0].get("value") == "f26-1403"
    if field != "state":
        assert page.cssselect(f"#{field}")[0].get("value") == written
    assert page.cssselect("title")[0].text_content().startswith("Fel:")


def test_the_file_has_every_row_and_a_sum_that_is_the_pages(staff: Visitor) -> None:
    answer = staff.get(f"{REGISTER}.csv?state=PAID")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    page = page_of(staff, "state=PAID&size=200")
    assert sorted(row["Nummer"] for row in rows) == sorted(numbers(page))
    told = (
        "".join(each.text_content() for each in page.cssselect("p.found"))
        .replace("\u00a0", "")
        .replace(" ", "")
    )
    total = sum((Decimal(row["Att betala"].replace(",", ".")) for row in rows), Decimal(0))
    assert str(total).replace(".", ",") in told
    assert {row["Läge"] for row in rows} == {"Betald"}
    assert staff.get(f"{REGISTER}.xlsx").content[:2] == b"PK"


def test_more_than_a_file_holds_is_said_and_never_cut(
    staff: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("finance_desk.pages.invoices.FILE_MOST", 10)
    answer = staff.get(f"{REGISTER}.csv")
    assert answer.status_code == 409
    assert "en fil rymmer 10" in answer.text


def test_a_document_that_is_handled_apart_shows_neither_number_nor_reference(
    site: Site, staff: Visitor
) -> None:
    with site.database.reading() as session:
        (row,) = document_queries.listed(session, DocumentFilter(text="F26-1402"), limit=2)
    before = staff.get(f"{REGISTER}?size=200").text, staff.get(f"{REGISTER}.csv").text
    assert f">{row.number}<" in before[0]
    assert f"\n{row.number};" in before[1]
    staff.post(f"/finance/documents/{row.id}/protect", {"reason": "Den säger vem det är."})
    page, file = staff.get(f"{REGISTER}?size=200").text, staff.get(f"{REGISTER}.csv").text
    assert f">{row.number}<" not in page
    assert f"\n{row.number};" not in file


def test_numbers_of_documents_in_reconciliation_and_journal_lead_to_them(staff: Visitor) -> None:
    case = html.document_fromstring(staff.get("/finance/reconciliation/case/400000014").text)
    links = {
        each.text_content(): each.get("href") for each in case.cssselect("a[href^='/finance/documents/']")
    }
    assert "F26-1403" in links
    found = html.document_fromstring(staff.get("/finance/audit?q=f26-1403").text)
    assert "Faktura F26-1403" in {
        each.text_content() for each in found.cssselect(f"a[href='{links['F26-1403']}']")
    }
    opened = html.document_fromstring(staff.get("/finance/reconciliation?supplier=5599994042").text)
    assert opened.cssselect("th a[href^='/finance/documents/']")


def test_somebody_who_attests_finds_them_too_and_a_supplier_none(site: Site) -> None:
    with visitor(site, ONES[Permission.ATTEST]) as attester:
        assert numbers(page_of(attester, "q=f26-1403")) == ["F26-1403"]
    with visitor(site, ONES[Permission.REPORT]) as supplier:
        assert supplier.get(REGISTER).status_code == 403


# However large the books are ----------------------------------------------------------------------

PLANS: dict[str, tuple[Callable[[Session], object], str]] = {
    f"a page by {order}": (
        lambda session, order=order: document_queries.listed(
            session, DocumentFilter(), order=order, limit=50
        ),
        index,
    )
    for order, index in {
        DocumentOrder.RECEIVED: "ix_invoice_received_on",
        DocumentOrder.ISSUED: "ix_invoice_issued_on",
        DocumentOrder.NUMBER: "ix_invoice_number_in_any_letters",
        DocumentOrder.SUPPLIER: "ix_invoice_supplier_state",
        DocumentOrder.REFERENCE: "ix_invoice_execution_reference",
        DocumentOrder.STATE: "ix_invoice_state",
        DocumentOrder.AMOUNT: "ix_invoice_amount_payable",
    }.items()
} | {
    "a number in any letters": (
        lambda session: document_queries.listed(session, DocumentFilter(text="f26-1403"), limit=50),
        "ix_invoice_number_in_any_letters",
    ),
    "what all comes to": (
        lambda session: document_queries.sums(session, DocumentFilter()),
        "COVERING INDEX ix_invoice_supplier_state",
    ),
}


@pytest.mark.parametrize("asked", PLANS)
def test_a_page_is_read_from_an_index_and_sorted_by_nobody(site: Site, asked: str) -> None:
    """As SQLite finds it: it keeps no statistics, so that no size changes that."""
    ask, index = PLANS[asked]
    with site.database.reading() as session:
        (plan,) = plans.carried_out(session, ask)
    assert any(index in step for step in plan), plan
    if asked.startswith("a page by"):
        assert not any(step.startswith("USE TEMP B-TREE FOR ORDER BY") for step in plan), plan
