"""What the limits of time no longer need: a latest day that nothing read, and a check by the sender's own day.

The latest day of a placement is counted from the periods of its stretch. Whether an interruption is retroactive is
judged by the day we were told, and a person may take one that came too late. New is the day a placement should
start by; of placements decided before nobody said. Lines of a supplier that was left are closed.
"""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NOT_RETROACTIVE = (
    ", \n\tCONSTRAINT ck_interruption_not_retroactive"
    " CHECK (registered_on <= effective_on or reason = 'PROVIDER_CHANGE')"
)

_CLOSE_WHAT_WAS_LEFT = """
update line_account set state = 'CLOSED_UNUSED' where state = 'OPEN' and receipt_id is null and exists (
  select 1 from order_line
  join purchase_order on purchase_order.number = order_line.order_number
  join interruption on interruption.execution_reference = purchase_order.execution_reference
  where order_line.order_number = line_account.order_number and order_line.line_id = line_account.line_id
    and purchase_order.article = 'BASIC' and order_line.starts_on > interruption.effective_on
    and interruption.reason = 'PROVIDER_CHANGE' and interruption.state = 'STANDING')
"""


def upgrade() -> None:
    """Drop the column and the check, add the day to start by, and close what was left open."""
    op.add_column("line_account", sa.Column("closed_on", sa.Date(), nullable=True))
    op.execute(_CLOSE_WHAT_WAS_LEFT)
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
    sqlite_schema.reword(op.get_bind(), "interruption", {_NOT_RETROACTIVE: ""})


def downgrade() -> None:
    """Refused: interruptions that came too late would not pass the check."""
    raise NotImplementedError("There is no way back from this revision; restore a copy from before it.")
