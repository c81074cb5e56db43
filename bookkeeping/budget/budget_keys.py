"""What commitments and the forecast are drawn up by: objects of the coding, and where the service is delivered. Pure.

What is ordered and not booked yet is coded by the same rules as its cost will be, so that a commitment stands in the
same place as the cost it turns into.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

from bookkeeping.coding import Coder, Coding, CodingBasis, RowRole
from foundation.text import Text


class BudgetKey(StrEnum):
    """What a row is of."""

    APPROPRIATION = "appropriation"
    DELIVERY_AREA = "delivery_area"
    UNIT = "unit"
    COST_CENTRE = "cost_centre"
    ACTIVITY = "activity"
    ARTICLE = "article"

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]


_WORDS: Final = {
    BudgetKey.APPROPRIATION: Text("Anslag"),
    BudgetKey.DELIVERY_AREA: Text("Leveransområde"),
    BudgetKey.UNIT: Text("Enhet"),
    BudgetKey.COST_CENTRE: Text("Kostnadsställe"),
    BudgetKey.ACTIVITY: Text("Verksamhet"),
    BudgetKey.ARTICLE: Text("Artikel"),
}
_OF_BASIS: Final = (BudgetKey.DELIVERY_AREA, BudgetKey.UNIT, BudgetKey.ARTICLE)
FINEST: Final = (BudgetKey.APPROPRIATION, BudgetKey.DELIVERY_AREA, BudgetKey.UNIT)
"""What a file is drawn up by, where nothing else is asked for."""


def keyed(coder: Coder, by: Sequence[BudgetKey]) -> Callable[[CodingBasis], tuple[str, ...]]:
    """Which row a cost of some basis belongs to. Each basis is coded once: rules are many, and bases come again."""
    known: dict[CodingBasis, tuple[str, ...]] = {}

    def key_of(basis: CodingBasis) -> tuple[str, ...]:
        if basis not in known:
            coding = coder.coding(RowRole.COST, basis)
            known[basis] = tuple(_value(each, coding, basis) for each in by)
        return known[basis]

    return key_of


def _value(key: BudgetKey, coding: Coding, basis: CodingBasis) -> str:
    held: str = getattr(basis if key in _OF_BASIS else coding, key.value)
    return held
