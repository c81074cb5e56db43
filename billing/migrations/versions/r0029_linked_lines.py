"""Which order line each line of an invoice is for, where a person says that line by line."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; what was linked before is linked as a whole, and has no rows in it."""
    op.create_table(
        "linked_line",
        sa.Column("link_id", sa.Integer(), sa.ForeignKey("line_link.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True),
        sa.Column("invoice_line", sa.Text(), nullable=False),
        sa.Column("order_number", sa.String(120), nullable=False),
        sa.Column("line_id", sa.String(120), nullable=False),
    )
