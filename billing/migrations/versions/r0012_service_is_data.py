"""Which service a placement and an order are of, and no level or number of periods that only one service has.

Books that grow are of the one service there was. What a level may be and how many periods there are is asked of the
service where a decision comes in, and no longer of the tables.
"""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_FIRST_SERVICE = "rusta-och-matcha"
_LEVEL = "CHECK (level in ('A','B','C'))"
_ORDINAL = "CHECK (ordinal in (1, 2))"


def upgrade() -> None:
    """Add the columns, with the service all rows are of, and make the two checks general."""
    for table in ("placement", "purchase_order"):
        op.add_column(
            table, sa.Column("service", sa.String(40), nullable=False, server_default=_FIRST_SERVICE)
        )
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_placement_level"), "placement")
        op.create_check_constraint(op.f("ck_placement_level"), "placement", "level <> ''")
        op.alter_column("placement", "level", type_=sa.String(20), existing_nullable=False)
        op.drop_constraint(op.f("ck_placement_period_ordinal"), "placement_period")
        op.create_check_constraint(op.f("ck_placement_period_ordinal"), "placement_period", "ordinal >= 1")
        return
    levels = {"level VARCHAR(1)": "level VARCHAR(20)", _LEVEL: "CHECK (level <> '')"}
    sqlite_schema.reword(op.get_bind(), "placement", levels)
    sqlite_schema.reword(op.get_bind(), "placement_period", {_ORDINAL: "CHECK (ordinal >= 1)"})


def downgrade() -> None:
    """Refused: a second service's levels and periods would not pass the checks."""
    raise NotImplementedError("There is no way back from this revision; restore a copy from before it.")
