"""How much an invoice may differ from what was received without a person having to look: over and under apart.

A tolerance is for everything, for one supplier, for one article, or for one article of one supplier; the
most particular one holds alone. A difference is tolerated when it is within every limit of its side: the
amount in the order's currency, the share of what was received, and, where the quantity differs, the
quantity. Nothing is tolerated that no limit allows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from foundation.text import Text
from orders.register.parties import RegisterValueRefused
from orders.terms import ArticleKind

_ZERO = Decimal(0)
_HUNDRED = Decimal(100)
_LARGEST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """The limits of one supplier and article; an empty `supplier` or `article` means all of them.

    `percent_over` and `percent_under` are shares of the amount received; None sets no such limit.
    """

    supplier: str = ""
    article: str = ""
    amount_over: Decimal = _ZERO
    amount_under: Decimal = _ZERO
    quantity_over: Decimal = _ZERO
    quantity_under: Decimal = _ZERO
    percent_over: Decimal | None = None
    percent_under: Decimal | None = None

    def __post_init__(self) -> None:
        limits = (self.amount_over, self.amount_under, self.quantity_over, self.quantity_under)
        shares = (self.percent_over or _ZERO, self.percent_under or _ZERO)
        if any(not _ZERO <= each <= _LARGEST for each in limits) or any(
            not _ZERO <= each <= _HUNDRED for each in shares
        ):
            raise RegisterValueRefused(
                Text("Toleranser ska vara noll eller mer, och procent högst 100."),
            )
        if self.article and self.article not in ArticleKind.__members__:
            raise RegisterValueRefused(
                Text(
                    "Artikeln %(article)s finns inte. Skriv en av %(known)s.",
                    article=self.article,
                    known=", ".join(ArticleKind),
                ),
            )

    def allows(self, difference: Decimal, received: Decimal, *, quantity: Decimal = _ZERO) -> bool:
        """Whether a difference in amount, and one in quantity where there is one, is within the limits."""
        over = difference > 0
        amount = self.amount_over if over else self.amount_under
        percent = self.percent_over if over else self.percent_under
        days = self.quantity_over if quantity > 0 else self.quantity_under
        within_share = percent is None or abs(difference) * _HUNDRED <= received * percent
        return abs(difference) <= amount and within_share and abs(quantity) <= days


NO_TOLERANCE = Tolerance()


def most_particular(tolerances: Iterable[Tolerance], *, supplier: str, article: str) -> Tolerance:
    """The one tolerance that holds for an article of a supplier; the one that tolerates nothing where there is none."""
    held = [each for each in tolerances if each.supplier in ("", supplier) and each.article in ("", article)]
    return max(held, key=lambda each: (bool(each.supplier), bool(each.article)), default=NO_TOLERANCE)


def check_apart(tolerances: tuple[Tolerance, ...]) -> None:
    """Raise RegisterValueRefused where two tolerances are for the same supplier and article."""
    seen: set[tuple[str, str]] = set()
    for each in tolerances:
        key = (each.supplier, each.article)
        if key in seen:
            raise RegisterValueRefused(
                Text("Två toleranser gäller samma leverantör och artikel. Behåll en."),
            )
        seen.add(key)
