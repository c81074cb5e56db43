"""What the buyer wants controlled before a payment leaves, and how much each control weighs."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from foundation.text import Text
from orders.register.parties import RegisterValueRefused

_LARGEST = Decimal(10) ** 10
_TIMES_MAX = 100


class ControlWeight(StrEnum):
    """What a control that finds something leads to: it is told, or nothing leaves before a person has released it."""

    NOTE = "note"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class PaymentControls:
    """Limits and weights of the payment control (betalningskontroll); amounts in the buyer's currency, VAT included.

    `limit_amount` is the most that one payment may be without a person looking; zero sets no such limit. `pattern`
    weighs an amount that is `pattern_times` or more times what the supplier was paid at most during the last year,
    asked of amounts of at least `pattern_from`. `duplicate` weighs another document of the same supplier, day, amount
    and order line. An account counts as new for `new_account_days` after it was confirmed, and what outside
    registers told as old after `data_days`.
    """

    limit_amount: Decimal = Decimal("0.00")
    duplicate: ControlWeight = ControlWeight.STOP
    pattern: ControlWeight = ControlWeight.NOTE
    pattern_times: int = 3
    pattern_from: Decimal = Decimal("50000.00")
    new_account_days: int = 30
    data_days: int = 35

    def __post_init__(self) -> None:
        if not all(0 <= each <= _LARGEST for each in (self.limit_amount, self.pattern_from)):
            raise RegisterValueRefused(
                Text("Betalningskontrollens belopp (limit_amount, pattern_from) ska vara noll eller mer.")
            )
        if not 2 <= self.pattern_times <= _TIMES_MAX:
            raise RegisterValueRefused(
                Text("Betalningskontrollens pattern_times ska vara mellan 2 och 100 gånger.")
            )
        if not all(1 <= each <= 366 for each in (self.new_account_days, self.data_days)):
            raise RegisterValueRefused(
                Text("Betalningskontrollens tider (new_account_days, data_days) ska vara 1 till 366 dagar.")
            )


USUAL_CONTROLS: Final = PaymentControls()
"""What is controlled where the buyer has set nothing."""
