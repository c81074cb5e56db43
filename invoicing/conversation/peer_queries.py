"""What a supplier has sent over Peppol since it was asked about a document: its answer to the question, a new document.

A supplier's system has no word for answering an Invoice Response: it answers technically (MLR, MLS), with a
credit note of the document, or with an invoice for the same order.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from foundation.sql import Session
from invoicing.conversation.tables import document_message
from invoicing.documents import tables as document_tables
from invoicing.model import SupplierInvoice
from invoicing.responses.tables import peer_answer
from peppol.exchange.tables import outbox


@dataclass(frozen=True, slots=True)
class SentSince:
    """One thing the supplier sent: its number, what it says in words, and its row where it is in our books."""

    number: str
    words: str
    on: date
    document_id: int | None = None


def sent_since_asked(session: Session, invoice: SupplierInvoice) -> list[SentSince]:
    """What came since the first question, the oldest first; nothing where nothing was asked."""
    asked = session.scalar(
        select(func.min(document_message.c.written_at)).where(
            document_message.c.invoice_id == invoice.id, document_message.c.side == "BUYER"
        )
    )
    if asked is None:
        return []
    return sorted(
        [*_answers(session, invoice), *_documents(session, invoice, asked.date())],
        key=lambda each: (each.on, each.number),
    )


def _answers(session: Session, invoice: SupplierInvoice) -> list[SentSince]:
    """What its systems said of our answers, in words."""
    question = (
        select(peer_answer.c.number, peer_answer.c.words, peer_answer.c.received_on)
        .join(outbox, outbox.c.instance_id == peer_answer.c.instance_id)
        .where(outbox.c.about == f"invoice {invoice.id}", peer_answer.c.words != "")
    )
    return [SentSince(row.number, row.words, row.received_on) for row in session.execute(question)]


def _documents(session: Session, invoice: SupplierInvoice, since: date) -> list[SentSince]:
    """Later documents of the supplier's for the same order, or what its document is credited with."""
    table, pair = document_tables.invoice, document_tables.credit_pair
    credited = select(pair.c.credit_id).where(pair.c.invoice_id == invoice.id)
    about: list[ColumnElement[bool]] = [table.c.id.in_(credited)]
    if invoice.order_number:
        about.append(table.c.order_number == invoice.order_number)
    question = (
        select(table.c.id, table.c.number, table.c.received_on)
        .where(
            table.c.supplier == invoice.supplier,
            table.c.id > invoice.id,
            table.c.received_on >= since,
            or_(*about),
        )
        .order_by(table.c.id)
        .limit(20)
    )
    return [SentSince(row.number, "", row.received_on, row.id) for row in session.execute(question)]
