"""The forecast: what each month has come to and what it will, if what is ordered and planned comes true. Pure.

A month that is over is what was received in it. What is still to come is of three kinds: days that are ordered and not
received, results, bonuses and supplements that wait for their day, and the later results that an earlier one may be
followed by. Each kind is counted with its share (`ForecastRules`). Nothing is foreseen that nobody has ordered or
approved a part of: no new placements, no second periods and no first results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bookkeeping.budget.budget_keys import BudgetKey, keyed
from bookkeeping.budget.forecast_rules import ForecastRules
from bookkeeping.coding import Coder, CodingBasis
from foundation.money import Money, share_of
from foundation.periods import Month
from foundation.text import Text

_WHOLE: Final = Decimal(100)


class ForecastKind(StrEnum):
    """What an amount of a month is."""

    RECEIVED = "received"
    DAYS = "days"
    PLANNED = "planned"
    NEXT_STAGE = "next_stage"

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]


_WORDS: Final = {
    ForecastKind.RECEIVED: Text("Utfall hittills"),
    ForecastKind.DAYS: Text("Beställda dagar"),
    ForecastKind.PLANNED: Text("Planerade resultat"),
    ForecastKind.NEXT_STAGE: Text("Följande resultat"),
}


@dataclass(frozen=True, slots=True)
class ForecastSum:
    """What comes of one basis in a month if all of it comes, without VAT.

    `is_certain`: days that were delivered already, or that an interruption has cut. `steps` is how many later results
    in a row must come for this one: each counts with its share.
    """

    basis: CodingBasis
    month: Month
    kind: ForecastKind
    amount: Decimal
    is_certain: bool = False
    steps: int = 1


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """One row by its key; of a month, or of all months together where `month` is None."""

    key: tuple[str, ...]
    month: Month | None
    received: Money
    days: Money
    planned: Money
    next_stage: Money

    @property
    def expected(self) -> Money:
        """All that is still to come."""
        return self.days + self.planned + self.next_stage

    @property
    def amount(self) -> Money:
        """What it comes to in all."""
        return self.received + self.expected


@dataclass(frozen=True, slots=True)
class Forecast:
    """Month by month, by key, and both together, with the sum of all.

    `overdue` is ordered before the first month and never reported, and in no row; `unpriced` is how many planned
    orders have no price.
    """

    keys: tuple[BudgetKey, ...]
    months: tuple[ForecastRow, ...]
    rows: tuple[ForecastRow, ...]
    cells: tuple[ForecastRow, ...]
    total: ForecastRow
    rules: ForecastRules
    overdue: Money
    unpriced: int


def forecast(
    sums: Iterable[ForecastSum],
    coder: Coder,
    *,
    by: Sequence[BudgetKey],
    months: Sequence[Month],
    rules: ForecastRules,
    overdue: Money,
    unpriced: int = 0,
) -> Forecast:
    """The forecast of these months by these keys; what falls in other months is left out."""
    key_of, shown, currency = keyed(coder, by), frozenset(months), overdue.currency
    none = ("",) * len(by)
    cells: dict[tuple[tuple[str, ...], Month | None], dict[ForecastKind, Money]] = {
        (none, month): {} for month in months
    }
    by_key: dict[tuple[tuple[str, ...], Month | None], dict[ForecastKind, Money]] = {}
    both: dict[tuple[tuple[str, ...], Month | None], dict[ForecastKind, Money]] = {}
    whole: dict[ForecastKind, Money] = {}
    for each in sums:
        if each.month not in shown:
            continue
        amount, key = expected(each, rules, currency), key_of(each.basis)
        for row in (
            cells[none, each.month],
            by_key.setdefault((key, None), {}),
            both.setdefault((key, each.month), {}),
            whole,
        ):
            row[each.kind] = row[each.kind] + amount if each.kind in row else amount
    return Forecast(
        tuple(by),
        tuple(_row(*place, held, currency) for place, held in cells.items()),
        tuple(_row(*place, by_key[place], currency) for place in sorted(by_key, key=_order)),
        tuple(_row(*place, both[place], currency) for place in sorted(both, key=_order)),
        _row(none, None, whole, currency),
        rules,
        overdue,
        unpriced,
    )


def expected(each: ForecastSum, rules: ForecastRules, currency: str) -> Money:
    """How much of a sum is expected, rounded once."""
    whole = Money(each.amount, currency)
    if each.kind is ForecastKind.RECEIVED or each.is_certain:
        return whole
    percent = Decimal(_percent(each.kind, rules))
    for _ in range(each.steps - 1):
        percent = percent * _percent(each.kind, rules) / _WHOLE
    return share_of(whole, percent)


def months_shown(today: Month, *, back: int, ahead: int) -> tuple[Month, ...]:
    """The months from `back` before this one to `ahead` after it.

    >>> [str(each) for each in months_shown(Month(2026, 11), back=1, ahead=2)]
    ['2026-10', '2026-11', '2026-12', '2027-01']
    """
    this = today.year * 12 + today.month - 1
    return tuple(Month(at // 12, at % 12 + 1) for at in range(this - back, this + ahead + 1))


def _percent(kind: ForecastKind, rules: ForecastRules) -> int:
    return {
        ForecastKind.DAYS: rules.delivered,
        ForecastKind.PLANNED: rules.planned,
        ForecastKind.NEXT_STAGE: rules.next_stage,
    }[kind]


def _order(place: tuple[tuple[str, ...], Month | None]) -> tuple[tuple[str, ...], str]:
    return place[0], str(place[1] or "")


def _row(
    key: tuple[str, ...], month: Month | None, sums: dict[ForecastKind, Money], currency: str
) -> ForecastRow:
    nil = Money.of("0.00", currency)
    return ForecastRow(key, month, **{kind.value: sums.get(kind, nil) for kind in ForecastKind})
