"""Whether a row names an order that somebody at a supplier may see, asked within another question."""

from sqlalchemy import ColumnElement, select

from orders.tables import purchase_order


def names_order(order_number: ColumnElement[str], seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether an order of this number is among those that `seen` is the condition of."""
    return select(purchase_order.c.number).where(purchase_order.c.number == order_number, seen).exists()
