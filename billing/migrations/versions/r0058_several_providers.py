"""Several OpenID providers: whose journey and session it is, personal numbers as keyed hashes, and links that tie."""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema
from foundation.sql import UtcDateTime

revision = "0058"
down_revision = "0055"
branch_labels = None
depends_on = None

_WAS = "purpose in ('INVITE', 'RESET')"
_BECOMES = "purpose in ('INVITE', 'RESET', 'IDENTITY')"
_SESSION = ("openid_issuer", "openid_subject", "openid_session")


def upgrade() -> None:
    """Add the tables and columns. Who is at a provider just now begins anew: a journey lasts ten minutes."""
    op.drop_table("openid_journey")
    op.create_table(
        "openid_journey",
        sa.Column("state_sha256", sa.String(64), primary_key=True),
        sa.Column("provider", sa.String(30), nullable=False, server_default=""),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("link_sha256", sa.String(64), nullable=False, server_default=""),
        sa.Column("session_sha256", sa.String(64), nullable=False, server_default=""),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("link_sha256 = '' or session_sha256 = ''", name="ck_openid_journey_one_way"),
    )
    op.create_table(
        "bound_number",
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("key_mark", sa.String(16), nullable=False),
        sa.Column("number_hash", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
    )
    op.create_index("uq_bound_number_number_hash", "bound_number", ["number_hash"], unique=True)
    op.create_table(
        "openid_logout",
        sa.Column("issuer", sa.String(200), primary_key=True),
        sa.Column("token_id", sa.String(200), primary_key=True),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_identity_account_id", "identity", ["account_id"])
    for column in _SESSION:
        op.add_column("web_session", sa.Column(column, sa.String(200), nullable=False, server_default=""))
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        sqlite_schema.reword(connection, "mailed_link", {_WAS: _BECOMES})
        return
    op.drop_constraint("ck_mailed_link_purpose", "mailed_link")
    op.create_check_constraint("ck_mailed_link_purpose", "mailed_link", _BECOMES)
