"""Deposits for claims as the bank's files have told them: what is told again is known from what is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Row, Select, select

from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from invoicing.claims import tables as claim_tables
from invoicing.claims.claim_store import SupplierClaim
from invoicing.payment import tables as payment_tables
from invoicing.payment.bank_answers.bank_report_store import BankReportResult
from invoicing.payment.bank_files.movements import BankFileUnreadable

_ENTRY, _CLAIM = payment_tables.bank_entry, claim_tables.claim
_COUNTED: Final = (
    BankReportResult.DEPOSIT,
    BankReportResult.DEPOSIT_UNNOTED,
    BankReportResult.DEPOSIT_UNMATCHED,
)


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that came for a claim: how much, on which day, and what the bank calls it where it says."""

    claim: str
    invoice_id: int
    amount: Money
    booked_on: date
    bank_reference: str

    def is_same(self, other: "Deposit") -> bool:
        """Whether both are one deposit, told twice: by the bank's reference, or by the day where one has none.

        >>> day, later = date(2026, 5, 20), date(2026, 5, 21)
        >>> told = Deposit("60000001", 1, Money.of("100.00"), day, "REF-1")
        >>> told.is_same(Deposit("60000001", 1, Money.of("100.00"), later, "REF-1"))
        True
        >>> told.is_same(Deposit("60000001", 1, Money.of("100.00"), day, ""))
        True
        >>> told.is_same(Deposit("60000001", 1, Money.of("100.00"), day, "REF-2"))
        False
        """
        if self.amount != other.amount:
            return False
        if self.bank_reference and other.bank_reference:
            return self.bank_reference == other.bank_reference
        return self.booked_on == other.booked_on

    def is_alike(self, other: "Deposit") -> bool:
        """Whether both may be one deposit, though the bank calls them differently: a person sees which it is."""
        return (self.claim, self.amount, self.booked_on) == (other.claim, other.amount, other.booked_on)


def of_claim(session: Session, claim: SupplierClaim) -> Sequence[Deposit]:
    """The deposits that files have told of a claim, noted or not, oldest first."""
    return [_deposit(row) for row in session.execute(_deposits(_ENTRY.c.claim == claim.number))]


def left_to_note(session: Session, entry_id: int) -> Deposit:
    """The deposit of a finding that a person may note. Raises BankFileUnreadable where it is none, or is dealt with."""
    waits = (_ENTRY.c.outcome == BankReportResult.DEPOSIT_UNNOTED) & (_ENTRY.c.handled_by == "")
    row = session.execute(_deposits((_ENTRY.c.id == entry_id) & waits)).one_or_none()
    if row is None or row.booked_on is None or not row.amount:
        raise BankFileUnreadable(
            Text("Raden är ingen insättning som väntar på att noteras. Notera den på fordran i stället.")
        )
    return _deposit(row)


def _deposits(condition: ColumnElement[bool]) -> Select[tuple[object, ...]]:
    return (
        select(_ENTRY, _CLAIM.c.invoice_id)
        .join(_CLAIM, _CLAIM.c.number == _ENTRY.c.claim)
        .where(condition, _ENTRY.c.outcome.in_(_COUNTED))
        .order_by(_ENTRY.c.id)
    )


def _deposit(row: Row[tuple[object, ...]]) -> Deposit:
    return Deposit(
        row.claim, row.invoice_id, Money(row.amount, row.currency), row.booked_on, row.bank_reference
    )
