"""A list is its address: sorted in one way, with the old ways read alike; and its file has exactly what it shows."""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from lxml import html
from sqlalchemy import update

from accounts.identity import Permission
from invoicing.decisions.tables import desk_filter
from invoicing.portal_invoicing.queries import ReadyOrder, SortOrder
from supplier_portal.queries.orders import Sort
from tests.support.pages.all_routes import ONES, STAFF, SUPPLIER
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site

_P = Permission


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("lists"), is_demo=True) as served:
        yield served


@pytest.fixture
def supplier(site: Site) -> Iterator[Visitor]:
    with visitor(site, SUPPLIER) as opened:
        yield opened


@pytest.fixture
def staff(site: Site) -> Iterator[Visitor]:
    with visitor(site, STAFF) as opened:
        yield opened


def opened(who: Visitor, address: str) -> html.HtmlElement:
    answer = who.get(address)
    assert answer.status_code == 200, address
    return html.document_fromstring(answer.text)


def rows(page: html.HtmlElement) -> list[str]:
    """The names of the rows of the list on one page."""
    found = page.cssselect("table.listing tbody th[scope=row]")
    return [" ".join(each.text_content().split()) for each in found]


def every(who: Visitor, address: str) -> list[str]:
    """The names of the rows on all of its pages, by pressing next; each page leads back to the one before."""
    found, before = list[str](), ""
    while address:
        page = opened(who, address)
        assert bool(page.cssselect(".pager a[rel=prev]")) == bool(before)
        found += rows(page)
        before = address
        address = next((each.get("href", "") for each in page.cssselect(".pager a[rel=next]")), "")
    return found


def file_of(who: Visitor, page: html.HtmlElement) -> list[dict[str, str]]:
    """What the list's own link to its file gives."""
    (address,) = {each.get("href", "") for each in page.cssselect("a[href*='.csv']")}
    text = who.get(address).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


SORTED = {
    "/orders": tuple(Sort),
    "/invoices": tuple(SortOrder),
    "/to-invoice": tuple(ReadyOrder),
}


@pytest.mark.parametrize("address", SORTED)
def test_each_heading_of_the_portal_sorts_both_ways_and_says_how(supplier: Visitor, address: str) -> None:
    expected = sorted(every(supplier, address))
    assert expected
    for column in SORTED[address]:
        down = every(supplier, f"{address}?sort={column}&dir=desc")
        up = every(supplier, f"{address}?sort={column}&dir=asc")
        assert down == up[::-1], column
        assert sorted(up) == expected, column
        page = opened(supplier, f"{address}?sort={column}&dir=asc")
        (heading,) = page.cssselect("table.listing thead th[aria-sort=ascending]")
        assert "dir=desc" in heading.cssselect("a")[0].get("href", "")


def test_the_headings_of_the_queue_sort_both_ways(staff: Visitor) -> None:
    page = opened(staff, "/finance")
    names = [each.get("href", "") for each in page.cssselect("table.queue thead th[aria-sort] a")]
    columns = [re.findall(r"sort=(\w+)", each)[0] for each in names]
    assert columns == ["number", "supplier", "cause", "month", "days", "amount", "owner"]
    expected = sorted(every(staff, "/finance"))
    for column in columns:
        assert sorted(every(staff, f"/finance?sort={column}&dir=asc")) == expected
        assert sorted(every(staff, f"/finance?sort={column}&dir=desc")) == expected
    amounts = [
        Decimal(re.sub(r"[^\d,-]", "", each.text_content()).replace(",", "."))
        for each in opened(staff, "/finance?sort=amount&dir=desc").cssselect(
            "table.queue td.num + td.num, table.queue td.num"
        )
        if "kr" in each.text_content()
    ]
    assert amounts == sorted(amounts, reverse=True)
    assert len(set(amounts)) > 2


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("/orders?sort=amount", "/orders?sort=amount&dir=desc"),
        ("/orders?sort=amount&rising=1", "/orders?sort=amount&dir=asc"),
        ("/invoices?sort=-amount", "/invoices?sort=amount&dir=desc"),
        ("/invoices?sort=amount", "/invoices?sort=amount&dir=asc"),
        ("/invoices", "/invoices?sort=received&dir=desc"),
    ],
)
def test_an_address_that_somebody_has_kept_sorts_as_it_did(supplier: Visitor, before: str, now: str) -> None:
    assert rows(opened(supplier, before)) == rows(opened(supplier, now))


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("order=amount", "sort=amount&dir=desc"),
        ("order=amount-least", "sort=amount&dir=asc"),
        ("order=new", "sort=days&dir=asc"),
        ("order=supplier-last", "sort=supplier&dir=desc"),
        ("", "sort=days&dir=desc"),
    ],
)
def test_a_kept_address_of_the_queue_sorts_as_it_did(staff: Visitor, before: str, now: str) -> None:
    found = rows(opened(staff, f"/finance?{before}"))
    assert found == rows(opened(staff, f"/finance?{now}"))
    assert len(found) > 5


