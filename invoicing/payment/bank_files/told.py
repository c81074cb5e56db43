"""What a file of the bank's tells, whichever form it has: movements on our account, and the status of our payments."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

NAME_LONGEST: Final = 35
"""Signs of what a payment or a movement is called in ISO 20022 (Max35Text)."""
_NIL = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the bank did not pay: a code of ISO's external lists or the bank's own, and what it added in words."""

    code: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement on our account: `debit` is money that left. `end_to_end` or else `batch` names our payment.

    `amount` is in `currency` and above zero, None where the bank does not say it. `count` is how many payments it is
    for, 0 where that is not said. `reversal` marks what takes back an earlier booking. `references` is what the payer
    wrote for the payee, and `bank_reference` what the bank calls the movement itself, in each of its files.
    """

    end_to_end: str
    batch: str
    amount: Decimal | None
    currency: str
    booked_on: date | None
    debit: bool
    booked: bool
    count: int = 1
    reversal: bool = False
    reasons: tuple[Reason, ...] = ()
    references: tuple[str, ...] = ()
    bank_reference: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the account and the movements it is made of. `charges` is what the bank took for itself in it."""

    amount: Decimal
    currency: str
    movements: tuple[Movement, ...]
    charges: Decimal = _NIL

    @property
    def rest(self) -> Decimal | None:
        """What of the line no movement accounts for; None where a movement has no amount in the line's currency.

        >>> part = Movement("A", "", Decimal("90.00"), "SEK", None, debit=True, booked=True)
        >>> Entry(Decimal("100.00"), "SEK", (part,), charges=Decimal("10.00")).rest
        Decimal('10.00')
        """
        debit = self.movements[0].debit
        said = _NIL
        for each in self.movements:
            if each.amount is None or each.currency != self.currency:
                return None
            said += each.amount if each.debit is debit else -each.amount
        return self.amount - said


@dataclass(frozen=True, slots=True)
class Status:
    """What the bank says of a whole file of ours (`end_to_end` empty) or of one payment; `code` is ISO's status."""

    end_to_end: str
    batch: str
    code: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class BankReport:
    """A file of the bank: `message` is its kind. A status report names the file of ours it answers."""

    message: str
    entries: tuple[Entry, ...] = ()
    statuses: tuple[Status, ...] = ()
    original: str = ""
