"""What belongs to a case, an execution reference: its orders, its events, and what we sent about it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, func, or_, select, union

from foundation.periods import Period
from foundation.sql import Session
from invoicing.decisions import protected_store
from invoicing.documents import tables as document_tables
from orders import tables as order_tables
from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.outbox_store import OutboundMessage


def order_numbers(session: Session, reference: str) -> Sequence[str]:
    """The numbers of the case's orders."""
    order = order_tables.purchase_order
    return list(
        session.scalars(
            select(order.c.number).where(order.c.execution_reference == reference).order_by(order.c.number)
        )
    )


def events(session: Session, reference: str) -> Sequence[Row[Any]]:
    """The events of the case with their bytes, as they came."""
    event = order_tables.inbound_event
    question = select(event).where(event.c.execution_reference == reference).order_by(event.c.sequence)
    return session.execute(question).all()


def messages_out(session: Session, orders: Sequence[str], about: Sequence[str]) -> Iterator[OutboundMessage]:
    """Our messages with these orders and about these subjects, as they were laid out."""
    outbox = exchange_tables.outbox
    ours = or_(
        (outbox.c.kind == "order") & outbox.c.document_id.in_(list(orders)), outbox.c.about.in_(list(about))
    )
    yield from outbox_store.read_messages(session, select(outbox).where(ours).order_by(outbox.c.sequence))


def references_within(session: Session, period: Period, *, after: str = "", limit: int) -> Sequence[str]:
    """The cases with an order placed or a document received in the period, by their references, after one of them.

    A case with a document that is handled apart is not among them.
    """
    order, invoice = order_tables.purchase_order, document_tables.invoice
    ordered = select(order.c.execution_reference).where(order.c.issued_on.between(period.start, period.end))
    received = select(invoice.c.execution_reference).where(
        invoice.c.received_on.between(period.start, period.end)
    )
    found = union(ordered, received).subquery()
    apart = select(invoice.c.execution_reference).where(invoice.c.id.in_(protected_store.apart()))
    question = (
        select(found.c.execution_reference)
        .where(
            found.c.execution_reference > after,
            found.c.execution_reference != "",
            found.c.execution_reference.not_in(apart),
        )
        .order_by(found.c.execution_reference)
        .limit(limit)
    )
    return list(session.scalars(question))


def days_of(session: Session, reference: str) -> tuple[date, date] | None:
    """The first and the last day on which an order of the case was placed or a document received; None of neither."""
    order, invoice = order_tables.purchase_order, document_tables.invoice
    found = [
        session.execute(
            select(func.min(day), func.max(day)).where(table.c.execution_reference == reference)
        ).one()
        for table, day in ((order, order.c.issued_on), (invoice, invoice.c.received_on))
    ]
    days = [day for row in found for day in row if day is not None]
    return (min(days), max(days)) if days else None
