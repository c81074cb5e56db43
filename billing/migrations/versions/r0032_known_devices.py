"""Browsers that are known, accounts that are guessed at, room for secrets that are sealed, no link in a stuck mail."""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema
from foundation.sql import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_SEALED = (
    ("account", "totp_secret", 64),
    ("web_session", "offered_totp", 64),
    ("openid_journey", "nonce", 64),
    ("openid_journey", "verifier", 128),
)


def upgrade() -> None:
    """Add the tables; widen the columns (of which SQLite keeps what is said of them alone)."""
    op.create_table(
        "known_device",
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("secret_sha256", sa.String(64), primary_key=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_known_device_seen_at", "known_device", ["seen_at"])
    op.create_table(
        "guessed_account",
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
    )
    # A mail that is stuck may have a link in its text; from now on links are made as mails leave.
    op.execute(
        "update mail set body = '(…)' where state = 'STUCK' and template in ('invitation', 'password-reset')"
    )
    for table, column, length in _SEALED:
        if op.get_bind().dialect.name == "postgresql":
            op.alter_column(table, column, type_=sa.Text(), existing_nullable=False)
        else:
            words = {f"{column} VARCHAR({length})": f"{column} TEXT"}
            sqlite_schema.reword(op.get_bind(), table, words)
