"""By which column a list is ordered: read from the address in one way, and the address that each heading leads to.

Convention: `sort=amount&dir=desc`, and `dir=asc` the other way. What lists said before is read alike, for the addresses
that people have kept: `sort=-amount`, `sort=amount&rising=1`, and `sort=amount` alone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from fastapi import Request

from web.lists import addresses

Column = TypeVar("Column", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Sorting(Generic[Column]):
    """The column, and whether what is largest or newest stands first."""

    column: Column
    falling: bool

    @property
    def direction(self) -> str:
        """What `dir` says of it."""
        return "desc" if self.falling else "asc"


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading of a column leads, and how the list is sorted by it now, as `aria-sort` has it."""

    address: str
    sorted: str


def read(
    given: Mapping[str, str],
    columns: type[Column],
    *,
    default: Column,
    falls: Collection[Column],
    bare_falls: bool | None = None,
) -> Sorting[Column]:
    """How the address sorts; a column that is none of the list's sorts by `default`.

    `falls` are the columns whose largest or newest stands first until something else is asked for. `bare_falls` is
    what an address of before meant that names a column and no direction; None: as `falls` says.

    >>> class By(StrEnum):
    ...     NUMBER = "number"
    ...     AMOUNT = "amount"
    >>> def told(**given):
    ...     found = read(given, By, default=By.NUMBER, falls={By.AMOUNT})
    ...     return found.column.value, found.direction
    >>> told(), told(sort="amount", dir="asc"), told(sort="amount"), told(sort="colour", dir="desc")
    (('number', 'asc'), ('amount', 'asc'), ('amount', 'desc'), ('number', 'asc'))
    >>> told(sort="-number"), told(sort="amount", rising="1")
    (('number', 'desc'), ('amount', 'asc'))
    """
    written = given.get("sort", "")
    name = written.removeprefix("-")
    column = next((each for each in columns if each.value == name), None)
    if column is None:
        return Sorting(default, default in falls)
    direction = given.get("dir", "")
    if direction in ("asc", "desc"):
        return Sorting(column, direction == "desc")
    if written.startswith("-") or given.get("rising") == "1":
        return Sorting(column, written.startswith("-"))
    return Sorting(column, column in falls if bare_falls is None else bare_falls)


def headings(
    request: Request, now: Sorting[Column] | None, columns: type[Column], *, falls: Collection[Column]
) -> dict[str, Heading]:
    """For each column the address that sorts by it, the other way where it is sorted by already.

    `now` is None where the list stands in an order that no column has.
    """
    found = {}
    for each in columns:
        held = now if now is not None and now.column is each else None
        falling = each in falls if held is None else not held.falling
        address = addresses.changed(
            request, sort=each.value, dir="desc" if falling else "asc", rising="", order=""
        )
        found[each.value] = Heading(address, "none" if held is None else _aria(held))
    return found


def _aria(now: Sorting[Column]) -> str:
    return "descending" if now.falling else "ascending"
