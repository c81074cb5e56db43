"""Which invoices are judged again: those a person chose, and those that came since a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from foundation.money import Money
from foundation.sql import Session
from invoicing.decisions.batch_store import MOST
from invoicing.documents import tables as document_tables
from invoicing.model import DocumentType, InvoiceState


@dataclass(frozen=True, slots=True)
class JudgedInvoice:
    """An invoice that has been judged, and the codes of what deviated."""

    id: int
    number: str
    supplier: str
    received_on: date
    amount: Money
    codes: tuple[str, ...]
    state: InvoiceState


def received_since(session: Session, since: date, *, limit: int) -> Sequence[JudgedInvoice]:
    """The invoices that came since a day, newest first."""
    table = document_tables.invoice
    question = (
        select(
            table.c.id,
            table.c.number,
            table.c.supplier,
            table.c.received_on,
            table.c.amount_payable,
            table.c.currency,
            table.c.codes,
            table.c.state,
        )
        .where(table.c.document_type == DocumentType.INVOICE, table.c.received_on >= since)
        .order_by(table.c.received_on.desc(), table.c.id.desc())
        .limit(limit)
    )
    return [
        JudgedInvoice(
            id=row.id,
            number=row.number,
            supplier=row.supplier,
            received_on=row.received_on,
            amount=Money(row.amount_payable, row.currency),
            codes=tuple(row.codes.split()),
            state=InvoiceState(row.state),
        )
        for row in session.execute(question)
    ]


def known(session: Session, ids: Sequence[int]) -> Sequence[int]:
    """Those of the ids that are invoices of ours, as many as one batch may have."""
    invoice = document_tables.invoice
    question = select(invoice.c.id).where(
        invoice.c.id.in_(ids[:MOST]), invoice.c.document_type == DocumentType.INVOICE
    )
    return sorted(session.scalars(question))
