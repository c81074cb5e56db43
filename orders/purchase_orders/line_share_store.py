"""The shares of an order line that several invoices take: together never more than was received.

A share counts in its line's account from when its invoice is accepted. It is let in by an UPDATE with a condition
whose row count is read, and the account's own CHECK says the same, so that no engine counts a delivery twice. A line
whose shares are all that was received is occupied by the invoice that took the last of it; until then it is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update

from foundation.sql import Session, rows_changed
from orders import tables as order_tables

_SHARE, _ACCOUNT = order_tables.line_share, order_tables.line_account
_NIL = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class TakenShare:
    """What one invoice takes of an order line."""

    line_id: str
    invoice_id: int
    quantity: Decimal
    amount: Decimal


def of_order(session: Session, number: str) -> Sequence[TakenShare]:
    """Every share of the order's lines, by line and in the order of the invoices."""
    question = select(_SHARE).where(_SHARE.c.order_number == number)
    return [
        TakenShare(row.line_id, row.invoice_id, row.quantity, row.amount)
        for row in session.execute(question.order_by(_SHARE.c.line_id, _SHARE.c.invoice_id))
    ]


def has_shares() -> ColumnElement[bool]:
    """Whether a line of `line_account` is invoiced in parts."""
    return (
        select(_SHARE.c.invoice_id)
        .where(_SHARE.c.order_number == _ACCOUNT.c.order_number, _SHARE.c.line_id == _ACCOUNT.c.line_id)
        .exists()
    )


def take(
    session: Session,
    number: str,
    line_id: str,
    invoice_id: int,
    *,
    quantity: Decimal,
    amount: Decimal,
    claims: bool,
) -> bool:
    """Let the invoice have this share of the line instead of the one it has; False where less than that is left."""
    before = _row(session, number, line_id, invoice_id)
    more = _claimed(quantity, amount, claims=claims)
    less = _claimed(before.quantity, before.amount, claims=bool(before.claimed)) if before else (_NIL, _NIL)
    if not _count(session, number, line_id, more[0] - less[0], more[1] - less[1]):
        return False
    values = {"quantity": quantity, "amount": amount, "claimed": int(claims)}
    if before is None:
        key = {"order_number": number, "line_id": line_id, "invoice_id": invoice_id}
        session.execute(insert(_SHARE), {**key, **values})
    else:
        session.execute(update(_SHARE).where(*_is(number, line_id, invoice_id)).values(**values))
    _occupy(session, number, line_id)
    return True


def free(session: Session, number: str, line_id: str, invoice_id: int) -> bool:
    """Take an invoice's share of a line away; False where it has none."""
    held = _row(session, number, line_id, invoice_id)
    if held is None:
        return False
    if held.claimed:
        _count(session, number, line_id, -held.quantity, -held.amount)
    session.execute(delete(_SHARE).where(*_is(number, line_id, invoice_id)))
    _occupy(session, number, line_id)
    return True


def free_all(session: Session, invoice_id: int) -> list[tuple[str, str]]:
    """Take all of an invoice's shares away, and name their lines."""
    keys = [
        (row.order_number, row.line_id)
        for row in session.execute(select(_SHARE).where(_SHARE.c.invoice_id == invoice_id))
    ]
    for number, line_id in keys:
        free(session, number, line_id, invoice_id)
    return keys


def drop_claims(session: Session, invoice_id: int) -> None:
    """The invoice keeps its shares, and they count in no account."""
    question = select(_SHARE).where(_SHARE.c.invoice_id == invoice_id, _SHARE.c.claimed == 1)
    for held in session.execute(question).all():
        _count(session, held.order_number, held.line_id, -held.quantity, -held.amount)
    session.execute(update(_SHARE).where(_SHARE.c.invoice_id == invoice_id).values(claimed=0))


def drop_claims_on(session: Session, number: str, line_id: str) -> None:
    """The receipt of a line changes: no share of it counts before its invoice is judged again."""
    on_line = (_SHARE.c.order_number == number) & (_SHARE.c.line_id == line_id)
    session.execute(update(_SHARE).where(on_line).values(claimed=0))


def _count(session: Session, number: str, line_id: str, quantity: Decimal, amount: Decimal) -> bool:
    """Count so much more as taken, if it is received and not taken yet."""
    taken = _ACCOUNT.c.quantity_shared + quantity
    claimed = _ACCOUNT.c.amount_claimed + amount
    change = (
        update(_ACCOUNT)
        .where(
            _ACCOUNT.c.order_number == number,
            _ACCOUNT.c.line_id == line_id,
            taken <= _ACCOUNT.c.quantity_received,
            claimed <= _ACCOUNT.c.amount_received,
        )
        .values(quantity_shared=taken, amount_claimed=claimed)
    )
    return rows_changed(session, change) == 1


def _occupy(session: Session, number: str, line_id: str) -> None:
    """Let the line be occupied by whoever took the last of it, or open where something is left."""
    on_line = (_SHARE.c.order_number == number) & (_SHARE.c.line_id == line_id)
    sums = session.execute(
        select(
            func.sum(_SHARE.c.quantity, type_=_SHARE.c.quantity.type).label("taken"),
            func.max(_SHARE.c.invoice_id).label("last"),
        ).where(on_line)
    ).one()
    account = (_ACCOUNT.c.order_number == number) & (_ACCOUNT.c.line_id == line_id)
    received = session.execute(select(_ACCOUNT.c.quantity_received).where(account)).scalar_one()
    is_full = sums.taken is not None and (received == 0 or sums.taken >= received)
    session.execute(update(_ACCOUNT).where(account).values(invoice_id=sums.last if is_full else None))


def _claimed(quantity: Decimal, amount: Decimal, *, claims: bool) -> tuple[Decimal, Decimal]:
    return (quantity, amount) if claims else (_NIL, _NIL)


def _is(number: str, line_id: str, invoice_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        _SHARE.c.order_number == number,
        _SHARE.c.line_id == line_id,
        _SHARE.c.invoice_id == invoice_id,
    )


def _row(session: Session, number: str, line_id: str, invoice_id: int) -> Row[Any] | None:
    return session.execute(select(_SHARE).where(*_is(number, line_id, invoice_id))).one_or_none()
