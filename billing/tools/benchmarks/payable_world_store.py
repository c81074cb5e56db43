"""A world with as many payables as are asked for, in the database itself: some are received, the rest are copies.

For measuring only, on an empty database of either engine. A few hundred invoices come the ordinary way, through orders,
reports, messages and matching; then each is copied with its message, its match and its order, so that what is measured
reads documents, matches and messages of the size they have. A copy has a number, an order and a message of its own.
"""

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, Integer, Table, func, insert, literal, select

from billing.tools.benchmarks import flow
from billing.tools.producers.many_suppliers import with_suppliers
from foundation.database import Database
from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.model import InvoiceState
from orders import tables as order_tables
from orders.register.register import Register
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies.tables import inbox_body

RECEIVED = 600
"""So many invoices come the ordinary way."""

SUPPLIERS = 150
_APART = 1_000_000
"""Between the keys of two copies of the same row."""


def fill(database: Database, register: Register, *, payables: int) -> int:
    """Make at least so many accepted invoices; how many there are. The database must hold nothing yet."""
    many = with_suppliers(register, count=SUPPLIERS)
    flow.prepare(database, many)
    flow.measure_orders(database, many, count=min(RECEIVED, payables))
    lines = flow.receive_months(database, many)
    flow.store_messages(database, flow.invoices_for(database, many, lines))
    flow.read_all(database)
    with database.engine.begin() as session:
        received = _accepted(session)
        for copy in range(1, -(-payables // received)):
            _copy(session, copy)
        made = _accepted(session)
    return made


def _accepted(session: Session) -> int:
    table = document_tables.invoice
    question = select(func.count()).where(table.c.state == InvoiceState.ACCEPTED)
    return int(session.execute(question).scalar_one())


def _copy(session: Session, copy: int) -> None:
    """One more of everything that was received, with keys of its own."""
    away, invoice = copy * _APART, document_tables.invoice
    number = invoice.c.number + literal(f"-{copy}")
    mine = {"id": invoice.c.id + away, "letter_id": invoice.c.letter_id + away, "number": number}
    order = order_tables.purchase_order
    message = exchange_tables.inbox
    match, part = document_tables.match_made, document_tables.invoice_part
    _copy_rows(session, order, order.c.number, {"number": _numbered(order.c.number, away)})
    named = {
        "id": message.c.id + away,
        "transport_id": message.c.transport_id + literal(f"-{copy}"),
        "sha256": func.substr(message.c.sha256, 1, 56) + literal(f"{copy:08}"),
        "business_key": message.c.business_key + literal(f"-{copy}"),
    }
    _copy_rows(session, message, message.c.id, named)
    # What a payment looks at of a message is its sha256.
    body = {"letter": inbox_body.c.letter + away, "body": literal(b"<>")}
    _copy_rows(session, inbox_body, inbox_body.c.letter, body)
    _copy_rows(session, invoice, invoice.c.id, mine)
    _copy_rows(session, match, match.c.id, {"id": match.c.id + away, "invoice_id": match.c.invoice_id + away})
    moved = {"invoice_id": part.c.invoice_id + away, "order_number": _numbered(part.c.order_number, away)}
    _copy_rows(session, part, part.c.invoice_id, moved)


def _copy_rows(
    session: Session, table: Table, key: Column[object], instead: dict[str, ColumnElement[object]]
) -> None:
    columns: Sequence[ColumnElement[object]] = [instead.get(each.name, each) for each in table.c]
    first = key < _APART if isinstance(key.type, Integer) else func.length(key) <= _DIGITS
    session.execute(insert(table).from_select([each.name for each in table.c], select(*columns).where(first)))


_DIGITS = 10


def _numbered(number: Column[object], away: int) -> ColumnElement[object]:
    """An order's number that no order has: eleven digits and more, where ours have ten."""
    return number + literal(f"{away // _APART:05}")
