"""A person's own words in an answer that could not be written are kept with what is owed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("owed_answer", sa.Column("said", sa.Text(), nullable=False, server_default=""))
