"""Booking: what has happened since the last time becomes numbered vouchers and files for the ledger, once.

Everything is booked on the day it was decided, or on the first open day where that month is closed. A voucher number
is taken in the transaction that writes the voucher, so the series has no gaps; the database refuses to book the same
thing twice, and to book anything in a closed month.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from bookkeeping import (
    ledger_files,
    month_closing_store,
    voucher_making,
    voucher_store,
)
from bookkeeping import vouchers as ledger
from bookkeeping.accrual import accrual_queries
from bookkeeping.ledger_accounts import LedgerAccounts
from bookkeeping.voucher_making import Coders
from bookkeeping.vouchers import Voucher
from foundation import journal
from foundation.errors import Refused
from foundation.periods import Month
from foundation.sql import Session, take_turns
from foundation.text import Text
from invoicing.decisions import protected_store
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment.export_store import FileKind
from orders.register.register import Register


class NothingToBook(Refused):
    """There is nothing new for the ledger."""


class BookedAlready(Refused):
    """The month's accrual is booked."""


class AccrualRefused(Refused):
    """The month is not over, or the accrual would be of what is not known yet."""


class ShownOtherwise(Refused):
    """What would be booked is another than what was shown before it was confirmed."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "Det som skulle bokföras har ändrats sedan det visades. Se vad som bokförs nu, och bekräfta det."
            )
        )


class MonthClosed(Refused):
    """The month is closed, and nothing more is booked in it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One booking: its name, its vouchers with their numbers, and what its files are about."""

    name: str
    vouchers: tuple[Voucher, ...]
    files_about: tuple[str, ...]


def book(
    session: Session,
    register: Register,
    accounts: LedgerAccounts,
    *,
    today: date,
    by: str,
    now: datetime,
    shown: str | None = None,
) -> Run:
    """Book invoices approved, credits, payments and netted claims since the last time.

    `shown` is the fingerprint of what somebody was shown and confirms; None where nobody looks first. Raises
    NothingToBook or ShownOtherwise.
    """
    month_closing_store.hold_still(session)
    take_turns(session, "ledger booking")
    coders = Coders.of(session, accounts)
    vouchers = _unbooked(session, coders)
    if not vouchers:
        raise NothingToBook(Text("Inget nytt har hänt sedan den förra bokföringsfilen."))
    _was_shown(vouchers, shown)
    name = _run_name(session, today)
    numbered = voucher_store.add(session, vouchers, run=name)
    files = ledger_files.files(register, coders, numbered, made_on=today)
    about = ledger_files.keep(session, FileKind.SIE, name, f"bokforing-{name}", files, by=by, now=now)
    subject = InvoicingSubject.RUN.of(name)
    journal.record(session, by, PaymentAction.LEDGER_BOOKED, subject, vouchers=str(len(numbered)))
    return Run(name, numbered, about)


def unbooked(session: Session, accounts: LedgerAccounts) -> list[Voucher]:
    """The vouchers of all that has happened and has none, on their accounting dates and in that order."""
    return _unbooked(session, Coders.of(session, accounts))


def _unbooked(session: Session, coders: Coders) -> list[Voucher]:
    made = voucher_making.vouchers_of(*voucher_making.load(session, coders), coders)
    return dated(session, made, month_closing_store.closed_to(session))


def dated(session: Session, made: Iterable[Voucher], closed_to: date | None) -> list[Voucher]:
    """Vouchers on their accounting dates and in that order, with no name in them that is not for the ledger."""
    names = protected_store.names_outside(session)
    found = [_named(ledger.dated(each, closed_to), names) for each in made]
    return sorted(found, key=lambda each: (each.booked_on, each.event_on or each.booked_on))


def book_accrual(
    session: Session,
    register: Register,
    accounts: LedgerAccounts,
    month: Month,
    *,
    closing: date,
    today: date,
    by: str,
    now: datetime,
    shown: str | None = None,
) -> Run:
    """Book a month end's accrual and its taking back, of what is known on the closing day.

    `shown` as for `book`. Raises AccrualRefused, NothingToBook, BookedAlready, MonthClosed or ShownOtherwise.
    """
    month_closing_store.hold_still(session)
    take_turns(session, "ledger booking")
    made, rows = _accrued(session, accounts, month, closing=closing, today=today)
    _was_shown(made, shown)
    run = f"upplupet-{month}"
    coders = Coders.of(session, accounts)
    numbered = voucher_store.add(session, made, run=run)
    files = ledger_files.files(register, coders, numbered, made_on=closing)
    about = ledger_files.keep(session, FileKind.SIE_ACCRUALS, str(month), run, files, by=by, now=now)
    subject = InvoicingSubject.MONTH.of(str(month))
    journal.record(session, by, PaymentAction.LEDGER_ACCRUED, subject, closing=str(closing), rows=str(rows))
    return Run(run, numbered, about)


def unbooked_accrual(
    session: Session, accounts: LedgerAccounts, month: Month, *, closing: date, today: date
) -> list[Voucher]:
    """The vouchers that `book_accrual` would make now; nothing is made. Raises what it raises."""
    return _accrued(session, accounts, month, closing=closing, today=today)[0]


def fingerprint(vouchers: Sequence[Voucher]) -> str:
    """What tells these vouchers from others, before they have their numbers. Pure."""
    told = "\n".join(f"{each.kind} {each.about} {each.booked_on} {each.rows}" for each in vouchers)
    return sha256(told.encode()).hexdigest()


def _was_shown(vouchers: Sequence[Voucher], shown: str | None) -> None:
    if shown is not None and shown != fingerprint(vouchers):
        raise ShownOtherwise


def _accrued(
    session: Session, accounts: LedgerAccounts, month: Month, *, closing: date, today: date
) -> tuple[list[Voucher], int]:
    """The accrual's vouchers, and of how many order lines they are."""
    _is_over(month, closing=closing, today=today)
    if voucher_store.is_accrued(session, month):
        raise BookedAlready(
            Text("Upplupet för %(month)s är redan bokfört. Hämta filen igen i listan.", month=month)
        )
    closed_to = month_closing_store.closed_to(session)
    if closed_to is not None and month.period.end <= closed_to:
        raise MonthClosed(
            Text(
                "Månaden %(month)s är stängd och tar inga fler verifikationer. Öppna månaden igen, med skäl och av två "
                "personer, om upplupet ska bokföras där.",
                month=month,
            )
        )
    rows = accrual_queries.lines(session, month, closing=closing)
    if not rows:
        raise NothingToBook(Text("Allt levererat till och med %(month)s är fakturerat.", month=month))
    coders = Coders.of(session, accounts)
    made = [replace(each, rules=coders.version) for each in ledger.accrual(month, rows, coders.now)]
    return made, len(rows)


