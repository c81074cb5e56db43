"""Orders, their lines, accounts and receipts, as the database holds them.

Orders, lines and receipts are only ever added. What may happen once on a line is decided by
an UPDATE with a condition whose row count is read: `take_line` for an invoice, `set_receipt`
for a receipt. Nobody else may have changed the row in between, on either engine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, insert, or_, select, update

from orders import tables
from orders.model import (
    LineAccount,
    LineState,
    Order,
    OrderLine,
    Receipt,
)
from orders.values import Article, Money, Month, Period, Quantity, Refused, ResultStage
from orders.workdays import DayConvention
from peppol.sql import Session, rows_changed

ZERO = Decimal("0.00")


class OrderUnknown(Refused):
    """No order has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Det finns ingen order {number}. Se vilka som finns med: billing orders list",
            f"There is no order {number}. See which there are with: billing orders list",
        )


@dataclass(frozen=True, slots=True)
class OrderSummary:
    """A row in a list of orders."""

    number: str
    article: Article
    stage: str
    execution_reference: str
    supplier: str
    period: Period
    issued_on: date
    amount: Money


def find(session: Session, number: str) -> Order | None:
    """The order with this number and its lines, or None."""
    row = session.execute(
        select(tables.purchase_order).where(tables.purchase_order.c.number == number)
    ).one_or_none()
    return _order(session, row) if row is not None else None


def get(session: Session, number: str) -> Order:
    """The order with this number; raises OrderUnknown."""
    found = find(session, number)
    if found is None:
        raise OrderUnknown(number)
    return found


def of_placement(session: Session, reference: str, article: Article | None = None) -> list[Order]:
    """All orders on one execution reference, in the order they were placed."""
    rows = session.execute(_OF_PLACEMENT, {"reference": reference}).all()
    return [_order(session, row) for row in rows if article is None or row.article == article]


def summaries(
    session: Session, *, supplier: str = "", execution_reference: str = "", limit: int = 500
) -> Iterator[OrderSummary]:
    """The newest orders, of one supplier or one execution reference where that is given."""
    table = tables.purchase_order
    question = select(table)
    if supplier:
        question = question.where(table.c.supplier == supplier)
    if execution_reference:
        question = question.where(table.c.execution_reference == execution_reference)
    for row in session.execute(question.order_by(table.c.number.desc()).limit(limit)):
        yield OrderSummary(
            row.number,
            Article(row.article),
            row.stage,
            row.execution_reference,
            row.supplier,
            Period(row.starts_on, row.ends_on),
            row.issued_on,
            Money(row.amount, row.currency),
        )


def add_all(session: Session, orders: Sequence[Order]) -> None:
    """Keep orders, their lines and an empty account for each line."""
    lines = [(order.number, line) for order in orders for line in order.lines]
    session.execute(_ADD_ORDER, [_order_row(order) for order in orders])
    session.execute(_ADD_LINE, [_line_row(number, line) for number, line in lines])
    session.execute(_ADD_ACCOUNT, [_account_row(number, line) for number, line in lines])


def account(session: Session, number: str, line_id: str, *, lock: bool = False) -> LineAccount | None:
    """The account of one order line, or None; `lock` keeps others from changing it meanwhile."""
    question = _LINE_LOCKED if lock else _LINE
    row = session.execute(question, {"order_number": number, "line_id": line_id}).one_or_none()
    return _account(row) if row is not None else None


def accounts(session: Session, number: str) -> list[LineAccount]:
    """The accounts of all lines of an order, by line."""
    question = _ACCOUNT.where(tables.line_account.c.order_number == number)
    return [_account(row) for row in session.execute(question.order_by(tables.line_account.c.line_id))]


def take_line(session: Session, number: str, line_id: str, invoice_id: int, *, claim: Decimal) -> bool:
    """Let the invoice occupy the line and claim an amount; False when another uncredited invoice does."""
    given = {"of_order": number, "of_line": line_id, "taker": invoice_id, "claim": claim}
    return rows_changed(session, _TAKE_LINE, given) == 1


def free_lines(session: Session, invoice_id: int) -> list[tuple[str, str]]:
    """Open the lines the invoice occupied, claim nothing there any more, and name them."""
    table = tables.line_account
    freed = (
        update(table)
        .where(table.c.invoice_id == invoice_id)
        .values(invoice_id=None, amount_claimed=ZERO)
        .returning(table.c.order_number, table.c.line_id)
    )
    return [(row.order_number, row.line_id) for row in session.execute(freed)]


