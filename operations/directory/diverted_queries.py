"""Which messages lie in the portal on the directory's word, and which of their orders are invoiced already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select

from foundation.sql import Session, among
from invoicing.documents.tables import invoice
from invoicing.portal_invoicing.portal_states import PortalState
from invoicing.portal_invoicing.tables import portal_document
from peppol.exchange.tables import OutState, outbox
from peppol.identifiers import DocumentKind
from peppol.lookup.doubts import NOT_TAKEN

_PENDING = (PortalState.WAITING, PortalState.RELEASED, PortalState.READ)


@dataclass(frozen=True, slots=True)
class DivertedMessage:
    """A message in the portal since the directory said no; `is_invoiced`: the supplier has answered it there."""

    sequence: int
    kind: str
    document_id: str
    receiver: str
    recipient: str
    said: str
    issued_on: date
    is_invoiced: bool = False


def diverted(
    session: Session, *, at_most: int, numbers: Collection[int] | None = None
) -> list[DivertedMessage]:
    """The messages in the portal on the directory's word, oldest first; of `numbers` alone, where they are given."""
    question = (
        select(
            outbox.c.sequence,
            outbox.c.kind,
            outbox.c.document_id,
            outbox.c.receiver,
            outbox.c.recipient,
            outbox.c.outcome,
            outbox.c.issued_on,
        )
        .where(*_diverted())
        .order_by(outbox.c.sequence)
        .limit(at_most)
    )
    if numbers is not None:
        question = question.where(among(session, outbox.c.sequence, numbers))
    rows = session.execute(question).all()
    taken = _invoiced(session, [row.document_id for row in rows if row.kind == DocumentKind.ORDER])
    return [
        DivertedMessage(
            row.sequence,
            row.kind,
            row.document_id,
            row.receiver,
            row.recipient,
            row.outcome,
            row.issued_on,
            is_invoiced=row.kind == DocumentKind.ORDER and row.document_id in taken,
        )
        for row in rows
    ]


def count(session: Session) -> int:
    """How many messages lie in the portal on the directory's word."""
    return session.scalar(select(func.count()).select_from(outbox).where(*_diverted())) or 0


def _diverted() -> tuple[ColumnElement[bool], ...]:
    said = outbox.c.outcome.in_([each.value for each in NOT_TAKEN])
    return outbox.c.state == OutState.IN_PORTAL, outbox.c.receiver != "", said


def _invoiced(session: Session, orders: Sequence[str]) -> set[str]:
    """Which of these orders have an invoice, or one on its way from the portal."""
    if not orders:
        return set()
    sent = select(invoice.c.order_number).where(among(session, invoice.c.order_number, orders))
    made = select(portal_document.c.order_number).where(
        among(session, portal_document.c.order_number, orders), portal_document.c.state.in_(_PENDING)
    )
    return {*session.scalars(sent), *session.scalars(made)}
