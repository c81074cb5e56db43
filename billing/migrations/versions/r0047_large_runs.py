"""Proposals of many thousands: what was shown is known by a revision, and sums by supplier stand in an index."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0045"
branch_labels = None
depends_on = None

_COLUMNS = ["proposal", "supplier", "kind", "state", "why", "amount", "invoice_id"]


def upgrade() -> None:
    """Add the column, and widen the index. What lies in a proposal now is as it was."""
    op.add_column("payment_proposal", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_payment_item_proposal", table_name="payment_item")
    op.create_index("ix_payment_item_proposal", "payment_item", _COLUMNS)
