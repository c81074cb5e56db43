"""Commitments (åtaganden): what is ordered and what has become of it, without VAT. Pure.

Every order line is in exactly one row, and every krona of it in exactly one part: it will not come (`cancelled`: called
off, closed unused, or after the last day of an interruption), its invoice is approved (`invoiced`), it is received and
no invoice of it is approved (`received_not_invoiced`), or it may still come (`outstanding`). The four are what was
ordered.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from bookkeeping.budget.budget_keys import BudgetKey, keyed
from bookkeeping.coding import Coder, CodingBasis
from foundation.money import Money


@dataclass(frozen=True, slots=True)
class OrderedSum:
    """Order lines of one basis added up. `cancelled` is all that will not come; `outstanding` all that may.

    `outstanding_later` is the part of it that begins after the year of the day that is asked for.
    """

    basis: CodingBasis
    ordered: Decimal = Decimal("0.00")
    cancelled: Decimal = Decimal("0.00")
    received: Decimal = Decimal("0.00")
    invoiced: Decimal = Decimal("0.00")
    outstanding: Decimal = Decimal("0.00")
    outstanding_later: Decimal = Decimal("0.00")

    def __add__(self, other: "OrderedSum") -> "OrderedSum":
        added = (getattr(self, name) + getattr(other, name) for name in _AMOUNTS)
        return OrderedSum(self.basis, *added)


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """One row; `key` holds the values it is drawn up by, in their order.

    `outstanding_later` is the part of `outstanding` that is to be delivered after the year is over, and so is to be
    paid by later years' appropriations (anslagsförordningen 2011:223, 17 §).
    """

    key: tuple[str, ...]
    ordered: Money
    cancelled: Money
    invoiced: Money
    received_not_invoiced: Money
    outstanding: Money
    outstanding_later: Money


@dataclass(frozen=True, slots=True)
class Commitments:
    """Rows in the order of their keys, and their sum."""

    keys: tuple[BudgetKey, ...]
    rows: tuple[CommitmentRow, ...]
    total: CommitmentRow


_AMOUNTS = tuple(each.name for each in fields(OrderedSum) if each.name != "basis")


def commitments(
    sums: Iterable[OrderedSum], coder: Coder, *, by: Sequence[BudgetKey], currency: str
) -> Commitments:
    """The commitments by these keys."""
    key_of = keyed(coder, by)
    found: dict[tuple[str, ...], OrderedSum] = {}
    whole = OrderedSum(CodingBasis())
    for each in sums:
        key = key_of(each.basis)
        found[key] = found[key] + each if key in found else each
        whole = whole + each
    rows = tuple(_row(key, found[key], currency) for key in sorted(found))
    return Commitments(tuple(by), rows, _row(("",) * len(by), whole, currency))


def _row(key: tuple[str, ...], sums: OrderedSum, currency: str) -> CommitmentRow:
    held = {name: Money(getattr(sums, name), currency) for name in _AMOUNTS}
    return CommitmentRow(
        key,
        ordered=held["ordered"],
        cancelled=held["cancelled"],
        invoiced=held["invoiced"],
        received_not_invoiced=held["received"] - held["invoiced"],
        outstanding=held["outstanding"],
        outstanding_later=held["outstanding_later"],
    )
