"""Whom a message came from that became nothing, the answers we owe, and messages that a person has dealt with.

Messages of books that grow belong to the supplier that was answered about them, or whose number they repeat.
"""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None

_FIRST = "state not in ('REPEAT', 'CONFLICT', 'LAID_ASIDE')"
_OWED = "state in ('DUE', 'STUCK')"


def upgrade() -> None:
    """Add the column, the table and the indexes; say whose the messages are that lie aside."""
    op.add_column("inbox", sa.Column("came_from", sa.String(20), nullable=False, server_default=""))
    op.execute(
        "update inbox set came_from = (select max(o.recipient) from outbox o"
        " where o.about = 'letter ' || inbox.id and o.kind in ('mlr', 'mls'))"
        " where state = 'QUARANTINED' and exists (select 1 from outbox o"
        " where o.about = 'letter ' || inbox.id and o.kind in ('mlr', 'mls'))"
    )
    # The key begins with the supplier's organisation number where the message is an invoice or credit note.
    op.execute(
        "update inbox set came_from = substr(business_key, 1, 10)"
        " where state = 'CONFLICT' and substr(business_key, 11, 1) = ' '"
    )
    _index("ix_inbox_came_from", "inbox", ["came_from", "id"], "came_from <> ''")
    for key, condition in (
        ("sha256", _FIRST),
        ("instance_id", f"{_FIRST} and instance_id <> ''"),
        ("transport_key", f"{_FIRST} and transport_key <> ''"),
    ):
        op.drop_index(f"uq_inbox_{key}", "inbox")
        _index(f"uq_inbox_{key}", "inbox", [key], condition, unique=True)
    op.create_table(
        "owed_answer",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False, server_default=""),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("reason", sa.String(40), nullable=False, server_default=""),
        sa.CheckConstraint("state in ('DUE','STUCK','GIVEN','LAID_ASIDE')", name="ck_owed_answer_state"),
    )
    _index("uq_owed_answer_open", "owed_answer", ["about"], _OWED, unique=True)


def _index(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
