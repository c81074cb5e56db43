"""Whose rows somebody at a supplier may see, and in whose name they act: one supplier, all of it or some places.

A supplier that has taken over another (E-33) sees what was that one's, and reports and invoices it in its own name;
what it makes is never the other's. Register and day say whom (`Register.predecessors`).

Convention: every question of a supplier's page takes a `Scope` and puts its conditions on every table it
begins from. Nothing is filtered afterwards, so a foreign row is never read. Placements outside the flow of
orders (ESF, KA-webb) and those with protected identity are never listed. What lies on no order of theirs
has no unit, and is seen by those who see the whole organisation; so is what is over several orders and one of them is
no order of theirs. Who acts is a `SupplierActor`.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import ColumnElement, Table, true

from invoicing.documents.tables import invoice, invoice_order
from invoicing.portal_invoicing import scope_queries
from invoicing.portal_invoicing.tables import portal_document, portal_document_order
from orders.model import Handling
from orders.register.agreements import DeliveryUnit
from orders.register.register import Register
from orders.register.unit_scope import UnitScope
from orders.tables import order_line, placement, purchase_order


@dataclass(frozen=True, slots=True)
class Scope:
    """An organisation number, and the units and addresses it is limited to; None for the whole organisation.

    `unit` narrows it further to what lies at one unit, as the filter of a list does; empty for all. `predecessors`
    are the suppliers in whose place it stands; what is delivered from `taken_over_on` on is no longer its own to
    report and invoice.
    """

    supplier: str
    within: UnitScope | None = None
    unit: str = field(default="", kw_only=True)
    predecessors: tuple[str, ...] = field(default=(), kw_only=True)
    taken_over_on: date | None = field(default=None, kw_only=True)

    @property
    def suppliers(self) -> tuple[str, ...]:
        """Whose rows it sees: its own, and those of the suppliers it has taken over."""
        return (self.supplier, *self.predecessors)

    @property
    def own(self) -> "Scope":
        """Without its predecessors: what each was paid and owes stands on its own account."""
        return replace(self, predecessors=())

    def limited_to(self, unit_id: str) -> "Scope":
        """Narrowed to one unit, where one is named; a unit outside it leaves nothing to see."""
        return replace(self, unit=unit_id) if unit_id else self

    def units_in(self, register: Register) -> dict[str, str]:
        """The names of the units it has or took over, of which it sees anything, by id, in the order of their names."""
        own = [each for each in register.units if each.supplier in self.suppliers and self._sees_of(each)]
        return {each.id: each.name for each in sorted(own, key=lambda each: (each.name, each.id))}

    def of_orders(self) -> ColumnElement[bool]:
        """The condition on `purchase_order`."""
        return purchase_order.c.supplier.in_(self.suppliers) & self._of_orders_within()

    def of_deliveries(self) -> ColumnElement[bool]:
        """The condition on `order_line`: what is still its own to report and invoice."""
        return true() if self.taken_over_on is None else order_line.c.ends_on < self.taken_over_on

    def delivers(self, day: date) -> bool:
        """Whether what is delivered that day is its own to report and invoice."""
        return self.taken_over_on is None or day < self.taken_over_on

    def of_placements(self) -> ColumnElement[bool]:
        """The condition on `placement`: ordered ones only."""
        ordered = placement.c.handling == Handling.ORDERED
        return placement.c.supplier.in_(self.suppliers) & ordered & self._of_placements_within()

    def of_invoices(self) -> ColumnElement[bool]:
        """The condition on `invoice`, the invoices and credit notes in our books.

        One over several orders is seen whole, by whoever may see every order that it names, or not at all.
        """
        return self._about_orders(invoice, invoice_order.c.order_number, invoice_order.c.invoice_id)

    def of_made(self) -> ColumnElement[bool]:
        """The condition on `portal_document`, the documents made in the portal: never a predecessor's."""
        others = portal_document_order.c
        about = self._about_orders(portal_document, others.order_number, others.document_id)
        return about & (portal_document.c.supplier == self.supplier)

    def of_order_named(self) -> ColumnElement[bool]:
        """The condition on `purchase_order` for an order that a document names: permission, whatever unit is shown."""
        return replace(self, unit="").of_orders()

    def _sees_of(self, unit: DeliveryUnit) -> bool:
        return self.within is None or any(self.within.holds(unit.id, each.id) for each in unit.every_address)

    def _of_placements_within(self) -> ColumnElement[bool]:
        at_unit = placement.c.unit_id == self.unit if self.unit else true()
        if self.within is None:
            return at_unit
        whole = placement.c.unit_id.in_(sorted(self.within.units))
        return at_unit & (whole | placement.c.address_id.in_(sorted(self.within.addresses)))

    def _of_orders_within(self) -> ColumnElement[bool]:
        at_unit = purchase_order.c.unit_id == self.unit if self.unit else true()
        if self.within is None:
            return at_unit
        whole = purchase_order.c.unit_id.in_(sorted(self.within.units))
        if not self.within.addresses:
            return at_unit & whole
        return at_unit & (whole | scope_queries.of_addresses(self.within.addresses))

    def _about_orders(
        self, table: Table, others: ColumnElement[str], owner: ColumnElement[int]
    ) -> ColumnElement[bool]:
        """The supplier's rows of a table that names orders; within units, those that name none but theirs.

        `others` are the orders a row names besides its own, in the table where `owner` leads to the row.
        """
        own = table.c.supplier.in_(self.suppliers)
        if self.within is None:
            return own
        return (
            own
            & scope_queries.names_order(table.c.order_number, self.of_orders())
            & ~scope_queries.names_other_order(table, others, owner, self.of_order_named())
        )


@dataclass(frozen=True, slots=True)
class SupplierActor(Scope):
    """Who acts for a supplier, within what that person may see; `by` is its opaque id."""

    by: str = field(kw_only=True)
