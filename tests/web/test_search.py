"""One search in the head of every page: what somebody may see is found whatever its state, and nothing of another's."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from accounts.identity import Permission
from invoicing.documents import tables as document_tables
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import Site, sign_in
from tests.support.pages.portal_walks import ALVA
from tests.support.pages.visitor import Visitor, text_of, visitor
from tests.support.stories.demo_books import demo_site
from web.search import model

REPORTS = ONES[Permission.REPORT]
FINANCE = ONES[Permission.FINANCE]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("search"), is_demo=True) as served:
        yield served


@pytest.fixture(scope="module")
def supplier(site: Site) -> Iterator[Visitor]:
    with visitor(site, REPORTS) as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(site: Site) -> Iterator[Visitor]:
    with visitor(site, FINANCE) as opened:
        yield opened


def found(somebody: Visitor, words: str) -> str:
    answer = somebody.client.get("/search", params={"q": words})
    return somebody.follow(answer) if answer.status_code == 303 else text_of(answer)


def test_a_refused_invoice_is_found_by_its_number(supplier: Visitor) -> None:
    assert "F26-4001" in found(supplier, "F26-4001")
    page = found(supplier, "F26-400")
    assert "Avvisade" in page
    assert "F26-4001" in page


def test_a_paid_invoice_is_found_by_number_by_part_of_it_by_sum_and_by_order(
    site: Site, supplier: Visitor
) -> None:
    table = document_tables.invoice
    with site.database.reading() as session:
        row = session.execute(select(table).where(table.c.number == "F26-1401")).one()
    for words in ("1401", "f26-14", row.order_number, f"{row.amount_payable:.2f}".replace(".", ",")):
        assert "F26-1401" in found(supplier, words), words
    answer = supplier.client.get("/search", params={"q": row.execution_reference})
    assert "F26-1401" in text_of(answer)
    assert row.execution_reference in text_of(answer)


def test_what_is_not_sent_yet_is_found(site: Site) -> None:
    with visitor(site, REPORTS) as sender:
        form = sender.get("/to-invoice/line/2100000042/001").text
        key = form.partition('name="form_key" value="')[2].partition('"')[0]
        sender.post("/to-invoice/send", {"form_key": key, "line": "2100000042/001"})
        assert "Gjorda i portalen, inte mottagna" in found(sender, "2100000042")


def test_another_suppliers_invoice_is_nobodys_hit(supplier: Visitor, desk: Visitor) -> None:
    assert "Inget hittades" in found(supplier, "20261")
    assert "20261" in found(desk, "2026")


def test_a_month_leads_to_its_lists(supplier: Visitor) -> None:
    page = supplier.client.get("/search", params={"q": "2026-10"}).text
    assert 'href="/invoices?month=2026-10"' in page
    assert 'href="/orders?month=2026-10"' in page


def test_the_desk_finds_a_supplier_by_name_and_number_and_a_document_by_sum(desk: Visitor) -> None:
    assert "5599994042" not in found(desk, "nobody at all")
    name = found(desk, "lärkdr")
    assert "Leverantörer" in name
    assert "Lärkdrillen" in name
    assert "F26-1401" in found(desk, "F26-140")


def test_one_thing_of_that_very_name_is_opened_at_once(supplier: Visitor) -> None:
    answer = supplier.client.get("/search", params={"q": "F26-3301"})
    assert answer.status_code in (200, 303)
    assert "F26-3301" in (supplier.follow(answer) if answer.status_code == 303 else text_of(answer))


def test_nothing_and_too_little_are_told(supplier: Visitor) -> None:
    assert "Skriv minst två tecken" in found(supplier, "F")
    assert "Skriv högst 60 tecken" in found(supplier, "F" * 61)


@pytest.mark.parametrize(
    ("written", "amount"),
    [("2 612,50", "2612.50"), ("2612.50 kr", "2612.50"), ("F26-1", None), ("9" * 20, None), ("nan", None)],
)
def test_an_amount_is_read_as_people_write_it(written: str, amount: str | None) -> None:
    assert model.read(written).amount == (Decimal(amount) if amount else None)


def test_slash_and_control_k_reach_the_field_but_not_where_somebody_writes(
    site: Site, browser_page: Page
) -> None:
    sign_in(browser_page, site, ALVA)
    browser_page.goto(f"{site.address}/invoices")
    for keys in ("/", "Control+k"):
        browser_page.evaluate("document.activeElement.blur()")
        browser_page.keyboard.press(keys)
        assert browser_page.evaluate("document.activeElement.id") == "search-everything"
    browser_page.locator("#filter-q").fill("F26")
    browser_page.locator("#filter-q").press("/")
    assert browser_page.locator("#filter-q").input_value() == "F26/"
