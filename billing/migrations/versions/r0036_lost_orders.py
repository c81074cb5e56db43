"""Orders that left before the books were lost: their numbers are taken up when their decisions come again."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; `billing restore go` fills it."""
    op.create_table(
        "lost_order",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("execution_reference", sa.String(60), nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
    )
    op.create_index("ix_lost_order_execution_reference", "lost_order", ["execution_reference"])
