"""What the demo asks the database beside the product's own questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, func, select

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.payment import standing_queries
from invoicing.payment import tables as payment_tables
from orders import tables as order_tables
from orders.model import Handling, PlacementState
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import body_store
from peppol.exchange.tables import OutState


@dataclass(frozen=True, slots=True)
class PortalMessage:
    """A message of ours that its supplier reads in the portal."""

    sequence: int
    recipient: str
    body: bytes


@dataclass(frozen=True, slots=True)
class DecidedPlacement:
    """A placement that stands, and the day it was decided."""

    supplier: str
    unit_id: str
    execution_reference: str
    decided_on: date


def portal_messages(session: Session, *, after: int) -> Sequence[PortalMessage]:
    """The messages that lie in the portal, from the one after `after` on."""
    outbox = exchange_tables.outbox
    question = (
        select(outbox.c.sequence, outbox.c.recipient, outbox.c.issued_on)
        .where(outbox.c.state == OutState.IN_PORTAL, outbox.c.sequence > after)
        .order_by(outbox.c.sequence)
    )
    return [
        PortalMessage(sequence=row.sequence, recipient=row.recipient, body=body or b"")
        for row, body in body_store.beside(session, body_store.OUT, question)
    ]


def count_out(session: Session, state: OutState) -> int:
    """How many of our messages are in this state."""
    question = (
        select(func.count())
        .select_from(exchange_tables.outbox)
        .where(exchange_tables.outbox.c.state == state)
    )
    return session.execute(question).scalar_one()


def tally(session: Session, *columns: Column[str]) -> dict[str, int]:
    """How many rows there are of each combination of the columns."""
    rows = session.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns))
    return {" ".join(filter(None, words)): count for *words, count in rows}


def claims_settled(session: Session, supplier: str, invoice_number: str) -> Sequence[str]:
    """What a supplier gave back for an invoice of this number, each with its way."""
    invoice, settled = document_tables.invoice, payment_tables.claim_settled
    question = (
        select(settled.c.amount, settled.c.how)
        .join(invoice, invoice.c.id == settled.c.invoice_id)
        .where(
            invoice.c.supplier == supplier,
            invoice.c.number == invoice_number,
            standing_queries.settlement_stands(),
        )
    )
    return [f"{row.amount} {row.how}" for row in session.execute(question)]


def decided_placements(session: Session) -> Sequence[DecidedPlacement]:
    """The ordered placements that stand, supplier by supplier, the newest first."""
    placement, span = order_tables.placement, order_tables.placement_period
    question = (
        select(placement.c.supplier, placement.c.unit_id, placement.c.execution_reference, span.c.decided_on)
        .join(span, span.c.execution_reference == placement.c.execution_reference)
        .where(
            span.c.ordinal == 1,
            placement.c.handling == Handling.ORDERED,
            placement.c.state == PlacementState.DECIDED,
        )
        .order_by(placement.c.supplier, span.c.decided_on.desc(), placement.c.execution_reference.desc())
    )
    return [
        DecidedPlacement(
            supplier=row.supplier,
            unit_id=row.unit_id,
            execution_reference=row.execution_reference,
            decided_on=row.decided_on,
        )
        for row in session.execute(question)
    ]
