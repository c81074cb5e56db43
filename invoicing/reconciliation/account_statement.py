"""A supplier's statement of account (kontoutdrag): its documents and payments in order, and its balance. Pure.

The balance is what the buyer has not settled: invoiced less credited less paid, as the buyer's own statement has it
(`statement.py`). It is made of three things: accepted and still to be paid, in question, and less what the supplier
owes back. Amounts are shown with VAT, as they are paid, and without it, as the buyer's statement has them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from foundation.money import Money
from foundation.text import Text


class EntryKind(StrEnum):
    """What moved the balance."""

    INVOICE = "INVOICE"
    CREDIT_NOTE = "CREDIT_NOTE"
    PAYMENT = "PAYMENT"
    NETTED = "NETTED"  # a claim that was taken off a payment
    REPAID = "REPAID"  # a claim that the supplier paid back
    WRITTEN_OFF = "WRITTEN_OFF"  # what of a claim the buyer gave up
    REPAYMENT_RETURNED = "REPAYMENT_RETURNED"  # a repayment that the bank took back
    RETURNED = "RETURNED"  # a payment that came back, or what was taken off it

    @property
    def words(self) -> Text:
        """What it is called in a list."""
        return _WORDS[self]


_WORDS = {
    EntryKind.INVOICE: Text("Faktura"),
    EntryKind.CREDIT_NOTE: Text("Kreditfaktura"),
    EntryKind.PAYMENT: Text("Betalning"),
    EntryKind.NETTED: Text("Avräknat på betalning"),
    EntryKind.REPAID: Text("Återbetalt av er"),
    EntryKind.WRITTEN_OFF: Text("Avskrivet av köparen"),
    EntryKind.REPAYMENT_RETURNED: Text("Återbetalning som banken tog tillbaka"),
    EntryKind.RETURNED: Text("Betalning som kom tillbaka"),
}


@dataclass(frozen=True, slots=True)
class Sums:
    """One figure twice: `net` without VAT, `payable` with it."""

    net: Money
    payable: Money

    @classmethod
    def zero(cls, currency: str) -> "Sums":
        """Nothing of this currency."""
        nothing = Money(Decimal("0.00"), currency)
        return cls(nothing, nothing)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.net + other.net, self.payable + other.payable)

    def __sub__(self, other: "Sums") -> "Sums":
        return Sums(self.net - other.net, self.payable - other.payable)


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """One row: what moved the balance on a day, by how much, signed; `balance` is with VAT after the row.

    `document` is the invoice's or credit note's number, or what the payment is known by; `about` the invoice that a
    credit note credits. `document_id` opens it; 0 for a payment. `was_paid`: the credited invoice was paid already.
    """

    kind: EntryKind
    on: date
    document_id: int
    document: str
    about: str
    order_number: str
    execution_reference: str
    payment: str
    amount: Sums
    balance: Money
    was_paid: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceFate:
    """What had become of some invoices by a day, all alike, and what they come to."""

    credited: bool
    approved: bool
    paid: bool
    given_back: bool
    amount: Sums


@dataclass(frozen=True, slots=True)
class AccountPosition:
    """How the account stands on a day, by what had become of each invoice that had come."""

    invoiced: Sums
    credited: Sums
    accepted: Sums
    paid: Sums
    to_pay: Sums
    in_question: Sums
    owed_back: Sums

    @property
    def open(self) -> Sums:
        """The balance: what is invoiced, neither credited nor paid."""
        return self.invoiced - self.credited - self.paid


def position(fates: Iterable[InvoiceFate], *, currency: str) -> AccountPosition:
    """Add up. `open` is `to_pay` and `in_question` less `owed_back`, whatever became of the invoices."""
    nothing = Sums.zero(currency)
    sums = dict.fromkeys(
        ("invoiced", "credited", "accepted", "paid", "to_pay", "in_question", "owed_back"), nothing
    )
    for fate in fates:
        has_money = fate.paid and not fate.given_back
        for name, holds in (
            ("invoiced", True),
            ("credited", fate.credited),
            ("accepted", fate.approved),
            ("paid", has_money),
            ("to_pay", fate.approved and not has_money),
            ("in_question", not (fate.credited or fate.approved or has_money)),
            ("owed_back", fate.credited and has_money),
        ):
            if holds:
                sums[name] += fate.amount
    return AccountPosition(**sums)
