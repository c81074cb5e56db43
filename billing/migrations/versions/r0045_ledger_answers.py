"""What the ledger answers about vouchers."""

import sqlalchemy as sa
from alembic import op

from foundation.append_only import protect_standing
from foundation.sql import UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "ledger_answer",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("voucher", sa.String(20), sa.ForeignKey("voucher.number"), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("ledger_number", sa.String(40), nullable=False, server_default=""),
        sa.Column("said", sa.Text(), nullable=False, server_default=""),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, server_default=""),
        sa.Column("noted_by", sa.String(80), nullable=False),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome in ('BOOKED','REFUSED','SENT_AGAIN')", name=op.f("ck_ledger_answer_outcome")
        ),
        sa.CheckConstraint("outcome <> 'REFUSED' or said <> ''", name=op.f("ck_ledger_answer_why")),
        sa.CheckConstraint(
            "outcome <> 'BOOKED' or ledger_number <> ''", name=op.f("ck_ledger_answer_number")
        ),
    )
    op.create_index("ix_ledger_answer_voucher", "ledger_answer", ["voucher", "id"])
    op.create_index("ix_ledger_answer_sha256", "ledger_answer", ["sha256"])
    protect_standing(op.get_bind(), "ledger_answer")
