"""What the address of the queue asks for, read in one way wherever it stands; what cannot be read is left out."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from accounts.identity import Person
from foundation.formatting import number_of
from foundation.periods import Month, PeriodRefused
from invoicing.exceptions.queue import NOBODY, QueueFilter, QueueOrder, QueuePart
from web.lists import sorting
from web.lists.sorting import Sorting

FALLS = frozenset({QueueOrder.DAYS, QueueOrder.AMOUNT})
"""What stands with the most first until something else is asked for."""

# What the order was called before the lists had one way of saying it, in addresses that people have kept.
_CALLED_BEFORE = {
    "age": ("days", "desc"),
    "new": ("days", "asc"),
    "amount": ("amount", "desc"),
    "amount-least": ("amount", "asc"),
    "supplier": ("supplier", "asc"),
    "supplier-last": ("supplier", "desc"),
    "number": ("number", "asc"),
    "number-last": ("number", "desc"),
}


def sorting_of(asked: Mapping[str, str]) -> Sorting[QueueOrder]:
    """By what the address orders the documents."""
    before = _CALLED_BEFORE.get(asked.get("order", ""))
    if before is not None and not asked.get("sort"):
        asked = {"sort": before[0], "dir": before[1]}
    return sorting.read(asked, QueueOrder, default=QueueOrder.DAYS, falls=FALLS)


def wanted(asked: Mapping[str, str], person: Person) -> QueueFilter:
    """What the address asks for; what cannot be read is left out."""
    part = asked.get("part", "")
    owner = asked.get("owner", "")
    ordered = sorting_of(asked)
    return QueueFilter(
        part=QueuePart(part) if part in set(QueuePart) - {QueuePart.POST} else QueuePart.EXCEPTIONS,
        cause=asked.get("cause", ""),
        supplier=asked.get("supplier", ""),
        owner={"me": person.id, "nobody": NOBODY}.get(owner, owner),
        month=_month(asked.get("month", "")),
        days=int(asked["days"]) if asked.get("days", "").isdecimal() and len(asked["days"]) < 5 else 0,
        amount=_amount(asked.get("amount", "")),
        text=asked.get("q", "").strip(),
        order=ordered.column,
        falling=ordered.falling,
    )


def _month(text: str) -> str:
    try:
        return str(Month.parse(text)) if text else ""
    except PeriodRefused:
        return ""


def _amount(text: str) -> Decimal | None:
    try:
        found = number_of(text)
    except InvalidOperation:
        return None
    return found.quantize(Decimal("0.01")) if found.is_finite() and abs(found) < Decimal(10) ** 12 else None