FILES = {
    "/invoices": "Nummer",
    "/orders": "Order",
    "/to-invoice": "Order",
    "/invoices?standing=paid": "Nummer",
    "/invoices?type=CREDIT_NOTE&sort=amount&dir=asc": "Nummer",
    "/invoices?q=F26-1&month=2026-10": "Nummer",
    "/invoices?state=CREDIT_REQUESTED": "Nummer",
    "/orders?lines=to_invoice&sort=amount&dir=asc": "Order",
    "/orders?article=RESULT": "Order",
    "/to-invoice?sort=amount&dir=desc": "Order",
    "/to-invoice?month=2026-09": "Order",
}


@pytest.mark.parametrize("address", FILES)
def test_the_file_of_a_list_has_what_the_list_shows_in_its_order(supplier: Visitor, address: str) -> None:
    shown = every(supplier, address)
    told = [row[FILES[address]] for row in file_of(supplier, opened(supplier, address))]
    assert len(told) == len(shown)
    assert all(name.startswith(number) for number, name in zip(told, shown, strict=True))
    if address.startswith(("/invoices?", "/orders?article")):
        assert 0 < len(told) < len(every(supplier, address.partition("?")[0]))


def test_a_view_is_kept_under_a_name_on_its_own_list_and_dropped(site: Site) -> None:
    with visitor(site, ONES[_P.REPORT]) as person, visitor(site, ONES[_P.VIEW]) as colleague:
        address = "/orders?lines=to_invoice&sort=amount&dir=desc"
        assert (
            person.post("/views", {"name": "Störst först", "address": address}).headers["location"] == address
        )
        kept = opened(person, "/orders").cssselect(".views .chips a.chip")
        assert [(each.text_content(), each.get("href")) for each in kept] == [("Störst först", address)]
        assert opened(person, address).cssselect(".views .chips a.chip[aria-current]")
        assert not opened(person, "/invoices").cssselect(".views .chips a.chip")
        assert not opened(colleague, "/orders").cssselect(".views .chips a.chip")
        taken = person.post("/views", {"name": "Störst först", "address": "/invoices?standing=paid"})
        assert taken.status_code == 409
        (drop,) = opened(person, "/orders").cssselect("form[action$='/drop']")
        assert colleague.post(drop.get("action", "")).status_code == 404
        assert person.post(drop.get("action", "")).headers["location"] == "/orders"
        assert not opened(person, "/orders").cssselect(".views .chips a.chip")


def test_a_view_without_a_name_elsewhere_or_of_a_person_is_refused(site: Site) -> None:
    with visitor(site, ONES[_P.REPORT]) as person:
        assert person.post("/views", {"name": " ", "address": "/orders"}).status_code == 409
        assert person.post("/views", {"name": "191212121212", "address": "/orders"}).status_code in (400, 409)
        elsewhere = person.post("/views", {"name": "Bort", "address": "https://elsewhere.example/"})
        assert elsewhere.headers["location"] == "/"


def test_a_filter_of_the_queue_from_before_is_a_view_of_it(site: Site) -> None:
    with visitor(site, ONES[_P.FINANCE]) as person:
        person.post("/views", {"name": "Gamla", "address": "/finance"})
        with site.database.writing() as session:
            session.execute(update(desk_filter).where(desk_filter.c.name == "Gamla").values(query="days=30"))
        (kept,) = opened(person, "/finance").cssselect(".views .chips a.chip")
        assert (kept.text_content(), kept.get("href")) == ("Gamla", "/finance?days=30")


def test_the_conditions_of_the_portals_lists_stand_as_chips(supplier: Visitor) -> None:
    for address, many in (
        ("/orders?lines=to_invoice&month=2026-09&article=BASIC", 3),
        ("/invoices?q=F26&type=INVOICE&month=2026-10&standing=paid", 3),
        ("/to-invoice?month=2026-09&unit=UV-101", 2),
    ):
        chips = opened(supplier, address).cssselect(".chips a.chip:not(.views a)")
        assert len(chips) == many, address
        for chip in chips:
            fewer = opened(supplier, chip.get("href", ""))
            assert len(fewer.cssselect(".chips a.chip")) == many - 1
