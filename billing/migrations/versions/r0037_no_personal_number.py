"""Of what is handled apart, whether somebody has said that there is no personal identity number in it after all."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the state; all that is marked stays apart until somebody says otherwise."""
    for table in ("protected_document", "protected_message"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("state", sa.String(20), nullable=False, server_default="APART"))
            batch.create_check_constraint(op.f(f"ck_{table}_state"), "state in ('APART','CLEARED')")
    # Lists ask by a document's number alone whether it may be shown.
    op.create_index("ix_invoice_number", "invoice", ["number"])
