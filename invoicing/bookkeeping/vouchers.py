"""Vouchers for the ledger: what an invoice, a credit, a payment and an accrual are in debit and credit. Pure.

A voucher balances or cannot be made. The purchase is booked on the day the invoice was approved, the payment when the
bank has booked it, an accrual on the last day of its month and taken back on the first of the next. What happened in a
month that is closed is booked on the first day of the first open one, and keeps its own day beside it. Account
numbers are the buyer's: a setting, whose defaults are examples.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from foundation.errors import Refused
from foundation.money import Money
from foundation.periods import Month
from foundation.text import Text
from orders.terms import ArticleKind

_NIL = Decimal("0.00")


class VoucherKind(StrEnum):
    """What a voucher is about; each thing is booked once per kind."""

    INVOICE = "INVOICE"
    CREDIT = "CREDIT"
    PARTIAL_CREDIT = "PARTIAL_CREDIT"
    PAYMENT = "PAYMENT"
    GIVEN_BACK = "GIVEN_BACK"
    ACCRUAL = "ACCRUAL"
    ACCRUAL_BACK = "ACCRUAL_BACK"


@dataclass(frozen=True, slots=True)
class LedgerAccounts:
    """The buyer's accounts, four digits each. The defaults are examples."""

    basic: str = "5711"
    result: str = "5712"
    speed_bonus: str = "5713"
    supplementary: str = "5714"
    other: str = "5719"
    vat: str = "1546"
    rounding: str = "5799"
    payable: str = "2581"
    bank: str = "1921"
    accrued: str = "2791"

    def cost_of(self, article: str) -> str:
        """The cost account of an article; `other` for what lies on no order."""
        costs: dict[str, str] = {
            ArticleKind.BASIC: self.basic,
            ArticleKind.RESULT: self.result,
            ArticleKind.SPEED_BONUS: self.speed_bonus,
            ArticleKind.SUPPLEMENTARY: self.supplementary,
        }
        return costs.get(article, self.other)

    def names(self, articles: Mapping[ArticleKind, Text]) -> Mapping[str, str]:
        """Every account with its name: that of an article's cost is what the services call the article."""
        costs = {self.cost_of(kind): name.sv for kind, name in articles.items()}
        return {getattr(self, name): said for name, said in _NAMES.items()} | costs


_NAMES = {
    "other": "Övriga köp",
    "vat": "Ingående moms",
    "rounding": "Öresavrundning",
    "payable": "Leverantörsskulder",
    "bank": "Bank",
    "accrued": "Upplupna kostnader",
}


class AccountsRefused(Refused):
    """The ledger's accounts cannot be used as they are set."""


def accounts_from(given: Mapping[str, str]) -> LedgerAccounts:
    """The accounts with those given in place of the examples. Raises AccountsRefused."""
    known = {each.name for each in fields(LedgerAccounts)}
    wrong = sorted(name for name, number in given.items() if name not in known or not number.isdigit())
    if wrong:
        raise AccountsRefused(
            Text(
                "Kontona i BILLING_LEDGER_ACCOUNTS går inte att använda: %(accounts)s.",
                accounts=", ".join(wrong),
            ),
        )
    return replace(LedgerAccounts(), **given)


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """An account and an amount: debit above zero, credit below."""

    account: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Voucher:
    """One event in the ledger, before or after it has its number. Raises ValueError where it does not balance."""

    kind: VoucherKind
    about: str
    booked_on: date
    text: str
    rows: tuple[VoucherRow, ...]
    number: str = ""
    # The day of the event, where it is booked on a later one since its month was closed.
    event_on: date | None = None

    def __post_init__(self) -> None:
        if sum((row.amount for row in self.rows), _NIL) != _NIL:
            raise ValueError(f"voucher {self.kind} {self.about} does not balance")

    @property
    def said(self) -> str:
        """The text with the day of the event, where it is another than the accounting date."""
        return self.text if self.event_on is None else f"{self.text} (händelse {self.event_on})"


def accounting_date(event_on: date, closed_to: date | None) -> date:
    """The day an event is booked on: its own, or the first day after what is closed.

    >>> accounting_date(date(2026, 1, 20), date(2025, 12, 31)).isoformat()
    '2026-01-20'
    >>> accounting_date(date(2025, 12, 28), date(2025, 12, 31)).isoformat()
    '2026-01-01'
    """
    if closed_to is None or event_on > closed_to:
        return event_on
    return closed_to + timedelta(days=1)


