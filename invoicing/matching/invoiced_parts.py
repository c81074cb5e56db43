"""The parts of an invoice: what it asks for each order line, however many of its own lines that stands on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from foundation.money import Money, total
from invoicing.matching.facts import LineFacts
from invoicing.model import InvoicedLine


@dataclass(frozen=True, slots=True)
class InvoicedPart:
    """The lines of an invoice that are for one order line of ours; never none."""

    line: LineFacts
    invoiced: tuple[InvoicedLine, ...]

    @property
    def order_number(self) -> str:
        """Our number of its order."""
        return self.line.account.order_number

    @property
    def line_id(self) -> str:
        """The order line."""
        return self.line.line.line_id

    @property
    def amount(self) -> Money:
        """What is asked for it, without VAT, in the invoice's currency."""
        return total((each.amount for each in self.invoiced), currency=self.invoiced[0].amount.currency)

    @property
    def quantity(self) -> Decimal:
        """How many are asked for, in the unit the invoice writes."""
        return quantity_of(self.invoiced)


def quantity_of(lines: Sequence[InvoicedLine]) -> Decimal:
    """How many the lines are for together."""
    return sum((line.quantity.value for line in lines), Decimal(0))
