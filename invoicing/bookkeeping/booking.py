"""Booking: what has happened since the last time becomes numbered vouchers and one SIE file, once.

Everything is booked in the order of its day. A voucher number is taken in the transaction that writes the
voucher, so the series has no gaps; the database refuses to book the same thing twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, String, cast, func, insert, or_, select

from foundation import journal, number_series
from foundation.errors import Refused
from foundation.money import Money
from foundation.periods import Month
from foundation.sql import Session
from invoicing.bookkeeping import vouchers as ledger
from invoicing.bookkeeping.sie import SIE_TYPE, sie_bytes
from invoicing.bookkeeping.vouchers import Accrued, LedgerAccounts, Purchase, Voucher, VoucherKind
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState
from invoicing.payment import export_store
from invoicing.payment import tables as payment_tables
from invoicing.payment.export_store import FileKind
from invoicing.reconciliation import entry_queries, entry_sources
from invoicing.reconciliation.statement import StatementKey
from orders import tables as order_tables
from orders.purchase_orders import line_store
from orders.register.register import Register

_VOUCHER, _ROW = payment_tables.voucher, payment_tables.voucher_row
_INVOICE, _PART = document_tables.invoice, document_tables.invoice_part
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
    vouchers = sorted(_unbooked(session, accounts), key=lambda each: each.booked_on)
    if not vouchers:
        raise NothingToBook(
            "Inget nytt har hänt sedan den förra bokföringsfilen.",
            "Nothing new has happened since the last file for the ledger.",
        )
    name = _run_name(session, today)
    numbered = _keep(session, vouchers, run=name)
    body = _sie(register, accounts, numbered, today)
    export_store.keep(session, FileKind.SIE, name, f"bokforing-{name}.se", SIE_TYPE, body, by=by, now=now)
    journal.record(session, by, "ledger.booked", f"run {name}", vouchers=str(len(numbered)))
    return Run(name, numbered)


def accrued(session: Session, month: Month, *, closing: date, today: date | None = None) -> list[Accrued]:
    """Received by `closing` for service months up to `month`, and not approved by then.

    Where the closing day is `today` the accounts of the lines answer: a line that no approved invoice lies on is
    accrued whole, and no other is looked at.
    """
    if closing == today:
        return _accrued_now(session, month)
    wanted = entry_sources.EntryFilter(until=month, as_of=closing)
    statement = entry_queries.statement(session, wanted, by=ACCRUAL_KEYS)
    return [
        Accrued(row.key[0], row.key[1], row.key[2], row.to_invoice)
        for row in statement.rows
        if not row.to_invoice.is_zero
    ]


def _accrued_now(session: Session, month: Month) -> list[Accrued]:
    account, line, order = order_tables.line_account, order_tables.order_line, order_tables.purchase_order
    service = entry_sources.month_of(line.c.starts_on).label("service_month")
    keys = (order.c.supplier, order.c.article, service)
    amount = func.sum(account.c.amount_received, type_=account.c.amount_received.type).label("accrued")
    question = (
        select(*keys, amount)
        .select_from(account)
        .join(line, (line.c.order_number == account.c.order_number) & (line.c.line_id == account.c.line_id))
        .join(order, order.c.number == account.c.order_number)
        .where(
            account.c.amount_claimed == line_store.ZERO,
            account.c.amount_received > line_store.ZERO,
            order.c.currency == "SEK",
            line.c.starts_on <= month.period.end,
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return [
        Accrued(row.supplier, row.article, row.service_month, Money(row.accrued, "SEK"))
        for row in session.execute(question)
    ]


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
    if session.execute(_of_accrual(month)).one_or_none() is not None:
        raise BookedAlready(
            f"Upplupet för {month} är redan bokfört. Hämta filen igen i listan.",
            f"The accrual of {month} is booked already. Download the file again from the list.",
        )
    rows = accrued(session, month, closing=closing)
    if not rows:
        raise NothingToBook(
            f"Allt levererat till och med {month} är fakturerat.",
            f"Everything received up to {month} is invoiced.",
        )
    run = f"upplupet-{month}"
    numbered = _keep(session, ledger.accrual(month, rows, accounts), run=run)
    body = _sie(register, accounts, numbered, closing)
    export_store.keep(session, FileKind.SIE_ACCRUALS, str(month), f"{run}.se", SIE_TYPE, body, by=by, now=now)
    journal.record(session, by, "ledger.accrued", f"month {month}", closing=str(closing), rows=str(len(rows)))
    return Run(run, numbered)


def is_accrued(session: Session, month: Month) -> bool:
    """Whether the month's accrual is booked."""
    return session.execute(_of_accrual(month)).one_or_none() is not None


def _of_accrual(month: Month) -> Select[Any]:
    return select(_VOUCHER.c.number).where(
        _VOUCHER.c.kind == VoucherKind.ACCRUAL, _VOUCHER.c.about == str(month)
    )


def _sie(register: Register, accounts: LedgerAccounts, vouchers: Sequence[Voucher], made_on: date) -> bytes:
    return sie_bytes(
        vouchers,
        company=register.buyer.name,
        organisation_number=register.buyer.organisation_number,
        made_on=made_on,
        account_names=accounts.names,
    )


