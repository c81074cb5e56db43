"""The tables of signing in through providers: journeys, identities, bound personal numbers, logouts that came."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

# An identity at an OpenID provider that may sign in as an account.
identity = Table(
    "identity",
    metadata,
    Column("issuer", String(200), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Index("ix_identity_account_id", "account_id"),
)

# A sign-in at a provider that has begun and not come back yet.
openid_journey = Table(
    "openid_journey",
    metadata,
    Column("state_sha256", String(64), primary_key=True),
    # Which provider of the settings it went to; nobody else's answer ends it.
    Column("provider", String(30), nullable=False, server_default=""),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("next", Text, nullable=False),
    # What it ties the identity to, where it does: a mailed link, or whoever holds a session.
    Column("link_sha256", String(64), nullable=False, server_default=""),
    Column("session_sha256", String(64), nullable=False, server_default=""),
    Column("ends_at", UtcDateTime(), nullable=False),
    CheckConstraint("link_sha256 = '' or session_sha256 = ''", name="one_way"),
)

# A person by the keyed hash of the personal number, which stands nowhere; the mark says which key made it.
bound_number = Table(
    "bound_number",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("key_mark", String(16), nullable=False),
    Column("number_hash", String(64), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", String(80), nullable=False),
    # One number opens one account.
    Index("uq_bound_number_number_hash", "number_hash", unique=True),
)

# A logout that a provider has told, kept for as long as its token could be sent again.
openid_logout = Table(
    "openid_logout",
    metadata,
    Column("issuer", String(200), primary_key=True),
    Column("token_id", String(200), primary_key=True),
    Column("ends_at", UtcDateTime(), nullable=False),
)
