"""Whom a mail about an invoice goes to: its supplier, and the places of the orders it is over."""

from dataclasses import dataclass

from sqlalchemy import select, union

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from orders import tables as order_tables
from orders.register.unit_scope import UnitPlace


@dataclass(frozen=True, slots=True)
class InvoiceOwner:
    """The supplier of an invoice, and the places of its orders; one of empty ids for an order that is not theirs."""

    supplier: str
    places: tuple[UnitPlace, ...]
    state: InvoiceState


def owner_of(session: Session, invoice_id: int) -> InvoiceOwner:
    """Whose invoice it is: whoever may see every order it names may read the mail."""
    invoice, order, placement = document_tables.invoice, order_tables.purchase_order, order_tables.placement
    other = document_tables.invoice_order
    named = union(
        select(invoice.c.order_number).where(invoice.c.id == invoice_id),
        select(other.c.order_number).where(other.c.invoice_id == invoice_id),
    ).subquery()
    rows = session.execute(
        select(invoice.c.supplier, invoice.c.state, placement.c.unit_id, placement.c.address_id)
        .join(named, invoice.c.id == invoice_id)
        # Where it lies on a line the order is the supplier's, or that of one it has taken over.
        .outerjoin(
            order,
            (order.c.number == named.c.order_number)
            & ((order.c.supplier == invoice.c.supplier) | (invoice.c.execution_reference != "")),
        )
        .outerjoin(placement, placement.c.execution_reference == order.c.execution_reference)
    ).all()
    places = dict.fromkeys(UnitPlace(row.unit_id or "", row.address_id or "") for row in rows)
    return InvoiceOwner(supplier=rows[0].supplier, places=tuple(places), state=InvoiceState(rows[0].state))
