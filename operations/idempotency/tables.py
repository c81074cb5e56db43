"""The table of replies to requests that came with an Idempotency-Key."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

# Written in the transaction of what the request did: there is a reply if and only if there is an effect.
idempotent_reply = Table(
    "idempotent_reply",
    metadata,
    Column("client_id", ForeignKey("api_client.id"), primary_key=True),
    Column("route", String(100), primary_key=True),
    Column("key_sha256", String(64), primary_key=True),
    # Of the request: the same key with another body is a mistake of the sender's.
    Column("body_sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    # A JSON object.
    Column("headers", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Index("ix_idempotent_reply_made_at", "made_at"),
)
