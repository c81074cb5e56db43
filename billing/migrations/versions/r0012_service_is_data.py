"""Which service a placement and an order are of, and no level or number of periods that only one service has.

Books that grow are of the one service there was. What a level may be and how many periods there are is asked of the
service where a decision comes in, and no longer of the tables.
"""

import sqlalchemy as sa
from alembic import op

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
    # A table that others refer to cannot be copied while references are checked. SQLite's own way to change a check is
    # to change what the schema says of the table, which touches no row.
    connection = op.get_bind()
    version = connection.scalar(sa.text("PRAGMA schema_version"))
    connection.execute(sa.text("PRAGMA writable_schema=ON"))
    _say_instead("placement", "level VARCHAR(1)", "level VARCHAR(20)")
    _say_instead("placement", _LEVEL, "CHECK (level <> '')")
    _say_instead("placement_period", _ORDINAL, "CHECK (ordinal >= 1)")
    connection.execute(sa.text(f"PRAGMA schema_version={int(version or 0) + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema=OFF"))


def _say_instead(table: str, was: str, becomes: str) -> None:
    changed = op.get_bind().execute(
        sa.text(
            "update sqlite_master set sql = replace(sql, :was, :becomes)"
            " where type = 'table' and name = :name and instr(sql, :was) > 0"
        ),
        {"was": was, "becomes": becomes, "name": table},
    )
    if changed.rowcount != 1:
        raise RuntimeError(f"the table {table} does not say {was!r}")


def downgrade() -> None:
    """Refused: a second service's levels and periods would not pass the checks."""
    raise NotImplementedError("There is no way back from this revision; restore a copy from before it.")
