"""What was approved can be taken back: results ordered anew, of several outcomes, with reasons in two languages.

Orders and plans of books that grow are the first occasion of the first outcome. Why something was dropped was written
in English in five ways, and why something could not be placed as it came; those are said in Swedish too where
they are known.
"""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SWEDISH = """
update planned_order set reason_en = reason, reason_sv = case
  when reason = 'the interruption is withdrawn' then 'Avbrottet är återtaget.'
  when reason = 'the participant is back in the service' then 'Deltagaren är tillbaka i tjänsten.'
  when reason = 'the placement is cancelled' then 'Placeringen är återkallad.'
  when reason like 'back on %' then 'Deltagaren är tillbaka ' || substr(reason, 9) || '.'
  else reason end
"""


def upgrade() -> None:
    """Add the columns, say the old reasons in both languages, and let what was revoked be followed."""
    op.add_column("interruption", sa.Column("back_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_placement_follows",
        "placement",
        ["follows"],
        sqlite_where=sa.text("follows <> ''"),
        postgresql_where=sa.text("follows <> ''"),
    )
    _orders()
    _plans()


def _orders() -> None:
    occasion = sa.Column("occasion", sa.Integer(), nullable=False, server_default="1")
    op.add_column("purchase_order", occasion)
    op.drop_index("uq_purchase_order_outcome", "purchase_order")
    basic = sa.text("article <> 'BASIC'")
    op.create_index(
        "uq_purchase_order_outcome",
        "purchase_order",
        ["execution_reference", "article", "stage", "code", "occasion"],
        unique=True,
        sqlite_where=basic,
        postgresql_where=basic,
    )


def _plans() -> None:
    for name in ("reason_sv", "reason_en"):
        op.add_column("planned_order", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.execute(_SWEDISH)
    op.drop_column("planned_order", "reason")
    op.add_column(
        "planned_order", sa.Column("outcome_number", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column("planned_order", sa.Column("kind", sa.String(30), nullable=False, server_default=""))
    op.add_column("planned_order", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("planned_order", sa.Column("alarmed_at", UtcDateTime(), nullable=True))
    op.create_index("ix_planned_order_order_number", "planned_order", ["order_number"])
    op.drop_index("uq_planned_order_once", "planned_order")
    standing = sa.text("state in ('WAITING','PLACED')")
    op.create_index(
        "uq_planned_order_once",
        "planned_order",
        ["execution_reference", "article", "stage", "code", "outcome_number"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def downgrade() -> None:
    """Refused: what was ordered anew would be ordered twice."""
    raise NotImplementedError("There is no way back from this revision; restore a copy from before it.")
