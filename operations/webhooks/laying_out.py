"""Laying out messages: what the feed has told since is put, for each endpoint that may hear it, where it waits.

Convention: an endpoint is a cursor over the feed. Messages and cursor are written in one transaction, so an event is
laid out once, and none is passed. What was told while an endpoint was disabled is laid out when it is enabled.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from foundation import journal
from foundation.database import Database
from foundation.periods import stockholm_date
from foundation.sql import Session, try_turn
from operations.event_feed import numbering
from operations.event_feed import store as feed_store
from operations.event_feed.contract import OutboundEvent
from operations.journal_actions import OperationsSubject, WebhookAction
from operations.webhooks import audience_queries, endpoint_store, message_store
from operations.webhooks.model import Endpoint
from operations.webhooks.payloads import payload_of

AT_ONCE: Final = 500
"""So many events are looked at for each endpoint in one transaction."""


def lay_out(database: Database) -> bool:
    """Lay out what is to be told, for all endpoints; whether there may be more. Raises Refused for books held."""
    numbering.number_committed(database)
    with database.reading() as session:
        if not endpoint_store.behind(session):
            return False
    with database.writing() as session:
        # Nobody waits for a worker that is at it.
        if not try_turn(session, "webhooks laid out"):
            return False
        pages: dict[int, Sequence[OutboundEvent]] = {}
        behind = endpoint_store.behind(session)
        today = stockholm_date(database.clock())
        return any([_lay_out(session, each, pages, today=today) for each in behind])


def _lay_out(
    session: Session, endpoint: Endpoint, pages: dict[int, Sequence[OutboundEvent]], *, today: date
) -> bool:
    """Lay out one page of the feed for an endpoint; whether there may be more. Most read the same page."""
    kept_after = feed_store.ends(session).kept_after
    if endpoint.cursor < kept_after:
        _miss(session, endpoint, kept_after)
        return True
    if endpoint.cursor not in pages:
        pages[endpoint.cursor] = feed_store.after(session, endpoint.cursor, limit=AT_ONCE)
    events = pages[endpoint.cursor]
    if not events or not endpoint_store.move_cursor(session, endpoint, events[-1].sequence):
        return False
    told = audience_queries.told_to(session, endpoint, events, today=today)
    message_store.add_all(
        session,
        [
            {
                "endpoint_id": endpoint.id,
                "sequence": each.sequence,
                "event_id": each.event_id,
                "type": each.type,
                "execution_reference": each.execution_reference,
                "at": each.at,
                "body": payload_of(each, to_buyer=endpoint.is_buyers),
            }
            for each in told
        ],
    )
    return len(events) == AT_ONCE


def _miss(session: Session, endpoint: Endpoint, kept_after: int) -> None:
    """Go on after what is no longer kept, and say so on its page and in the journal."""
    endpoint_store.note_missed(session, endpoint, upto=kept_after)
    journal.record(
        session,
        journal.SYSTEM,
        WebhookAction.MISSED,
        OperationsSubject.WEBHOOK.of(endpoint.id),
        after=str(endpoint.cursor),
        upto=str(kept_after),
    )
