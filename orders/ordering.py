"""Turning what is to be ordered into an order, kept and sent: the last step of every use case that orders.

The number is taken, the order and its letter are laid down in one transaction; a document
that breaks a rule stops the whole, and the number is not used.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from orders import documents, journal, series, stored_orders
from orders.contracts import Channel, Register
from orders.model import Order, Placement
from peppol import post
from peppol.identifiers import DocumentKind

SYSTEM = "system"


def place_order(
    session: Session, register: Register, placement: Placement, draft: Order, *, today: date
) -> Order:
    """Number, keep and send one order. Raises post.InvalidDocument naming the broken rule."""
    order = replace(draft, number=series.next_number(session, series.ORDERS), issued_on=today)
    supplier = register.supplier(order.supplier)
    document = documents.order_document(
        order, buyer=register.buyer, supplier=supplier, unit=placement.unit, policy=register.policy
    )
    stored_orders.add(session, order)
    over_peppol = supplier.channel is Channel.PEPPOL and supplier.participant_id is not None
    post.send(
        session,
        document,
        kind=DocumentKind.ORDER,
        document_id=order.number,
        address=post.Address(
            sender=register.buyer.participant_id,
            receiver=supplier.participant_id or "" if over_peppol else "",
            recipient=supplier.organisation_number,
        ),
        about=order.number,
        issued_on=today,
    )
    journal.record(
        session,
        SYSTEM,
        "order.placed",
        f"order {order.number}",
        execution_reference=order.execution_reference,
        article=order.article,
        amount=str(order.amount.amount),
        decision=order.decision_id,
    )
    return order
