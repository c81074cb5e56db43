"""Where a placement is, asked by what leads to it."""

from sqlalchemy import select

from foundation.sql import Session
from orders.register.unit_scope import UnitPlace
from orders.tables import placement, purchase_order


def place_of_order(session: Session, order_number: str) -> UnitPlace | None:
    """Where the placement of an order is; None for an order nobody knows."""
    question = (
        select(placement.c.unit_id, placement.c.address_id)
        .join(purchase_order, purchase_order.c.execution_reference == placement.c.execution_reference)
        .where(purchase_order.c.number == order_number)
    )
    row = session.execute(question).one_or_none()
    return UnitPlace(row.unit_id, row.address_id) if row is not None else None
