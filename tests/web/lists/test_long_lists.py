"""Lists of ten thousand rows: a page stays light, shows its rows and says of how many, and goes on to the next.

The rows are copies of one, put into the books by one statement: what is tried is the list, not how they came.
"""

from collections.abc import Iterator

import pytest
from lxml import html
from sqlalchemy import Table, insert, text

from foundation.sql import Session
from invoicing.documents.tables import invoice
from invoicing.payment.tables import payment_proposal
from invoicing.payment.transfers import ProposalState
from orders.tables import line_account, order_line, purchase_order
from tests.support.pages.all_routes import STAFF, SUPPLIER
from tests.support.pages.browser import Site
from tests.support.pages.visitor import Visitor, visitor
from tests.support.stories.demo_books import demo_site, last_day, noon
from web.pages import Page

MANY, PROPOSALS = 10_000, 230
HEAVIEST = 200_000
PAID, ASKED, READY = "F26-101", "F26-3301", "2100000042"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with demo_site(tmp_path_factory.mktemp("long"), is_demo=True) as served:
        with served.database.writing() as session:
            for state, name in (("PAID", PAID), ("IN_QUESTION", ASKED)):
                copy(
                    session,
                    invoice,
                    f"number = '{name}'",
                    {
                        "number": f"'{name}-' || n",
                        "letter_id": f"{len(state)}00000 + n",
                        "state": f"'{state}'",
                        "codes": "'QUANTITY'" if state == "IN_QUESTION" else "''",
                    },
                    without="id",
                )
            named = {"number": "'22000' || (10000 + n)"}
            copy(session, purchase_order, f"number = '{READY}'", named)
            on_order = {"order_number": "'22000' || (10000 + n)"}
            for table in (order_line, line_account):
                copy(session, table, f"order_number = '{READY}' and line_id = '001'", on_order)
            made = {"pay_on": last_day(), "prepared_by": "user-1", "prepared_at": noon()}
            session.execute(
                insert(payment_proposal),
                [{"number": f"B9{n:05}", "state": ProposalState.WITHDRAWN, **made} for n in range(PROPOSALS)],
            )
        yield served


def copy(session: Session, table: Table, which: str, others: dict[str, str], *, without: str = "") -> None:
    """Put ten thousand copies of a row beside it; `n` is their number."""
    names = [each.name for each in table.columns if each.name != without]
    values = [others.get(name, name) for name in names]
    counted = f"with recursive counted(n) as (select 1 union all select n + 1 from counted where n < {MANY})"  # noqa: S608 - as above
    told = f"select {', '.join(values)} from {table.name}, counted where {which}"  # noqa: S608 - names of ours
    session.execute(text(f"insert into {table.name} ({', '.join(names)}) {counted} {told}"))


@pytest.fixture(scope="module")
def supplier(site: Site) -> Iterator[Visitor]:
    with visitor(site, SUPPLIER) as opened:
        yield opened


@pytest.fixture(scope="module")
def staff(site: Site) -> Iterator[Visitor]:
    with visitor(site, STAFF) as opened:
        yield opened


def light_page(who: Visitor, address: str, rows: int, table: str = "table.listing") -> html.HtmlElement:
    answer = who.get(address)
    assert answer.status_code == 200
    assert len(answer.content) < HEAVIEST, f"{address}: {len(answer.content)} bytes"
    page = html.document_fromstring(answer.text)
    shown = page.cssselect(f"{table} tbody tr")
    assert len(shown) == rows
    return page


def told(page: html.HtmlElement) -> tuple[int, int, int]:
    """From which row to which, and of how many, the list says that it shows."""
    words = page.cssselect(".pager p")[0].text_content().replace("\u00a0", "").replace(" ", "")
    shown, _, total = words.partition("av")
    first, _, last = shown.partition("–")
    return int(first), int(last), int(total)


PORTAL = {"/orders": 25, "/invoices": 25, "/to-invoice": 100}
DESK = {"/finance": 50, "/finance/invoices": 50, "/finance/invoices?size=200": 200}


@pytest.mark.parametrize("address", PORTAL)
def test_a_long_list_of_the_portal_is_light_and_says_of_how_many(supplier: Visitor, address: str) -> None:
    goes_on(supplier, address, PORTAL[address])


@pytest.mark.parametrize("address", DESK)
def test_a_long_list_of_the_desk_is_light_and_says_of_how_many(staff: Visitor, address: str) -> None:
    goes_on(staff, address, DESK[address])


def goes_on(who: Visitor, address: str, rows: int) -> None:
    page = light_page(who, address, rows)
    first, last, total = told(page)
    assert (first, last) == (1, rows)
    assert total > MANY
    (following,) = page.cssselect(".pager a[rel=next]")
    second = light_page(who, following.get("href", ""), rows)
    assert told(second) == (rows + 1, 2 * rows, total)
    (before,) = second.cssselect(".pager a[rel=prev]")
    assert told(light_page(who, before.get("href", ""), rows)) == (1, rows, total)
    assert len(who.get(f"{address}{'&' if '?' in address else '?'}page=9999999").content) < HEAVIEST
    # The last page is one press away, and the first is one press back.
    *_, end = page.cssselect(".pager .jump a")
    ended = html.document_fromstring(who.get(end.get("href", "")).text)
    assert told(ended)[1:] == (total, total)
    start = ended.cssselect(".pager .jump a")[0]
    assert told(light_page(who, start.get("href", ""), rows)) == (1, rows, total)


def test_any_page_of_many_is_a_few_presses_away() -> None:
    def at(number: int) -> list[int]:
        return [each for each, _ in Page(number, 50, 100_000, "/finance/invoices").jumps]

    assert at(1) == [1, 2, 11, 101, 2000]
    assert at(1000) == [1, 900, 990, 999, 1000, 1001, 1010, 1100, 2000]
    assert at(2000) == [1, 1900, 1990, 1999, 2000]
    assert Page(2, 50, 150, "/orders").jumps == (), "where the one before and the one after are all there is"
    assert Page(1, 50, 151, "/orders", [("q", "a b")]).jumps[-1] == (4, "/orders?q=a+b&page=4")


def test_every_proposal_is_reached(staff: Visitor) -> None:
    page = html.document_fromstring(staff.get("/finance/payments").text)
    pagers = [each for each in page.cssselect(".pager") if "proposals=" in html.tostring(each).decode()]
    (words,) = [
        each.cssselect("p")[0].text_content().replace("\u00a0", "").replace(" ", "") for each in pagers
    ]
    assert int(words.partition("av")[2]) >= PROPOSALS
    seen = set[str]()
    for place in range(1, 6):
        older = html.document_fromstring(staff.get(f"/finance/payments?proposals={place}").text)
        found = older.cssselect("th a[href^='/finance/payments/proposals/B9']")
        seen |= {each.text_content() for each in found}
    assert len(seen) == PROPOSALS


def test_the_number_in_the_menu_is_that_of_the_list(supplier: Visitor, staff: Visitor) -> None:
    for who, entry, address in ((supplier, "/to-invoice", "/to-invoice"), (staff, "/finance", "/finance")):
        page = html.document_fromstring(who.get(address).text)
        counts = page.cssselect(f"nav.wide a[href='{entry}'] + .count")
        (number,) = ["".join(sign for sign in each.text_content() if sign.isdigit()) for each in counts]
        assert int(number) >= told(page)[2]
        if entry == "/to-invoice":
            assert int(number) == told(page)[2]
