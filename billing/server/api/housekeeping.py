"""What the API leaves behind and nobody needs any more: clients past their day, tokens, kept replies and exports."""

from datetime import date, datetime

from accounts.api_clients import clients, token_store
from foundation.sql import Session
from operations.idempotency import replies
from operations.supplier_exports import exporting


def end_past_clients(session: Session, today: date, now: datetime) -> str:
    """End the clients whose last day has gone by."""
    return f"{clients.end_past(session, today=today, at=now)} clients"


def sweep(session: Session, today: date, now: datetime) -> str:
    """Remove tokens and assertions that have run out, and the replies and exports that are no longer kept."""
    tokens, kept = token_store.sweep(session, now=now), replies.dispose(session, now=now)
    past, given_up = exporting.sweep(session, today=today)
    return f"{tokens} tokens, {kept} replies, {past} exports, {given_up} exports given up"
