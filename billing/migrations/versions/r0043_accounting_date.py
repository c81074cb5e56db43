"""Vouchers with an accounting date and the event's own day, and months that close."""

import sqlalchemy as sa
from alembic import op

from billing.migrations import sqlite_schema
from foundation.sql import UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

# As it was when this was written: what is closed reaches to the last day of the last closed month.
_CLOSED = "(SELECT MAX(ends_on) FROM month_closing WHERE state IN ('CLOSED', 'REOPEN_ASKED'))"
_BOOKED_ON = {
    "voucher": "NEW.booked_on",
    "voucher_row": "(SELECT booked_on FROM voucher WHERE number = NEW.voucher)",
}
_STANDS = "state in ('ASKED', 'CLOSED', 'REOPEN_ASKED')"


def upgrade() -> None:
    """Add the day and the table; vouchers that stand were booked on their own days."""
    _voucher()
    op.create_index("ix_voucher_booked_on", "voucher", ["booked_on"])
    op.create_table(
        "month_closing",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("closed_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("reopen_reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("reopen_asked_by", sa.String(80), nullable=False, server_default=""),
        sa.Column("reopen_asked_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(80), nullable=False, server_default=""),
        sa.CheckConstraint(
            "state in ('ASKED','CLOSED','REOPEN_ASKED','REOPENED','REFUSED')",
            name=op.f("ck_month_closing_state"),
        ),
        sa.CheckConstraint(
            "closed_by = '' or closed_by <> asked_by", name=op.f("ck_month_closing_two_close")
        ),
        sa.CheckConstraint(
            "state <> 'REOPENED' or ended_by <> reopen_asked_by", name=op.f("ck_month_closing_two_reopen")
        ),
        sa.CheckConstraint(
            "reopen_asked_by = '' or reopen_reason <> ''", name=op.f("ck_month_closing_why_reopened")
        ),
    )
    op.create_index(
        "uq_month_closing_standing",
        "month_closing",
        ["month"],
        unique=True,
        sqlite_where=sa.text(_STANDS),
        postgresql_where=sa.text(_STANDS),
    )
    connection = op.get_bind()
    for table, day in _BOOKED_ON.items():
        if connection.dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {table}_month_closed BEFORE INSERT ON {table} WHEN {day} <= {_CLOSED} "
                "BEGIN SELECT RAISE(ABORT, 'the month is closed'); END"
            )
            continue
        op.execute(
            f"CREATE FUNCTION refuse_{table}_of_closed_month() RETURNS trigger AS $$ BEGIN IF {day} <= {_CLOSED} "
            "THEN RAISE EXCEPTION 'the month is closed'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            f"CREATE TRIGGER {table}_month_closed BEFORE INSERT ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION refuse_{table}_of_closed_month()"
        )


def _voucher() -> None:
    check = "event_on is null or event_on < booked_on"
    if op.get_bind().dialect.name == "sqlite":
        # Its rows refer to the voucher, so the table cannot be copied; a column may bring its check along.
        op.execute(
            f"ALTER TABLE voucher ADD COLUMN event_on DATE CONSTRAINT ck_voucher_moved_on CHECK ({check})"
        )
        sqlite_schema.reword(op.get_bind(), "voucher", {"text VARCHAR(120)": "text TEXT"})
        return
    op.add_column("voucher", sa.Column("event_on", sa.Date(), nullable=True))
    op.alter_column("voucher", "text", type_=sa.Text(), existing_type=sa.String(120), existing_nullable=False)
    op.create_check_constraint(op.f("ck_voucher_moved_on"), "voucher", check)
