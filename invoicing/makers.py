"""Who acts for a supplier, and what that person may see: the conditions every question of theirs carries.

A supplier's question always names the supplier, and the person's units where they are limited. What lies
on no order of theirs has no unit, and is seen by those who see the whole organisation.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, select

from invoicing import tables
from invoicing.portal_tables import portal_document
from orders import tables as counting
from orders.values import Refused


@dataclass(frozen=True, slots=True)
class Maker:
    """Who acts for a supplier: `units` are those the person may see, None for all; `by` is its opaque id."""

    supplier: str
    by: str
    units: frozenset[str] | None = None

    def may_see(self, unit_id: str) -> bool:
        """Whether a unit is within the person's scope."""
        return self.units is None or unit_id in self.units


class NotYours(Refused):
    """There is no such line, invoice or file for this person; nothing more is said about it."""

    def __init__(self) -> None:
        super().__init__("Sidan finns inte.", "There is no such page.")


def sees_invoice(maker: Maker) -> ColumnElement[bool]:
    """The invoices and credit notes in our books that the person may see."""
    return seen_by(tables.invoice, maker.supplier, maker.units)


def sees_made(maker: Maker) -> ColumnElement[bool]:
    """The documents made in the portal that the person may see."""
    return seen_by(portal_document, maker.supplier, maker.units)


def seen_by(table: Table, supplier: str, units: frozenset[str] | None) -> ColumnElement[bool]:
    """The rows of `table` that somebody of the supplier sees: limited to units, what names an order of one of them."""
    order = counting.purchase_order
    own = table.c.supplier == supplier
    if units is None:
        return own
    of_unit = select(order.c.number).where(
        order.c.number == table.c.order_number,
        order.c.supplier == supplier,
        order.c.unit_id.in_(units),
    )
    return own & of_unit.exists()