def drop_claims(session: Session, invoice_id: int) -> None:
    """The invoice goes into question: it keeps its lines and claims no money on them."""
    table = tables.line_account
    session.execute(update(table).where(table.c.invoice_id == invoice_id).values(amount_claimed=ZERO))


def lock_lines(session: Session, number: str) -> None:
    """Keep others from changing any line of the order until this transaction ends.

    Everybody who changes a line locks all lines of its order first, in their order, and the invoices on
    them afterwards: so nobody waits for somebody who waits for them.
    """
    # SQLite has one writer at a time, so there is nobody to keep away.
    if session.dialect.name == "postgresql":
        session.execute(_LOCK_LINES, {"order_number": number}).all()


def reopen_lines(session: Session, number: str, line_ids: Sequence[str]) -> None:
    """Open lines again that were closed as unused."""
    table = tables.line_account
    unused = table.c.state == LineState.CLOSED_UNUSED
    session.execute(
        update(table)
        .where(table.c.order_number == number, table.c.line_id.in_(line_ids), unused)
        .values(state=LineState.OPEN)
    )


def close_lines(session: Session, number: str, line_ids: Sequence[str], state: LineState) -> None:
    """Close lines on which nothing will be received any more."""
    table = tables.line_account
    session.execute(
        update(table)
        .where(table.c.order_number == number, table.c.line_id.in_(line_ids), table.c.state == LineState.OPEN)
        .values(state=state)
    )


class ReceiptOvertaken(Refused):
    """Somebody else received the same line in the meantime."""

    def __init__(self, number: str, line_id: str) -> None:
        super().__init__(
            f"Orderrad {number}/{line_id} levererades in av någon annan samtidigt. Försök igen.",
            f"Order line {number}/{line_id} was received by somebody else meanwhile. Try again.",
        )


def receive(session: Session, receipt: Receipt, *, instead_of: int | None) -> int:
    """Let a new receipt stand on its line; the one before is reversed by a row of its own.

    What an invoice claimed on the strength of the old receipt is let go: it must be matched again.
    Raises ReceiptOvertaken when another receipt stands there than the caller saw.
    """
    if instead_of is not None:
        held = _receipt_row(session, instead_of)
        reversal = {key: value for key, value in held.items() if key != "id"} | {
            "quantity": -held["quantity"],
            "amount": -held["amount"],
            "received_on": receipt.received_on,
            "reverses": instead_of,
        }
        session.execute(insert(tables.receipt), reversal)
    receipt_id = _add_receipt(session, receipt)
    table = tables.line_account
    same = table.c.receipt_id.is_(None) if instead_of is None else table.c.receipt_id == instead_of
    change = (
        update(table)
        .where(_is_line(receipt.order_number, receipt.line_id), same)
        .values(
            receipt_id=receipt_id,
            quantity_received=receipt.quantity.value,
            amount_received=receipt.amount.amount,
            amount_claimed=ZERO,
        )
    )
    if rows_changed(session, change) != 1:
        raise ReceiptOvertaken(receipt.order_number, receipt.line_id)
    return receipt_id


def _receipt_row(session: Session, receipt_id: int) -> dict[str, Any]:
    return dict(
        session.execute(select(tables.receipt).where(tables.receipt.c.id == receipt_id)).mappings().one()
    )


def _add_receipt(session: Session, receipt: Receipt) -> int:
    key: int = session.execute(
        _ADD_RECEIPT,
        {
            "order_number": receipt.order_number,
            "line_id": receipt.line_id,
            "execution_reference": receipt.execution_reference,
            "month": str(receipt.month),
            "report_version": receipt.report_version,
            "quantity": receipt.quantity.value,
            "amount": receipt.amount.amount,
            "starts_on": receipt.period.start if receipt.period else None,
            "ends_on": receipt.period.end if receipt.period else None,
            "received_on": receipt.received_on,
            "reverses": None,
        },
    ).scalar_one()
    return key


def receipt(session: Session, receipt_id: int, *, unit: str, currency: str) -> Receipt:
    """One receipt by its row id."""
    row = session.execute(select(tables.receipt).where(tables.receipt.c.id == receipt_id)).one()
    return Receipt(
        row.id,
        row.order_number,
        row.line_id,
        row.execution_reference,
        Month.parse(row.month),
        row.report_version,
        Quantity(row.quantity, unit),
        Money(row.amount, currency),
        Period(row.starts_on, row.ends_on) if row.starts_on else None,
        row.received_on,
    )


