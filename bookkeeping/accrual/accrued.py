"""What is accrued at the end of a month: an order line's cost or a part of it, why, and how much in all."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from bookkeeping.coding import CodingBasis, supplier_kind
from foundation.money import Money
from foundation.periods import Month
from foundation.text import Text


class AccruedFor(StrEnum):
    """Why something is accrued."""

    RECEIVED = "RECEIVED"  # received, and no invoice approved when the month ended
    UNREPORTED = "UNREPORTED"  # delivered, and not reported on the closing day

    @property
    def words(self) -> Text:
        """What people call it."""
        return _WORDS[self]


_WORDS: Final = {
    AccruedFor.RECEIVED: Text("Mottaget, inte fakturerat"),
    AccruedFor.UNREPORTED: Text("Levererat, inte redovisat"),
}


@dataclass(frozen=True, slots=True)
class AccruedLine:
    """An order line whose cost, or a part of it, is not in the ledger at the month's end."""

    order_number: str
    line_id: str
    execution_reference: str
    supplier: str
    article: str
    service: str
    unit_id: str
    delivery_area: str
    contract: str
    month: Month
    why: AccruedFor
    amount: Money

    @property
    def basis(self) -> CodingBasis:
        """What its cost is coded by."""
        return CodingBasis(
            self.article,
            self.service,
            self.unit_id,
            self.delivery_area,
            self.contract,
            supplier_kind(self.supplier),
        )


@dataclass(frozen=True, slots=True)
class AccruedSums:
    """How many lines are accrued, and their sum without VAT: of what is received, and of what waits for a report."""

    received: int
    amount_received: Money
    unreported: int
    amount_unreported: Money

    @property
    def count(self) -> int:
        """How many there are in all."""
        return self.received + self.unreported

    @property
    def amount(self) -> Money:
        """What they come to in all."""
        return self.amount_received + self.amount_unreported


@dataclass(frozen=True, slots=True)
class AccruedLeft:
    """What is left to accrue of one order line, without what the line is about; in the currency of the buyer."""

    order_number: str
    line_id: str
    why: AccruedFor
    amount: Decimal
