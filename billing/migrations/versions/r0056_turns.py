"""Messages to us that wait are read in turns of their senders; those that wait already have the first turn."""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_WAITS = sa.text("state = 'ARRIVED'")


def upgrade() -> None:
    """Add the sender's sign and the turn, and look for what waits by them."""
    op.add_column("inbox", sa.Column("flow", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("inbox", sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_inbox_arrived", "inbox")
    for name, columns in (("turn", ["turn", "id"]), ("flow", ["flow", "turn"])):
        op.create_index(f"ix_inbox_{name}", "inbox", columns, sqlite_where=_WAITS, postgresql_where=_WAITS)
