"""Numbers that may have gaps come from PostgreSQL's sequences, and the tick of the books is counted in slots."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

_SEQUENCES: Final = ("purchase_order", "execution_reference", "payment")


def upgrade() -> None:
    """Let each sequence go on where its series stands, and take the series' row away; SQLite keeps its rows."""
    op.create_table(
        "books_tick",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tick", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("slot", name=op.f("pk_books_tick")),
    )
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    series = sa.table("number_series", sa.column("name"), sa.column("first"), sa.column("last"))
    for name in _SEQUENCES:
        row = connection.execute(sa.select(series).where(series.c.name == name)).one_or_none()
        # Books without the row were never begun.
        first = _FIRST[name] if row is None else int(row.first)
        op.execute(f"CREATE SEQUENCE {name}_number START WITH {first}")
        if row is not None and row.last >= row.first:
            op.execute(f"SELECT setval('{name}_number', {int(row.last)})")
        connection.execute(sa.delete(series).where(series.c.name == name))


_FIRST: Final = {"purchase_order": 2_100_000_001, "execution_reference": 100_000_001, "payment": 10_000_001}
