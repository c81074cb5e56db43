"""What is asked about one document, placement or supplier is found by itself, however large the books are."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

_UNOCCUPIED = sa.text("invoice_id is null")
_OCCUPIED = sa.text("invoice_id is not null")


def upgrade() -> None:
    """Lay the lines that wait, near copies and equal sums in indexes of their own."""
    op.create_index(
        "ix_line_account_unoccupied",
        "line_account",
        ["amount_received", "order_number", "line_id"],
        sqlite_where=_UNOCCUPIED,
        postgresql_where=_UNOCCUPIED,
    )
    op.drop_index("ix_line_account_invoice_id", "line_account")
    op.create_index(
        "ix_line_account_invoice_id",
        "line_account",
        ["invoice_id"],
        sqlite_where=_OCCUPIED,
        postgresql_where=_OCCUPIED,
    )
    op.drop_index("ix_invoice_order_number", "invoice")
    op.create_index(
        "ix_invoice_order_number", "invoice", ["order_number", "supplier", "issued_on", "amount_payable"]
    )
    op.create_index("ix_invoice_supplier_amount", "invoice", ["supplier", "amount_payable", "id"])
    op.create_index("ix_planned_order_execution_reference", "planned_order", ["execution_reference"])
    op.create_index("ix_payment_item_supplier", "payment_item", ["supplier", "state"])
