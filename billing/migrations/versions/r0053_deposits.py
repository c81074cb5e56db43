"""Deposits in the bank's files: the claim that each is for, and what the bank calls it, so it is noted once."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was read before names no claim."""
    if op.get_bind().dialect.name == "sqlite":
        # A column of its own brings its reference along; nothing is copied.
        op.execute(
            "ALTER TABLE bank_entry ADD COLUMN claim VARCHAR(20)"
            " CONSTRAINT fk_bank_entry_claim_claim REFERENCES claim (number)"
        )
    else:
        op.add_column(
            "bank_entry",
            sa.Column(
                "claim",
                sa.String(20),
                sa.ForeignKey("claim.number", name=op.f("fk_bank_entry_claim_claim")),
                nullable=True,
            ),
        )
    op.add_column("bank_entry", sa.Column("bank_reference", sa.String(35), nullable=False, server_default=""))
    op.create_index("ix_bank_entry_claim", "bank_entry", ["claim"])
    op.create_index(
        "uq_bank_entry_deposit",
        "bank_entry",
        ["claim", "amount", "currency", "booked_on", "bank_reference"],
        unique=True,
        sqlite_where=sa.text("outcome = 'DEPOSIT'"),
        postgresql_where=sa.text("outcome = 'DEPOSIT'"),
    )
