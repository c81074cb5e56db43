"""Receipts as the database holds them: only ever added, and reversed by a row of their own.

That one receipt stands on a line at a time is decided by the line's own row: `receive` changes it on the
condition that the receipt the caller saw stands there.
"""

from datetime import date
from typing import Any

from sqlalchemy import insert, select, true, update

from foundation.errors import Refused
from foundation.money import Money, Quantity
from foundation.periods import Month, Period
from foundation.sql import Session, rows_changed
from foundation.text import Text
from orders import tables as order_tables
from orders.model import Receipt
from orders.purchase_orders import line_share_store
from orders.purchase_orders.line_store import ZERO


class ReceiptOvertaken(Refused):
    """Somebody else received the same line in the meantime."""

    def __init__(self, number: str, line_id: str) -> None:
        super().__init__(
            Text(
                "Orderrad %(number)s/%(line_id)s levererades in av någon annan samtidigt. Försök igen.",
                number=number,
                line_id=line_id,
            ),
        )


def receive(session: Session, receipt: Receipt, *, instead_of: int | None) -> int:
    """Let a new receipt stand on its line; the one before is reversed by a row of its own.

    What an invoice claimed on the strength of the old receipt is let go: it must be matched again.
    Raises ReceiptOvertaken when another receipt stands there than the caller saw.
    """
    if instead_of is not None:
        _add_reversal(session, instead_of, on=receipt.received_on)
    receipt_id = _add_receipt(session, receipt)
    table = order_tables.line_account
    same = table.c.receipt_id.is_(None) if instead_of is None else table.c.receipt_id == instead_of
    line_share_store.drop_claims_on(session, receipt.order_number, receipt.line_id)
    change = (
        update(table)
        .where(table.c.order_number == receipt.order_number, table.c.line_id == receipt.line_id, same)
        .values(
            receipt_id=receipt_id,
            quantity_received=receipt.quantity.value,
            amount_received=receipt.amount.amount,
            amount_claimed=ZERO,
            quantity_shared=ZERO,
        )
    )
    if rows_changed(session, change) != 1:
        raise ReceiptOvertaken(receipt.order_number, receipt.line_id)
    return receipt_id


def take_back(
    session: Session, number: str, line_id: str, receipt_id: int, *, on: date, invoiced: bool = False
) -> None:
    """Reverse the receipt that stands on a line, so that nothing is received there.

    Raises ReceiptOvertaken when another receipt stands there, or an invoice lies on the line. Where it may be
    `invoiced` the invoice stays on the line, claims nothing there any more, and must be matched again.
    """
    _add_reversal(session, receipt_id, on=on)
    table = order_tables.line_account
    free = true() if invoiced else table.c.invoice_id.is_(None) & ~line_share_store.has_shares()
    if invoiced:
        line_share_store.drop_claims_on(session, number, line_id)
    change = (
        update(table)
        .where(
            table.c.order_number == number,
            table.c.line_id == line_id,
            table.c.receipt_id == receipt_id,
            free,
        )
        .values(
            receipt_id=None,
            quantity_received=ZERO,
            amount_received=ZERO,
            amount_claimed=ZERO,
            quantity_shared=ZERO,
        )
    )
    if rows_changed(session, change) != 1:
        raise ReceiptOvertaken(number, line_id)


def _add_reversal(session: Session, receipt_id: int, *, on: date) -> None:
    held = _receipt_row(session, receipt_id)
    reversal = {key: value for key, value in held.items() if key != "id"} | {
        "quantity": -held["quantity"],
        "amount": -held["amount"],
        "received_on": on,
        "reverses": receipt_id,
    }
    session.execute(insert(order_tables.receipt), reversal)


def _receipt_row(session: Session, receipt_id: int) -> dict[str, Any]:
    return dict(
        session.execute(select(order_tables.receipt).where(order_tables.receipt.c.id == receipt_id))
        .mappings()
        .one()
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
    row = session.execute(select(order_tables.receipt).where(order_tables.receipt.c.id == receipt_id)).one()
    return Receipt(
        id=row.id,
        order_number=row.order_number,
        line_id=row.line_id,
        execution_reference=row.execution_reference,
        month=Month.parse(row.month),
        report_version=row.report_version,
        quantity=Quantity(row.quantity, unit),
        amount=Money(row.amount, currency),
        period=Period(row.starts_on, row.ends_on) if row.starts_on else None,
        received_on=row.received_on,
    )


def receipts_after(session: Session, receipt_id: int) -> list[tuple[int, str, str]]:
    """The receipts made after that row, oldest first, with their order lines; reversals are left out."""
    table = order_tables.receipt
    question = (
        select(table.c.id, table.c.order_number, table.c.line_id)
        .where(table.c.id > receipt_id, table.c.reverses.is_(None))
        .order_by(table.c.id)
    )
    return [(row.id, row.order_number, row.line_id) for row in session.execute(question)]


# Prepared once: building a statement costs more than running it.
_ADD_RECEIPT = insert(order_tables.receipt).returning(order_tables.receipt.c.id)
