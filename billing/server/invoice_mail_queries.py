"""Whom a mail about an invoice goes to: its supplier, and the place of the order it is on."""

from dataclasses import dataclass

from sqlalchemy import select

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from orders import tables as order_tables
from orders.register.unit_scope import UnitPlace


@dataclass(frozen=True, slots=True)
class InvoiceOwner:
    """The supplier of an invoice, and the place of its order; of empty ids where it lies on no order of theirs."""

    supplier: str
    place: UnitPlace


def owner_of(session: Session, invoice_id: int) -> InvoiceOwner:
    """Whose invoice it is."""
    invoice, order, placement = document_tables.invoice, order_tables.purchase_order, order_tables.placement
    row = session.execute(
        select(invoice.c.supplier, placement.c.unit_id, placement.c.address_id)
        # Where it lies on a line the order is the supplier's, or that of one it has taken over.
        .outerjoin(
            order,
            (order.c.number == invoice.c.order_number)
            & ((order.c.supplier == invoice.c.supplier) | (invoice.c.execution_reference != "")),
        )
        .outerjoin(placement, placement.c.execution_reference == order.c.execution_reference)
        .where(invoice.c.id == invoice_id)
    ).one()
    return InvoiceOwner(supplier=row.supplier, place=UnitPlace(row.unit_id or "", row.address_id or ""))
