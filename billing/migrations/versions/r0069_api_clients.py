"""Programs that sign in are clients, of suppliers and of the buyer: each key of a system becomes one with a secret."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

_AS_CLIENTS = """
insert into api_client (id, organisation, name, scopes, all_units, units, addresses, jwks, state, expires_on,
  made_at, made_by, vouched_by, responsible, last_used_on, ended_at, ended_by)
select id, '', name, scopes, true, '', '', '', case state when 'REVOKED' then 'ENDED' else state end, expires_on,
  made_at, made_by, '', '', last_used_on, ended_at, ended_by
from machine_key order by id
"""
_AS_SECRETS = """
insert into api_secret (client_id, place, prefix, secret_sha256, made_at, made_by, last_used_on, ended_at, ended_by)
select id, 1, prefix, secret_sha256, made_at, made_by, last_used_on, ended_at,
  case when ended_at is null then '' when ended_by = '' then 'system' else ended_by end
from machine_key order by id
"""
_NEXT_NUMBER = """
select setval(pg_get_serial_sequence('api_client', 'id'), max(id)) from api_client having max(id) is not null
"""


def upgrade() -> None:
    """Make the tables, and carry the keys over: each goes on opening what it opened."""
    op.create_table(
        "api_client",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("organisation", sa.String(20), nullable=False, server_default=""),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("all_units", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("units", sa.Text(), nullable=False, server_default=""),
        sa.Column("addresses", sa.Text(), nullable=False, server_default=""),
        sa.Column("jwks", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("vouched_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("responsible", sa.String(80), nullable=False, server_default=""),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False, server_default=""),
        sa.CheckConstraint("state in ('ACTIVE','EXPIRED','ENDED')", name=op.f("ck_api_client_state")),
        sa.CheckConstraint("state = 'ACTIVE' or ended_at is not null", name=op.f("ck_api_client_ended")),
        sa.CheckConstraint("state <> 'ENDED' or ended_by <> ''", name=op.f("ck_api_client_ended_by")),
    )
    op.create_index("ix_api_client_organisation", "api_client", ["organisation"])
    op.create_table(
        "api_secret",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("client_id", sa.Integer(), sa.ForeignKey("api_client.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("last_used_on", sa.Date(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False, server_default=""),
        sa.CheckConstraint("place in (1, 2)", name=op.f("ck_api_secret_place")),
        sa.CheckConstraint("(ended_at is null) = (ended_by = '')", name=op.f("ck_api_secret_ended")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_secret_prefix")),
    )
    op.create_index(
        "uq_api_secret_held",
        "api_secret",
        ["client_id", "place"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "api_token",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("client_id", sa.Integer(), sa.ForeignKey("api_client.id"), nullable=False),
        sa.Column("secret_id", sa.Integer(), sa.ForeignKey("api_secret.id"), nullable=True),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_api_token_ends_at", "api_token", ["ends_at"])
    op.create_index("ix_api_token_client_id", "api_token", ["client_id"])
    op.create_table(
        "api_assertion",
        sa.Column("client_id", sa.Integer(), sa.ForeignKey("api_client.id"), primary_key=True),
        sa.Column("jti_sha256", sa.String(64), primary_key=True),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_api_assertion_ends_at", "api_assertion", ["ends_at"])
    op.execute(_AS_CLIENTS)
    op.execute(_AS_SECRETS)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_NEXT_NUMBER)
    op.drop_table("machine_key")
