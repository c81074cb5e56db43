"""The index that a proposal's rows are added up from holds their currency too, so that the rows are not read."""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index anew; it is read, and nothing is changed."""
    op.drop_index("ix_payment_item_proposal", "payment_item")
    op.create_index(
        "ix_payment_item_proposal",
        "payment_item",
        ["proposal", "supplier", "kind", "state", "currency", "why", "amount", "invoice_id"],
    )
