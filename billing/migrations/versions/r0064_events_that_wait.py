"""Events that are committed and wait for their number in the feed."""

import sqlalchemy as sa
from alembic import op

from foundation.append_only import GoneInto, protect_kept_standing
from foundation.sql import UtcDateTime

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; every event there is has its number."""
    op.create_table(
        "outbound_waiting",
        sa.Column("journal_sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(60), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("execution_reference", sa.String(60), server_default="", nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("journal_sequence", "place", name=op.f("pk_outbound_waiting")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbound_waiting_event_id")),
    )
    protect_kept_standing(op.get_bind(), "outbound_waiting", GoneInto("event_id", "outbound_event"))
