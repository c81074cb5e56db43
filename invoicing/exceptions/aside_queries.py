"""Messages and events that need a person: what was kept aside, and what could not be applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, literal_column, select

from foundation.sql import Session
from foundation.text import Text, WrittenText
from invoicing.decisions import tables as decision_tables
from orders import tables as order_tables
from orders.events.store import EventState
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState

_D = decision_tables.desk_item


@dataclass(frozen=True, slots=True)
class MessageAside:
    """A message kept aside, without its bytes."""

    id: int
    received_on: date
    state: InState
    kind: str
    reason: str
    reason_text: Text
    size: int
    owner: str


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


def messages(session: Session, *, limit: int = 200, offset: int = 0) -> Sequence[MessageAside]:
    """Messages kept aside, newest first: conflicts, what could not be read, what our handling failed on."""
    inbox = exchange_tables.inbox
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
    )
    question = (
        select(*columns, func.coalesce(_D.c.owner, "").label("owner"))
        .select_from(inbox.outerjoin(_D, taken))
        .where(literal_column("inbox.state in ('CONFLICT', 'QUARANTINED', 'FAILED')"))
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
