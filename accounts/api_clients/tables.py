"""The tables of API clients: who a program is and what it may, its secrets, its tokens, and the assertions it has used.

Convention: everything secret lies as sha256, as it has 256 random bits. A client is known to the rest of the system by
`client-<id>` only. A client of the buyer's has no organisation.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
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

api_client = Table(
    "api_client",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # The supplier's organisation number; empty for a client of the buyer's.
    Column("organisation", String(20), nullable=False, server_default=""),
    Column("name", String(60), nullable=False),
    # Codes with a space between.
    Column("scopes", String(200), nullable=False),
    # All units of the organisation, or those whose ids stand in the next two, one a line.
    Column("all_units", Boolean, nullable=False, server_default=text("true")),
    Column("units", Text, nullable=False, server_default=""),
    Column("addresses", Text, nullable=False, server_default=""),
    # Public keys it may prove itself with (RFC 7523), as a JWK Set; empty for none.
    Column("jwks", Text, nullable=False, server_default=""),
    Column("state", String(10), nullable=False),
    # The last day it may be used; none, and it ends when somebody ends it.
    Column("expires_on", Date, nullable=True),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", String(80), nullable=False),
    # The second person, of a client of the buyer's that two have made.
    Column("vouched_by", String(80), nullable=False, server_default=""),
    # Who answers for it now: when that person's permission ends, so does the client.
    Column("responsible", String(80), nullable=False, server_default=""),
    Column("last_used_on", Date, nullable=True),
    Column("ended_at", UtcDateTime(), nullable=True),
    Column("ended_by", String(80), nullable=False, server_default=""),
    # Answered from a world of its own, where nothing is real.
    Column("is_test", Boolean, nullable=False, server_default=text("false")),
    CheckConstraint("state in ('ACTIVE','EXPIRED','ENDED')", name="state"),
    CheckConstraint("state = 'ACTIVE' or ended_at is not null", name="ended"),
    CheckConstraint("state <> 'ENDED' or ended_by <> ''", name="ended_by"),
    Index("ix_api_client_organisation", "organisation"),
)

# What an auditor's client may see: it has one such period, and no other client has any.
audit_period = Table(
    "audit_period",
    metadata,
    Column("client_id", ForeignKey("api_client.id"), primary_key=True),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    CheckConstraint("first_day <= last_day", name="runs"),
)

# A secret of a client, which is its API key as well: found by its prefix, known by the sha256 of its secret part.
api_secret = Table(
    "api_secret",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("client_id", ForeignKey("api_client.id"), nullable=False),
    # Two hold at once, so that one is exchanged for another without a stop.
    Column("place", Integer, nullable=False),
    Column("prefix", String(12), nullable=False, unique=True),
    Column("secret_sha256", String(64), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("last_used_on", Date, nullable=True),
    Column("ended_at", UtcDateTime(), nullable=True),
    Column("ended_by", String(80), nullable=False, server_default=""),
    CheckConstraint("place in (1, 2)", name="place"),
    CheckConstraint("(ended_at is null) = (ended_by = '')", name="ended"),
)
Index(
    "uq_api_secret_held",
    api_secret.c.client_id,
    api_secret.c.place,
    unique=True,
    sqlite_where=text("ended_at is null"),
    postgresql_where=text("ended_at is null"),
)

# What the token endpoint has given out and has not run out.
api_token = Table(
    "api_token",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("client_id", ForeignKey("api_client.id"), nullable=False),
    # The secret it was had with, so that it ends with it; none where a signature was the proof.
    Column("secret_id", ForeignKey("api_secret.id"), nullable=True),
    Column("scopes", String(200), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("ends_at", UtcDateTime(), nullable=False),
    Index("ix_api_token_ends_at", "ends_at"),
    Index("ix_api_token_client_id", "client_id"),
)

# Signed assertions (RFC 7523) are good once: by the sha256 of their `jti`, until they would have run out anyway.
api_assertion = Table(
    "api_assertion",
    metadata,
    Column("client_id", ForeignKey("api_client.id"), primary_key=True),
    Column("jti_sha256", String(64), primary_key=True),
    Column("ends_at", UtcDateTime(), nullable=False),
    Index("ix_api_assertion_ends_at", "ends_at"),
)
