"""Test clients: programs that are answered from a sandbox of their own, where nothing is real."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say of each client whether it is one; those there are, are not."""
    op.add_column(
        "api_client", sa.Column("is_test", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