def _keep(session: Session, vouchers: Sequence[Voucher], *, run: str) -> tuple[Voucher, ...]:
    numbers = number_series.next_numbers(session, number_series.VOUCHERS, len(vouchers))
    numbered = tuple(replace(each, number=number) for each, number in zip(vouchers, numbers, strict=True))
    session.execute(
        insert(_VOUCHER),
        [
            {
                "number": each.number,
                "kind": each.kind,
                "about": each.about,
                "booked_on": each.booked_on,
                "text": each.text[:120],
                "run": run,
            }
            for each in numbered
        ],
    )
    session.execute(
        insert(_ROW),
        [
            {"voucher": each.number, "position": place, "account": row.account, "amount": row.amount}
            for each in numbered
            for place, row in enumerate(each.rows, 1)
        ],
    )
    return numbered


def _unbooked(session: Session, accounts: LedgerAccounts) -> Iterator[Voucher]:
    """Everything that has happened and has no voucher yet."""
    paid = document_tables.payment
    bought = or_(
        _INVOICE.c.state.in_((InvoiceState.ACCEPTED, InvoiceState.PAID)),
        _INVOICE.c.id.in_(select(paid.c.invoice_id)),
    )
    invoices: list[Any] = list(
        session.execute(
            select(*_PURCHASE).where(
                _INVOICE.c.document_type == DocumentType.INVOICE,
                bought,
                _without(VoucherKind.INVOICE, cast(_INVOICE.c.id, String)),
            )
        )
    )
    booked = [row.id for row in invoices]
    yield from (
        ledger.purchase(each, accounts, on=row.received_on) for row, each in _purchases(session, invoices)
    )
    pair = document_tables.credit_pair
    has_voucher = _INVOICE.c.id.in_(booked) | ~_without(VoucherKind.INVOICE, cast(_INVOICE.c.id, String))
    credits: list[Any] = list(
        session.execute(
            select(*_PURCHASE, pair.c.settled_on)
            .join(pair, pair.c.invoice_id == _INVOICE.c.id)
            .where(has_voucher, _without(VoucherKind.CREDIT, cast(_INVOICE.c.id, String)))
        )
    )
    yield from (
        ledger.credited(each, accounts, on=row.settled_on) for row, each in _purchases(session, credits)
    )
    payments = select(paid, _INVOICE.c.number.label("invoice_number")).join(
        _INVOICE, _INVOICE.c.id == paid.c.invoice_id
    )
    for row in session.execute(payments.where(_without(VoucherKind.PAYMENT, paid.c.number))):
        yield ledger.paid(row.number, row.invoice_number, row.amount, accounts, on=row.paid_on)
    back = payment_tables.claim_settled
    claims = select(back, _INVOICE.c.number.label("invoice_number")).join(
        _INVOICE, _INVOICE.c.id == back.c.invoice_id
    )
    unbooked = claims.where(_without(VoucherKind.GIVEN_BACK, cast(back.c.invoice_id, String)))
    for row in session.execute(unbooked):
        yield ledger.given_back(row.invoice_id, row.invoice_number, row.amount, accounts, on=row.settled_on)


def _without(kind: VoucherKind, about: Any) -> Any:  # noqa: ANN401 - a column, and a condition on it
    booked = select(_VOUCHER.c.number).where(_VOUCHER.c.kind == kind, _VOUCHER.c.about == about)
    return ~booked.exists()


_PURCHASE = (
    _INVOICE.c.id,
    _INVOICE.c.number,
    _INVOICE.c.supplier,
    _INVOICE.c.received_on,
    _INVOICE.c.amount_net,
    _INVOICE.c.amount_vat,
    _INVOICE.c.amount_payable,
)


def _purchases(session: Session, rows: Sequence[Row[Any]]) -> Iterator[tuple[Row[Any], Purchase]]:
    order = order_tables.purchase_order
    net: dict[int, dict[str, Decimal]] = defaultdict(dict)
    ids = [row.id for row in rows]
    for start in range(0, len(ids), 500):
        question = (
            select(_PART.c.invoice_id, order.c.article, _PART.c.amount_net)
            .join(order, order.c.number == _PART.c.order_number)
            .where(_PART.c.invoice_id.in_(ids[start : start + 500]))
        )
        for part in session.execute(question):
            before = net[part.invoice_id].get(part.article, Decimal("0.00"))
            net[part.invoice_id][part.article] = before + part.amount_net
    for row in rows:
        parts = net[row.id]
        rest = row.amount_net - sum(parts.values(), Decimal("0.00"))
        if rest:
            # What lies on no order line: accepted charges of the whole invoice.
            parts[""] = rest
        yield (
            row,
            Purchase(row.id, row.number, row.supplier, parts, row.amount_vat, row.amount_payable),
        )


def _run_name(session: Session, today: date) -> str:
    """The day, and which of the day's files it is from the second on."""
    pattern = f"{today}%"
    question = select(func.count(func.distinct(_VOUCHER.c.run))).where(_VOUCHER.c.run.like(pattern))
    before: int = session.execute(question).scalar_one()
    return str(today) if before == 0 else f"{today}-{before + 1}"
