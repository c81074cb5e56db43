"""Messages and events that need a person: what was kept aside, and what could not be applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, and_, cast, func, literal_column, select, text

from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.decisions import tables as decision_tables
from orders import tables as order_tables
from orders.events.store import EventState
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import OWED, InState

_D = decision_tables.desk_item


@dataclass(frozen=True, slots=True)
class MessageAside:
    """A message kept aside, without its bytes.

    `told` is the kind of document that its sender had for an answer, empty where none; `owed` says that there is one
    still to be given. With neither there was nobody to answer. `supplier` is whose it is, where that is known.
    """

    id: int
    received_on: date
    state: InState
    kind: str
    reason: str
    reason_text: Text
    size: int
    owner: str
    supplier: str
    error: str
    told: str
    told_on: date | None
    owed: bool


@dataclass(frozen=True, slots=True)
class UnappliedEvent:
    """An event of the decision systems that could not be applied."""

    sequence: int
    type: str
    occurred_on: date
    execution_reference: str
    state: str
    reason: Text
    owner: str


def message(session: Session, number: int) -> MessageAside | None:
    """One of them, or None where it does not lie aside."""
    return next(iter(messages(session, number=number)), None)


def messages(
    session: Session, *, limit: int = 200, offset: int = 0, number: int | None = None
) -> Sequence[MessageAside]:
    """Messages kept aside, newest first: conflicts, what could not be read, what our handling failed on."""
    inbox, outbox, owed_answer = exchange_tables.inbox, exchange_tables.outbox, exchange_tables.owed_answer
    answer = outbox.alias("answer")
    taken = and_(_D.c.kind == "LETTER_IN", _D.c.item_id == inbox.c.id)
    columns = (
        inbox.c.id,
        inbox.c.received_on,
        inbox.c.state,
        inbox.c.kind,
        inbox.c.reason,
        inbox.c.reason_sv,
        inbox.c.reason_en,
        inbox.c.size,
        inbox.c.came_from,
        inbox.c.error,
        answer.c.kind.label("told"),
        answer.c.issued_on.label("told_on"),
        owed_answer.c.id.label("owed"),
    )
    newest = (
        select(func.max(outbox.c.sequence))
        .where(outbox.c.about == "letter " + cast(inbox.c.id, String))
        .scalar_subquery()
    )
    still_owed = and_(
        owed_answer.c.about == "letter " + cast(inbox.c.id, String), text(f"owed_answer.{OWED}")
    )
    joined = inbox.outerjoin(_D, taken).outerjoin(answer, answer.c.sequence == newest)
    question = (
        select(*columns, func.coalesce(_D.c.owner, "").label("owner"))
        .select_from(joined.outerjoin(owed_answer, still_owed))
        .where(literal_column("inbox.state in ('CONFLICT', 'QUARANTINED', 'FAILED')"))
        .where(*(() if number is None else (inbox.c.id == number,)))
        .order_by(inbox.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        MessageAside(
            id=row.id,
            received_on=row.received_on,
            state=InState(row.state),
            kind=row.kind,
            reason=row.reason,
            reason_text=WrittenText(row.reason_sv, row.reason_en),
            size=row.size,
            owner=row.owner,
            supplier=row.came_from,
            error=row.error,
            told=row.told or "",
            told_on=row.told_on,
            owed=row.owed is not None,
        )
        for row in session.execute(question)
    ]


def events(session: Session, *, limit: int = 200, offset: int = 0) -> Sequence[UnappliedEvent]:
    """Events that could not be applied, newest first."""
    table = order_tables.inbound_event
    taken = and_(_D.c.kind == "EVENT", _D.c.item_id == table.c.sequence)
    question = (
        select(
            table.c.sequence,
            table.c.type,
            table.c.occurred_on,
            table.c.execution_reference,
            table.c.state,
            table.c.reason_sv,
            table.c.reason_en,
            func.coalesce(_D.c.owner, "").label("owner"),
        )
        .select_from(table.outerjoin(_D, taken))
        .where(table.c.state.in_([EventState.UNAPPLIABLE, EventState.CONFLICT]))
        .order_by(table.c.sequence.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        UnappliedEvent(
            sequence=row.sequence,
            type=row.type,
            occurred_on=row.occurred_on,
            execution_reference=row.execution_reference,
            state=row.state,
            reason=WrittenText(row.reason_sv, row.reason_en),
            owner=row.owner,
        )
        for row in session.execute(question)
    ]
