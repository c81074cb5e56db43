"""Whose rows a supplier's page may see: one supplier, and all its units or some of them.

Convention: every named question of a supplier's page takes a `Scope` and puts its conditions on every
table it begins from. Nothing is filtered afterwards, so a foreign row is never read. Placements outside
the flow of orders (ESF, KA-webb) and those with protected identity are never listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, true

from invoicing import tables as audit
from invoicing.makers import seen_by
from orders import tables
from orders.model import Handling
from orders.values import Refused


@dataclass(frozen=True, slots=True)
class Scope:
    """An organisation number, and the ids of the units it is limited to; None for the whole organisation."""

    supplier: str
    units: frozenset[str] | None = None

    def holds_unit(self, unit_id: str) -> bool:
        """Whether the unit is within it, for a supplier's own unit."""
        return self.units is None or unit_id in self.units

    def of_orders(self) -> ColumnElement[bool]:
        """The condition on `purchase_order`."""
        return and_(
            tables.purchase_order.c.supplier == self.supplier, self._in(tables.purchase_order.c.unit_id)
        )

    def of_placements(self) -> ColumnElement[bool]:
        """The condition on `placement`: ordered ones only."""
        table = tables.placement
        return and_(
            table.c.supplier == self.supplier, table.c.handling == Handling.ORDERED, self._in(table.c.unit_id)
        )

    def of_invoices(self) -> ColumnElement[bool]:
        """The condition on `invoice`: limited to units, only what names an order of one of them."""
        return seen_by(audit.invoice, self.supplier, self.units)

    def _in(self, column: ColumnElement[str]) -> ColumnElement[bool]:
        return true() if self.units is None else column.in_(sorted(self.units))


class NotThere(Refused):
    """What was asked for does not exist, or is not for this person; the two look the same."""

    def __init__(self) -> None:
        super().__init__(
            "Sidan eller det du söker finns inte, eller tillhör någon annan. Kontrollera adressen eller gå "
            "till översikten.",
            "The page or what you look for does not exist, or belongs to another. Check the address or go "
            "to the overview.",
        )


def limited(scope: Scope, unit_id: str) -> Scope:
    """The same scope narrowed to one unit; a unit outside it leaves nothing to see."""
    if not unit_id:
        return scope
    return Scope(scope.supplier, frozenset({unit_id} if scope.holds_unit(unit_id) else ()))


def units_named(scope: Scope, names: Mapping[str, str]) -> dict[str, str]:
    """The units of `names` within the scope, by their names."""
    return {
        unit_id: name
        for unit_id, name in sorted(names.items(), key=lambda each: (each[1], each[0]))
        if scope.holds_unit(unit_id)
    }
