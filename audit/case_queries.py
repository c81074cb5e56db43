"""What belongs to a case, an execution reference: its orders, its events, and what we sent about it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row, or_, select

from foundation.sql import Session
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
