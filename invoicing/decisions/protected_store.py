"""Documents and messages that are handled apart, as the database holds them: marked once they stay so."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from foundation.sql import Session, add_new
from invoicing.decisions.tables import protected_document, protected_message


def add(session: Session, invoice_id: int, *, by: str, on: date, reason: str) -> bool:
    """Mark a document; False where it was marked before."""
    row = {"invoice_id": invoice_id, "marked_by": by, "marked_on": on, "reason": reason}
    try:
        with session.begin_nested():
            session.execute(insert(protected_document), row)
    except IntegrityError:
        return False
    return True


def is_protected(session: Session, invoice_id: int) -> bool:
    """Whether the document is handled apart."""
    return bool(among(session, [invoice_id]))


def among(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of the documents that are handled apart."""
    if not ids:
        return frozenset()
    column = protected_document.c.invoice_id
    return frozenset(session.scalars(select(column).where(column.in_(ids))))


def add_message(session: Session, message_id: int, *, on: date, reason: str) -> bool:
    """Mark a message; False where it was marked before."""
    row = {"message_id": message_id, "marked_on": on, "reason": reason}
    return bool(add_new(session, protected_message, [row]))


def messages_among(session: Session, ids: Sequence[int]) -> frozenset[int]:
    """Those of the messages that are handled apart."""
    if not ids:
        return frozenset()
    column = protected_message.c.message_id
    return frozenset(session.scalars(select(column).where(column.in_(ids))))
