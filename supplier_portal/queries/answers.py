"""The buyer's answers that a supplier may see: to its documents in the books, and to what came into no book.

Convention: an answer to a document is seen by whoever sees the document; one to a message that came into no book, which
names no unit, by those who see the whole organisation (`refused_message_queries`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, String, and_, cast, literal, or_, select

from foundation.sql import Session
from invoicing.documents.tables import invoice
from invoicing.portal_invoicing.scope import Scope
from peppol.exchange.bodies import body_store
from peppol.exchange.bodies.body_store import OUT
from peppol.exchange.tables import OutState, outbox
from peppol.identifiers import DocumentKind

_KINDS: Final = (DocumentKind.INVOICE_RESPONSE, DocumentKind.MLR, DocumentKind.MLS)
_DOCUMENT, _LETTER = "invoice ", "letter "


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """An answer as it lies in the outbox: to which document of the books, or to which message that is in none."""

    sequence: int
    kind: DocumentKind
    number: str
    document: int | None
    message: int | None
    issued_on: date
    sha256: str
    state: OutState

    @property
    def code(self) -> str:
        """What an Invoice Response answers (UNCL4343), which its number ends in; nothing of other answers."""
        return self.number.rpartition("-")[2] if self.kind is DocumentKind.INVOICE_RESPONSE else ""


def listed(
    session: Session,
    scope: Scope,
    *,
    after: int = 0,
    document: int | None = None,
    first: date | None = None,
    last: date | None = None,
    limit: int,
) -> Sequence[SentAnswer]:
    """The first answers after one, oldest first; of one document, and of these days, where they are named."""
    question = select(outbox).where(_seen(scope), outbox.c.sequence > after)
    if document is not None:
        question = question.where(outbox.c.about == f"{_DOCUMENT}{document}")
    if first is not None:
        question = question.where(outbox.c.issued_on >= first)
    if last is not None:
        question = question.where(outbox.c.issued_on <= last)
    return [_answer(row) for row in session.execute(question.order_by(outbox.c.sequence).limit(limit))]


def find(session: Session, scope: Scope, sequence: int) -> tuple[SentAnswer, bytes] | None:
    """One answer with its bytes, or None where there is none to be seen."""
    row = session.execute(select(outbox).where(_seen(scope), outbox.c.sequence == sequence)).one_or_none()
    if row is None:
        return None
    return _answer(row), body_store.of_message(session, OUT, row.sequence) or b""


def _seen(scope: Scope) -> ColumnElement[bool]:
    of_documents = select(literal(_DOCUMENT) + cast(invoice.c.id, String)).where(scope.of_invoices())
    seen: ColumnElement[bool] = outbox.c.about.in_(of_documents)
    if scope.within is None:
        of_messages = and_(
            outbox.c.recipient == scope.supplier, outbox.c.about.startswith(_LETTER, autoescape=True)
        )
        seen = or_(seen, of_messages)
    return and_(outbox.c.kind.in_(_KINDS), seen)


def _answer(row: Row[Any]) -> SentAnswer:
    about, _, number = row.about.partition(" ")
    is_document = f"{about} " == _DOCUMENT
    return SentAnswer(
        sequence=row.sequence,
        kind=DocumentKind(row.kind),
        number=row.document_id,
        document=int(number) if is_document else None,
        message=None if is_document else int(number),
        issued_on=row.issued_on,
        sha256=row.sha256,
        state=OutState(row.state),
    )
