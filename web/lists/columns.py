"""Which columns of a list are shown: chosen in its address, `hide=unit.period`, and kept with it in a saved view.

Convention: the address names what is hidden, so that a column which a later version adds is seen by everybody. The
column that names the row always stands. A file has every column, whatever the page shows of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request

from web.lists import addresses

HIDE: Final = "hide"
"""What the address calls the columns that are not shown."""

NAMES_ROW: Final = "name"
NUMERIC: Final = "num"
NUMBERED: Final = 12
"""So many cells of a row the style sheet can hide."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what the address calls it and what its heading says, and the address with it hidden or shown."""

    name: str
    label: str
    kind: str
    is_shown: bool
    turned: str

    @property
    def is_numeric(self) -> bool:
        """Whether its cells are numbers, which stand to the right."""
        return self.kind == NUMERIC

    @property
    def names_row(self) -> bool:
        """Whether it names the row, and so is never hidden."""
        return self.kind == NAMES_ROW


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one list in their order."""

    every: Sequence[Column]

    @property
    def hidden(self) -> Sequence[str]:
        """The names of those that are not shown."""
        return [each.name for each in self.every if not each.is_shown]

    @property
    def hide(self) -> str:
        """What `hide` says in the address; empty where every column is shown."""
        return ".".join(self.hidden)

    def classes(self, before: int = 0) -> str:
        """The classes of the table that hide their cells; `before` are the cells ahead of the first column.

        >>> unit = Column("unit", "Enhet", "", False, "")
        >>> Columns([Column("number", "Order", "name", True, ""), unit]).classes(before=1)
        ' hides-3'
        """
        places = enumerate(self.every, start=before + 1)
        return "".join(f" hides-{place}" for place, each in places if not each.is_shown)

    def kept(self, address: str) -> str:
        """Another address of the same list, with these columns.

        >>> Columns([Column("unit", "Enhet", "", False, "")]).kept("/orders?lines=paid#found")
        '/orders?lines=paid&hide=unit#found'
        """
        if not self.hidden:
            return address
        page, mark, place = address.partition("#")
        return f"{page}{'&' if '?' in page else '?'}{urlencode({HIDE: self.hide})}{mark}{place}"


def of(request: Request, given: Sequence[Sequence[str]]) -> Columns:
    """The columns that a list says it has, as (name, heading) or (name, heading, kind), shown as the address asks.

    A name that is none of theirs hides nothing.
    """
    asked = frozenset(addresses.asked(request).get(HIDE, "").split("."))
    kinds = {name: next(iter(kind), "") for name, _, *kind in given}
    hidden = [name for name in kinds if name in asked and kinds[name] != NAMES_ROW]
    return Columns(
        [
            Column(name, label, kinds[name], name not in hidden, _turned(request, name, hidden, kinds))
            for name, label, *_ in given
        ]
    )


def _turned(request: Request, name: str, hidden: Sequence[str], names: dict[str, str]) -> str:
    turned = {*hidden} ^ {name}
    return addresses.changed(request, **{HIDE: ".".join(each for each in names if each in turned)})
