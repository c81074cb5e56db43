"""The bytes of messages in tables of their own, so that what tells how a message fares is narrow."""
# ruff: noqa: S608 - the names in the statements are this revision's own

from datetime import date

import sqlalchemy as sa
from alembic import op

from foundation.append_only import KeptUntil, protect_kept_standing
from foundation.engines import month_partitions

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000
"""So many messages are moved by one statement: the books may hold millions."""


def upgrade() -> None:
    """Move the bytes of all messages, some at a time, and drop their columns.

    PostgreSQL drops a column without touching a row; SQLite writes each row anew without it, where the table stands.
    """
    # What repeats another message, and what is disposed of, has no bytes; what came empty has.
    _move("inbox", "id", "received_on", "LETTER_IN", "length(body) > 0 or (size = 0 and state <> 'REPEAT')")
    _move("outbox", "sequence", "issued_on", "LETTER_OUT", "length(body) > 0")


def _move(table: str, number: str, day: str, kind: str, has_bytes: str) -> None:
    connection, name = op.get_bind(), f"{table}_body"
    op.create_table(
        name,
        sa.Column("letter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["letter"], [f"{table}.{number}"], name=op.f(f"fk_{name}_letter_{table}")),
        sa.PrimaryKeyConstraint("letter", "day", name=op.f(f"pk_{name}")),
        postgresql_partition_by="RANGE (day)",
    )
    month_partitions.divide_standing(connection, name)
    days = sa.text(f"SELECT DISTINCT {day} FROM {table}").columns(sa.column(day, sa.Date()))
    months: set[date] = {each.replace(day=1) for each in connection.scalars(days)}
    month_partitions.make(connection, name, months)
    last: int = connection.scalar(sa.text(f"SELECT max({number}) FROM {table}")) or 0
    moves = sa.text(
        f"INSERT INTO {name} (letter, day, body) SELECT {number}, {day}, body FROM {table}"
        f" WHERE {number} > :after AND {number} <= :until AND ({has_bytes}) ORDER BY {number}"
    )
    for after in range(0, last, _AT_ONCE):
        connection.execute(moves, {"after": after, "until": after + _AT_ONCE})
    # As SQL of this revision: a later one may let bytes go for other reasons too.
    said = f"SELECT 1 FROM disposed_body WHERE kind = '{kind}' AND item_id = OLD.letter"
    protect_kept_standing(connection, name, KeptUntil(f"EXISTS ({said})"))
    op.execute(f"ALTER TABLE {table} DROP COLUMN body")
