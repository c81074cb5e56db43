"""Accounting rules in versions, and what a row of a voucher is followed by besides its account."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table; what is booked was coded by the settings' accounts."""
    op.add_column("voucher", sa.Column("rules", sa.Integer(), nullable=True))
    for name in ("cost_centre", "activity", "appropriation", "counterparty"):
        op.add_column("voucher_row", sa.Column(name, sa.String(20), nullable=False, server_default=""))
    op.create_table(
        "accounting_rules_version",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tried_on", sa.String(7), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state in ('PROPOSED','IN_FORCE','REPLACED','REFUSED')",
            name=op.f("ck_accounting_rules_version_state"),
        ),
        sa.CheckConstraint(
            "state not in ('IN_FORCE','REPLACED') or decided_by <> proposed_by",
            name=op.f("ck_accounting_rules_version_two_people"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_accounting_rules_version_why")),
    )
    for state in ("PROPOSED", "IN_FORCE"):
        op.create_index(
            f"uq_accounting_rules_version_{state.lower()}",
            "accounting_rules_version",
            ["state"],
            unique=True,
            sqlite_where=sa.text(f"state = '{state}'"),
            postgresql_where=sa.text(f"state = '{state}'"),
        )
