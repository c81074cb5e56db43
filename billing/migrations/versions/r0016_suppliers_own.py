"""What suppliers see and say: addresses of units in permissions.

Placements that are there already are at the first address of their unit, which has the unit's own id.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns, and fill what follows from the books."""
    _addresses()


def _addresses() -> None:
    with op.batch_alter_table("placement") as batch:
        batch.add_column(sa.Column("address_id", sa.String(60), nullable=False, server_default=""))
    op.execute(sa.text("update placement set address_id = unit_id"))
    op.create_table(
        "account_address",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_address_account_id")),
        sa.PrimaryKeyConstraint("account_id", "address_id", name=op.f("pk_account_address")),
    )
