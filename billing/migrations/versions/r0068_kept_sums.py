"""What the statement comes to is kept by month and supplier, and where it has changed is noted."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import amount

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

_COLUMNS = (
    *("ordered", "cancelled", "closed_unused", "received"),
    *("invoiced", "credited", "approved", "paid"),
)


def upgrade() -> None:
    """Make both tables; when the books are brought up to date, everything there is is noted as changed."""
    op.create_table(
        "statement_sum",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("supplier", sa.String(120), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("article", sa.String(40), nullable=False),
        sa.Column("service", sa.String(80), nullable=False),
        sa.Column("delivery_area", sa.String(80), nullable=False),
        *(sa.Column(name, amount(), nullable=False) for name in _COLUMNS),
        sa.PrimaryKeyConstraint(
            *("month", "supplier", "currency", "article", "service", "delivery_area"),
            name=op.f("pk_statement_sum"),
        ),
    )
    op.create_table(
        "statement_change",
        sa.Column("transaction", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("supplier", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("transaction", "month", "supplier", name=op.f("pk_statement_change")),
    )
