"""A supplier's statement of account: the sum of its documents, the buyer's own figures, and each payment told whole."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from playwright.sync_api import Page

from accounts.identity import Permission, Person
from foundation.money import Money
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from invoicing.portal_invoicing.scope import Scope, SupplierActor
from invoicing.reconciliation import entry_queries
from invoicing.reconciliation.account_statement import (
    AccountEntry,
    EntryKind,
    InvoiceFate,
    Sums,
    position,
)
from invoicing.reconciliation.entry_source_queries import EntryFilter
from orders.register.unit_scope import UnitScope
from supplier_portal.queries import account_entries
from supplier_portal.queries.account_entries import AccountFilter
from supplier_portal.queries.invoice_steps import story
from tests.support.pages.browser import portal, session_cookie, sign_in
from tests.support.servers.serving import NO_TLS
from tests.support.stories.months_of_work import months_of_work
from tests.support.stories.paying import PayDesk, notice
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

BEGIN, END = date(2026, 1, 1), date(2026, 12, 31)
OURS = Scope(FYRBAKEN)
NORTH = {
    "id": "UV-102",
    "name": "Norra",
    "address": {"street": "G 2", "postal_code": "111 11", "city": "Orten"},
}
ALVA = Person("user-a", "Alva Lind", FYRBAKEN, frozenset({Permission.REPORT}))
BO = Person(
    "user-b", "Bo Ek", FYRBAKEN, frozenset({Permission.REPORT}), within=UnitScope(frozenset({"UV-102"}))
)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def rows_of(session: Session, scope: Scope, first: date, last: date) -> list[AccountEntry]:
    """The page's rows, which must lead from the opening to the closing balance, as must those of the file."""
    wanted = AccountFilter(first, last)
    opening = account_entries.standing(session, scope, on=first - timedelta(days=1), currency="SEK").open
    closing = account_entries.standing(session, scope, on=last, currency="SEK").open
    moved = account_entries.moved(session, scope, wanted)
    assert sum(moved.values(), opening) == closing
    count = account_entries.count(session, scope, wanted)
    pages = [
        account_entries.listed(session, scope, wanted, opening=opening.payable, limit=2, offset=2 * place)
        for place in range(-(-count // 2))
    ]
    rows = [row for page in pages for row in page]
    every = list(account_entries.every(session, scope, wanted, opening=opening.payable))
    assert len(rows) == count
    for each in (rows, every):
        assert sum((row.amount for row in each), opening) == closing
        running = opening.payable
        for row in each:
            running = running + row.amount.payable
            assert row.balance == running
    return rows


@pytest.mark.both_engines
@pytest.mark.parametrize("apart", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_it_is_the_sum_of_its_documents_and_what_the_buyer_has_on_every_day(
    system: System, apart: int
) -> None:
    days = list(months_of_work(system))
    with system.database.reading() as session:
        for supplier in (FYRBAKEN, LARKDRILLEN):
            scope = Scope(supplier)
            for day in days:
                ours = account_entries.standing(session, scope, on=day, currency="SEK")
                buyers = entry_queries.statement(
                    session, EntryFilter(supplier=supplier, as_of=day), by=()
                ).total
                assert (ours.invoiced.net, ours.credited.net) == (buyers.invoiced, buyers.credited), day
                assert (ours.accepted.net, ours.paid.net) == (buyers.approved, buyers.paid), day
                assert ours.open.net == buyers.open, day
                assert ours.open == ours.to_pay + ours.in_question - ours.owed_back, day
            for first in days[::apart]:
                for last in days[::apart]:
                    if first <= last:
                        rows_of(session, scope, first, last)


@pytest.mark.both_engines
def test_a_payment_that_had_a_credit_taken_off_shows_what_it_covers(system: System) -> None:
    for _ in months_of_work(system):
        pass
    with system.database.reading() as session:
        rows = rows_of(session, OURS, date(2026, 4, 1), END)
        (paid,) = [row for row in rows if row.kind is EntryKind.PAYMENT]
        parts = account_entries.covered(session, OURS, [paid.payment])[paid.payment]
        assert account_entries.is_whole(session, OURS, paid.payment, parts)
        assert [(each.kind, each.document, each.about) for each in parts] == [
            (EntryKind.PAYMENT, "F-3", ""),
            (EntryKind.PAYMENT, "F-4", ""),
            (EntryKind.NETTED, "K-2", "F-2"),
        ]
        (credit,) = [row for row in rows_of(session, OURS, BEGIN, END) if row.document == "K-2"]
        assert (credit.was_paid, credit.payment) == (True, paid.payment)
        # On the day before, it was not known yet.
        before = rows_of(session, OURS, BEGIN, paid.on - timedelta(days=1))
        assert [(row.was_paid, row.payment) for row in before if row.document == "K-2"] == [(True, "")]
        # What the bank moved is what the row says.
        assert sum((each.amount for each in parts), Sums.zero("SEK")) == paid.amount
        assert account_entries.payment_of(session, OURS, parts[0].document_id) == paid.payment
        assert account_entries.payment_of(session, Scope(LARKDRILLEN), parts[0].document_id) == ""
        # The page of the credit note, of the invoice it credits, and of the paid one lead there too.
        actor = SupplierActor(FYRBAKEN, by="user-1")
        told = {
            number: [
                (step.what.sv, step.link_text)
                for step in story(session, actor, document_store.by_id(session, invoice_id)).steps
            ]
            for number, invoice_id in (("K-2", parts[2].document_id), ("F-3", parts[0].document_id))
        }
        assert ("Krediten räknades av på betalning", paid.payment) in told["K-2"]
        assert ("Betald med betalning", paid.payment) in told["F-3"]


def test_a_credit_note_that_settles_nothing_is_told_apart(system: System) -> None:
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    invoice = system.flip(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
    credit = flipping.credit_note_of(invoice, given=Numbered("K-1", date(2026, 2, 4)))
    system.send(credit)
    with system.database.reading() as session:
        asked = account_entries.unsettled_credits(session, OURS, on=date(2026, 2, 4), currency="SEK", limit=5)
        assert (asked[0], [each.number for each in asked[1]]) == (1, ["K-1"])
        assert account_entries.standing(session, OURS, on=END, currency="SEK").open.payable.is_zero
        before = account_entries.unsettled_credits(
            session, OURS, on=date(2026, 2, 3), currency="SEK", limit=5
        )
        assert before == (0, [])


def test_an_invoice_counts_from_the_day_it_came_as_the_buyer_has_it(system: System) -> None:
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    invoice = system.flip(system.order("100000101").number, number="F-1", on=date(2026, 2, 3))
    system.send(invoice, on=date(2026, 2, 10))
    with system.database.reading() as session:
        for day, is_there in ((date(2026, 2, 9), False), (date(2026, 2, 10), True)):
            ours = account_entries.standing(session, OURS, on=day, currency="SEK")
            buyers = entry_queries.statement(session, EntryFilter(supplier=FYRBAKEN, as_of=day), by=()).total
            assert ours.open.net == buyers.open
            assert ours.open.net.is_zero is not is_there
        (row,) = rows_of(session, OURS, date(2026, 2, 4), END)
        assert row.on == date(2026, 2, 10)


def two_units(system: System) -> str:
    """An invoice of each unit, paid by one transfer, since a credit of the larger was taken off both."""
    desk = PayDesk(system)
    system.decide("100000101")
    system.decide("100000102", unit=NORTH)
    for reference in ("100000101", "100000102"):
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.report(reference, "2026-02", on=date(2026, 3, 2))
    south, north = (system.order(each).number for each in ("100000101", "100000102"))
    first = system.flip(south, number="S-1", on=date(2026, 2, 3))
    system.send(first)
    system.pay(on=date(2026, 3, 5))
    system.send(flipping.credit_note_of(first, given=Numbered("S-2", date(2026, 3, 6))))
    system.send_invoice(south, "002", number="S-3", on=date(2026, 3, 7))
    system.send_invoice(north, "001", number="N-1", on=date(2026, 3, 7))
    desk.give_right()
    proposal = desk.propose(on=date(2026, 4, 6))
    desk.attest(proposal)
    (transfer,) = desk.export(proposal).transfers
    desk.bank_says(
        notice((transfer.end_to_end, str(transfer.amount.amount)), day="2026-04-06"), on=date(2026, 4, 6)
    )
    return transfer.end_to_end


@pytest.mark.both_engines
def test_who_is_limited_to_a_unit_sees_its_documents_and_their_sum_and_that_the_payment_is_larger(
    system: System,
) -> None:
    payment = two_units(system)
    north, south = (Scope(FYRBAKEN, UnitScope(frozenset({unit}))) for unit in ("UV-102", "UV-101"))
    with system.database.reading() as session:
        standing = [
            account_entries.standing(session, scope, on=date(2026, 3, 10), currency="SEK").open
            for scope in (OURS, north, south)
        ]
        assert standing[0] == standing[1] + standing[2]
        seen = rows_of(session, north, BEGIN, END)
        assert [(row.kind.value, row.document) for row in seen] == [("INVOICE", "N-1"), ("PAYMENT", payment)]
        parts = account_entries.covered(session, north, [payment])[payment]
        assert [each.document for each in parts] == ["N-1"]
        assert not account_entries.is_whole(session, north, payment, parts)
        of_all = account_entries.covered(session, OURS, [payment])[payment]
        assert account_entries.is_whole(session, OURS, payment, of_all)
        nobody = rows_of(session, Scope(FYRBAKEN, UnitScope()), BEGIN, END)
        assert nobody == []


def test_the_page_and_its_file_say_the_same(tmp_path: Path, any_page: Page) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url) as system:
        payment = two_units(system)
    page = any_page
    with portal(url, clock=lambda: datetime(2026, 4, 10, 9, tzinfo=UTC)) as site:
        sign_in(page, site, ALVA)
        page.goto(f"{site.address}/economy")
        assert page.get_by_role("heading", level=1).inner_text() == "Kontoutdrag"
        table = page.locator("table").first.inner_text()
        for each in (
            "S-1",
            "krediterar S-1",
            "Fakturan var betald",
            payment,
            "Ingående saldo",
            "Utgående saldo",
        ):
            assert each in table
        page.goto(f"{site.address}/economy/payments/{payment}")
        assert "avräknad kredit på S-1" in page.locator("table").inner_text()
        assert "Ni ser en del" not in page.locator("main").inner_text()
        with httpx.Client(base_url=site.address, trust_env=False, verify=NO_TLS) as client:
            client.cookies.set("billing-session", session_cookie(site, ALVA))
            answer = client.get("/economy/statement/statement.csv?form=plain")
            book = load_workbook(io.BytesIO(client.get("/economy/statement/statement.xlsx").content))
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert book.worksheets[0].max_row == len(rows) + 1
        assert [row["Dokument"] for row in rows] == [
            "",
            "S-1",
            "S-1",
            "S-2",
            "S-3",
            "N-1",
            "S-2",
            "S-3",
            "N-1",
            "",
        ]
        assert rows[-1]["Saldo med moms"] == "0.00"
        # A day that is none is said at its field, and days the wrong way round too.
        page.goto(f"{site.address}/economy/statement?first=nej")
        assert "Skriv dagen som 2026-01-31." in page.get_by_role("alert").inner_text()
        page.goto(f"{site.address}/economy/statement?first=2026-03-01&last=2026-02-01")
        assert "ska inte komma efter" in page.get_by_role("alert").inner_text()


def test_the_page_of_a_unit_never_shows_another_units_documents(tmp_path: Path, any_page: Page) -> None:
    url = f"sqlite:///{tmp_path / 'billing.sqlite'}"
    with a_system(url) as system:
        payment = two_units(system)
    page = any_page
    with portal(url, clock=lambda: datetime(2026, 4, 10, 9, tzinfo=UTC)) as site:
        sign_in(page, site, BO)
        page.goto(f"{site.address}/economy/statement?unit=UV-101")
        assert "Inget har fakturerats" in page.locator("main").inner_text()
        page.goto(f"{site.address}/economy/statement")
        assert "valda enheternas ordrar" in page.locator("main").inner_text()
        assert "S-1" not in page.locator("main").inner_text()
        page.goto(f"{site.address}/economy/payments/{payment}")
        told = page.locator("main").inner_text()
        assert "Ni ser en del av betalningen" in told
        assert "S-3" not in told


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["credited", "approved", "neither"]),
            st.booleans(),
            st.booleans(),
            st.integers(-(10**6), 10**6),
        )
    )
)
def test_what_is_open_is_to_be_paid_or_in_question_or_owed_back(
    parts: list[tuple[str, bool, bool, int]],
) -> None:
    fates = [
        InvoiceFate(
            credited=stands == "credited",
            approved=stands == "approved",
            paid=paid,
            # Only what is paid and credited is ever given back.
            given_back=back and paid and stands == "credited",
            amount=Sums(Money(Decimal(ore) / 100, "SEK"), Money(Decimal(ore * 2) / 100, "SEK")),
        )
        for stands, paid, back, ore in parts
    ]
    found = position(fates, currency="SEK")
    assert found.open == found.to_pay + found.in_question - found.owed_back
