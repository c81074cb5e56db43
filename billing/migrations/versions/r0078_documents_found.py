"""Indexes by which finance finds every document: by number in any letters, by the day it came, by its amount."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_invoice_number_in_any_letters", "invoice", [sa.text("lower(number)"), "id"])
    op.create_index("ix_invoice_received_on", "invoice", ["received_on", "id"])
    op.create_index("ix_invoice_amount_payable", "invoice", ["amount_payable", "id"])
