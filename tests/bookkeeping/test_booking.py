"""The ledger's files: vouchers that balance, numbers without gaps, and an accrual that takes itself back."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from bookkeeping import booking, tables
from bookkeeping import vouchers as ledger
from bookkeeping.accrual import accrual_queries
from bookkeeping.accrual.accrued import AccruedFor, AccruedLine
from bookkeeping.booking import AccrualRefused, BookedAlready, NothingToBook, Run
from bookkeeping.coding import Coding, CodingBasis
from bookkeeping.ledger_accounts import AccountsRefused, LedgerAccounts, accounts_from
from bookkeeping.sie import SieHead, financial_year, sie_bytes
from bookkeeping.vouchers import (
    Purchase,
    Voucher,
    VoucherKind,
    VoucherRow,
)
from foundation.money import Money
from foundation.periods import Month
from invoicing.model import InvoiceState
from invoicing.payment import export_store
from invoicing.portal_invoicing import flipping
from invoicing.portal_invoicing.flipping import Numbered
from orders.register import store as register_store
from orders.register.service_names import article_names
from orders.register.shipped_services import first_service
from tests.support.stories.bills import billed, together, with_lines
from tests.support.stories.paying import NOW, OFFICER
from tests.support.stories.system import System, a_system, example_register

REFERENCE, OTHER = "100000101", "100000102"
ACCOUNTS = LedgerAccounts()
Read = dict[str, list[tuple[str, Decimal]]]


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        yield system


def read_sie(body: bytes) -> tuple[dict[str, str], Read]:
    """The file as another program would read it: header fields, and the rows of each voucher."""
    header: dict[str, str] = {}
    vouchers: Read = {}
    current = ""
    for line in body.decode("cp437").split("\r\n"):
        words = shlex.split(line, posix=True)
        if not words or words[0] in "{}":
            continue
        if words[0] == "#VER":
            current = f"{words[2]} {words[3]} {words[4]}"
            vouchers[current] = []
        elif words[0] == "#TRANS":
            vouchers[current].append((words[1], Decimal(words[3])))
        else:
            header[words[0]] = words[1]
    return header, vouchers


def book(system: System, *, on: date) -> Run:
    with system.database.writing() as session:
        return booking.book(session, register_store.load(session), ACCOUNTS, today=on, by=OFFICER, now=NOW)


def accrue(system: System, month: Month, *, closing: date) -> Run:
    return accrue_as_of(system, month, closing=closing, today=closing)


def accrue_as_of(system: System, month: Month, *, closing: date, today: date) -> Run:
    with system.database.writing() as session:
        return booking.book_accrual(
            session,
            register_store.load(session),
            ACCOUNTS,
            month,
            closing=closing,
            today=today,
            by=OFFICER,
            now=NOW,
        )


def accruing(system: System, month: Month, *, closing: date) -> list[AccruedLine]:
    with system.database.reading() as session:
        return accrual_queries.lines(session, month, closing=closing)


def file_of(system: System, about: str) -> bytes:
    with system.database.reading() as session:
        (found,) = export_store.about(session, about)
        return export_store.named(session, found.id)[1]


def rows_of(run: Run) -> list[tuple[VoucherKind, list[tuple[str, str]]]]:
    return [(each.kind, [(row.account, str(row.amount)) for row in each.rows]) for each in run.vouchers]


@pytest.mark.both_engines
def test_an_invoice_its_payment_and_its_credit_are_booked_once_each(system: System) -> None:
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    document = system.send(invoice)
    first = book(system, on=date(2026, 2, 3))
    assert rows_of(first) == [
        (VoucherKind.INVOICE, [("5711", "1900.00"), ("1546", "475.00"), ("2581", "-2375.00")])
    ]
    with pytest.raises(NothingToBook):
        book(system, on=date(2026, 2, 3))
    system.pay(on=document.pays_on)
    system.send(flipping.credit_note_of(invoice, given=Numbered("K-1", date(2026, 3, 6))))
    second = book(system, on=date(2026, 3, 6))
    assert rows_of(second) == [
        (VoucherKind.PAYMENT, [("2581", "2375.00"), ("1921", "-2375.00")]),
        (VoucherKind.CREDIT, [("5711", "-1900.00"), ("1546", "-475.00"), ("2581", "2375.00")]),
    ]
    header, vouchers = read_sie(file_of(system, second.name))
    assert (header["#SIETYP"], header["#FORMAT"], header["#ORGNR"]) == ("4", "PC8", "202100-2114")
    assert list(vouchers) == [
        "50000002 20260305 Betalning 10000001 faktura F-1",
        "50000003 20260306 Kredit av faktura F-1 5599991014",
    ]
    assert all(sum(amount for _, amount in rows) == 0 for rows in vouchers.values())


def test_what_came_and_went_between_two_files_is_booked_on_the_day_of_each(system: System) -> None:
    invoice = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.send(invoice)
    system.send(flipping.credit_note_of(invoice, given=Numbered("K-1", date(2026, 2, 4))))
    run = book(system, on=date(2026, 2, 5))
    assert [(each.kind, each.booked_on) for each in run.vouchers] == [
        (VoucherKind.INVOICE, date(2026, 2, 3)),
        (VoucherKind.CREDIT, date(2026, 2, 4)),
    ]
    assert sum(row.amount for each in run.vouchers for row in each.rows if row.account == "5711") == 0


def test_a_month_end_is_accrued_and_taken_back_by_itself(system: System) -> None:
    run = accrue(system, Month(2026, 1), closing=date(2026, 2, 10))
    assert [each.booked_on for each in run.vouchers] == [date(2026, 1, 31), date(2026, 2, 1)]
    assert rows_of(run) == [
        (VoucherKind.ACCRUAL, [("5711", "1900.00"), ("2791", "-1900.00")]),
        (VoucherKind.ACCRUAL_BACK, [("5711", "-1900.00"), ("2791", "1900.00")]),
    ]
    with pytest.raises(BookedAlready):
        accrue(system, Month(2026, 1), closing=date(2026, 2, 11))
    _, vouchers = read_sie(file_of(system, "2026-01"))
    assert sum(amount for rows in vouchers.values() for account, amount in rows if account == "5711") == 0


@pytest.mark.parametrize(
    ("closing", "today", "said"),
    [
        (date(2026, 2, 10), date(2026, 1, 31), "January 2026 is not over. Book the accrual from 2026-02-01"),
        (date(2026, 1, 31), date(2026, 1, 31), "is not over"),
        (date(2026, 1, 31), date(2026, 2, 10), "a day from 2026-02-01 to 2026-02-10"),
        (date(2026, 2, 11), date(2026, 2, 10), "a day from 2026-02-01 to 2026-02-10"),
    ],
)
def test_a_month_is_accrued_when_it_is_over_and_of_what_is_known_by_then(
    system: System, closing: date, today: date, said: str
) -> None:
    with pytest.raises(AccrualRefused, match=said):
        accrue_as_of(system, Month(2026, 1), closing=closing, today=today)
    # Nothing was written, so it is booked when it is time; the first day after is soon enough.
    accrue_as_of(system, Month(2026, 1), closing=date(2026, 2, 1), today=date(2026, 2, 1))


def test_what_was_approved_before_the_month_ended_is_not_accrued_whatever_the_closing_day(
    system: System,
) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 5))
    # Approved on 5 February, it is a cost of February: January is without it, and so it is accrued there.
    (line,) = accruing(system, Month(2026, 1), closing=date(2026, 2, 10))
    assert (line.why, line.article, line.month, line.amount) == (
        AccruedFor.RECEIVED,
        "BASIC",
        Month(2026, 1),
        Money.of("1900.00"),
    )
    february = accruing(system, Month(2026, 2), closing=date(2026, 3, 1))
    assert [(each.why, each.month) for each in february] == [(AccruedFor.UNREPORTED, Month(2026, 2))]


@pytest.mark.both_engines
def test_a_month_delivered_and_not_yet_reported_is_accrued_in_the_days_up_to_an_interruption(
    system: System,
) -> None:
    system.interrupt(REFERENCE, on=date(2026, 2, 12), last_day=date(2026, 2, 13))
    days = [
        (str(each.month), each.why, each.amount)
        for each in accruing(system, Month(2026, 2), closing=date(2026, 3, 3))
    ]
    assert days == [
        ("2026-01", AccruedFor.RECEIVED, Money.of("1900.00")),
        ("2026-02", AccruedFor.UNREPORTED, Money.of("950.00")),
    ]
    run = accrue(system, Month(2026, 2), closing=date(2026, 3, 3))
    assert rows_of(run)[0] == (VoucherKind.ACCRUAL, [("5711", "2850.00"), ("2791", "-2850.00")])
    # What was not known on the closing day is not seen then, though it is known now.
    system.report(REFERENCE, "2026-02", on=date(2026, 3, 5))
    assert [each.why for each in accruing(system, Month(2026, 2), closing=date(2026, 3, 3))][
        -1
    ] == AccruedFor.UNREPORTED
    assert [each.why for each in accruing(system, Month(2026, 2), closing=date(2026, 3, 5))][
        -1
    ] == AccruedFor.RECEIVED


def test_where_everything_was_a_cost_when_the_month_ended_nothing_is_accrued(system: System) -> None:
    system.interrupt(REFERENCE, on=date(2026, 2, 2), last_day=date(2026, 2, 2))
    system.report(REFERENCE, "2026-02", on=date(2026, 2, 3))
    order = system.order(REFERENCE).number
    for line, number in (("001", "F-1"), ("002", "F-2")):
        system.send(system.flip(order, line, number=number, on=date(2026, 2, 5)))
    assert accruing(system, Month(2026, 2), closing=date(2026, 3, 3)) == []
    with pytest.raises(NothingToBook):
        accrue(system, Month(2026, 2), closing=date(2026, 3, 3))


@pytest.mark.both_engines
def test_a_voucher_once_written_stays(system: System) -> None:
    accrue(system, Month(2026, 1), closing=date(2026, 2, 10))
    row = tables.voucher_row
    with pytest.raises(DBAPIError, match="append-only"), system.database.writing() as session:
        session.execute(update(row).values(amount=Decimal("1.00")))
    with system.database.reading() as session:
        assert sum(session.scalars(select(row.c.amount))) == 0


@pytest.mark.parametrize("between", [True, False], ids=["a file between", "one file for both"])
def test_a_part_that_was_credited_is_not_credited_again_with_the_rest(system: System, between: bool) -> None:
    system.change_register(example_register(several_orders=True, several_lines=True, partial_acceptance=True))
    system.decide(OTHER)
    system.report(OTHER, "2026-01", on=date(2026, 2, 2))
    flips = [
        system.flip(system.order(each).number, number="F-0", on=date(2026, 2, 3))
        for each in (REFERENCE, OTHER)
    ]
    invoice = together(*flips, number="F-1")
    system.send(invoice)
    assert rows_of(book(system, on=date(2026, 2, 3))) == [
        (VoucherKind.INVOICE, [("5711", "3800.00"), ("1546", "950.00"), ("2581", "-4750.00")])
    ]
    booked = []
    for number, line, day in (("K-1", "1", date(2026, 2, 4)), ("K-2", "2", date(2026, 2, 5))):
        part = with_lines(invoice, [each for each in invoice.invoice_lines if each.id == line])
        system.send(flipping.credit_note_of(part, given=Numbered(number, day)), on=day)
        if between or number == "K-2":
            booked += rows_of(book(system, on=day))
    half = [("5711", "-1900.00"), ("1546", "-475.00"), ("2581", "2375.00")]
    assert booked == [(VoucherKind.PARTIAL_CREDIT, half), (VoucherKind.CREDIT, half)]
    with pytest.raises(NothingToBook):
        book(system, on=date(2026, 2, 6))


def test_an_invoice_that_was_paid_is_booked_though_it_is_in_question_since(system: System) -> None:
    document = system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    system.pay(on=document.pays_on)
    revoked = {"execution_reference": REFERENCE, "month": "2026-01", "version": 1}
    told = {**revoked, "at": "2026-03-09T08:00:00Z", "by": "officer-7", "reason": "WRONG_MONTH"}
    system.must("report.revoked", told, on=date(2026, 3, 9))
    assert system.invoice(document.id).state not in (InvoiceState.ACCEPTED, InvoiceState.PAID)
    assert [kind for kind, _ in rows_of(book(system, on=date(2026, 3, 9)))] == [
        VoucherKind.INVOICE,
        VoucherKind.PAYMENT,
    ]


def test_each_ledger_file_of_a_day_has_a_name_of_its_own(system: System) -> None:
    day, names = date(2026, 4, 2), []
    for line, month in (("001", "2026-01"), ("002", "2026-02"), ("003", "2026-03")):
        if month != "2026-01":
            system.report(REFERENCE, month, on=day)
        system.send_invoice(system.order(REFERENCE).number, line, number=f"F-{line}", on=day)
        names.append(book(system, on=day).name)
    assert names == ["2026-04-02", "2026-04-02-2", "2026-04-02-3"]
    assert len({file_of(system, name) for name in names}) == 3


def test_of_a_line_invoiced_in_part_the_rest_is_accrued(system: System) -> None:
    system.change_register(
        example_register(partial_quantities=True, partial_acceptance=True, several_lines=True)
    )
    whole = system.flip(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
    assert system.send(billed(whole, days="8")).state is InvoiceState.ACCEPTED
    left, _unreported = accruing(system, Month(2026, 2), closing=date(2026, 3, 4))
    assert left.amount == Money.of("1140.00")


def test_a_month_is_accrued_without_the_months_after_it(system: System) -> None:
    for month in ("2026-02", "2026-03"):
        system.report(REFERENCE, month, on=date(2026, 4, 2))
    found = accruing(system, Month(2026, 2), closing=date(2026, 4, 3))
    assert [str(each.month) for each in found] == ["2026-01", "2026-02"]


# Pure ------------------------------------------------------------------------------------------------

ore = st.integers(0, 10**11).map(lambda value: Decimal(value).scaleb(-2))
texts = st.text(min_size=0, max_size=40)


@dataclass(frozen=True)
class Delivered:
    """An amount to accrue."""

    basis: CodingBasis
    amount: Money


def sums(rows: Iterable[VoucherRow]) -> dict[Coding, Decimal]:
    found: dict[Coding, Decimal] = {}
    for row in rows:
        found[row.coding] = found.get(row.coding, Decimal()) + row.amount
    return {coding: amount for coding, amount in found.items() if amount}


@given(
    net=st.dictionaries(
        st.sampled_from(["BASIC", "RESULT", "SPEED_BONUS", "SUPPLEMENTARY", ""]), ore, min_size=1
    ),
    vat=ore,
    rounding=st.integers(-100, 100).map(lambda value: Decimal(value).scaleb(-2)),
)
def test_every_voucher_balances(net: dict[str, Decimal], vat: Decimal, rounding: Decimal) -> None:
    payable = sum(net.values(), vat) + rounding
    on = date(2026, 2, 3)
    by_basis = {CodingBasis(article): amount for article, amount in net.items()}
    bought = Purchase(1, "F-1", "5599991014", by_basis, vat, payable)
    one = ledger.purchase(bought, ACCOUNTS, on=on)
    other = ledger.credited(1, "F-1", "5599991014", one.rows, on=on)
    assert sum(row.amount for row in one.rows) == 0
    assert {row.coding: row.amount for row in one.rows} == {row.coding: -row.amount for row in other.rows}
    # Booked as it came and again when it was approved, it comes to the same, and its credit takes back all of it.
    came = ledger.arrived(bought, ACCOUNTS, on=on)
    approved = ledger.purchase(bought, ACCOUNTS, on=on, instead_of=Coding(ACCOUNTS.arrived))
    both = [*came.rows, *approved.rows]
    assert sums(both) == sums(one.rows)
    assert sums([*both, *ledger.credited(1, "F-1", "5599991014", both, on=on).rows]) == {}
    accrued = [Delivered(basis, Money(amount, "SEK")) for basis, amount in by_basis.items()]
    for voucher in ledger.accrual(Month(2026, 1), accrued, ACCOUNTS):
        assert sum(row.amount for row in voucher.rows) == 0


@pytest.mark.parametrize("amount", ["0.01", "-0.01"])
def test_a_voucher_that_does_not_balance_cannot_be_made(amount: str) -> None:
    with pytest.raises(ValueError, match="does not balance"):
        Voucher(VoucherKind.PAYMENT, "1", date(2026, 1, 1), "", (VoucherRow("1921", Decimal(amount)),))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('Faktura "F-1"', r'"Faktura \"F-1\""'),
        ("F-1\\", '"F-1/"'),
        ('" 99 {} 1.00', r'"\" 99 {} 1.00"'),
        ("F-1\r\n#TRANS 1921", '"F-1 #TRANS 1921"'),
        ("Åsa – ”x” …", "\"Åsa - 'x' .\""),
        ("F\u20ac1", '"F?1"'),
    ],
)
def test_no_text_ends_its_field_or_its_line(text: str, written: str) -> None:
    rows = (VoucherRow("2581", Decimal("1.00")), VoucherRow("1921", Decimal("-1.00")))
    voucher = Voucher(VoucherKind.PAYMENT, "1", date(2026, 1, 31), text, rows, "50000001")
    head = SieHead(
        text, "2021002114", date(2026, 2, 1), lambda account: text if account == "1921" else account
    )
    body = sie_bytes([voucher], head, financial_year(date(2026, 1, 31)))
    lines = body.decode("cp437").split("\r\n")
    assert f"#FNAMN {written}" in lines
    assert f"#KONTO 1921 {written}" in lines
    assert lines[-6:] == [
        f'#VER "R" 50000001 20260131 {written}',
        "{",
        f"#TRANS 2581 {{}} 1.00 20260131 {written}",
        f"#TRANS 1921 {{}} -1.00 20260131 {written}",
        "}",
        "",
    ]


@given(texts=st.lists(texts, min_size=1, max_size=5), amounts=st.lists(ore, min_size=5, max_size=5))
def test_whatever_a_text_holds_the_file_reads_back(texts: list[str], amounts: list[Decimal]) -> None:
    vouchers = [
        Voucher(
            VoucherKind.PAYMENT,
            str(place),
            date(2026, 1, 31),
            text,
            (VoucherRow("2581", amounts[place]), VoucherRow("1921", -amounts[place])),
            str(50_000_001 + place),
        )
        for place, text in enumerate(texts)
    ]
    names = ACCOUNTS.names(article_names([first_service()]))
    head = SieHead(
        "Köparen “AB”", "2021002114", date(2026, 2, 1), lambda account: names.get(account, account)
    )
    body = sie_bytes(vouchers, head, financial_year(date(2026, 1, 31)))
    header, read = read_sie(body)
    assert header["#FNAMN"].startswith("Köparen")
    assert [rows for rows in read.values()] == [
        [(row.account, row.amount) for row in voucher.rows] for voucher in vouchers
    ]


def test_accounts_are_a_setting() -> None:
    assert accounts_from({"bank": "1930"}).bank == "1930"
    for wrong in ({"bank": "x"}, {"banken": "1930"}):
        with pytest.raises(AccountsRefused):
            accounts_from(wrong)