def dated(voucher: Voucher, closed_to: date | None) -> Voucher:
    """The voucher on its accounting date, where everything up to and with `closed_to` is closed."""
    day = accounting_date(voucher.booked_on, closed_to)
    return (
        voucher if day == voucher.booked_on else replace(voucher, booked_on=day, event_on=voucher.booked_on)
    )


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is booked of an approved invoice: net by article, VAT, and what is owed."""

    invoice_id: int
    number: str
    supplier: str
    net: Mapping[str, Decimal]
    vat: Decimal
    payable: Decimal

    def plus(self, other: "Purchase") -> "Purchase":
        """Both together, as this one."""
        articles = dict.fromkeys((*self.net, *other.net))
        net = {each: self.net.get(each, _NIL) + other.net.get(each, _NIL) for each in articles}
        return replace(self, net=net, vat=self.vat + other.vat, payable=self.payable + other.payable)

    def less(self, other: "Purchase") -> "Purchase":
        """What is left of this one when another is taken off."""
        taken = {article: -amount for article, amount in other.net.items()}
        return self.plus(replace(other, net=taken, vat=-other.vat, payable=-other.payable))


def purchase(bought: Purchase, accounts: LedgerAccounts, *, on: date) -> Voucher:
    """Cost and VAT against the debt to the supplier; what is rounded stands by itself."""
    return Voucher(
        VoucherKind.INVOICE,
        str(bought.invoice_id),
        on,
        f"Faktura {bought.number} {bought.supplier}",
        _purchase_rows(bought, accounts),
    )


def credited(bought: Purchase, accounts: LedgerAccounts, *, on: date) -> Voucher:
    """The purchase taken back."""
    rows = tuple(VoucherRow(row.account, -row.amount) for row in _purchase_rows(bought, accounts))
    text = f"Kredit av faktura {bought.number} {bought.supplier}"
    return Voucher(VoucherKind.CREDIT, str(bought.invoice_id), on, text, rows)


def credited_in_part(taken_back: Purchase, accounts: LedgerAccounts, *, on: date) -> Voucher:
    """What a credit note took back of a part of a purchase; `taken_back` is known by the credit note."""
    rows = tuple(VoucherRow(row.account, -row.amount) for row in _purchase_rows(taken_back, accounts))
    text = f"Kredit av en del av faktura {taken_back.number} {taken_back.supplier}"
    return Voucher(VoucherKind.PARTIAL_CREDIT, str(taken_back.invoice_id), on, text, rows)


def paid(number: str, invoice: str, amount: Decimal, accounts: LedgerAccounts, *, on: date) -> Voucher:
    """The debt paid from the bank."""
    rows = (VoucherRow(accounts.payable, amount), VoucherRow(accounts.bank, -amount))
    return Voucher(VoucherKind.PAYMENT, number, on, f"Betalning {number} faktura {invoice}", rows)


def given_back(
    invoice_id: int, invoice: str, amount: Decimal, accounts: LedgerAccounts, *, on: date
) -> Voucher:
    """What a supplier owed after a credit, taken off a payment or repaid."""
    rows = (VoucherRow(accounts.bank, amount), VoucherRow(accounts.payable, -amount))
    return Voucher(VoucherKind.GIVEN_BACK, str(invoice_id), on, f"Avräknad kredit faktura {invoice}", rows)


class Accrued(Protocol):
    """Delivered and no cost in the ledger yet: an article's amount."""

    @property
    def article(self) -> str:
        """Which article was delivered."""

    @property
    def amount(self) -> Money:
        """How much of it is to be accrued, without VAT."""


def accrual(month: Month, accrued: Iterable[Accrued], accounts: LedgerAccounts) -> tuple[Voucher, Voucher]:
    """The accrual on the month's last day, and its taking back on the next day."""
    costs: dict[str, Decimal] = {}
    for each in accrued:
        account = accounts.cost_of(each.article)
        costs[account] = costs.get(account, _NIL) + each.amount.amount
    rows = [VoucherRow(account, amount) for account, amount in sorted(costs.items()) if amount]
    rows.append(VoucherRow(accounts.accrued, -sum((row.amount for row in rows), _NIL)))
    last = month.period.end
    back = tuple(VoucherRow(row.account, -row.amount) for row in rows)
    text = f"Upplupet {month}: levererat, inte fakturerat"
    return (
        Voucher(VoucherKind.ACCRUAL, str(month), last, text, tuple(rows)),
        Voucher(
            VoucherKind.ACCRUAL_BACK,
            str(month),
            last + timedelta(days=1),
            f"Återföring av {text.lower()}",
            back,
        ),
    )


def _purchase_rows(bought: Purchase, accounts: LedgerAccounts) -> tuple[VoucherRow, ...]:
    costs: dict[str, Decimal] = {}
    for article, amount in bought.net.items():
        account = accounts.cost_of(article)
        costs[account] = costs.get(account, _NIL) + amount
    rows = [VoucherRow(account, amount) for account, amount in sorted(costs.items())]
    rows.append(VoucherRow(accounts.vat, bought.vat))
    rounding = bought.payable - sum((row.amount for row in rows), _NIL)
    rows += [VoucherRow(accounts.rounding, rounding), VoucherRow(accounts.payable, -bought.payable)]
    return tuple(row for row in rows if row.amount)
