"""Whether an order is one that somebody at a supplier may see, asked alone or within another question."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, select

from foundation.sql import Session
from orders.tables import placement, purchase_order


def names_order(order_number: ColumnElement[str], seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an order of this number is among those that `seen` is the condition of."""
    return select(purchase_order.c.number).where(purchase_order.c.number == order_number, seen).exists()


def of_addresses(address_ids: Collection[str]) -> ColumnElement[bool]:
    """Whether an order is of a placement at one of these addresses."""
    at = select(placement.c.execution_reference).where(placement.c.address_id.in_(sorted(address_ids)))
    return purchase_order.c.execution_reference.in_(at)


def is_seen(session: Session, order_number: str, seen: ColumnElement[bool]) -> bool:
    """Whether there is an order of this number among those that `seen` is the condition of."""
    question = select(purchase_order.c.number).where(purchase_order.c.number == order_number, seen)
    return session.execute(question).one_or_none() is not None
