"""What the limits of time no longer need: a latest day that nothing read, and a check by the sender's own day.

The latest day of a placement is counted from the periods of its stretch. Whether an interruption is retroactive is
judged by the day we were told, and a person may take one that came too late. New is the day a placement should
start by; of placements decided before nobody said.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXES = {"ix_interruption_execution_reference": None, "uq_interruption_standing": "state = 'STANDING'"}


def upgrade() -> None:
    """Drop the column and the check, and add the day to start by."""
    op.drop_column("placement", "ends_on_latest")
    op.add_column("placement_period", sa.Column("start_by", sa.Date(), nullable=True))
    odd = sa.text("starts_on > start_by or starts_on < decided_on")
    op.create_index(
        "ix_placement_period_odd_start",
        "placement_period",
        ["starts_on"],
        sqlite_where=odd,
        postgresql_where=odd,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_interruption_not_retroactive"), "interruption")
        return
    # SQLite drops a check only by copying the table, and the copy loses what its indexes are limited to.
    for name in _INDEXES:
        op.drop_index(name, "interruption")
    with op.batch_alter_table("interruption", recreate="always"):
        pass
    for name, where in _INDEXES.items():
        op.create_index(
            name,
            "interruption",
            ["execution_reference"],
            unique=where is not None,
            sqlite_where=sa.text(where) if where else None,
        )


def downgrade() -> None:
    """Refused: interruptions that came too late would not pass the check."""
    raise NotImplementedError("There is no way back from this revision; restore a copy from before it.")