def receipts_after(session: Session, receipt_id: int) -> list[tuple[int, str, str]]:
    """The receipts made after that row, oldest first, with their order lines; reversals are left out."""
    table = tables.receipt
    question = (
        select(table.c.id, table.c.order_number, table.c.line_id)
        .where(table.c.id > receipt_id, table.c.reverses.is_(None))
        .order_by(table.c.id)
    )
    return [(row.id, row.order_number, row.line_id) for row in session.execute(question)]


def _is_line(number: str, line_id: str) -> ColumnElement[bool]:
    table = tables.line_account
    return (table.c.order_number == number) & (table.c.line_id == line_id)


# Prepared once: building a statement costs more than running it.
_ORDER, _ORDER_LINE, _HELD = tables.purchase_order, tables.order_line, tables.line_account
_ADD_ORDER, _ADD_LINE, _ADD_ACCOUNT = insert(_ORDER), insert(_ORDER_LINE), insert(_HELD)
_ADD_RECEIPT = insert(tables.receipt).returning(tables.receipt.c.id)
_OF_PLACEMENT = (
    select(_ORDER).where(_ORDER.c.execution_reference == bindparam("reference")).order_by(_ORDER.c.number)
)
_LINES = (
    select(_ORDER_LINE)
    .where(_ORDER_LINE.c.order_number == bindparam("order_number"))
    .order_by(_ORDER_LINE.c.line_id)
)
_ACCOUNT = select(_HELD, _ORDER.c.currency).join_from(_HELD, _ORDER, _ORDER.c.number == _HELD.c.order_number)
_LINE = _ACCOUNT.where(
    _HELD.c.order_number == bindparam("order_number"), _HELD.c.line_id == bindparam("line_id")
)
_LINE_LOCKED = _LINE.with_for_update(of=_HELD)
_LOCK_LINES = (
    select(_HELD.c.line_id)
    .where(_HELD.c.order_number == bindparam("order_number"))
    .order_by(_HELD.c.line_id)
    .with_for_update()
)
_TAKE_LINE = (
    update(_HELD)
    .where(
        _HELD.c.order_number == bindparam("of_order"),
        _HELD.c.line_id == bindparam("of_line"),
        or_(_HELD.c.invoice_id.is_(None), _HELD.c.invoice_id == bindparam("taker")),
    )
    .values(invoice_id=bindparam("taker"), amount_claimed=bindparam("claim"))
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
        "day_convention": order.day_convention,
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


def _order(session: Session, row: Row[tuple[object, ...]]) -> Order:
    of_order = session.execute(_LINES, {"order_number": row.number})
    lines = [line_of(line, row.currency) for line in of_order]
    return order_of(row, lines, period=Period(row.starts_on, row.ends_on))


def order_of(row: Row[tuple[object, ...]], lines: Sequence[OrderLine], *, period: Period) -> Order:
    """The order a row of `purchase_order` stands for, alone or joined with others."""
    return Order(
        number=row.number,
        article=Article(row.article),
        stage=ResultStage(row.stage) if row.stage else None,
        code=row.code,
        execution_reference=row.execution_reference,
        decision_id=row.decision_id,
        supplier=row.supplier,
        contract_id=row.contract_id,
        unit_id=row.unit_id,
        delivery_area=row.delivery_area,
        price_list_id=row.price_list_id,
        day_convention=DayConvention(row.day_convention),
        period=period,
        issued_on=row.issued_on,
        lines=tuple(lines),
    )


def line_of(row: Row[tuple[object, ...]], currency: str) -> OrderLine:
    """The order line a row of `order_line` stands for, alone or joined with others."""
    return OrderLine(
        row.line_id,
        row.article_number,
        row.article_name,
        Quantity(row.quantity, row.unit),
        row.price,
        Money(row.amount, currency),
        Period(row.starts_on, row.ends_on),
    )


def _account(row: Row[tuple[object, ...]]) -> LineAccount:
    return account_of(row, row.order_number)


def account_of(row: Row[tuple[object, ...]], order_number: str) -> LineAccount:
    """The account a row of `line_account` stands for, alone or joined with its order."""
    return LineAccount(
        order_number,
        row.line_id,
        row.quantity_ordered,
        row.quantity_received,
        Money(row.amount_ordered, row.currency),
        Money(row.amount_received, row.currency),
        Money(row.amount_claimed, row.currency),
        row.receipt_id,
        row.invoice_id,
        LineState(row.state),
    )
