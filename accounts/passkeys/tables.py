"""The tables of passkeys: the keys people have registered, and the challenges that have not been answered yet."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from foundation.sql import UtcDateTime
from foundation.tables import metadata

# A public key, and nothing that lets anybody in: the private half never leaves its owner's device.
passkey = Table(
    "passkey",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    # base64url, as browsers write it; at most 1,023 bytes (WebAuthn 5.1).
    Column("credential_id", String(1400), nullable=False, unique=True),
    # COSE, base64url.
    Column("public_key", Text, nullable=False),
    # What the device last counted to; 0 for one that does not count.
    Column("sign_count", BigInteger, nullable=False),
    Column("name", String(60), nullable=False),
    # Kept by a service that copies it to the owner's other devices.
    Column("is_synced", Boolean, nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("used_at", UtcDateTime(), nullable=True),
    Index("ix_passkey_account_id", "account_id"),
)

# What a session's browser is asked to sign, once.
passkey_challenge = Table(
    "passkey_challenge",
    metadata,
    Column("session_sha256", String(64), primary_key=True),
    Column("purpose", String(10), nullable=False),
    Column("challenge", String(100), nullable=False),
    # What the new one will be called.
    Column("name", String(60), nullable=False, server_default=""),
    Column("ends_at", UtcDateTime(), nullable=False),
    CheckConstraint("purpose in ('REGISTER', 'USE')", name="purpose"),
)
