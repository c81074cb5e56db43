"""The latest day of a placement is counted from the periods of its stretch, no longer kept beside them."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the day that was stored and never read."""
    op.drop_column("placement", "ends_on_latest")
