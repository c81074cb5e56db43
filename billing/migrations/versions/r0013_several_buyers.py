"""Buyers of one installation as rows. Books that grow have no row: they go on as the installation's only ones."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "installation_buyer",
        sa.Column("slug", sa.String(length=30), nullable=False),
        sa.Column("organisation_number", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("books", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("state in ('OPEN', 'CLOSED')", name=op.f("ck_installation_buyer_state")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_installation_buyer")),
        sa.UniqueConstraint("organisation_number", name=op.f("uq_installation_buyer_organisation_number")),
        sa.UniqueConstraint("books", name=op.f("uq_installation_buyer_books")),
    )
    for table, column, length in (("buyer_participant", "participant_id", 140), ("buyer_host", "host", 253)):
        op.create_table(
            table,
            sa.Column(column, sa.String(length=length), nullable=False),
            sa.Column("buyer", sa.String(length=30), nullable=False),
            sa.ForeignKeyConstraint(["buyer"], ["installation_buyer.slug"], name=op.f(f"fk_{table}_buyer")),
            sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}")),
        )
