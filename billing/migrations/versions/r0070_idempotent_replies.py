"""Replies to writes of the API that came with an Idempotency-Key, kept so that it is answered the same again."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody has sent a key yet."""
    op.create_table(
        "idempotent_reply",
        sa.Column("client_id", sa.Integer(), sa.ForeignKey("api_client.id"), primary_key=True),
        sa.Column("route", sa.String(100), primary_key=True),
        sa.Column("key_sha256", sa.String(64), primary_key=True),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_idempotent_reply_made_at", "idempotent_reply", ["made_at"])
