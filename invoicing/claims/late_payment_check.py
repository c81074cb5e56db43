"""What a supplier may ask for when we paid late, beside what it does ask for: interest and compensation. Pure.

Räntelagen (1975:635) 3 and 6 §§: the day to pay is settled beforehand, so interest runs from the day after it. Lag
(1981:739) om ersättning för inkassokostnader 4 a §: a trader has 450 kronor for an invoice that was paid late, without
an agreement; a reminder fee is owed only as far as it is above that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from foundation.formatting import kronor
from foundation.money import Money, total
from foundation.text import CountedText, Text
from invoicing.claims.interest import Interest, Rates, late_payment

COMPENSATION: Final = Decimal("450.00")
"""Kronor for each invoice that was paid late (förseningsersättning)."""


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """An invoice as we paid it; without a day of payment it is not paid yet."""

    number: str
    amount: Money
    pays_on: date
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class LateInvoice:
    """An invoice that was paid late, or is late: by how many days, and the interest of them."""

    invoice: PaidInvoice
    days: int
    interest: Interest

    @property
    def words(self) -> Text:
        """How late it was, and what that came to."""
        return Text(
            "%(number)s skulle betalas %(pays_on)s och betalades %(paid_on)s, %(days)s för sent: ränta %(interest)s.",
            number=self.invoice.number,
            pays_on=self.invoice.pays_on,
            paid_on=self.invoice.paid_on or "–",
            days=CountedText("%(count)s dag", "%(count)s dagar", count=self.days),
            interest=kronor(self.interest.amount),
        )


@dataclass(frozen=True, slots=True)
class LatePaymentCheck:
    """Our reckoning beside a claim of `asked`: `in_time` are invoices that were paid on their day or before."""

    asked: Money
    late: tuple[LateInvoice, ...]
    in_time: tuple[PaidInvoice, ...]

    @property
    def interest(self) -> Money:
        """The interest on all that was late."""
        return total((each.interest.amount for each in self.late), currency=self.asked.currency)

    @property
    def compensation(self) -> Money:
        """What may be asked for besides, once for each late invoice."""
        return Money(COMPENSATION * len(self.late), self.asked.currency)

    @property
    def most(self) -> Money:
        """What may be asked for in all."""
        return self.interest + self.compensation

    @property
    def is_owed(self) -> bool:
        """Whether no more is asked for than we reckon."""
        return self.asked <= self.most

    @property
    def words(self) -> Text:
        """What we come to, and how it differs."""
        if not self.late:
            return Text(
                "Ingen faktura som kravet nämner betalades för sent. Kravet är %(asked)s.",
                asked=kronor(self.asked),
            )
        if self.is_owed:
            return Text(
                "Enligt vår beräkning får högst %(most)s krävas: ränta %(interest)s och förseningsersättning "
                "%(compensation)s. Kravet på %(asked)s ryms i det.",
                most=kronor(self.most),
                interest=kronor(self.interest),
                compensation=kronor(self.compensation),
                asked=kronor(self.asked),
            )
        return Text(
            "Enligt vår beräkning får högst %(most)s krävas: ränta %(interest)s och förseningsersättning "
            "%(compensation)s. Kravet på %(asked)s är %(more)s för mycket.",
            most=kronor(self.most),
            interest=kronor(self.interest),
            compensation=kronor(self.compensation),
            asked=kronor(self.asked),
            more=kronor(self.asked - self.most),
        )


def check(asked: Money, invoices: Sequence[PaidInvoice], *, rates: Rates, today: date) -> LatePaymentCheck:
    """Reckon what is owed for these invoices; one that is not paid yet counts to today. Raises RateUnknown."""
    late, in_time = [], []
    for each in invoices:
        until = each.paid_on or today
        if until <= each.pays_on:
            in_time.append(each)
            continue
        first = each.pays_on + timedelta(days=1)
        interest = late_payment(each.amount, first=first, last=until, rates=rates)
        late.append(LateInvoice(each, (until - each.pays_on).days, interest))
    return LatePaymentCheck(asked, tuple(late), tuple(in_time))
