"""What suppliers made in the portal, as the database holds it: named questions and single steps.

A document waits (WAITING), leaves (RELEASED), and is ours once its message is read (READ); before it
leaves it may be undone (UNDONE), or stopped before it left because it would not match any more (STOPPED).
Its bytes never change. A step is an UPDATE with a condition whose row count is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Row, Select, bindparam, exists, func, insert, select, update

from foundation import journal, leases, transitions
from foundation.money import Money
from foundation.sql import Session, add_new, rows_changed
from foundation.text import NO_TEXT, Text, WrittenText
from invoicing.journal_actions import InvoicingSubject, SupplierAction
from invoicing.model import DocumentType
from invoicing.portal_invoicing.numbering import OwnNumber
from invoicing.portal_invoicing.portal_states import PORTAL_FOLLOWS, PortalState
from invoicing.portal_invoicing.scope import Scope, SupplierActor
from invoicing.portal_invoicing.tables import (
    portal_document,
    portal_document_order,
    portal_press,
    portal_press_row,
)
from peppol.exchange.tables import InState, inbox


class DocumentOrigin(StrEnum):
    """How a document was made."""

    FLIP = "FLIP"
    CREDIT = "CREDIT"
    CORRECTION = "CORRECTION"
    UPLOAD = "UPLOAD"


@dataclass(frozen=True, slots=True)
class Made:
    """A document a supplier made here."""

    id: int
    supplier: str
    kind: DocumentOrigin
    press_key: str
    bundle: int
    document_type: DocumentType
    number: str
    own: OwnNumber | None
    order_number: str
    line_id: str
    credits: str
    issued_on: date
    amount_net: Money
    amount_payable: Money
    state: PortalState
    release_at: datetime
    letter_id: int | None
    reason: Text

    @property
    def amount_signed(self) -> Money:
        """What it makes the supplier be paid: a credit note is taken off."""
        return -self.amount_payable if self.document_type is DocumentType.CREDIT_NOTE else self.amount_payable


@dataclass(frozen=True, slots=True)
class NewMade:
    """A document to be kept until it leaves. `bundle` is the first document of the same decision, if any."""

    supplier: str
    kind: DocumentOrigin
    press_key: str
    document_type: DocumentType
    number: str
    own: OwnNumber | None
    issued_on: date
    amount_net: Money
    amount_payable: Money
    body: bytes
    sha256: str
    release_at: datetime
    order_number: str = ""
    line_id: str = ""
    credits: str = ""
    bundle: int | None = None
    other_orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PressRow:
    """What one row of a pressed form came to: the documents of a bundle, or why there are none."""

    order_number: str
    line_id: str
    made: tuple[Made, ...]
    reason: Text


def begin_press(session: Session, key: str, *, supplier: str, kind: str, by: str, now: datetime) -> bool:
    """Take the key of a rendered form; False where that form was sent before."""
    row = {"key": key, "supplier": supplier, "kind": kind, "made_by": by, "made_at": now}
    return add_new(session, portal_press, [row]) == 1


def press_is_of(session: Session, key: str, supplier: str) -> bool:
    """Whether the form was sent by this supplier."""
    mine = (portal_press.c.key == key) & (portal_press.c.supplier == supplier)
    return session.execute(select(portal_press.c.key).where(mine)).first() is not None


def add_row(
    session: Session,
    key: str,
    place: int,
    *,
    order_number: str = "",
    line_id: str = "",
    bundle: int | None = None,
    reason: Text = NO_TEXT,
) -> None:
    """Note what one row of the form came to."""
    session.execute(
        insert(portal_press_row),
        {
            "press_key": key,
            "place": place,
            "order_number": order_number,
            "line_id": line_id,
            "bundle": bundle,
            "reason_sv": reason.sv,
            "reason_en": reason.en,
        },
    )


def press_rows(session: Session, actor: SupplierActor, key: str) -> list[PressRow]:
    """What a press of the supplier's came to, in the form's order; nothing for a foreign key."""
    if not press_is_of(session, key, actor.supplier):
        return []
    made: dict[int, list[Made]] = {}
    for each in _listed(session, _COLUMNS.where(portal_document.c.press_key == key, actor.of_made())):
        made.setdefault(each.bundle, []).append(each)
    question = (
        select(portal_press_row).where(portal_press_row.c.press_key == key).order_by(portal_press_row.c.place)
    )
    return [
        PressRow(
            order_number=row.order_number,
            line_id=row.line_id,
            made=tuple(made.get(row.bundle, ())),
            reason=WrittenText(row.reason_sv, row.reason_en),
        )
        for row in session.execute(question)
    ]


def add(session: Session, new: NewMade) -> Made:
    """Keep a document; its line, what it credits and its number may each be pending once."""
    row: dict[str, object] = {
        "supplier": new.supplier,
        "kind": new.kind,
        "press_key": new.press_key,
        "bundle": new.bundle or 0,
        "document_type": new.document_type,
        "number": new.number,
        "series": new.own.series if new.own else "",
        "position": new.own.position if new.own else None,
        "order_number": new.order_number,
        "line_id": new.line_id,
        "credits": new.credits,
        "issued_on": new.issued_on,
        "currency": new.amount_payable.currency,
        "amount_net": new.amount_net.amount,
        "amount_payable": new.amount_payable.amount,
        "sha256": new.sha256,
        "body": new.body,
        "state": PortalState.WAITING,
        "release_at": new.release_at,
    }
    made = _made(session.execute(_ADD, row).one())
    if new.other_orders:
        others = [{"document_id": made.id, "order_number": each} for each in new.other_orders]
        session.execute(insert(portal_document_order), others)
    if new.bundle is None:
        session.execute(update(portal_document).where(portal_document.c.id == made.id).values(bundle=made.id))
        made = replace(made, bundle=made.id)
    return made


def by_id(session: Session, actor: SupplierActor, document_id: int) -> Made | None:
    """One document the person may see."""
    mine = (portal_document.c.id == document_id) & actor.of_made()
    return next(iter(_listed(session, _COLUMNS.where(mine))), None)


def of_message(session: Session, actor: SupplierActor, letter_id: int) -> Made | None:
    """The document that became this message, if it was made here."""
    mine = (portal_document.c.letter_id == letter_id) & actor.of_made()
    return next(iter(_listed(session, _COLUMNS.where(mine))), None)


def body_of(session: Session, document_id: int) -> bytes:
    """The bytes of a document, as they will leave or have left."""
    question = select(portal_document.c.body).where(portal_document.c.id == document_id)
    body: bytes = session.execute(question).scalar_one()
    return body


def in_state(session: Session, actor: SupplierActor, *states: PortalState, limit: int = 500) -> list[Made]:
    """The documents in these states that the person may see, newest first."""
    question = _COLUMNS.where(actor.of_made(), portal_document.c.state.in_(states)).order_by(None)
    return _listed(session, question.order_by(portal_document.c.id.desc()).limit(limit))


def following(
    session: Session, actor: Scope, *, after: int, state: PortalState | None, number: str, limit: int
) -> list[Made]:
    """The first documents after one that the person may see, oldest first: of one state or number where it is named."""
    question = _COLUMNS.where(actor.of_made(), portal_document.c.id > after)
    if state is not None:
        question = question.where(portal_document.c.state == state)
    if number:
        question = question.where(portal_document.c.number == number)
    return _listed(session, question.limit(limit))


def of_bundle(session: Session, actor: Scope, bundle: int) -> list[Made]:
    """What was made together and the person may see, in its order."""
    return _listed(session, _COLUMNS.where(actor.of_made(), portal_document.c.bundle == bundle))


def count_in_state(session: Session, actor: Scope, state: PortalState) -> int:
    """How many documents in the state the person may see."""
    question = select(func.count()).where(actor.of_made(), portal_document.c.state == state)
    return session.execute(question).scalar_one()


def bundles_in_state(session: Session, actor: Scope, state: PortalState) -> Sequence[int]:
    """The bundles of all of them, the oldest first."""
    mine = actor.of_made() & (portal_document.c.state == state)
    question = select(portal_document.c.bundle).where(mine).distinct().order_by(portal_document.c.bundle)
    return session.scalars(question).all()


def under_way(session: Session, actor: SupplierActor) -> list[Made]:
    """The documents that have left and whose messages nobody has read yet."""
    unread = select(inbox.c.id).where(inbox.c.state == InState.ARRIVED)
    return _listed(
        session,
        _COLUMNS.where(
            actor.of_made(),
            portal_document.c.state == PortalState.RELEASED,
            portal_document.c.letter_id.in_(unread),
        ),
    )


def pending_on(session: Session, order_number: str, line_id: str) -> Made | None:
    """The invoice of a line that has not been read yet, if there is one."""
    return next(iter(_listed(session, _PENDING_ON, {"of_order": order_number, "of_line": line_id})), None)


def pending_credit(session: Session, supplier: str, number: str) -> Made | None:
    """The credit note of an invoice that has not been read yet, if there is one."""
    question = _COLUMNS.where(
        portal_document.c.supplier == supplier,
        portal_document.c.credits == number,
        portal_document.c.state.in_((PortalState.WAITING, PortalState.RELEASED)),
    )
    return next(iter(_listed(session, question)), None)


def pending_number(session: Session, supplier: str, document_type: DocumentType, number: str) -> Made | None:
    """The document of this number that has not been read yet, if there is one."""
    question = _COLUMNS.where(
        portal_document.c.supplier == supplier,
        portal_document.c.document_type == document_type,
        portal_document.c.number == number,
        portal_document.c.state.in_((PortalState.WAITING, PortalState.RELEASED)),
    )
    return next(iter(_listed(session, question)), None)


def begin_holds_anew(session: Session, *, now: datetime, hold: timedelta) -> int:
    """Let the time for second thoughts begin now for documents sent by a clock that was ahead; how many there were."""
    ahead = portal_document.c.release_at > now + hold + leases.SLACK
    waits = update(portal_document).where(portal_document.c.state == PortalState.WAITING, ahead)
    return rows_changed(session, waits.values(release_at=now + hold))


def due_bundles(session: Session, *, now: datetime, limit: int) -> Sequence[tuple[int, str]]:
    """What is to leave now: each bundle and its supplier, the oldest first."""
    question = (
        select(portal_document.c.bundle, portal_document.c.supplier)
        .where(portal_document.c.state == PortalState.WAITING, portal_document.c.release_at <= now)
        .distinct()
        .order_by(portal_document.c.bundle)
        .limit(limit)
    )
    return [(row.bundle, row.supplier) for row in session.execute(question)]


def waiting(session: Session, supplier: str, bundle: int) -> list[Made]:
    """The documents of a bundle that have not left, in their order; held until the transaction ends."""
    question = _COLUMNS.where(
        portal_document.c.supplier == supplier,
        portal_document.c.bundle == bundle,
        portal_document.c.state == PortalState.WAITING,
    )
    return _listed(session, question.with_for_update())


def move(session: Session, made: Made, to: PortalState, **values: object) -> bool:
    """Let a waiting document become something else; False where it waits no longer."""
    return transitions.moved_first(
        session,
        portal_document.c.state,
        portal_document.c.id == made.id,
        PORTAL_FOLLOWS,
        name=Text("Faktura %(number)s", number=made.number),
        was=PortalState.WAITING,
        to=to,
        values=values,
    )


def settle_read(session: Session) -> None:
    """Note which messages have been read: from then on our books know what lies on the line."""
    # Of each document its own message: all messages that were ever read are no list to look through.
    its_message = inbox.c.id == portal_document.c.letter_id
    read = exists().where(its_message, inbox.c.state != InState.ARRIVED)
    transitions.move_all(session, portal_document.c.state, read, PORTAL_FOLLOWS, to=PortalState.READ)


def record(
    session: Session, made: Made, action: SupplierAction, *, by: str = journal.SYSTEM, **detail: str
) -> None:
    """One journal row about a document made here."""
    given = {"number": made.number, "order": made.order_number, **detail}
    journal.record(session, by, action, InvoicingSubject.PORTAL_DOCUMENT.of(made.id), **given)


_OF_MADE = tuple(column for column in portal_document.c if column.name not in ("body", "sha256"))
_COLUMNS = select(*_OF_MADE).order_by(portal_document.c.id)
# Prepared once: building a statement costs more than running it.
_ADD = insert(portal_document).returning(*_OF_MADE)
_PENDING_ON = _COLUMNS.where(
    portal_document.c.order_number == bindparam("of_order"),
    portal_document.c.line_id == bindparam("of_line"),
    portal_document.c.state.in_((PortalState.WAITING, PortalState.RELEASED)),
)


def _listed(
    session: Session, question: Select[tuple[object, ...]], given: Mapping[str, object] | None = None
) -> list[Made]:
    return [_made(row) for row in session.execute(question, given)]


def _made(row: Row[tuple[object, ...]]) -> Made:
    own = OwnNumber(row.series, row.position) if row.position is not None else None
    return Made(
        id=row.id,
        supplier=row.supplier,
        kind=DocumentOrigin(row.kind),
        press_key=row.press_key,
        bundle=row.bundle,
        document_type=DocumentType(row.document_type),
        number=row.number,
        own=own,
        order_number=row.order_number,
        line_id=row.line_id,
        credits=row.credits,
        issued_on=row.issued_on,
        amount_net=Money(row.amount_net, row.currency),
        amount_payable=Money(row.amount_payable, row.currency),
        state=PortalState(row.state),
        release_at=row.release_at,
        letter_id=row.letter_id,
        reason=WrittenText(row.reason_sv, row.reason_en),
    )
