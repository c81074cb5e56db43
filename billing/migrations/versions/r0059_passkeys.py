"""Passkeys: the public keys that people have registered, and the challenges they are asked with."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; nobody has a passkey yet."""
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("is_synced", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index("ix_passkey_account_id", "passkey", ["account_id"])
    op.create_table(
        "passkey_challenge",
        sa.Column("session_sha256", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("challenge", sa.String(100), nullable=False),
        sa.Column("name", sa.String(60), nullable=False, server_default=""),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("purpose in ('REGISTER', 'USE')", name="ck_passkey_challenge_purpose"),
    )
