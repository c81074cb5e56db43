"""Work that takes minutes is asked for, done behind the page, and followed row by row."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_STANDING = sa.text("state in ('WAITING','STUCK')")


def upgrade() -> None:
    """Add the table; nothing is being done yet."""
    op.create_table(
        "background_task",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("about", sa.String(60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("rows_done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("permission", sa.String(20), nullable=False, server_default=""),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("token", sa.String(36), nullable=False, server_default=""),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome_sv", sa.Text(), nullable=False, server_default=""),
        sa.Column("outcome_en", sa.Text(), nullable=False, server_default=""),
        sa.Column("is_short", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("leads_to", sa.String(120), nullable=False, server_default=""),
        sa.Column("fault", sa.String(200), nullable=False, server_default=""),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_task")),
        sa.CheckConstraint(
            "state in ('WAITING','DONE','REFUSED','STUCK','STOPPED')", name=op.f("ck_background_task_state")
        ),
        sa.CheckConstraint("is_short in (0, 1)", name=op.f("ck_background_task_is_short")),
    )
    op.create_index("ix_background_task_state", "background_task", ["state", "id"])
    op.create_index(
        "uq_background_task_waiting",
        "background_task",
        ["about"],
        unique=True,
        sqlite_where=_STANDING,
        postgresql_where=_STANDING,
    )
