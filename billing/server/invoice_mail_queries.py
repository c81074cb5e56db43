"""Whom a mail about an invoice goes to: its supplier, and the unit whose order it is on."""

from dataclasses import dataclass

from sqlalchemy import select

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from orders import tables as order_tables


@dataclass(frozen=True, slots=True)
class InvoiceOwner:
    """The supplier of an invoice, and the unit of its order; empty where it lies on no order of the supplier's."""

    supplier: str
    unit_id: str


def owner_of(session: Session, invoice_id: int) -> InvoiceOwner:
    """Whose invoice it is."""
    invoice, order = document_tables.invoice, order_tables.purchase_order
    row = session.execute(
        select(invoice.c.supplier, order.c.unit_id)
        # Where it lies on a line the order is the supplier's, or that of one it has taken over.
        .outerjoin(
            order,
            (order.c.number == invoice.c.order_number)
            & ((order.c.supplier == invoice.c.supplier) | (invoice.c.execution_reference != "")),
        )
        .where(invoice.c.id == invoice_id)
    ).one()
    return InvoiceOwner(supplier=row.supplier, unit_id=row.unit_id or "")
