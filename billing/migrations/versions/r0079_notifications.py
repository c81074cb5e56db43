"""What people are mailed about is told in the pages too, until they have opened it there."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

_UNSEEN = sa.text("seen_at is null")


def upgrade() -> None:
    """Make the table; mails from before are told in no page."""
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(40), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notification_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
        sa.CheckConstraint("times >= 1", name=op.f("ck_notification_times")),
    )
    op.create_index(
        "uq_notification_unseen",
        "notification",
        ["account_id", "address", "template"],
        unique=True,
        sqlite_where=_UNSEEN,
        postgresql_where=_UNSEEN,
    )
    op.create_index("ix_notification_account_id", "notification", ["account_id", "told_at", "id"])
    op.create_index("ix_notification_told_at", "notification", ["told_at"])