def may_accrue(month: Month, *, closing: date, today: date) -> bool:
    """Whether the month is over, and the closing day a day after it that has come. Pure."""
    return month.period.end < closing <= today


def _is_over(month: Month, *, closing: date, today: date) -> None:
    """Raise AccrualRefused: an accrual is booked once, and what was still to come of it could not be put right."""
    if may_accrue(month, closing=closing, today=today):
        return
    first = month.next.period.start
    if today < first:
        raise AccrualRefused(
            Text(
                "Månaden %(month)s är inte slut. Bokför upplupet från och med %(first)s.",
                month=month,
                first=first,
            )
        )
    raise AccrualRefused(
        Text(
            "Upplupet för %(month)s bokförs som det är känt en dag efter månaden. Ange en dag från och med %(first)s "
            "till och med %(today)s.",
            month=month,
            first=first,
            today=today,
        )
    )


def _named(voucher: Voucher, names: Mapping[str, str]) -> Voucher:
    """The voucher without the numbers of documents that name somebody: the ledger calls those by their orders."""
    text = voucher.text
    for number, name in names.items():
        text = text.replace(number, name)
    return replace(voucher, text=text)


def _run_name(session: Session, today: date) -> str:
    """The day, and which of the day's files it is from the second on."""
    before = voucher_store.runs_of(session, today)
    return str(today) if before == 0 else f"{today}-{before + 1}"
