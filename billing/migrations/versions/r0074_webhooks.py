"""Webhooks: endpoints of suppliers and of the buyer, the secrets that sign, messages to each, and every attempt."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0074"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nobody listens yet."""
    _make_endpoints()
    _make_messages()


def _make_endpoints() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("organisation", sa.String(20), nullable=False, server_default=""),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("all_units", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.Column("units", sa.Text(), nullable=False, server_default=""),
        sa.Column("addresses", sa.Text(), nullable=False, server_default=""),
        sa.Column("types", sa.Text(), nullable=False, server_default=""),
        sa.Column("client_id", sa.Integer(), sa.ForeignKey("api_client.id"), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("rests_until", UtcDateTime(), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("served_at", UtcDateTime(), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("token", sa.String(36), nullable=False, server_default=""),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.Column("disabled_for", sa.String(10), nullable=False, server_default=""),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("missed_from", sa.Integer(), nullable=True),
        sa.Column("missed_to", sa.Integer(), nullable=True),
        sa.CheckConstraint("state in ('ACTIVE','DISABLED','ENDED')", name=op.f("ck_webhook_endpoint_state")),
        sa.CheckConstraint(
            "(state = 'ENDED') = (ended_at is not null)", name=op.f("ck_webhook_endpoint_ended")
        ),
        sa.CheckConstraint(
            "state <> 'DISABLED' or disabled_for <> ''", name=op.f("ck_webhook_endpoint_disabled")
        ),
        sa.CheckConstraint(
            "(failures = 0) = (failing_since is null)", name=op.f("ck_webhook_endpoint_failing")
        ),
        sa.CheckConstraint(
            "(missed_from is null) = (missed_to is null)", name=op.f("ck_webhook_endpoint_missed")
        ),
    )
    op.create_index("ix_webhook_endpoint_organisation", "webhook_endpoint", ["organisation"])
    op.create_table(
        "webhook_secret",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("endpoint_id", sa.Integer(), sa.ForeignKey("webhook_endpoint.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False, server_default=""),
        sa.CheckConstraint("place in (1, 2)", name=op.f("ck_webhook_secret_place")),
        sa.CheckConstraint("(ended_at is null) = (ended_by = '')", name=op.f("ck_webhook_secret_ended")),
        sa.CheckConstraint("ended_at is null or secret = ''", name=op.f("ck_webhook_secret_emptied")),
    )
    op.create_index(
        "uq_webhook_secret_held",
        "webhook_secret",
        ["endpoint_id", "place"],
        unique=True,
        sqlite_where=sa.text("ended_at is null"),
        postgresql_where=sa.text("ended_at is null"),
    )


def _make_messages() -> None:
    op.create_table(
        "webhook_message",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("endpoint_id", sa.Integer(), sa.ForeignKey("webhook_endpoint.id"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.String(60), nullable=False),
        sa.Column("type", sa.String(60), nullable=False),
        sa.Column("execution_reference", sa.String(60), nullable=False, server_default=""),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("first_tried_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state in ('WAITING','DELIVERED','FAILED')", name=op.f("ck_webhook_message_state")
        ),
        sa.CheckConstraint(
            "(state = 'WAITING') = (closed_at is null)", name=op.f("ck_webhook_message_closed")
        ),
    )
    op.create_index("uq_webhook_message_event", "webhook_message", ["endpoint_id", "event_id"], unique=True)
    op.create_index(
        "ix_webhook_message_state", "webhook_message", ["endpoint_id", "state", "execution_reference"]
    )
    op.create_index("ix_webhook_message_closed_at", "webhook_message", ["closed_at"])
    op.create_table(
        "webhook_attempt",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("endpoint_id", sa.Integer(), sa.ForeignKey("webhook_endpoint.id"), nullable=False),
        sa.Column("message_id", sa.Integer(), sa.ForeignKey("webhook_message.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("fault", sa.String(40), nullable=False, server_default=""),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(200), nullable=False, server_default=""),
        sa.CheckConstraint("(status is null) = (fault <> '')", name=op.f("ck_webhook_attempt_fault")),
    )
    op.create_index("ix_webhook_attempt_message_id", "webhook_attempt", ["message_id"])
