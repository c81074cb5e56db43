"""Orders and their lines, as the database holds them: only ever added.

How far a line has come is told by its account (`line_store`), which begins empty with the order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, bindparam, select

from foundation.engines.many_rows import insert_rows
from foundation.errors import Refused
from foundation.money import Money, Quantity
from foundation.periods import Period
from foundation.sql import Session
from foundation.text import Text
from orders import tables as order_tables
from orders.model import LineState, Order, OrderLine
from orders.purchase_orders.line_store import ZERO
from orders.terms import ArticleKind, ResultStage
from orders.workdays import DayRule


class OrderUnknown(Refused):
    """No order has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            Text(
                "Det finns ingen order %(number)s. Se vilka som finns med: billing orders list", number=number
            ),
        )


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """A row in a list of orders."""

    number: str
    service: str
    article: ArticleKind
    stage: str
    execution_reference: str
    supplier: str
    period: Period
    issued_on: date
    amount: Money


def find(session: Session, number: str) -> Order | None:
    """The order with this number and its lines, or None."""
    row = session.execute(
        select(order_tables.purchase_order).where(order_tables.purchase_order.c.number == number)
    ).one_or_none()
    return _order(session, row) if row is not None else None


def get(session: Session, number: str) -> Order:
    """The order with this number; raises OrderUnknown."""
    found = find(session, number)
    if found is None:
        raise OrderUnknown(number)
    return found


def of_placement(session: Session, reference: str, article: ArticleKind | None = None) -> list[Order]:
    """All orders on one execution reference, in the order they were placed."""
    rows = session.execute(_OF_PLACEMENT, {"reference": reference}).all()
    return [_order(session, row) for row in rows if article is None or row.article == article]


def summaries(
    session: Session, *, supplier: str = "", execution_reference: str = "", limit: int = 500
) -> Iterator[OrderSummary]:
    """The newest orders, of one supplier or one execution reference where that is given."""
    table = order_tables.purchase_order
    question = select(table)
    if supplier:
        question = question.where(table.c.supplier == supplier)
    if execution_reference:
        question = question.where(table.c.execution_reference == execution_reference)
    for row in session.execute(question.order_by(table.c.number.desc()).limit(limit)):
        yield _summary(row)


def add_all(session: Session, orders: Sequence[Order]) -> None:
    """Keep orders, their lines and an empty account for each line."""
    lines = [(order.number, line) for order in orders for line in order.lines]
    insert_rows(session, _ORDER, [_order_row(order) for order in orders])
    insert_rows(session, _ORDER_LINE, [_line_row(number, line) for number, line in lines])
    insert_rows(session, _HELD, [_account_row(number, line) for number, line in lines])


# Prepared once: building a statement costs more than running it.
_ORDER, _ORDER_LINE, _HELD = order_tables.purchase_order, order_tables.order_line, order_tables.line_account
_OF_PLACEMENT = (
    select(_ORDER).where(_ORDER.c.execution_reference == bindparam("reference")).order_by(_ORDER.c.number)
)
_LINES = (
    select(_ORDER_LINE)
    .where(_ORDER_LINE.c.order_number == bindparam("order_number"))
    .order_by(_ORDER_LINE.c.line_id)
)


def _order_row(order: Order) -> dict[str, object]:
    return {
        "number": order.number,
        "article": order.article,
        "stage": order.stage or "",
        "code": order.code,
        "execution_reference": order.execution_reference,
        "decision_id": order.decision_id,
        "supplier": order.supplier,
        "contract_id": order.contract_id,
        "unit_id": order.unit_id,
        "delivery_area": order.delivery_area,
        "price_list_id": order.price_list_id,
        "occasion": order.occasion,
        "service": order.service,
        "day_convention": str(order.day_rule),
        "currency": order.amount.currency,
        "starts_on": order.period.start,
        "ends_on": order.period.end,
        "issued_on": order.issued_on,
        "amount": order.amount.amount,
    }


def _line_row(number: str, line: OrderLine) -> dict[str, object]:
    return {
        "order_number": number,
        "line_id": line.line_id,
        "article_number": line.article_number,
        "article_name": line.article_name,
        "unit": line.quantity.unit,
        "quantity": line.quantity.value,
        "price": line.price,
        "amount": line.amount.amount,
        "starts_on": line.period.start,
        "ends_on": line.period.end,
    }


def _account_row(number: str, line: OrderLine) -> dict[str, object]:
    return {
        "order_number": number,
        "line_id": line.line_id,
        "quantity_ordered": line.quantity.value,
        "quantity_received": ZERO,
        "amount_ordered": line.amount.amount,
        "amount_received": ZERO,
        "amount_claimed": ZERO,
        "state": LineState.OPEN,
    }


def _summary(row: Row[tuple[object, ...]]) -> OrderSummary:
    return OrderSummary(
        number=row.number,
        service=row.service,
        article=ArticleKind(row.article),
        stage=row.stage,
        execution_reference=row.execution_reference,
        supplier=row.supplier,
        period=Period(row.starts_on, row.ends_on),
        issued_on=row.issued_on,
        amount=Money(row.amount, row.currency),
    )


def _order(session: Session, row: Row[tuple[object, ...]]) -> Order:
    of_order = session.execute(_LINES, {"order_number": row.number})
    lines = [line_of(line, row.currency) for line in of_order]
    return order_of(row, lines, period=Period(row.starts_on, row.ends_on))


def order_of(row: Row[tuple[object, ...]], lines: Sequence[OrderLine], *, period: Period) -> Order:
    """The order a row of `purchase_order` stands for, alone or joined with others."""
    return Order(
        number=row.number,
        article=ArticleKind(row.article),
        stage=ResultStage(row.stage) if row.stage else None,
        code=row.code,
        execution_reference=row.execution_reference,
        decision_id=row.decision_id,
        supplier=row.supplier,
        contract_id=row.contract_id,
        unit_id=row.unit_id,
        delivery_area=row.delivery_area,
        price_list_id=row.price_list_id,
        occasion=row.occasion,
        service=row.service,
        day_rule=DayRule.parse(row.day_convention),
        period=period,
        issued_on=row.issued_on,
        lines=tuple(lines),
    )


def line_of(row: Row[tuple[object, ...]], currency: str) -> OrderLine:
    """The order line a row of `order_line` stands for, alone or joined with others."""
    return OrderLine(
        line_id=row.line_id,
        article_number=row.article_number,
        article_name=row.article_name,
        quantity=Quantity(row.quantity, row.unit),
        price=row.price,
        amount=Money(row.amount, currency),
        period=Period(row.starts_on, row.ends_on),
    )
