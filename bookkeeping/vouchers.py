"""Vouchers for the ledger: what an invoice, a credit, a payment and an accrual are in debit and credit. Pure.

A voucher balances or cannot be made. The purchase is booked on the day the invoice was approved, the payment when the
bank has booked it, an accrual on the last day of its month and taken back on the first of the next. What happened in a
month that is closed is booked on the first day of the first open one, and keeps its own day beside it. How a row is
coded is decided by a `Coder`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from bookkeeping.coding import Coder, Coding, CodingBasis, RowRole, supplier_kind
from foundation.money import Money
from foundation.periods import Month
from invoicing.claims.claim_states import OWED_AGAIN, PartWay

_NIL = Decimal("0.00")


class VoucherKind(StrEnum):
    """What a voucher is about; each thing is booked once per kind."""

    ARRIVAL = "ARRIVAL"
    INVOICE = "INVOICE"
    CREDIT = "CREDIT"
    PARTIAL_CREDIT = "PARTIAL_CREDIT"
    PAYMENT = "PAYMENT"
    PAYMENT_RETURNED = "PAYMENT_RETURNED"
    GIVEN_BACK = "GIVEN_BACK"
    CLAIM_REOPENED = "CLAIM_REOPENED"
    ACCRUAL = "ACCRUAL"
    ACCRUAL_BACK = "ACCRUAL_BACK"


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """An account with the object of each dimension, and an amount: debit above zero, credit below."""

    account: str
    amount: Decimal
    cost_centre: str = ""
    activity: str = ""
    appropriation: str = ""
    counterparty: str = ""

    @classmethod
    def of(cls, coding: Coding, amount: Decimal) -> "VoucherRow":
        """A row coded so."""
        return cls(
            coding.account,
            amount,
            coding.cost_centre,
            coding.activity,
            coding.appropriation,
            coding.counterparty,
        )

    @property
    def coding(self) -> Coding:
        """How the row is coded."""
        return Coding(self.account, self.cost_centre, self.activity, self.appropriation, self.counterparty)


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
    # The version of the accounting rules it is coded by; none where the settings' accounts did it.
    rules: int | None = None

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
    """What is booked of an invoice: net by what it is coded by, VAT, and what is owed."""

    invoice_id: int
    number: str
    supplier: str
    net: Mapping[CodingBasis, Decimal]
    vat: Decimal
    payable: Decimal

    @property
    def basis(self) -> CodingBasis:
        """What the rows of the whole invoice are coded by."""
        return CodingBasis(supplier_kind=supplier_kind(self.supplier))


def arrived(bought: Purchase, coder: Coder, *, on: date) -> Voucher:
    """An invoice that has come and is not approved yet: the debt, against what is under examination."""
    rows = (
        VoucherRow.of(coder.coding(RowRole.ARRIVED, bought.basis), bought.payable),
        VoucherRow.of(coder.coding(RowRole.PAYABLE, bought.basis), -bought.payable),
    )
    text = f"Ankommen faktura {bought.number} {bought.supplier}"
    return Voucher(VoucherKind.ARRIVAL, str(bought.invoice_id), on, text, _with_amounts(rows))


def purchase(bought: Purchase, coder: Coder, *, on: date, instead_of: Coding | None = None) -> Voucher:
    """Cost and VAT against the debt to the supplier; what is rounded stands by itself.

    `instead_of` is what the arrival of the invoice stands on, where it was booked: the debt is there already.
    """
    against = instead_of or coder.coding(RowRole.PAYABLE, bought.basis)
    rows = (*_cost_rows(bought, coder), VoucherRow.of(against, -bought.payable))
    return Voucher(
        VoucherKind.INVOICE,
        str(bought.invoice_id),
        on,
        f"Faktura {bought.number} {bought.supplier}",
        _with_amounts(rows),
    )


def credited(
    invoice_id: int, number: str, supplier: str, booked: Iterable[VoucherRow], *, on: date
) -> Voucher:
    """All that is booked of an invoice taken back, row by row as it was coded, whatever the rules are now."""
    left: dict[Coding, Decimal] = {}
    for row in booked:
        left[row.coding] = left.get(row.coding, _NIL) - row.amount
    rows = tuple(VoucherRow.of(coding, amount) for coding, amount in left.items())
    text = f"Kredit av faktura {number} {supplier}"
    return Voucher(VoucherKind.CREDIT, str(invoice_id), on, text, _with_amounts(rows))


def credited_in_part(taken_back: Purchase, coder: Coder, *, on: date, debt: Coding | None = None) -> Voucher:
    """What a credit note took back of a part of a purchase; `taken_back` is known by the credit note."""
    on_debt = debt or coder.coding(RowRole.PAYABLE, taken_back.basis)
    costs = tuple(replace(row, amount=-row.amount) for row in _cost_rows(taken_back, coder))
    rows = (*costs, VoucherRow.of(on_debt, taken_back.payable))
    text = f"Kredit av en del av faktura {taken_back.number} {taken_back.supplier}"
    return Voucher(VoucherKind.PARTIAL_CREDIT, str(taken_back.invoice_id), on, text, _with_amounts(rows))


def paid(number: str, invoice: str, amount: Decimal, *, debt: Coding, bank: Coding, on: date) -> Voucher:
    """The debt paid from the bank."""
    rows = (VoucherRow.of(debt, amount), VoucherRow.of(bank, -amount))
    return Voucher(VoucherKind.PAYMENT, number, on, f"Betalning {number} faktura {invoice}", rows)


def returned(number: str, invoice: str, amount: Decimal, *, debt: Coding, bank: Coding, on: date) -> Voucher:
    """The payment taken back: the money stands with the bank again, and the debt too."""
    rows = (VoucherRow.of(bank, amount), VoucherRow.of(debt, -amount))
    said = f"Återkommen betalning {number} faktura {invoice}"
    return Voucher(VoucherKind.PAYMENT_RETURNED, number, on, said, rows)


def given_back(
    about: str,
    invoice: str,
    amount: Decimal,
    *,
    how: PartWay,
    debt: Coding,
    bank: Coding,
    other: Coding,
    on: date,
) -> Voucher:
    """What a supplier owed, taken off a payment, repaid or written off; what it paid of interest, and owes again.

    `other` is where what is written off lies, or what comes of interest.
    """
    if how in UNDONE:
        against = other if how is PartWay.INTEREST_RETURNED else debt
        again = (VoucherRow.of(against, amount), VoucherRow.of(bank, -amount))
        return Voucher(VoucherKind.CLAIM_REOPENED, about, on, f"{_GIVEN_BACK[how]} faktura {invoice}", again)
    debit = other if how is PartWay.WRITTEN_OFF else bank
    credit = other if how is PartWay.INTEREST else debt
    rows = (VoucherRow.of(debit, amount), VoucherRow.of(credit, -amount))
    return Voucher(VoucherKind.GIVEN_BACK, about, on, f"{_GIVEN_BACK[how]} faktura {invoice}", rows)


UNDONE: Final = (*OWED_AGAIN, PartWay.INTEREST_RETURNED)
"""What was given back and has left us again."""

_GIVEN_BACK: Final = {
    PartWay.NETTED: "Avräknad kredit",
    PartWay.REPAID: "Avräknad kredit",
    PartWay.WRITTEN_OFF: "Avskriven fordran",
    PartWay.INTEREST: "Dröjsmålsränta",
    PartWay.RETURNED: "Återförd avräkning",
    PartWay.REPAYMENT_RETURNED: "Återtagen insättning",
    PartWay.INTEREST_RETURNED: "Återtagen dröjsmålsränta",
}


class Accrued(Protocol):
    """Delivered and no cost in the ledger yet."""

    @property
    def basis(self) -> CodingBasis:
        """What its cost is coded by."""

    @property
    def amount(self) -> Money:
        """How much of it is to be accrued, without VAT."""


def accrual(month: Month, accrued: Iterable[Accrued], coder: Coder) -> tuple[Voucher, Voucher]:
    """The accrual on the month's last day, and its taking back on the next day."""
    costs: dict[Coding, Decimal] = {}
    debts: dict[Coding, Decimal] = {}
    for each in accrued:
        cost = coder.coding(RowRole.COST, each.basis)
        debt = coder.coding(RowRole.ACCRUED, CodingBasis(supplier_kind=each.basis.supplier_kind))
        costs[cost] = costs.get(cost, _NIL) + each.amount.amount
        debts[debt] = debts.get(debt, _NIL) - each.amount.amount
    rows = _with_amounts(
        VoucherRow.of(coding, amount) for part in (costs, debts) for coding, amount in sorted(part.items())
    )
    last = month.period.end
    back = tuple(replace(row, amount=-row.amount) for row in rows)
    text = f"Upplupet {month}: levererat, inte fakturerat"
    return (
        Voucher(VoucherKind.ACCRUAL, str(month), last, text, rows),
        Voucher(
            VoucherKind.ACCRUAL_BACK,
            str(month),
            last + timedelta(days=1),
            f"Återföring av {text.lower()}",
            back,
        ),
    )


def _cost_rows(bought: Purchase, coder: Coder) -> tuple[VoucherRow, ...]:
    """The cost by coding, VAT and what is rounded: together what is owed."""
    costs: dict[Coding, Decimal] = {}
    for basis, amount in bought.net.items():
        coding = coder.coding(RowRole.COST, basis)
        costs[coding] = costs.get(coding, _NIL) + amount
    rows = [VoucherRow.of(coding, amount) for coding, amount in sorted(costs.items())]
    rows.append(VoucherRow.of(coder.coding(RowRole.VAT, bought.basis), bought.vat))
    rounding = bought.payable - sum((row.amount for row in rows), _NIL)
    rows.append(VoucherRow.of(coder.coding(RowRole.ROUNDING, bought.basis), rounding))
    return tuple(rows)


def _with_amounts(rows: Iterable[VoucherRow]) -> tuple[VoucherRow, ...]:
    return tuple(row for row in rows if row.amount)
