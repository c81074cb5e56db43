"""When somebody at a supplier last saw what is new."""

from sqlalchemy import Column, Integer, String, Table

from foundation.sql import UtcDateTime
from foundation.tables import metadata

portal_visit = Table(
    "portal_visit",
    metadata,
    Column("person", String(80), primary_key=True),
    Column("seen_at", UtcDateTime(), nullable=False),
    # The visit before this one, and the newest interruption at its end and at the start of this.
    Column("before_at", UtcDateTime(), nullable=True),
    Column("seen_interruption", Integer, nullable=False),
    Column("before_interruption", Integer, nullable=False),
)
