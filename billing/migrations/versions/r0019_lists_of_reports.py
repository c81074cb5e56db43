"""Indexes for the lists of reports: those that tell the same, and those that were judged, the newest first."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_periodic_report_filed", "periodic_report", ["filed_on", "filed_by", "month"])
    op.create_index("ix_periodic_report_decided_on", "periodic_report", ["state", "decided_on"])
