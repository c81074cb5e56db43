"""What the directory has said, whether its no is doubted, and which transmission a status acknowledges."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and the column; nothing is doubted yet, and what was acknowledged before stands as it is."""
    op.create_table(
        "directory_answer",
        sa.Column("receiver", sa.String(80), primary_key=True),
        sa.Column("said", sa.String(20), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_directory_answer_asked_at", "directory_answer", ["asked_at"])
    op.create_table(
        "directory_doubt",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("doubted_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(20), nullable=False, server_default=""),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.Column("believed_until", UtcDateTime(), nullable=True),
        sa.Column("believed_by", sa.String(80), nullable=False, server_default=""),
    )
    op.add_column("outbox", sa.Column("acknowledges", sa.String(64), nullable=False, server_default=""))
    given = sa.text("acknowledges <> ''")
    op.create_index(
        "uq_outbox_acknowledges",
        "outbox",
        ["acknowledges"],
        unique=True,
        sqlite_where=given,
        postgresql_where=given,
    )
