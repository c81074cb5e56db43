"""Booking: what has happened since the last time becomes numbered vouchers and one SIE file, once.

Everything is booked on the day it was decided, or on the first open day where that month is closed. A voucher number
is taken in the transaction that writes the voucher, so the series has no gaps; the database refuses to book the same
thing twice, and to book anything in a closed month.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foundation import journal
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.bookkeeping import accrual_queries, month_closing_store, unbooked_queries, voucher_store
from invoicing.bookkeeping import vouchers as ledger
from invoicing.bookkeeping.sie import SIE_TYPE, sie_bytes
from invoicing.bookkeeping.vouchers import LedgerAccounts, Voucher
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import export_store
from invoicing.payment.export_store import FileKind
from orders.register.register import Register
from orders.register.service_names import article_names


class NothingToBook(Refused):
    """There is nothing new for the ledger."""


class BookedAlready(Refused):
    """The month's accrual is booked."""


class MonthClosed(Refused):
    """The month is closed, and nothing more is booked in it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One booking: its name, and its vouchers with their numbers."""

    name: str
    vouchers: tuple[Voucher, ...]


def book(
    session: Session, register: Register, accounts: LedgerAccounts, *, today: date, by: str, now: datetime
) -> Run:
    """Book invoices approved, credits, payments and netted claims since the last time. Raises NothingToBook."""
    month_closing_store.hold_still(session)
    vouchers = unbooked(session, accounts)
    if not vouchers:
        raise NothingToBook(Text("Inget nytt har hänt sedan den förra bokföringsfilen."))
    name = _run_name(session, today)
    numbered = voucher_store.add(session, vouchers, run=name)
    body = _sie(register, accounts, numbered, today)
    export_store.keep(session, FileKind.SIE, name, f"bokforing-{name}.se", SIE_TYPE, body, by=by, now=now)
    subject = InvoicingSubject.RUN.of(name)
    journal.record(session, by, PaymentAction.LEDGER_BOOKED, subject, vouchers=str(len(numbered)))
    return Run(name, numbered)


def unbooked(session: Session, accounts: LedgerAccounts) -> list[Voucher]:
    """The vouchers of all that has happened and has none, on their accounting dates and in that order."""
    closed_to = month_closing_store.closed_to(session)
    dated = [ledger.dated(each, closed_to) for each in _unbooked(session, accounts)]
    return sorted(dated, key=lambda each: (each.booked_on, each.event_on or each.booked_on))


def book_accrual(
    session: Session,
    register: Register,
    accounts: LedgerAccounts,
    month: Month,
    *,
    closing: date,
    by: str,
    now: datetime,
) -> Run:
    """Book a month end's accrual and its taking back. Raises NothingToBook, BookedAlready or MonthClosed."""
    month_closing_store.hold_still(session)
    if voucher_store.is_accrued(session, month):
        raise BookedAlready(
            Text("Upplupet för %(month)s är redan bokfört. Hämta filen igen i listan.", month=month)
        )
    closed_to = month_closing_store.closed_to(session)
    if closed_to is not None and month.period.end <= closed_to:
        raise MonthClosed(
            Text(
                "%(month)s är stängd och tar inga fler verifikationer. Öppna månaden igen, med skäl och av två "
                "personer, om upplupet ska bokföras där.",
                month=month,
            )
        )
    rows = accrual_queries.lines(session, month, closing=closing)
    if not rows:
        raise NothingToBook(Text("Allt levererat till och med %(month)s är fakturerat.", month=month))
    run = f"upplupet-{month}"
    numbered = voucher_store.add(session, ledger.accrual(month, rows, accounts), run=run)
    body = _sie(register, accounts, numbered, closing)
    export_store.keep(session, FileKind.SIE_ACCRUALS, str(month), f"{run}.se", SIE_TYPE, body, by=by, now=now)
    subject = InvoicingSubject.MONTH.of(str(month))
    journal.record(
        session, by, PaymentAction.LEDGER_ACCRUED, subject, closing=str(closing), rows=str(len(rows))
    )
    return Run(run, numbered)


def _sie(register: Register, accounts: LedgerAccounts, vouchers: Sequence[Voucher], made_on: date) -> bytes:
    return sie_bytes(
        vouchers,
        company=register.buyer.name,
        organisation_number=register.buyer.organisation_number,
        made_on=made_on,
        account_names=accounts.names(article_names(register.services)),
    )


def _unbooked(session: Session, accounts: LedgerAccounts) -> Iterator[Voucher]:
    """Everything that has happened and has no voucher yet, each on its own day."""
    invoices = unbooked_queries.invoices(session)
    for bought, on in invoices:
        yield ledger.purchase(bought, accounts, on=on)
    booking = [bought.invoice_id for bought, _ in invoices]
    for bought, on in unbooked_queries.credits(session, booking=booking):
        yield ledger.credited(bought, accounts, on=on)
    for taken_back, on in unbooked_queries.partial_credits(session, booking=booking):
        yield ledger.credited_in_part(taken_back, accounts, on=on)
    for payment in unbooked_queries.payments(session):
        yield ledger.paid(payment.number, payment.invoice, payment.amount, accounts, on=payment.on)
    for claim in unbooked_queries.given_back(session):
        yield ledger.given_back(claim.invoice_id, claim.invoice, claim.amount, accounts, on=claim.on)


def _run_name(session: Session, today: date) -> str:
    """The day, and which of the day's files it is from the second on."""
    before = voucher_store.runs_of(session, today)
    return str(today) if before == 0 else f"{today}-{before + 1}"
