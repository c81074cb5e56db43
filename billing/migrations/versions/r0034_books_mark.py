"""The mark of the books, which lies outside them too, and the numbers that were passed over after a restore."""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema
from foundation import append_only

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables; the mark's row is made as the journal's head is, when the books are brought up to date."""
    op.create_table(
        "books_mark",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("tick", sa.Integer(), nullable=False),
        sa.Column("held_since", sa.String(40), nullable=False, server_default=""),
        sa.Column("seen", sa.Text(), nullable=False, server_default=""),
        sa.CheckConstraint("id = 1", name="ck_books_mark_one"),
    )
    op.create_table(
        "series_jump",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("series", sa.String(40), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("by_person", sa.String(80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("first <= last", name="ck_series_jump_order"),
    )
    append_only.protect_standing(op.get_bind(), "series_jump")
    _let_a_restore_stop_payments()


_WAS = "reason in ('BANKRUPTCY','ATTACHMENT','DISPUTE')"
_BECOMES = "reason in ('BANKRUPTCY','ATTACHMENT','DISPUTE','RESTORED')"


def _let_a_restore_stop_payments() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_payment_stop_reason", "payment_stop", type_="check")
        op.create_check_constraint("ck_payment_stop_reason", "payment_stop", _BECOMES)
        return
    sqlite_schema.reword(op.get_bind(), "payment_stop", {_WAS: _BECOMES})
