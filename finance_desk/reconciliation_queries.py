"""What the pages of reconciliation ask beside the statement: how much it is of, of which months, and its messages."""

from datetime import date

from sqlalchemy import select

from foundation.sql import Session
from invoicing.documents import tables as document_tables
from invoicing.reconciliation.entry_source_queries import EntryFilter
from orders import tables as order_tables


def has_few_lines(session: Session, wanted: EntryFilter, *, most: int) -> bool:
    """Whether no more order lines than `most` lie in the supplier and the month asked for."""
    line, order = order_tables.order_line, order_tables.purchase_order
    question = select(line.c.order_number).join(order, order.c.number == line.c.order_number)
    if wanted.supplier:
        question = question.where(order.c.supplier == wanted.supplier)
    if wanted.month is not None:
        period = wanted.month.period
        question = question.where(line.c.starts_on.between(period.start, period.end))
    return len(session.execute(question.limit(most + 1)).all()) <= most


def first_and_last_start(session: Session) -> tuple[date, date] | None:
    """The days on which the first and the last order line begin; None where there is no line."""
    line = order_tables.order_line
    first, last = (
        session.execute(select(line.c.starts_on).order_by(order).limit(1)).scalar_one_or_none()
        for order in (line.c.starts_on, line.c.starts_on.desc())
    )
    return (first, last) if first is not None and last is not None else None


def message_of(session: Session, invoice_id: int) -> int | None:
    """The message that an invoice came in; None where there is no such invoice."""
    question = select(document_tables.invoice.c.letter_id).where(document_tables.invoice.c.id == invoice_id)
    return session.execute(question).scalar_one_or_none()
