"""What an auditor's client may see, registers that programs propose, and suppliers' full exports."""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nobody has been given or has asked for any of it yet."""
    op.create_table(
        "audit_period",
        sa.Column("client_id", sa.Integer(), sa.ForeignKey("api_client.id"), primary_key=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_audit_period_runs")),
    )
    op.create_table(
        "register_load",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint(
            "state in ('PROPOSED','LOADED','DECLINED','WITHDRAWN')", name=op.f("ck_register_load_state")
        ),
        sa.CheckConstraint(
            "(state = 'PROPOSED') = (decided_at is null)", name=op.f("ck_register_load_decided")
        ),
        sa.CheckConstraint(
            "state <> 'LOADED' or (decided_by <> '' and decided_by <> proposed_by)",
            name=op.f("ck_register_load_two"),
        ),
    )
    op.create_index("ix_register_load_state", "register_load", ["state"])
    op.create_table(
        "supplier_export",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("sha256", sa.String(64), nullable=False, server_default=""),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state in ('WAITING','READY','FAILED','REMOVED')", name=op.f("ck_supplier_export_state")
        ),
        sa.CheckConstraint(
            "state not in ('READY','REMOVED') or (sha256 <> '' and made_at is not null)",
            name=op.f("ck_supplier_export_made"),
        ),
    )
    op.create_index("ix_supplier_export_supplier", "supplier_export", ["supplier"])
    op.create_table(
        "supplier_export_part",
        sa.Column("export_id", sa.Integer(), sa.ForeignKey("supplier_export.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
