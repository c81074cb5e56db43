"""The interruptions that came too late and wait for a person, as the database holds them."""

from sqlalchemy import func, select

from foundation.sql import Session
from orders import tables as order_tables
from orders.events import store as event_store
from orders.events.store import EventState, StoredEvent

_EVENT = order_tables.inbound_event
_INTERRUPTIONS = ("interruption.registered", "interruption.moved", "interruption.withdrawn")
_WAITS = (_EVENT.c.state == EventState.UNAPPLIABLE, _EVENT.c.type.in_(_INTERRUPTIONS))


def count_interruptions(session: Session) -> int:
    """How many wait."""
    return session.execute(select(func.count()).select_from(_EVENT).where(*_WAITS)).scalar_one()


def interruptions(session: Session, *, limit: int = 100, offset: int = 0) -> list[StoredEvent]:
    """Those that wait, the oldest first."""
    return event_store.among(session, *_WAITS, limit=limit, offset=offset)
