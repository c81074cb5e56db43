"""Money and quantities, exact, and the one place that rounds.

Convention: money is Decimal with two decimals. Whatever is finer must first pass `rounded`, halves away from
zero, reached through the three named places `line_amount`, `vat_amount` and `payable`. There is no
multiplying of money, and amounts of different currencies never meet.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from foundation.errors import Refused
from foundation.text import Language, Text, number_in

# UN/ECE Recommendation 20: a day, which days are counted in.
DAY = "DAY"

_CENT = Decimal("0.01")
# Below this bound a sum of ten thousand million amounts stays exact in Decimal's ordinary 28 digits.
_LARGEST = Decimal(10) ** 15
# Wide enough that no product of a quantity and a price is cut before it is rounded on purpose.
_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", re.ASCII)
_UNIT_CODE = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)
_CURRENCY_CODE = re.compile(r"[A-Z]{3}", re.ASCII)


class AmountRefused(Refused, ValueError):
    """An amount that is not exact: a float, too many decimals, not a number, or too large."""


class Incomparable(Refused):
    """Amounts in different currencies, or quantities in different units, put together."""


def decimal_of(text: str) -> Decimal:
    """The number written as plain digits with a point; raises AmountRefused for anything else.

    Decimal() itself would also take "NaN", "1e9", "1_000" and Arabic-Indic digits.

    >>> decimal_of("95.00")
    Decimal('95.00')
    """
    if not _PLAIN_NUMBER.fullmatch(text):
        raise AmountRefused(
            Text("Det är inte ett tal. Skriv siffror med decimalpunkt, till exempel 95.00."),
        )
    return Decimal(text)


def rounded(value: Decimal) -> Decimal:
    """`value` to two decimals, halves away from zero: the one rounding of the system.

    >>> rounded(Decimal("2.345")), rounded(Decimal("-2.345"))
    (Decimal('2.35'), Decimal('-2.35'))
    """
    return value.quantize(_CENT, context=_WIDE)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount with two decimals in one currency (ISO 4217 code).

    Raises AmountRefused for a float, more decimals than two (round first), or 10^15 and above.
    Amounts of different currencies are unequal, and adding or ordering them raises Incomparable.

    >>> Money.of("95.00") + Money.of("5")
    Money(amount=Decimal('100.00'), currency='SEK')
    """

    amount: Decimal
    currency: str = "SEK"

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise AmountRefused(Text("Ett belopp måste vara ett exakt decimaltal."))
        if abs(self.amount) >= _LARGEST or (exact := rounded(self.amount)) != self.amount:
            raise AmountRefused(
                Text(
                    "Beloppet %(amount)s har fler än två decimaler eller är för stort. Avrunda det först.",
                    amount=self.amount,
                ),
            )
        if not _CURRENCY_CODE.fullmatch(self.currency):
            raise AmountRefused(
                Text("Valutan måste vara en kod med tre versaler, till exempel SEK."),
            )
        # Always two decimals and never minus zero, so that equal amounts are also written alike.
        object.__setattr__(self, "amount", exact if exact else Decimal("0.00"))

    @classmethod
    def of(cls, text: str, currency: str = "SEK") -> "Money":
        """The amount written as plain digits; raises AmountRefused."""
        return cls(decimal_of(text), currency)

    @property
    def is_zero(self) -> bool:
        """Whether nothing is owed either way."""
        return not self.amount

    def _same(self, other: "Money") -> Decimal:
        if self.currency != other.currency:
            raise Incomparable(
                Text(
                    "Belopp i %(currency)s och %(other_currency)s kan inte läggas ihop eller jämföras.",
                    currency=self.currency,
                    other_currency=other.currency,
                ),
            )
        return other.amount

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.amount), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def in_language(self, language: Language) -> str:
        """The amount in a sentence: 2 612,50 SEK."""
        return f"{number_in(self.amount, language)} {self.currency}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact number of one unit, a UN/ECE Recommendation 20 code.

    Our own orders have the units of their services. Other codes can be held, because an invoice may carry
    them and must then be answered rather than fail. Raises AmountRefused; sums and order need one unit.
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        if not isinstance(self.value, Decimal) or not self.value.is_finite():
            raise AmountRefused(Text("Ett antal måste vara ett exakt decimaltal."))
        if not _UNIT_CODE.fullmatch(self.unit):
            raise AmountRefused(
                Text("Enheten måste vara en kod, till exempel DAY eller C62."),
            )

    @classmethod
    def days(cls, count: int) -> "Quantity":
        """A whole number of billable days."""
        return cls(Decimal(count), DAY)

    @property
    def is_zero(self) -> bool:
        """Whether there is nothing."""
        return not self.value

    @property
    def compact(self) -> "Quantity":
        """The same quantity without decimals that say nothing.

        >>> str(Quantity(Decimal("20.0000"), DAY).compact)
        '20 DAY'
        """
        whole = int(self.value)
        return Quantity(Decimal(whole) if whole == self.value else self.value.normalize(), self.unit)

    def _same(self, other: "Quantity") -> Decimal:
        if self.unit != other.unit:
            raise Incomparable(
                Text(
                    "Antal i %(unit)s och %(other_unit)s kan inte läggas ihop eller jämföras.",
                    unit=self.unit,
                    other_unit=other.unit,
                ),
            )
        return other.value

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.value + self._same(other), self.unit)

    def __sub__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.value - self._same(other), self.unit)

    def __lt__(self, other: "Quantity") -> bool:
        return self.value < self._same(other)

    def __le__(self, other: "Quantity") -> bool:
        return self.value <= self._same(other)

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


