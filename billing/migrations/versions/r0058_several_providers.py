"""Several OpenID providers: whose journey and session it is, personal numbers as keyed hashes, and links that tie."""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema
from foundation.sql import UtcDateTime

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_WAS = "purpose in ('INVITE', 'RESET')"
_BECOMES = "purpose in ('INVITE', 'RESET', 'IDENTITY')"
_ONE_WAY = "link_sha256 = '' or session_sha256 = ''"
_SESSION = ("openid_issuer", "openid_subject", "openid_session")


def upgrade() -> None:
    """Add the tables and columns; nothing that stands is changed."""
    connection = op.get_bind()
    op.add_column("openid_journey", sa.Column("provider", sa.String(30), nullable=False, server_default=""))
    op.add_column(
        "openid_journey", sa.Column("link_sha256", sa.String(64), nullable=False, server_default="")
    )
    if connection.dialect.name == "sqlite":
        # A column may bring a check along; the table is not copied.
        op.execute(
            "ALTER TABLE openid_journey ADD COLUMN session_sha256 VARCHAR(64) DEFAULT '' NOT NULL"
            f" CONSTRAINT ck_openid_journey_one_way CHECK ({_ONE_WAY})"
        )
    else:
        op.add_column(
            "openid_journey", sa.Column("session_sha256", sa.String(64), nullable=False, server_default="")
        )
        op.create_check_constraint(op.f("ck_openid_journey_one_way"), "openid_journey", _ONE_WAY)
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
    if connection.dialect.name == "sqlite":
        sqlite_schema.reword(connection, "mailed_link", {_WAS: _BECOMES})
        return
    op.drop_constraint("ck_mailed_link_purpose", "mailed_link")
    op.create_check_constraint("ck_mailed_link_purpose", "mailed_link", _BECOMES)
