"""Who has taken over whom, and what that gives a right to (E-33). Pure.

A supplier is taken over whole, from a day on, by one other. Its contracts and orders keep their ids. From that day the
successor stands in its place: what is ordered then is ordered of the successor, what was ordered before may be
reported and invoiced by the successor too, and what is delivered from then on by the successor alone.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.text import Text
from orders.register.parties import Supplier


@dataclass(frozen=True, slots=True)
class Takeover:
    """That `successor` stands in the place of `supplier` from `valid_from` on."""

    supplier: str
    successor: str
    valid_from: date


Takeovers = Mapping[str, Takeover]
"""By the supplier that was taken over."""


def takeovers(suppliers: Iterable[Supplier]) -> Takeovers:
    """All of them in a register."""
    return {each.supplier: each for each in _all(suppliers)}


def holder(known: Takeovers, supplier: str, day: date) -> str:
    """Who stands in the place of a supplier that day: itself, or its last successor by then."""
    seen = {supplier}
    while (each := known.get(supplier)) is not None and each.valid_from <= day:
        supplier = each.successor
        if supplier in seen:
            break
        seen.add(supplier)
    return supplier


def predecessors(known: Takeovers, supplier: str, day: date) -> tuple[str, ...]:
    """Those a supplier stands in the place of that day, itself left out."""
    return tuple(sorted(each for each in known if each != supplier and holder(known, each, day) == supplier))


@dataclass(frozen=True, slots=True)
class Tenure:
    """From when a supplier may invoice an order, and from which delivery on it may no more; None is without end."""

    invoices_from: date | None = None
    delivers_until: date | None = None


def tenure(known: Takeovers, ordered_of: str, supplier: str) -> Tenure | None:
    """A supplier's time with an order that was placed with `ordered_of`; None where it never has any."""
    at, begun, seen = ordered_of, None, {ordered_of}
    while at != supplier:
        each = known.get(at)
        if each is None or each.successor in seen:
            return None
        at, begun = each.successor, each.valid_from
        seen.add(at)
    onward = known.get(at)
    return Tenure(begun, onward.valid_from if onward is not None else None)


def objections(suppliers: Sequence[Supplier]) -> Iterator[tuple[Supplier, Text]]:
    """What cannot be: taken over twice, taken over in a circle, or by an earlier day than the one before it."""
    times = Counter(each.supplier for each in _all(suppliers))
    known = takeovers(suppliers)
    for supplier in suppliers:
        for each in supplier.succeeds:
            if times[each.supplier] > 1:
                yield (
                    supplier,
                    Text("En leverantör har två efterträdare (succeeds). Den tas över hel, av en enda."),
                )
            onward = known.get(supplier.organisation_number)
            if onward is not None and onward.valid_from < each.valid_from:
                yield (
                    supplier,
                    Text(
                        "Leverantören tas själv över %(onward)s, innan den tar över en annan %(day)s. Rätta dagarna.",
                        onward=onward.valid_from,
                        day=each.valid_from,
                    ),
                )
        if _returns(known, supplier.organisation_number):
            yield supplier, Text("Leverantörerna efterträder varandra i ring (succeeds). Ta bort en.")


def _all(suppliers: Iterable[Supplier]) -> Iterator[Takeover]:
    for supplier in suppliers:
        for each in supplier.succeeds:
            yield Takeover(each.supplier, supplier.organisation_number, each.valid_from)


def _returns(known: Takeovers, start: str) -> bool:
    at, steps = start, 0
    while (each := known.get(at)) is not None and steps <= len(known):
        at, steps = each.successor, steps + 1
        if at == start:
            return True
    return False
