"""The mark of the books, which lies outside them too, and the numbers that were passed over after a restore."""

import sqlalchemy as sa
from alembic import op

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


_REASONS = "reason in ('BANKRUPTCY','ATTACHMENT','DISPUTE','RESTORED')"


def _let_a_restore_stop_payments() -> None:
    """SQLite changes no CHECK of a table that stands: there the table is made anew."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("ck_payment_stop_reason", "payment_stop", type_="check")
        op.create_check_constraint("ck_payment_stop_reason", "payment_stop", _REASONS)
        return
    op.drop_index("uq_payment_stop_holding", "payment_stop")
    op.rename_table("payment_stop", "payment_stop_before")
    op.create_table(
        "payment_stop",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("supplier", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("lift_asked_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("lift_asked_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False, server_default=""),
        sa.CheckConstraint(_REASONS, name="ck_payment_stop_reason"),
        sa.CheckConstraint(
            "state in ('ASKED','STANDING','LIFT_ASKED','LIFTED','REFUSED')", name="ck_payment_stop_state"
        ),
        sa.CheckConstraint("confirmed_by <> asked_by", name="ck_payment_stop_two_people"),
        sa.CheckConstraint(
            "state in ('ASKED','REFUSED') or confirmed_by <> ''", name="ck_payment_stop_confirmed"
        ),
        sa.CheckConstraint(
            "state <> 'LIFTED' or (lift_asked_by <> '' and ended_by <> '' and ended_by <> lift_asked_by)",
            name="ck_payment_stop_lifted",
        ),
    )
    columns = "id, supplier, reason, state, asked_by, asked_at, confirmed_by, lift_asked_by, lift_asked_at, ended_by"
    op.execute(f"insert into payment_stop ({columns}) select {columns} from payment_stop_before")  # noqa: S608
    op.drop_table("payment_stop_before")
    op.create_index(
        "uq_payment_stop_holding",
        "payment_stop",
        ["supplier"],
        unique=True,
        sqlite_where=sa.text("state in ('ASKED','STANDING','LIFT_ASKED')"),
    )
