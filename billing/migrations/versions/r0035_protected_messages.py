"""Which messages hold personal data, whatever they became: an answer, an invoice, nothing at all."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table. What came before is looked through when it is opened."""
    op.create_table(
        "protected_message",
        sa.Column("message_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("marked_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
    )
