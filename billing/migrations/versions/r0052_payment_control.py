"""Payment control: what registers outside tell, what a person lets through, and what each run of payments came to."""

import sqlalchemy as sa
from alembic import op

from foundation import append_only
from foundation.sql import UtcDateTime

revision = "0052"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; nothing is told yet, and what was paid before was not controlled."""
    op.create_table(
        "control_data_load",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("older", sa.Integer(), nullable=False),
        sa.Column("strangers", sa.Integer(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("loaded_by", sa.String(80), nullable=False),
        sa.UniqueConstraint("sha256", name=op.f("uq_control_data_load_sha256")),
        sa.CheckConstraint("rows = taken + older + strangers", name="ck_control_data_load_whole"),
    )
    op.create_table(
        "control_data",
        sa.Column("supplier", sa.String(20), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("load_id", sa.Integer(), sa.ForeignKey("control_data_load.id"), nullable=False),
        sa.CheckConstraint("kind in ('F_TAX','VAT','BANKRUPTCY')", name="ck_control_data_kind"),
        sa.CheckConstraint("value in (0, 1)", name="ck_control_data_value"),
    )
    op.create_table(
        "control_release",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("invoice_id", sa.Integer(), sa.ForeignKey("invoice.id"), nullable=False),
        sa.Column("control", sa.String(20), nullable=False),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_by", sa.String(80), nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint(
            "invoice_id", "control", "basis", name=op.f("uq_control_release_invoice_id_control_basis")
        ),
        sa.CheckConstraint("reason <> ''", name="ck_control_release_reason"),
    )
    _add_runs()
    for table in (
        "control_data_load",
        "control_release",
        "control_run",
        "control_run_count",
        "control_run_row",
    ):
        append_only.protect_standing(op.get_bind(), table)


def _add_runs() -> None:
    op.create_table(
        "control_run",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("proposal", sa.String(20), nullable=False),
        sa.Column("step", sa.String(10), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.CheckConstraint("step in ('PROPOSED','EXPORTED')", name="ck_control_run_step"),
    )
    op.create_index("ix_control_run_proposal", "control_run", ["proposal"])
    op.create_table(
        "control_run_count",
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("control_run.id"), primary_key=True),
        sa.Column("control", sa.String(20), primary_key=True),
        sa.Column("verdict", sa.String(10), primary_key=True),
        sa.Column("payments", sa.Integer(), nullable=False),
    )
    op.create_table(
        "control_run_row",
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("control_run.id"), primary_key=True),
        sa.Column("invoice_id", sa.Integer(), sa.ForeignKey("invoice.id"), primary_key=True),
        sa.Column("control", sa.String(20), primary_key=True),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("source_sv", sa.String(120), nullable=False),
        sa.Column("source_en", sa.String(120), nullable=False),
        sa.Column("moment", UtcDateTime(), nullable=True),
        sa.Column("sentence_sv", sa.Text(), nullable=False),
        sa.Column("sentence_en", sa.Text(), nullable=False),
    )
