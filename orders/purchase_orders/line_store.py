"""How far each order line has come, as the database holds it: its account.

What may happen once on a line is decided by an UPDATE with a condition whose row count is read, as in
`take_line` for an invoice. Nobody else may have changed the row in between, on either engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, bindparam, or_, select, text, update

from foundation import transitions, written_together
from foundation.money import Money
from foundation.sql import Session, among, byte_by_byte, rows_changed
from orders import tables as order_tables
from orders.model import LINE_FOLLOWS, LineAccount, LineState
from orders.purchase_orders import line_share_store

ZERO = Decimal("0.00")


class LineTaken(RuntimeError):
    """A line that was to be taken lies with another invoice: it was looked at before it was held."""


def account(session: Session, number: str, line_id: str, *, lock: bool = False) -> LineAccount | None:
    """The account of one order line, or None; `lock` keeps others from changing it meanwhile."""
    question = _LINE_LOCKED if lock else _LINE
    row = session.execute(question, {"order_number": number, "line_id": line_id}).one_or_none()
    return _account(row) if row is not None else None


def accounts(session: Session, number: str) -> list[LineAccount]:
    """The accounts of all lines of an order, by line."""
    question = _ACCOUNT.where(order_tables.line_account.c.order_number == number)
    return [_account(row) for row in session.execute(question.order_by(order_tables.line_account.c.line_id))]


def occupied_by(session: Session, invoice_id: int) -> list[LineAccount]:
    """The accounts of the lines the invoice occupies, by order and line."""
    table = order_tables.line_account
    question = _ACCOUNT.where(table.c.invoice_id == invoice_id)
    return [
        _account(row) for row in session.execute(question.order_by(table.c.order_number, table.c.line_id))
    ]


def take_line(session: Session, number: str, line_id: str, invoice_id: int, *, claim: Decimal) -> bool:
    """Let the invoice occupy the line and claim an amount; False when another uncredited invoice does.

    Where rows are written together the answer is True at once, and LineTaken is raised when they are written.
    """
    given = {"of_order": number, "of_line": line_id, "taker": invoice_id, "claim": claim}
    if written_together.is_gathering(session):
        written_together.write(session, _take_all, given, into=_HELD)
        return True
    return rows_changed(session, _TAKE_LINE, given) == 1


def _take_all(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    if session.dialect.name == "postgresql":
        columns = {f"{name}s": [row[name] for row in rows] for name in rows[0]}
        taken = len(session.execute(_TAKE_TOGETHER, columns).all())
    else:
        taken = rows_changed(session, _TAKE_LINE, rows)
    if taken != len(rows):
        raise LineTaken(f"{len(rows) - taken} of {len(rows)} lines")


def free_lines(session: Session, invoice_id: int) -> list[tuple[str, str]]:
    """Open the lines the invoice occupied or had a share of, claim nothing there any more, and name them."""
    table = order_tables.line_account
    shared = line_share_store.free_all(session, invoice_id)
    freed = (
        update(table)
        .where(table.c.invoice_id == invoice_id)
        .values(invoice_id=None, amount_claimed=ZERO)
        .returning(table.c.order_number, table.c.line_id)
    )
    return [*shared, *((row.order_number, row.line_id) for row in session.execute(freed))]


def free_line(session: Session, number: str, line_id: str, invoice_id: int) -> bool:
    """Open one line that the invoice occupied, and claim nothing there any more; False where it did not."""
    if line_share_store.free(session, number, line_id, invoice_id):
        return True
    table = order_tables.line_account
    freed = (
        update(table)
        .where(table.c.order_number == number, table.c.line_id == line_id, table.c.invoice_id == invoice_id)
        .values(invoice_id=None, amount_claimed=ZERO)
    )
    return rows_changed(session, freed) == 1


def drop_claims(session: Session, invoice_id: int) -> None:
    """The invoice goes into question: it keeps its lines and claims no money on them."""
    table = order_tables.line_account
    line_share_store.drop_claims(session, invoice_id)
    whole = update(table).where(table.c.invoice_id == invoice_id, ~line_share_store.has_shares())
    session.execute(whole.values(amount_claimed=ZERO))


def lock_lines(session: Session, number: str) -> None:
    """Keep others from changing any line of the order until this transaction ends.

    Everybody who changes a line locks all lines of its order first, in their order, and the invoices on
    them afterwards: so nobody waits for somebody who waits for them.
    """
    # SQLite has one writer at a time, so there is nobody to keep away.
    if session.dialect.name == "postgresql":
        session.execute(_LOCK_LINES, {"order_number": number}).all()


def lock_orders(session: Session, numbers: Iterable[str]) -> None:
    """Keep others from changing any line of these orders: in the order of their numbers, as everybody does."""
    wanted = list(numbers)
    if wanted and session.dialect.name == "postgresql":
        session.execute(_LOCK_ORDERS.where(among(session, _HELD.c.order_number, wanted))).all()


def reopen_lines(session: Session, number: str, line_ids: Sequence[str]) -> None:
    """Open lines again that were closed as unused."""
    table = order_tables.line_account
    these = (table.c.order_number == number) & table.c.line_id.in_(line_ids)
    transitions.move_all(
        session, table.c.state, these, LINE_FOLLOWS, to=LineState.OPEN, values={"closed_on": None}
    )


def close_lines(
    session: Session, number: str, line_ids: Sequence[str], state: LineState, *, on: date
) -> None:
    """Close lines on which nothing will be received any more, on the day it is known."""
    table = order_tables.line_account
    these = (table.c.order_number == number) & table.c.line_id.in_(line_ids)
    transitions.move_all(session, table.c.state, these, LINE_FOLLOWS, to=state, values={"closed_on": on})


# Prepared once: building a statement costs more than running it.
_ORDER, _HELD = order_tables.purchase_order, order_tables.line_account
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
_LOCK_ORDERS = (
    select(_HELD.c.line_id).order_by(byte_by_byte(_HELD.c.order_number), _HELD.c.line_id).with_for_update()
)
_TAKE_TOGETHER = text(
    "UPDATE line_account SET invoice_id = taken.taker, amount_claimed = taken.claim"
    " FROM unnest(CAST(:of_orders AS varchar[]), CAST(:of_lines AS varchar[]), CAST(:takers AS integer[]),"
    " CAST(:claims AS numeric[])) AS taken(of_order, of_line, taker, claim)"
    " WHERE order_number = taken.of_order AND line_id = taken.of_line"
    " AND (invoice_id IS NULL OR invoice_id = taken.taker) RETURNING line_account.line_id"
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


def _account(row: Row[tuple[object, ...]]) -> LineAccount:
    return account_of(row, row.order_number)


def account_of(row: Row[tuple[object, ...]], order_number: str) -> LineAccount:
    """The account a row of `line_account` stands for, alone or joined with its order."""
    return LineAccount(
        order_number=order_number,
        line_id=row.line_id,
        quantity_ordered=row.quantity_ordered,
        quantity_received=row.quantity_received,
        amount_ordered=Money(row.amount_ordered, row.currency),
        amount_received=Money(row.amount_received, row.currency),
        amount_claimed=Money(row.amount_claimed, row.currency),
        receipt_id=row.receipt_id,
        invoice_id=row.invoice_id,
        state=LineState(row.state),
    )
