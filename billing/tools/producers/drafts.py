"""A bill before it is written, and what changes one: habits and mistakes are functions from draft to draft."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from billing.tools.producers.bill_writing import Manner
from billing.tools.producers.bills import Bill, Due
from orders.register.parties import Supplier


@dataclass(frozen=True, slots=True)
class Draft:
    """A bill with the manner it will be written in."""

    bill: Bill
    manner: Manner


@dataclass(frozen=True, slots=True)
class Desk:
    """What whoever writes a bill has at hand: what is due, whose bill it is, and chance."""

    due: Due
    supplier: Supplier
    chance: Random


@dataclass(frozen=True, slots=True)
class MistakenDesk(Desk):
    """The same for a bill that will be wrong, with what it could be mistaken for; None where there is none.

    `used_number` is that of an earlier bill. `own_elsewhere` is an order line of the same supplier that this bill
    does not fit: of another price or quantity, billed already, or not received. `others_order` is an order line of
    another supplier, `others_number` that supplier's organisation number; `second_line` another line of the order.
    """

    used_number: str | None = None
    own_elsewhere: tuple[str, str] | None = None
    others_order: tuple[str, str] | None = None
    others_number: str | None = None
    second_line: str | None = None


Change = Callable[[Draft, Desk], Draft]
"""A habit at work."""


def on_bill(change: Callable[[Bill, Desk], Bill]) -> Change:
    """A change of what the bill says."""

    def changed(draft: Draft, desk: Desk) -> Draft:
        return replace(draft, bill=change(draft.bill, desk))

    return changed


def in_manner(**changes: object) -> Change:
    """A change of how it is written."""

    def changed(draft: Draft, _: Desk) -> Draft:
        return replace(draft, manner=replace(draft.manner, **changes))  # type: ignore[arg-type]

    return changed


MistakenChange = Callable[[Draft, MistakenDesk], Draft | None]
"""A mistake at work; None where it cannot be made on this bill."""


def on_bill_if(change: Callable[[Bill, MistakenDesk], Bill | None]) -> MistakenChange:
    """A mistake in what the bill says."""

    def changed(draft: Draft, desk: MistakenDesk) -> Draft | None:
        bill = change(draft.bill, desk)
        return None if bill is None else replace(draft, bill=bill)

    return changed
