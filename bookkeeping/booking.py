"""Booking: what has happened since the last time becomes numbered vouchers and one SIE file, once.

Everything is booked in the order of its day. A voucher number is taken in the transaction that writes the
voucher, so the series has no gaps; the database refuses to book the same thing twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bookkeeping import unbooked_queries, voucher_store
from bookkeeping import vouchers as ledger
from bookkeeping.sie import SIE_TYPE, sie_bytes
from bookkeeping.vouchers import Accrued, LedgerAccounts, Voucher
from foundation import journal
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session
from foundation.text import Text
from invoicing.decisions import protected_store
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import export_store
from invoicing.payment.export_store import FileKind
from invoicing.reconciliation import entry_queries, entry_source_queries
from invoicing.reconciliation.statement import StatementKey
from orders.register.register import Register
from orders.register.service_names import article_names

ACCRUAL_KEYS = (StatementKey.SUPPLIER, StatementKey.ARTICLE, StatementKey.MONTH)


class NothingToBook(Refused):
    """There is nothing new for the ledger."""


class BookedAlready(Refused):
    """The month's accrual is booked."""


@dataclass(frozen=True, slots=True)
class Run:
    """One booking: its name, and its vouchers with their numbers."""

    name: str
    vouchers: tuple[Voucher, ...]


def book(
    session: Session, register: Register, accounts: LedgerAccounts, *, today: date, by: str, now: datetime
) -> Run:
    """Book invoices approved, credits, payments and netted claims since the last time. Raises NothingToBook."""
    names = protected_store.names_outside(session)
    vouchers = sorted(
        (_named(each, names) for each in _unbooked(session, accounts)), key=lambda each: each.booked_on
    )
    if not vouchers:
        raise NothingToBook(Text("Inget nytt har hänt sedan den förra bokföringsfilen."))
    name = _run_name(session, today)
    numbered = voucher_store.add(session, vouchers, run=name)
    body = _sie(register, accounts, numbered, today)
    export_store.keep(session, FileKind.SIE, name, f"bokforing-{name}.se", SIE_TYPE, body, by=by, now=now)
    subject = InvoicingSubject.RUN.of(name)
    journal.record(session, by, PaymentAction.LEDGER_BOOKED, subject, vouchers=str(len(numbered)))
    return Run(name, numbered)


def accrued(session: Session, month: Month, *, closing: date, today: date | None = None) -> list[Accrued]:
    """Received by `closing` for service months up to `month`, and not approved by then.

    Where the closing day is `today` the accounts of the lines answer: a line that no approved invoice lies on is
    accrued whole, and no other is looked at.
    """
    if closing == today:
        return unbooked_queries.accrued_now(session, month)
    wanted = entry_source_queries.EntryFilter(until=month, as_of=closing)
    statement = entry_queries.statement(session, wanted, by=ACCRUAL_KEYS)
    found = []
    for row in statement.rows:
        supplier, article, service_month = row.key
        if not row.to_invoice.is_zero:
            found.append(Accrued(supplier, article, service_month, row.to_invoice))
    return found


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
    """Book a month end's accrual and its taking back. Raises NothingToBook or BookedAlready."""
    if voucher_store.is_accrued(session, month):
        raise BookedAlready(
            Text("Upplupet för %(month)s är redan bokfört. Hämta filen igen i listan.", month=month)
        )
    rows = accrued(session, month, closing=closing)
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


def _named(voucher: Voucher, names: Mapping[str, str]) -> Voucher:
    """The voucher without the numbers of documents that name somebody: the ledger calls those by their orders."""
    text = voucher.text
    for number, name in names.items():
        text = text.replace(number, name)
    return replace(voucher, text=text)


def _unbooked(session: Session, accounts: LedgerAccounts) -> Iterator[Voucher]:
    """Everything that has happened and has no voucher yet."""
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
        yield ledger.given_back(
            claim.about, claim.invoice, claim.amount, accounts, how=claim.how, on=claim.on
        )
    for back in unbooked_queries.payments_returned(session):
        yield ledger.returned(back.number, back.invoice, back.amount, accounts, on=back.on)


def _run_name(session: Session, today: date) -> str:
    """The day, and which of the day's files it is from the second on."""
    before = voucher_store.runs_of(session, today)
    return str(today) if before == 0 else f"{today}-{before + 1}"
