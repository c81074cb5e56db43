"""Months close by two people, take no more vouchers, and open again with a reason; what is late has its day beside."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from bookkeeping import (
    booking,
    closing_checklist,
    month_closing,
    month_closing_store,
    tables,
)
from bookkeeping.booking import BookedAlready, MonthClosed, Run
from bookkeeping.closing_checklist import Point
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.month_closing import ClosingRefused, ClosingStep
from bookkeeping.month_closing_store import ClosingState, NoClosing
from bookkeeping.vouchers import VoucherKind, accounting_date
from foundation.periods import Month
from foundation.transitions import StepRefused
from invoicing.model import InvoiceState, SupplierInvoice
from invoicing.payment import export_store
from orders.register import store as register_store
from peppol.documents import shapes
from tests.support.stories.bills import billed
from tests.support.stories.paying import NOW, OFFICER, SECOND
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
ACCOUNTS = LedgerAccounts()
DECEMBER, JANUARY = Month(2025, 12), Month(2026, 1)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2025, 11, 1))
        system.report(REFERENCE, "2025-11", on=date(2025, 12, 1))
        yield system


def of_december(system: System, *, on: date) -> SupplierInvoice:
    """The supplier invoices December before it is reported: the invoice waits."""
    november = system.flip(system.order(REFERENCE).number, number="F-12", on=on)
    december = system.order(REFERENCE).lines[1]
    line = shapes.LineReference(line_id=december.line_id)
    days = str(december.quantity.value)
    return system.send(billed(november, days=days, order_line_reference=line, invoice_period=None))


def book(system: System, *, on: date) -> Run:
    with system.database.writing() as session:
        return booking.book(session, register_store.load(session), ACCOUNTS, today=on, by=OFFICER, now=NOW)


def accrue(system: System, month: Month, *, closing: date) -> Run:
    with system.database.writing() as session:
        register = register_store.load(session)
        return booking.book_accrual(
            session, register, ACCOUNTS, month, closing=closing, today=closing, by=OFFICER, now=NOW
        )


def ask(
    system: System, month: Month, *, on: date, by: str = OFFICER, reason: str = "Allt är genomgånget."
) -> None:
    with system.database.writing() as session:
        month_closing.ask(session, ACCOUNTS, month, reason=reason, by=by, today=on, now=NOW)


def press(
    system: System, month: Month, what: ClosingStep, *, on: date, by: str = SECOND, reason: str = ""
) -> ClosingState:
    with system.database.writing() as session:
        month_closing.step(session, ACCOUNTS, month, what, reason=reason, by=by, today=on, now=NOW)
        return next(each.state for each in month_closing_store.listed(session) if each.month == month)


def close(system: System, month: Month, *, on: date) -> None:
    ask(system, month, on=on)
    assert press(system, month, ClosingStep.CLOSE, on=on) is ClosingState.CLOSED


def open_points(system: System, month: Month, *, on: date) -> list[Point]:
    with system.database.reading() as session:
        rows = closing_checklist.checklist(session, ACCOUNTS, month, today=on)
    assert [row.point for row in rows] == list(Point)
    return [row.point for row in rows if row.is_open]


def days_of(run: Run) -> list[tuple[VoucherKind, date, date | None]]:
    return [(each.kind, each.booked_on, each.event_on) for each in run.vouchers]


def test_an_invoice_of_december_that_is_approved_in_january_is_booked_in_january(system: System) -> None:
    waiting = of_december(system, on=date(2025, 12, 30))
    assert waiting.state is InvoiceState.PARKED
    accrue(system, DECEMBER, closing=date(2026, 1, 10))
    close(system, DECEMBER, on=date(2026, 1, 10))
    system.report(REFERENCE, "2025-12", on=date(2026, 1, 20))
    assert system.invoice(waiting.id).state is InvoiceState.ACCEPTED
    run = book(system, on=date(2026, 1, 21))
    assert days_of(run) == [(VoucherKind.INVOICE, date(2026, 1, 20), None)]
    # It was accrued in December as delivered and not reported, and is no cost of December twice.
    assert Point.UNREPORTED not in open_points(system, DECEMBER, on=date(2026, 1, 21))


@pytest.mark.both_engines
def test_what_happened_in_a_closed_month_is_booked_on_the_first_open_day_and_says_its_own(
    system: System,
) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2025, 12, 1))
    book(system, on=date(2025, 12, 31))
    accrue(system, DECEMBER, closing=date(2026, 1, 5))
    close(system, DECEMBER, on=date(2026, 1, 5))
    # The bank's list of the last day of the year is read after the month was closed.
    system.pay(on=date(2025, 12, 31))
    run = book(system, on=date(2026, 1, 7))
    assert days_of(run) == [(VoucherKind.PAYMENT, date(2026, 1, 1), date(2025, 12, 31))]
    with system.database.reading() as session:
        (file,) = export_store.about(session, run.name)
        body = export_store.named(session, file.id)[1].decode("cp437")
    assert "faktura F-1 (händelse 2025-12-31)" in body
    assert "20251231" not in body


@pytest.mark.both_engines
def test_a_month_is_closed_when_nothing_stops_it_and_by_another_than_the_one_who_asked(
    system: System,
) -> None:
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2025, 12, 1))
    stopping = [Point.NOT_OVER, Point.UNBOOKED, Point.NOT_ACCRUED, Point.UNREPORTED]
    assert open_points(system, DECEMBER, on=date(2025, 12, 31)) == stopping
    with pytest.raises(ClosingRefused, match="cannot be closed yet"):
        ask(system, DECEMBER, on=date(2026, 1, 5))
    book(system, on=date(2026, 1, 5))
    accrue(system, DECEMBER, closing=date(2026, 1, 5))
    assert open_points(system, DECEMBER, on=date(2026, 1, 5)) == [Point.UNREPORTED]
    with pytest.raises(ClosingRefused, match="why the month is closed all the same"):
        ask(system, DECEMBER, on=date(2026, 1, 5), reason=" ")
    ask(system, DECEMBER, on=date(2026, 1, 5))
    with pytest.raises(ClosingRefused, match="closed or proposed already"):
        ask(system, DECEMBER, on=date(2026, 1, 5), by=SECOND)
    with pytest.raises(ClosingRefused, match="another than the first"):
        press(system, DECEMBER, ClosingStep.CLOSE, on=date(2026, 1, 5), by=OFFICER)
    assert press(system, DECEMBER, ClosingStep.CLOSE, on=date(2026, 1, 5)) is ClosingState.CLOSED
    with pytest.raises(StepRefused):
        press(system, DECEMBER, ClosingStep.REFUSE, on=date(2026, 1, 5))
    for month in (Month(2025, 11), DECEMBER):
        with pytest.raises(BookedAlready if month == DECEMBER else MonthClosed):
            accrue(system, month, closing=date(2026, 1, 6))


def test_what_comes_between_the_two_people_stops_the_second(system: System) -> None:
    accrue(system, DECEMBER, closing=date(2026, 1, 5))
    ask(system, DECEMBER, on=date(2026, 1, 5))
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2025, 12, 31))
    with pytest.raises(ClosingRefused, match="file for the ledger"):
        press(system, DECEMBER, ClosingStep.CLOSE, on=date(2026, 1, 5))
    assert press(system, DECEMBER, ClosingStep.REFUSE, on=date(2026, 1, 5)) is ClosingState.REFUSED
    with pytest.raises(NoClosing):
        press(system, DECEMBER, ClosingStep.CLOSE, on=date(2026, 1, 5))


def test_a_month_opens_again_with_a_reason_by_two_and_the_last_closed_first(system: System) -> None:
    on = date(2026, 2, 5)
    for month in (DECEMBER, JANUARY):
        accrue(system, month, closing=on)
        close(system, month, on=on)
    with pytest.raises(ClosingRefused, match="the last closed one first"):
        press(system, DECEMBER, ClosingStep.ASK_REOPEN, on=on, reason="En faktura till.")
    with pytest.raises(ClosingRefused, match="Write why"):
        press(system, JANUARY, ClosingStep.ASK_REOPEN, on=on)
    with pytest.raises(ClosingRefused, match="Nobody has asked"):
        press(system, JANUARY, ClosingStep.KEEP, on=on)
    press(system, JANUARY, ClosingStep.ASK_REOPEN, on=on, reason="En faktura till.")
    assert press(system, JANUARY, ClosingStep.KEEP, on=on) is ClosingState.CLOSED
    asked = press(system, JANUARY, ClosingStep.ASK_REOPEN, on=on, reason="En faktura till.")
    assert asked is ClosingState.REOPEN_ASKED
    # Closing is not how an opening is declined, nor does it change who closed the month.
    with pytest.raises(ClosingRefused, match="Nobody has proposed"):
        press(system, JANUARY, ClosingStep.CLOSE, on=on, by=OFFICER)
    with pytest.raises(ClosingRefused, match="another than the first"):
        press(system, JANUARY, ClosingStep.REOPEN, on=on)
    assert press(system, JANUARY, ClosingStep.REOPEN, on=on, by=OFFICER) is ClosingState.REOPENED
    # What is booked late now lies on its own day again, and the month may be closed anew.
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 1, 30))
    assert days_of(book(system, on=on)) == [(VoucherKind.INVOICE, date(2026, 1, 30), None)]
    close(system, JANUARY, on=on)


def test_the_months_between_the_last_closed_and_this_are_closed_first(system: System) -> None:
    accrue(system, DECEMBER, closing=date(2026, 1, 5))
    close(system, DECEMBER, on=date(2026, 1, 5))
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 1, 30))
    book(system, on=date(2026, 3, 5))
    accrue(system, Month(2026, 2), closing=date(2026, 3, 5))
    assert Point.EARLIER_OPEN in open_points(system, Month(2026, 2), on=date(2026, 3, 5))
    with pytest.raises(ClosingRefused, match="Close them first"):
        ask(system, Month(2026, 2), on=date(2026, 3, 5))


@pytest.mark.both_engines
def test_the_database_takes_no_voucher_and_no_row_of_one_in_a_closed_month(system: System) -> None:
    number = accrue(system, DECEMBER, closing=date(2026, 1, 5)).vouchers[0].number
    close(system, DECEMBER, on=date(2026, 1, 5))
    voucher = {"number": "59999999", "kind": "PAYMENT", "about": "x", "text": "", "run": "x"}
    row = {"voucher": number, "position": 9, "account": "1921", "amount": Decimal("1.00")}
    for table, values in (
        (tables.voucher, {**voucher, "booked_on": date(2025, 12, 31)}),
        (tables.voucher, {**voucher, "booked_on": date(2025, 6, 1)}),
        (tables.voucher_row, row),
    ):
        with pytest.raises(DBAPIError, match="the month is closed"), system.database.writing() as session:
            session.execute(insert(table), values)


# Pure ------------------------------------------------------------------------------------------------

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
months = st.builds(Month, st.integers(2025, 2027), st.integers(1, 12))


@given(event_on=days, closed=st.none() | months)
def test_an_accounting_date_is_the_events_own_or_the_first_day_of_the_first_open_month(
    event_on: date, closed: Month | None
) -> None:
    day = accounting_date(event_on, None if closed is None else closed.period.end)
    if closed is None or Month.of(event_on) > closed:
        assert day == event_on
    else:
        assert day == closed.next.period.start
