"""What an access point's circuit opened for and when it answered last, and what lies there and cannot be had."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_OPEN = "state in ('WAITING', 'LEFT_THERE')"


def upgrade() -> None:
    """Add the columns and the table; nothing that stands is changed."""
    op.add_column("access_point", sa.Column("reached_at", UtcDateTime(), nullable=True))
    for name, length in (("code", 40), ("host", 255), ("verb", 20)):
        column = sa.Column(name, sa.String(length), nullable=False, server_default="")
        op.add_column("access_point", column)
    op.create_table(
        "unfetched_arrival",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("access_point", sa.String(60), nullable=False),
        sa.Column("reference", sa.String(400), nullable=False),
        sa.Column("version", sa.String(80), nullable=False, server_default=""),
        sa.Column("stored", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("said", sa.Text(), nullable=False, server_default=""),
        sa.Column("host", sa.String(255), nullable=False, server_default=""),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False, server_default=""),
        sa.CheckConstraint(
            "state in ('WAITING','LEFT_THERE','FETCHED','GONE')", name=op.f("ck_unfetched_arrival_state")
        ),
    )
    op.create_index(
        "uq_unfetched_arrival_open",
        "unfetched_arrival",
        ["access_point", "reference"],
        unique=True,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
