"""The tables of webhooks: endpoints, the secrets that sign, the messages to each endpoint, and every attempt.

Convention: a message is kept from when its event is numbered until it is disposed of, and its body never changes. What
a receiver answered is kept in its first bytes alone.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from foundation.sql import UtcDateTime
from foundation.tables import metadata

webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # The supplier's organisation number; empty for a system of the buyer's.
    Column("organisation", String(20), nullable=False, server_default=""),
    Column("name", String(60), nullable=False),
    Column("url", String(500), nullable=False),
    # All units of the organisation, or those whose ids stand in the next two, one a line.
    Column("all_units", Boolean, nullable=False, server_default=text("true")),
    Column("units", Text, nullable=False, server_default=""),
    Column("addresses", Text, nullable=False, server_default=""),
    # Types of events with a space between; empty for all.
    Column("types", Text, nullable=False, server_default=""),
    # The client of the API that made it, and with which it ends; none, and a person made it.
    Column("client_id", ForeignKey("api_client.id"), nullable=True),
    Column("state", String(10), nullable=False),
    # The last event of the feed that was looked at for it.
    Column("cursor", Integer, nullable=False),
    # Counts changes, so that nobody changes what somebody else has just changed.
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", String(80), nullable=False),
    # Failures in a row, since when, and until when the whole of it rests.
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("failing_since", UtcDateTime(), nullable=True),
    Column("rests_until", UtcDateTime(), nullable=True),
    Column("delivered_at", UtcDateTime(), nullable=True),
    # Whose turn it is: one worker sends to it at a time, those served longest ago first.
    Column("served_at", UtcDateTime(), nullable=True),
    Column("claimed_until", UtcDateTime(), nullable=True),
    Column("token", String(36), nullable=False, server_default=""),
    Column("disabled_at", UtcDateTime(), nullable=True),
    Column("disabled_for", String(10), nullable=False, server_default=""),
    Column("ended_at", UtcDateTime(), nullable=True),
    Column("ended_by", String(80), nullable=False, server_default=""),
    # Events that were no longer kept when it was enabled again.
    Column("missed_from", Integer, nullable=True),
    Column("missed_to", Integer, nullable=True),
    CheckConstraint("state in ('ACTIVE','DISABLED','ENDED')", name="state"),
    CheckConstraint("(state = 'ENDED') = (ended_at is not null)", name="ended"),
    CheckConstraint("state <> 'DISABLED' or disabled_for <> ''", name="disabled"),
    CheckConstraint("(failures = 0) = (failing_since is null)", name="failing"),
    CheckConstraint("(missed_from is null) = (missed_to is null)", name="missed"),
    Index("ix_webhook_endpoint_organisation", "organisation"),
)

# A secret that signs, sealed as those of second steps are; emptied when it ends.
webhook_secret = Table(
    "webhook_secret",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("endpoint_id", ForeignKey("webhook_endpoint.id"), nullable=False),
    # Two hold at once, so that one is exchanged for another without a stop.
    Column("place", Integer, nullable=False),
    Column("secret", Text, nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("ended_at", UtcDateTime(), nullable=True),
    Column("ended_by", String(80), nullable=False, server_default=""),
    CheckConstraint("place in (1, 2)", name="place"),
    CheckConstraint("(ended_at is null) = (ended_by = '')", name="ended"),
    CheckConstraint("ended_at is null or secret = ''", name="emptied"),
)
Index(
    "uq_webhook_secret_held",
    webhook_secret.c.endpoint_id,
    webhook_secret.c.place,
    unique=True,
    sqlite_where=text("ended_at is null"),
    postgresql_where=text("ended_at is null"),
)

webhook_message = Table(
    "webhook_message",
    metadata,
    # In the order of the feed, at each endpoint.
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("endpoint_id", ForeignKey("webhook_endpoint.id"), nullable=False),
    # The event's place in the feed; none for a test.
    Column("sequence", Integer, nullable=True),
    Column("event_id", String(60), nullable=False),
    Column("type", String(60), nullable=False),
    Column("execution_reference", String(60), nullable=False, server_default=""),
    # When it happened.
    Column("at", UtcDateTime(), nullable=False),
    # The payload as it is signed and sent.
    Column("body", Text, nullable=False),
    Column("state", String(10), nullable=False),
    # Since it was last laid out: a redelivery begins anew.
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("first_tried_at", UtcDateTime(), nullable=True),
    Column("due_at", UtcDateTime(), nullable=True),
    Column("closed_at", UtcDateTime(), nullable=True),
    CheckConstraint("state in ('WAITING','DELIVERED','FAILED')", name="state"),
    CheckConstraint("(state = 'WAITING') = (closed_at is null)", name="closed"),
    # An event is sent to an endpoint as one message, however often it is tried.
    Index("uq_webhook_message_event", "endpoint_id", "event_id", unique=True),
    Index("ix_webhook_message_state", "endpoint_id", "state", "execution_reference"),
    Index("ix_webhook_message_closed_at", "closed_at"),
)

webhook_attempt = Table(
    "webhook_attempt",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("endpoint_id", ForeignKey("webhook_endpoint.id"), nullable=False),
    Column("message_id", ForeignKey("webhook_message.id"), nullable=False),
    # Counts all attempts of the message, from 1.
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime(), nullable=False),
    # The answer's, or the fault that there was none for.
    Column("status", Integer, nullable=True),
    Column("fault", String(40), nullable=False, server_default=""),
    Column("milliseconds", Integer, nullable=False),
    Column("answer", String(200), nullable=False, server_default=""),
    CheckConstraint("(status is null) = (fault <> '')", name="fault"),
    Index("ix_webhook_attempt_message_id", "message_id"),
)
