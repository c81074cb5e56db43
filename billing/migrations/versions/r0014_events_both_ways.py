"""The feed of events that leave, and the keys of systems that read it and send us theirs.

Books that grow begin their feed here: nothing of what the journal said before is told.
"""

import sqlalchemy as sa
from alembic import op

from foundation import append_only
from foundation.append_only import KeptAfter
from foundation.sql import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outbound_feed",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("kept_after", sa.Integer(), nullable=False),
        sa.Column("begins_after", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_outbound_feed_one")),
        sa.CheckConstraint("0 <= kept_after and kept_after <= last", name=op.f("ck_outbound_feed_kept")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound_feed")),
    )
    op.create_table(
        "outbound_event",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(length=60), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("execution_reference", sa.String(length=60), server_default="", nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("journal_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_outbound_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbound_event_event_id")),
    )
    op.create_index("ix_outbound_event_at", "outbound_event", ["at"])
    append_only.protect_kept_standing(
        op.get_bind(), "outbound_event", KeptAfter("sequence", "outbound_feed", "kept_after")
    )
    op.create_table(
        "machine_key",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("scopes", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), server_default="", nullable=False),
        sa.CheckConstraint("state in ('ACTIVE','EXPIRED','REVOKED')", name=op.f("ck_machine_key_state")),
        sa.CheckConstraint("state = 'ACTIVE' or ended_at is not null", name=op.f("ck_machine_key_ended")),
        sa.CheckConstraint("state <> 'REVOKED' or ended_by <> ''", name=op.f("ck_machine_key_revoked")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_machine_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_machine_key_prefix")),
    )
