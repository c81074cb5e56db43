"""Sending again what has come to its end at an endpoint: one message, or those of a period."""

from datetime import datetime

from foundation import journal
from foundation.errors import NotThere
from foundation.sql import Session
from foundation.text import Text
from operations.journal_actions import OperationsSubject, WebhookAction
from operations.webhooks import message_store
from operations.webhooks.endpoints import WebhookRefused
from operations.webhooks.model import Endpoint, MessageState


def redeliver_one(session: Session, endpoint: Endpoint, number: int, *, by: str) -> None:
    """Let one message be sent again, before later ones of its case. Raises NotThere, WebhookRefused."""
    message = message_store.by_id(session, endpoint.id, number)
    if message is None:
        raise NotThere
    if message.is_test:
        raise WebhookRefused(Text("Ett test skickas inte om. Skicka ett nytt."))
    if message.state is MessageState.WAITING:
        raise WebhookRefused(Text("Meddelandet väntar redan på att skickas. Du behöver inte göra något."))
    message_store.redeliver(session, endpoint.id, only=number)
    _record(session, by, endpoint, 1)


def redeliver_period(
    session: Session, endpoint: Endpoint, *, since: datetime, until: datetime, by: str
) -> int:
    """Let the messages of events from `since` to before `until` be sent again, in their order; how many.

    Those that wait already are sent anyway. Raises WebhookRefused for a period that ends before it begins.
    """
    if until <= since:
        raise WebhookRefused(Text("Perioden slutar innan den börjar. Byt plats på tiderna."))
    count = message_store.redeliver(session, endpoint.id, since=since, until=until)
    _record(session, by, endpoint, count)
    return count


def _record(session: Session, by: str, endpoint: Endpoint, count: int) -> None:
    subject = OperationsSubject.WEBHOOK.of(endpoint.id)
    journal.record(session, by, WebhookAction.REDELIVERED, subject, count=str(count))
