"""Payment stops: which supplier is not paid, why, and the two people behind it. No stop stood anywhere before."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "payment_stop",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("supplier", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("lift_asked_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("ended_by", sa.String(length=80), server_default="", nullable=False),
        sa.CheckConstraint(
            "reason in ('BANKRUPTCY','ATTACHMENT','DISPUTE')", name=op.f("ck_payment_stop_reason")
        ),
        sa.CheckConstraint(
            "state in ('ASKED','STANDING','LIFT_ASKED','LIFTED','REFUSED')",
            name=op.f("ck_payment_stop_state"),
        ),
        sa.CheckConstraint("confirmed_by <> asked_by", name=op.f("ck_payment_stop_two_people")),
        sa.CheckConstraint(
            "state in ('ASKED','REFUSED') or confirmed_by <> ''", name=op.f("ck_payment_stop_confirmed")
        ),
        sa.CheckConstraint(
            "state <> 'LIFTED' or (lift_asked_by <> '' and ended_by <> '' and ended_by <> lift_asked_by)",
            name=op.f("ck_payment_stop_lifted"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_stop")),
    )
    op.create_index(
        "uq_payment_stop_holding",
        "payment_stop",
        ["supplier"],
        unique=True,
        sqlite_where=sa.text("state in ('ASKED','STANDING','LIFT_ASKED')"),
        postgresql_where=sa.text("state in ('ASKED','STANDING','LIFT_ASKED')"),
    )
