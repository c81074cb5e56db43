"""What a supplier sent that stands in no book, and the files it took in and never sent.

A document stands in no book where it breaks a rule, where its number is taken, or where our own handling failed on it:
then it is here, and the fault is ours. Its sender was told (`technical_refusals`, `message_answers`), and finds it
again here. It names no unit, so it is seen by those who see
the whole organisation; a file taken in is seen by them and by whoever took it in, as `uploads` has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text

from foundation.sql import Session
from foundation.text import NO_TEXT, Text, WrittenText
from invoicing.documents import tables as document_tables
from invoicing.portal_invoicing.scope import Scope, SupplierActor
from invoicing.portal_invoicing.tables import portal_document, portal_upload
from peppol.exchange import inbox_store
from peppol.exchange.bodies import body_store
from peppol.exchange.bodies.body_store import IN, OUT
from peppol.exchange.identify import Identified, identify
from peppol.exchange.laid_aside import LAID_ASIDE_NOTE
from peppol.exchange.tables import InState, inbox, outbox
from peppol.identifiers import DocumentKind

PAGE = 25
FILES = 10
"""Files taken in are read again for the list: no more than can be read at once."""

_ANSWERS = (DocumentKind.MLR.value, DocumentKind.MLS.value, DocumentKind.INVOICE_RESPONSE.value)


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message of the supplier's that did not come into the books, and why.

    `came_again` is the row id of the document with the same number that did, where one has; beside a taken number it
    is the first. `done` says what the buyer did about a message that it has laid aside.
    """

    id: int
    state: InState
    received_on: date
    received_at: datetime
    seen: Identified
    reason: str
    reason_text: Text
    came_again: int | None
    done: Text = NO_TEXT

    @property
    def is_ours(self) -> bool:
        """Whether it is here and our own handling failed on it: nothing is asked of its sender."""
        return self.state in (InState.ARRIVED, InState.FAILED)


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
    """How many messages of the supplier's stand in no book."""
    if actor.within is not None:
        return 0
    found: int = session.execute(select(func.count()).select_from(inbox).where(_of(actor))).scalar_one()
    return found


def fresh(session: Session, scope: Scope, *, since: date) -> int:
    """How many that came on the day `since` or later were refused and have not come again under their number.

    One whose number was taken comes again under another, which nobody can tell; it counts until the buyer has laid
    it aside.
    """
    if scope.within is not None:
        return 0
    refused = inbox.c.state.in_((InState.QUARANTINED, InState.CONFLICT))
    question = select(inbox).where(_of(scope), refused, inbox.c.received_on >= since)
    found = _messages(session, scope, question.order_by(inbox.c.id.desc()).limit(PAGE))
    return sum(each.came_again is None or each.state is InState.CONFLICT for each in found)


def being_mended(session: Session, scope: Scope) -> int:
    """How many are here that our own handling failed on; nothing is asked of their sender."""
    if scope.within is not None:
        return 0
    ours = inbox.c.state.in_((InState.ARRIVED, InState.FAILED))
    return session.execute(select(func.count()).select_from(inbox).where(_of(scope), ours)).scalar_one()


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
    """The answer its sender had last, if one could be written."""
    question = select(outbox).where(*_answers(actor), outbox.c.about == f"letter {letter_id}")
    row = session.execute(question.order_by(outbox.c.sequence.desc()).limit(1)).one_or_none()
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
    return body_store.of_message(session, OUT, answer.sequence)


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
    return outbox.c.recipient == actor.supplier, outbox.c.kind.in_(_ANSWERS)


def _of(actor: Scope) -> ColumnElement[bool]:
    """The messages that came from the supplier and are in no book: what arrived only where its handling failed."""
    aside = (InState.CONFLICT, InState.QUARANTINED, InState.FAILED, InState.LAID_ASIDE)
    failed = and_(inbox.c.state == InState.ARRIVED, inbox.c.failures > 0)
    return and_(
        # In the very words of the index that holds these messages alone.
        text("inbox.came_from <> ''"),
        inbox.c.came_from == actor.supplier,
        IN.is_there(),
        or_(inbox.c.state.in_(aside), failed),
    )


def _messages(session: Session, actor: Scope, question: Select[tuple[object, ...]]) -> list[RefusedMessage]:
    rows = session.execute(question).all()
    bodies = body_store.of_messages(session, IN, {row.id: row.received_on for row in rows})
    identified = {row.id: identify(bodies.get(row.id, b"")) for row in rows}
    numbers = _in_books(session, actor, [each.number for each in identified.values() if each.number])
    aside = [row.id for row in rows if row.state == InState.LAID_ASIDE]
    done = inbox_store.sentences_of(session, aside, LAID_ASIDE_NOTE)
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
            done=done.get(row.id, NO_TEXT),
        )
        for row in rows
    ]


def _in_books(session: Session, actor: Scope, numbers: Sequence[str]) -> Mapping[str, int]:
    if not numbers:
        return {}
    invoice = document_tables.invoice
    mine = (invoice.c.supplier == actor.supplier) & invoice.c.number.in_(numbers)
    return {row.number: row.id for row in session.execute(select(invoice.c.number, invoice.c.id).where(mine))}
