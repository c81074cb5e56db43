"""Browsers that are known, accounts that are guessed at, room for secrets that are sealed, no link in a stuck mail."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_SEALED = (
    ("account", "totp_secret"),
    ("web_session", "offered_totp"),
    ("openid_journey", "nonce"),
    ("openid_journey", "verifier"),
)


def upgrade() -> None:
    """Add the tables; widen the columns where the engine minds their length (SQLite does not)."""
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
    if op.get_bind().dialect.name == "postgresql":
        for table, column in _SEALED:
            op.alter_column(table, column, type_=sa.Text(), existing_nullable=False)
