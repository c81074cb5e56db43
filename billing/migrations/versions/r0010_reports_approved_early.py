"""The last day that counts for a report approved before its month was over.

Books that grow have none: what was received on their reports stays as it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("periodic_report", sa.Column("counts_to", sa.Date(), nullable=True))
