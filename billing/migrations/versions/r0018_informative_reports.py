"""Informative reports, the day an event was told, reports not yet looked at, and when a stop's end was asked for.

Events of books that grow were not loaded as history: one that is tried again is judged by the moment it came.
Reports filed before were looked at when they were filed.
"""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column(
        "inbound_event", sa.Column("as_history", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "periodic_report",
        sa.Column("check_pending", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_periodic_report_check_pending",
        "periodic_report",
        ["filed_on"],
        sqlite_where=sa.text("check_pending"),
        postgresql_where=sa.text("check_pending"),
    )
    op.add_column("payment_stop", sa.Column("lift_asked_at", UtcDateTime(), nullable=True))
    op.create_table(
        "informative_report",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column(
            "execution_reference",
            sa.String(60),
            sa.ForeignKey("placement.execution_reference"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("filed_by", sa.String(80), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_by", sa.String(80), nullable=False, server_default=""),
        sa.CheckConstraint("state in ('UNREAD','READ','WITHDRAWN')", name="state"),
    )
    op.create_index(
        "ix_informative_report_execution_reference", "informative_report", ["execution_reference"]
    )
    op.create_index(
        "uq_informative_report_unread",
        "informative_report",
        ["execution_reference", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'UNREAD'"),
        postgresql_where=sa.text("state = 'UNREAD'"),
    )
