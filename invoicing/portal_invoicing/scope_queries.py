"""Whether an order is one that somebody at a supplier may see, asked alone or within another question."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Table, select

from foundation.sql import Session
from orders.tables import placement, purchase_order


def names_order(order_number: ColumnElement[str], seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an order of this number is among those that `seen` is the condition of."""
    return select(purchase_order.c.number).where(purchase_order.c.number == order_number, seen).exists()


def names_other_order(
    table: Table, others: ColumnElement[str], owner: ColumnElement[int], seen: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a row names, besides its own, an order that is not among those that `seen` is the condition of."""
    known = select(purchase_order.c.number).where(purchase_order.c.number == others, seen)
    return select(others).where(owner == table.c.id, others.not_in(known)).correlate(table).exists()


def sees_all(session: Session, order_numbers: Collection[str], seen: ColumnElement[bool]) -> bool:
    """Whether each of these is an order among those that `seen` is the condition of; False of none."""
    return bool(order_numbers) and all(is_seen(session, each, seen) for each in order_numbers)


def of_addresses(address_ids: Collection[str]) -> ColumnElement[bool]:
    """Whether an order is of a placement at one of these addresses."""
    at = select(placement.c.execution_reference).where(placement.c.address_id.in_(sorted(address_ids)))
    return purchase_order.c.execution_reference.in_(at)


def is_seen(session: Session, order_number: str, seen: ColumnElement[bool]) -> bool:
    """Whether there is an order of this number among those that `seen` is the condition of."""
    question = select(purchase_order.c.number).where(purchase_order.c.number == order_number, seen)
    return session.execute(question).one_or_none() is not None
