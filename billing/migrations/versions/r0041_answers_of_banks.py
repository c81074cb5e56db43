"""What a bank says of payments that it has, and proposals of which nothing was paid in the end."""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema

revision = "0041"
down_revision = "0038"
branch_labels = None
depends_on = None

_WAS = "state in ('DRAFT','ATTESTED','EXPORTED','PAID','WITHDRAWN')"
_BECOMES = "state in ('DRAFT','ATTESTED','EXPORTED','PAID','REFUSED','WITHDRAWN')"


def upgrade() -> None:
    """Add the column, and let a proposal be refused."""
    op.add_column("payment_item", sa.Column("bank_status", sa.String(4), nullable=False, server_default=""))
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_payment_proposal_state"), "payment_proposal")
        op.create_check_constraint(op.f("ck_payment_proposal_state"), "payment_proposal", _BECOMES)
        return
    # Others refer to the table, so it cannot be copied.
    sqlite_schema.reword(connection, "payment_proposal", {_WAS: _BECOMES})
