"""How people have each kind of mail: at once, once a day, or not at all; and what links in mails are signed with."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what was declined stays declined, and all else comes at once as before."""
    account = ["account_id"], ["account.id"]
    op.create_table(
        "mail_daily",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(*account, name=op.f("fk_mail_daily_account_id")),
        sa.PrimaryKeyConstraint("account_id", "notice", name=op.f("pk_mail_daily")),
    )
    op.create_table(
        "mail_gathered",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(*account, name=op.f("fk_mail_gathered_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_gathered")),
    )
    op.create_index("ix_mail_gathered_account_id", "mail_gathered", ["account_id", "made_at"])
    op.create_table(
        "mail_receiver",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("link_key", sa.String(64), nullable=False),
        sa.Column("daily_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(*account, name=op.f("fk_mail_receiver_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_receiver")),
    )
