"""What a supplier sent that was technically refused, and the files it took in and never sent.

A refused document is in no book: it lies in quarantine with its reason, or beside the first document of its number,
and its sender was told (`refusing`). Here its sender finds it again. It names no unit, so it is seen by those who see
the whole organisation; a file taken in is seen by them and by whoever took it in, as `uploads` has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select, text

from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing.scope import Scope, SupplierActor
from invoicing.portal_invoicing.tables import portal_document, portal_upload
from peppol.exchange.identify import Identified, identify
from peppol.exchange.tables import InState, inbox, outbox
from peppol.identifiers import DocumentKind

PAGE = 25
FILES = 10
"""Files taken in are read again for the list: no more than can be read at once."""

_ANSWERS = (DocumentKind.MLR.value, DocumentKind.MLS.value)


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message of the supplier's that did not come into the books, and why.

    `came_again` is the row id of the document with the same number that did, where one has.
    """

    id: int
    state: InState
    received_on: date
    received_at: datetime
    seen: Identified
    reason: str
    reason_text: Text
    came_again: int | None


@dataclass(frozen=True, slots=True)
class RefusedView:
    """How the sender was told: the answer's row, its kind, and the address it went to; empty: the portal."""

    sequence: int
    kind: DocumentKind
    address: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class UnsentFile:
    """A file that was taken in to be looked at and never sent."""

    id: int
    made_at: datetime
    body: bytes

    @property
    def seen(self) -> Identified:
        """What it calls itself."""
        return identify(self.body)


def count(session: Session, actor: SupplierActor) -> int:
    """How many messages of the supplier's are refused."""
    if actor.within is not None:
        return 0
    found: int = session.execute(select(func.count()).select_from(inbox).where(_of(actor))).scalar_one()
    return found


def fresh(session: Session, scope: Scope, *, since: date) -> int:
    """How many that came on the day `since` or later were refused and have not come again under their number."""
    if scope.within is not None:
        return 0
    question = select(inbox).where(_of(scope), inbox.c.received_on >= since).order_by(inbox.c.id.desc())
    return sum(each.came_again is None for each in _messages(session, scope, question.limit(PAGE)))


def listed(session: Session, actor: SupplierActor, *, offset: int = 0) -> Sequence[RefusedMessage]:
    """One page of them, the newest first."""
    if actor.within is not None:
        return ()
    question = select(inbox).where(_of(actor)).order_by(inbox.c.id.desc()).limit(PAGE).offset(offset)
    return _messages(session, actor, question)


def find(session: Session, actor: SupplierActor, letter_id: int) -> RefusedMessage | None:
    """One of them, or None where there is none of the supplier's."""
    if actor.within is not None:
        return None
    found = _messages(session, actor, select(inbox).where(_of(actor), inbox.c.id == letter_id))
    return found[0] if found else None


def told(session: Session, actor: SupplierActor, letter_id: int) -> RefusedView | None:
    """The answer its sender had, if one could be written."""
    question = select(outbox).where(*_answers(actor), outbox.c.about == f"letter {letter_id}")
    row = session.execute(question.order_by(outbox.c.sequence).limit(1)).one_or_none()
    if row is None:
        return None
    return RefusedView(
        sequence=row.sequence, kind=DocumentKind(row.kind), address=row.receiver, issued_on=row.issued_on
    )


def answer_body(session: Session, actor: SupplierActor, letter_id: int) -> bytes | None:
    """The bytes of that answer."""
    answer = told(session, actor, letter_id)
    if answer is None:
        return None
    body: bytes | None = session.scalar(select(outbox.c.body).where(outbox.c.sequence == answer.sequence))
    return body


def unsent_files(
    session: Session, actor: SupplierActor, *, limit: int = FILES
) -> tuple[int, Sequence[UnsentFile]]:
    """How many files were taken in and never sent, and the newest of them."""
    upload, made = portal_upload, portal_document
    sent = select(made.c.id).where(made.c.supplier == upload.c.supplier, made.c.sha256 == upload.c.sha256)
    where = [upload.c.supplier == actor.supplier, upload.c.body != b"", ~sent.exists()]
    if actor.within is not None:
        where.append(upload.c.made_by == actor.by)
    # The same file taken in twice is one file.
    newest = select(func.max(upload.c.id)).where(*where).group_by(upload.c.sha256)
    total: int = session.execute(select(func.count()).select_from(newest.subquery())).scalar_one()
    question = select(upload).where(upload.c.id.in_(newest))
    rows = session.execute(question.order_by(upload.c.id.desc()).limit(limit))
    return total, [UnsentFile(row.id, row.made_at, row.body) for row in rows]


def _answers(actor: Scope) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.kind.in_(_ANSWERS), outbox.c.recipient == actor.supplier


def _of(actor: Scope) -> ColumnElement[bool]:
    """The messages that came from the supplier and are in no book."""
    answered = select(outbox.c.about).where(*_answers(actor))
    refused = and_(inbox.c.state == InState.QUARANTINED, ("letter " + cast(inbox.c.id, String)).in_(answered))
    twice = and_(
        inbox.c.state == InState.CONFLICT,
        inbox.c.business_key.startswith(f"{actor.supplier} ", autoescape=True),
    )
    # In the very words of the index that holds the messages aside.
    aside = text("inbox.state in ('CONFLICT', 'QUARANTINED', 'FAILED')")
    return and_(aside, inbox.c.body != b"", or_(refused, twice))


def _messages(session: Session, actor: Scope, question: Select[tuple[object, ...]]) -> list[RefusedMessage]:
    rows = session.execute(question).all()
    identified = {row.id: identify(row.body) for row in rows}
    numbers = _in_books(session, actor, [each.number for each in identified.values() if each.number])
    return [
        RefusedMessage(
            id=row.id,
            state=InState(row.state),
            received_on=row.received_on,
            received_at=row.received_at,
            seen=identified[row.id],
            reason=row.reason,
            reason_text=WrittenText(row.reason_sv, row.reason_en),
            came_again=numbers.get(identified[row.id].number),
        )
        for row in rows
    ]


def _in_books(session: Session, actor: Scope, numbers: Sequence[str]) -> Mapping[str, int]:
    if not numbers:
        return {}
    invoice = document_tables.invoice
    mine = (invoice.c.supplier == actor.supplier) & invoice.c.number.in_(numbers)
    return {row.number: row.id for row in session.execute(select(invoice.c.number, invoice.c.id).where(mine))}
