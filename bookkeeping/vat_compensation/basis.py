"""The basis for the compensation of VAT of a month: what may be requisitioned, of what, and what is left out. Pure.

A state authority does not deduct input VAT; it requisitions what it has booked in a month from the tax agency
(förordning 2002:831, 4 and 7 §§). So the basis is what lies on the accounts of VAT in the month's vouchers, less what
the ledger refused and what gives no compensation, and nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from foundation.money import Money, total
from foundation.periods import Month
from foundation.text import Text

SEVERAL: Final = "*"
"""What stands for the object of a dimension where a voucher has several of them and its VAT has none."""


class BasisStanding(StrEnum):
    """Whether VAT on a voucher is in the basis, and if not why."""

    INCLUDED = "INCLUDED"
    REFUSED = "REFUSED"
    NOT_COMPENSATED = "NOT_COMPENSATED"
    NOT_BOOKED = "NOT_BOOKED"
    NOT_DECIDED = "NOT_DECIDED"

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]

    @property
    def next_step(self) -> Text:
        """What is done about what is left out."""
        return _NEXT[self]


_WORDS: Final = {
    BasisStanding.INCLUDED: Text("Rekvireras"),
    BasisStanding.REFUSED: Text("Avvisad av ekonomisystemet"),
    BasisStanding.NOT_COMPENSATED: Text("Ger ingen kompensation"),
    BasisStanding.NOT_BOOKED: Text("Inte bokförd än"),
    BasisStanding.NOT_DECIDED: Text("Fakturan är inte avgjord"),
}
_NEXT: Final = {
    BasisStanding.INCLUDED: Text("Rekvirera summan hos Skatteverket när månaden är stängd."),
    BasisStanding.REFUSED: Text(
        "Momsen ligger inte i ekonomisystemet. Rätta felet och skicka de avvisade igen under Svar från "
        "ekonomisystemet."
    ),
    BasisStanding.NOT_COMPENSATED: Text("Kontot är undantaget i konteringsreglerna."),
    BasisStanding.NOT_BOOKED: Text(
        "Skriv bokföringsfilen under Månadsbokslut, så kommer momsen med i månaden."
    ),
    BasisStanding.NOT_DECIDED: Text("Avgör fakturorna i kön. Momsen kommer med den månad de bokförs."),
}


@dataclass(frozen=True, slots=True)
class VatSum:
    """VAT of some vouchers of the month added up: of which account and objects, and whether the ledger refused them.

    `is_credit` tells what took VAT back from what brought it. An empty object is none, `SEVERAL` more than one.
    """

    account: str
    is_credit: bool
    appropriation: str
    counterparty: str
    is_refused: bool
    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CompensationRow:
    """What may be requisitioned of one appropriation and counterparty, and of how many vouchers."""

    appropriation: str
    counterparty: str
    invoiced: Money
    credited: Money
    count: int

    @property
    def amount(self) -> Money:
        """VAT of invoices less VAT taken back by credits."""
        return self.invoiced + self.credited


@dataclass(frozen=True, slots=True)
class LeftOut:
    """VAT that is not in the basis: why, on how many documents, and where policy says it the account and its reason."""

    why: BasisStanding
    count: int
    amount: Money
    account: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CompensationBasis:
    """A month's basis. `booked` is all that the month's vouchers have on the accounts of VAT."""

    month: Month
    rows: tuple[CompensationRow, ...]
    left_out: tuple[LeftOut, ...]
    booked: Money
    is_closed: bool
    least: Money
    awaiting: int = 0

    @property
    def invoiced(self) -> Money:
        """VAT of invoices."""
        return total((row.invoiced for row in self.rows), currency=self.booked.currency)

    @property
    def credited(self) -> Money:
        """VAT taken back by credits, below zero."""
        return total((row.credited for row in self.rows), currency=self.booked.currency)

    @property
    def amount(self) -> Money:
        """What may be requisitioned."""
        return self.invoiced + self.credited

    @property
    def is_final(self) -> bool:
        """Whether the month is closed, and all of its VAT is in the ledger."""
        return self.is_closed and not any(each.why is BasisStanding.REFUSED for each in self.left_out)

    @property
    def may_wait(self) -> bool:
        """Whether it is less than what a month is requisitioned from by itself."""
        return self.amount < self.least

    @property
    def unexplained(self) -> Money:
        """What lies on the accounts of VAT besides the basis and what is left out of it; zero where all agrees."""
        explained = (each.amount for each in self.left_out if each.why in _IN_VOUCHERS)
        return self.booked - self.amount - total(explained, currency=self.booked.currency)


_IN_VOUCHERS: Final = (BasisStanding.REFUSED, BasisStanding.NOT_COMPENSATED)


def standing(account: str, *, is_refused: bool, left_out: Iterable[str]) -> BasisStanding:
    """Whether VAT on that account is in the basis: what the ledger has not taken is not, whatever its account."""
    if is_refused:
        return BasisStanding.REFUSED
    return BasisStanding.NOT_COMPENSATED if account in left_out else BasisStanding.INCLUDED


def rows_of(sums: Iterable[VatSum], left_out: Iterable[str], currency: str) -> tuple[CompensationRow, ...]:
    """What is in the basis, by appropriation and counterparty."""
    nil, out = Money.of("0.00", currency), frozenset(left_out)
    found: dict[tuple[str, str], CompensationRow] = {}
    for each in sums:
        if standing(each.account, is_refused=each.is_refused, left_out=out) is not BasisStanding.INCLUDED:
            continue
        key, amount = (each.appropriation, each.counterparty), Money(each.amount, currency)
        row = found.get(key, CompensationRow(*key, nil, nil, 0))
        found[key] = CompensationRow(
            *key,
            row.invoiced + (nil if each.is_credit else amount),
            row.credited + (amount if each.is_credit else nil),
            row.count + each.count,
        )
    return tuple(found[key] for key in sorted(found))


def left_out_of(sums: Sequence[VatSum], reasons: dict[str, str], currency: str) -> list[LeftOut]:
    """What vouchers have and the basis has not: what was refused, and each account that gives no compensation."""
    found: dict[tuple[BasisStanding, str], tuple[int, Decimal]] = {}
    for each in sums:
        why = standing(each.account, is_refused=each.is_refused, left_out=reasons)
        if why is BasisStanding.INCLUDED:
            continue
        key = (why, each.account if why is BasisStanding.NOT_COMPENSATED else "")
        count, amount = found.get(key, (0, Decimal("0.00")))
        found[key] = (count + each.count, amount + each.amount)
    return [
        LeftOut(why, count, Money(amount, currency), account, reasons.get(account, ""))
        for (why, account), (count, amount) in sorted(found.items())
    ]
