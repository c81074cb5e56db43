"""Messages as lists show them: those to us and those of ours, without their bytes, and what a message became.

Convention: named questions that only read. Whatever decides something about a message is asked in `mailbox`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select

from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.documents import store as document_store
from invoicing.documents import tables as document_tables
from invoicing.model import SupplierInvoice
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState, OutState


@dataclass(frozen=True, slots=True)
class InboundSummary:
    """A message to us without its bytes; `size` in bytes, `repeats` the message it came after.

    `document` is the number of the invoice or credit note it became, if it became one.
    """

    id: int
    transport_id: str
    received_on: date
    state: InState
    kind: str
    document: str
    document_state: str
    reason: str
    reason_text: Text
    repeats: int | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OutboundSummary:
    """A message of ours without its bytes."""

    sequence: int
    instance_id: str
    kind: str
    document_id: str
    receiver: str
    recipient: str
    about: str
    issued_on: date
    state: OutState
    attempts: int
    sha256: str


def messages_in(session: Session, *, state: InState | None = None) -> Iterator[InboundSummary]:
    """The messages to us in the order they came, of one state where that is given."""
    question = _MESSAGES_IN
    if state is not None:
        question = question.where(exchange_tables.inbox.c.state == state)
    for row in session.execute(
        question.order_by(exchange_tables.inbox.c.id).execution_options(yield_per=500)
    ):
        yield _message_in(row)


def message_in(session: Session, letter_id: int) -> InboundSummary | None:
    """One message to us, or None."""
    row = session.execute(_MESSAGES_IN.where(exchange_tables.inbox.c.id == letter_id)).one_or_none()
    return _message_in(row) if row is not None else None


def document_of_message(session: Session, letter_id: int) -> SupplierInvoice | None:
    """The document in our books that a message became, or None."""
    question = select(document_tables.invoice.c.id).where(document_tables.invoice.c.letter_id == letter_id)
    invoice_id = session.scalar(question)
    return document_store.by_id(session, invoice_id) if invoice_id is not None else None


def messages_out(
    session: Session,
    *,
    state: OutState | None = None,
    kind: str = "",
    document_id: str = "",
    about: str = "",
    at_most: int | None = None,
) -> Iterator[OutboundSummary]:
    """Our messages, oldest first, of one state, kind, document or subject where that is given.

    Whoever wants only some says how many: PostgreSQL keeps a question open that is not read to its end.
    """
    outbox = exchange_tables.outbox
    question = _MESSAGES_OUT
    given = ((outbox.c.state, state), (outbox.c.kind, kind), (outbox.c.document_id, document_id))
    for column, value in (*given, (outbox.c.about, about)):
        if value:
            question = question.where(column == value)
    question = question.order_by(outbox.c.sequence).limit(at_most)
    for row in session.execute(question.execution_options(yield_per=500)):
        yield _message_out(row)


def message_out(session: Session, sequence: int) -> OutboundSummary | None:
    """One message of ours, or None."""
    row = session.execute(_MESSAGES_OUT.where(exchange_tables.outbox.c.sequence == sequence)).one_or_none()
    return _message_out(row) if row is not None else None


def _message_out(row: Row[Any]) -> OutboundSummary:
    return OutboundSummary(
        sequence=row.sequence,
        instance_id=row.instance_id,
        kind=row.kind,
        document_id=row.document_id,
        receiver=row.receiver,
        recipient=row.recipient,
        about=row.about,
        issued_on=row.issued_on,
        state=OutState(row.state),
        attempts=row.attempts,
        sha256=row.sha256,
    )


def waiting_count(session: Session) -> int:
    """How many of our messages wait to be handed over."""
    question = select(func.count()).where(exchange_tables.outbox.c.state == OutState.WAITING)
    return session.execute(question).scalar_one()


_MESSAGES_OUT: Select[Any] = select(exchange_tables.outbox)
_MESSAGES_IN: Select[Any] = select(
    *(column for column in exchange_tables.inbox.c if column.name not in ("received_at", "instance_id")),
    document_tables.invoice.c.number.label("document"),
    document_tables.invoice.c.state.label("document_state"),
).outerjoin(document_tables.invoice, document_tables.invoice.c.letter_id == exchange_tables.inbox.c.id)


def _message_in(row: Row[Any]) -> InboundSummary:
    return InboundSummary(
        id=row.id,
        transport_id=row.transport_id,
        received_on=row.received_on,
        state=InState(row.state),
        kind=row.kind,
        document=row.document or "",
        document_state=row.document_state or "",
        reason=row.reason,
        reason_text=WrittenText(row.reason_sv, row.reason_en),
        repeats=row.repeats,
        size=row.size,
        sha256=row.sha256,
    )
