"""How often something in a queue was taken by a worker that never came back."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counts; what is being worked on just now counts as taken for the first time when it is taken again."""
    for table, column in (("inbox", "taken"), ("lane", "taken"), ("outbox", "asked"), ("mail", "taken")):
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