def line_amount(
    quantity: Quantity,
    price: Decimal,
    *,
    currency: str = "SEK",
    base_quantity: Decimal = Decimal(1),
) -> Money:
    """Quantity times price per `base_quantity` (BT-129, BT-146, BT-149), rounded once: BT-131.

    Raises AmountRefused where the base quantity is not above zero.

    >>> line_amount(Quantity.days(122), Decimal("95.00")).amount
    Decimal('11590.00')
    """
    if not base_quantity > 0:
        raise AmountRefused(Text("Prisets basantal måste vara större än noll."))
    exact = _WIDE.divide(_WIDE.multiply(quantity.value, price), base_quantity)
    return Money(rounded(exact), currency)


def vat_amount(taxable: Money, percent: Decimal) -> Money:
    """The tax of one VAT category on its whole taxable amount (BT-116, BT-119), rounded once: BT-117.

    >>> vat_amount(Money.of("11590.00"), Decimal("25.00")).amount
    Decimal('2897.50')
    """
    return Money(
        rounded(_WIDE.divide(_WIDE.multiply(taxable.amount, percent), Decimal(100))), taxable.currency
    )


def tax_withheld(pay: Money, percent: Decimal) -> Money:
    """The tax (skatteavdrag) to be withheld from pay for work, without VAT; rounded once."""
    return vat_amount(pay, percent)


def share_of(money: Money, percent: Decimal) -> Money:
    """What a part of an amount is expected to come to, in per cent of the whole; rounded once.

    >>> share_of(Money.of("95.01"), Decimal(50)).amount
    Decimal('47.51')
    """
    return vat_amount(money, percent)


def payable(*, net: Money, vat: Money, prepaid: Money | None = None, rounding: Money | None = None) -> Money:
    """What is to be paid: net (BT-109) + VAT (BT-110) - prepaid (BT-113) + rounding (BT-114) = BT-115.

    >>> payable(net=Money.of("100.00"), vat=Money.of("25.00"), prepaid=Money.of("20.00")).amount
    Decimal('105.00')
    """
    gross = net + vat
    after_prepaid = gross if prepaid is None else gross - prepaid
    due = after_prepaid if rounding is None else after_prepaid + rounding
    return Money(rounded(due.amount), due.currency)


def total(amounts: Iterable[Money], *, currency: str = "SEK") -> Money:
    """The exact sum; of nothing it is zero in `currency`. Raises Incomparable for mixed amounts.

    >>> total([Money.of("0.10"), Money.of("0.20")]).amount
    Decimal('0.30')
    """
    held = list(amounts)
    return sum(held[1:], start=held[0]) if held else Money(Decimal("0.00"), currency)


def split(money: Money, weights: Sequence[Decimal | int]) -> tuple[Money, ...]:
    """`money` in parts as the weights have it, one part per weight, losing nothing.

    Each part is the exact share cut to the cent; left-over cents go one by one to the largest cut,
    the first of equals first. Raises AmountRefused for a negative weight or weights that sum to zero.

    >>> [str(part.amount) for part in split(Money.of("100.00"), [1, 1, 1])]
    ['33.34', '33.33', '33.33']
    """
    shares = [Fraction(weight) for weight in weights]
    if not sum(shares) or min(shares) < 0:
        raise AmountRefused(
            Text("Ett belopp kan bara delas efter vikter som inte är negativa och inte alla noll."),
        )
    cents = abs(int(money.amount.scaleb(2)))
    exact = [cents * share / sum(shares) for share in shares]
    whole = [int(part) for part in exact]
    by_cut = sorted(range(len(exact)), key=lambda index: whole[index] - exact[index])
    for index in by_cut[: cents - sum(whole)]:
        whole[index] += 1
    sign = -1 if money.amount < 0 else 1
    return tuple(Money(Decimal(sign * part).scaleb(-2), money.currency) for part in whole)
