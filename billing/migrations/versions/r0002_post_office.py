"""The tables of a post office that tries again: lanes, attempts, notes, jobs and alarms.

Letters laid out or received before keep their rows; what was not known of them is empty.
"""

import sqlalchemy as sa
from alembic import op

from foundation.sql import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what sending, receiving and the timetable keep."""
    _access_point()
    _lane()
    _attempt()
    _letter_note()
    _inbox()
    _outbox()
    _alarm()
    _job_run()


def _access_point() -> None:
    op.create_table(
        "access_point",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("probe_at", UtcDateTime(), nullable=True),
        sa.Column("probes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.Column("collector", sa.String(length=36), nullable=True),
        sa.Column("collector_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )


def _lane() -> None:
    op.create_table(
        "lane",
        sa.Column("receiver", sa.String(length=80), nullable=False),
        sa.Column("token", sa.String(length=36), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("served_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("receiver"),
    )


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("access_point", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter"],
            ["outbox.sequence"],
        ),
        sa.PrimaryKeyConstraint("letter", "number"),
    )


def _letter_note() -> None:
    op.create_table(
        "letter_note",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("other", sa.Integer(), nullable=True),
        sa.Column("sentence_sv", sa.Text(), nullable=False),
        sa.Column("sentence_en", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter"],
            ["inbox.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_letter_note_letter"), "letter_note", ["letter"], unique=False)


def _inbox() -> None:
    op.add_column(
        "inbox", sa.Column("transport_key", sa.String(length=480), server_default="", nullable=False)
    )
    op.add_column("inbox", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("inbox", sa.Column("error", sa.Text(), server_default="", nullable=False))
    op.add_column("inbox", sa.Column("alarmed_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_inbox_aside",
        "inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state in ('CONFLICT', 'QUARANTINED', 'FAILED')"),
        postgresql_where=sa.text("state in ('CONFLICT', 'QUARANTINED', 'FAILED')"),
    )
    op.create_index(
        "ix_inbox_failed",
        "inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'FAILED'"),
        postgresql_where=sa.text("state = 'FAILED'"),
    )
    op.create_index(
        "uq_inbox_transport_key",
        "inbox",
        ["transport_key"],
        unique=True,
        sqlite_where=sa.text("state <> 'REPEAT' and state <> 'CONFLICT' and transport_key <> ''"),
        postgresql_where=sa.text("state <> 'REPEAT' and state <> 'CONFLICT' and transport_key <> ''"),
    )


def _outbox() -> None:
    op.add_column("outbox", sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.add_column("outbox", sa.Column("laid_at", UtcDateTime(), nullable=True))
    op.add_column("outbox", sa.Column("closed_at", UtcDateTime(), nullable=True))
    op.add_column("outbox", sa.Column("reference", sa.String(length=400), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("ask_at", UtcDateTime(), nullable=True))
    op.add_column("outbox", sa.Column("outcome", sa.String(length=20), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("alarmed_at", UtcDateTime(), nullable=True))
    op.add_column("outbox", sa.Column("resends", sa.Integer(), nullable=True))
    op.drop_index(op.f("ix_outbox_waiting"), table_name="outbox", sqlite_where=sa.text("state = 'WAITING'"))
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["receiver", "sequence"],
        unique=False,
        sqlite_where=sa.text("state = 'WAITING'"),
        postgresql_where=sa.text("state = 'WAITING'"),
    )
    op.create_index(
        "ix_outbox_ask",
        "outbox",
        ["ask_at"],
        unique=False,
        sqlite_where=sa.text("state = 'SENT' and ask_at is not null"),
        postgresql_where=sa.text("state = 'SENT' and ask_at is not null"),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["state", "receiver"],
        unique=False,
        sqlite_where=sa.text("state = 'WAITING' or state = 'STUCK' or state = 'REJECTED'"),
        postgresql_where=sa.text("state = 'WAITING' or state = 'STUCK' or state = 'REJECTED'"),
    )


def _alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("sentence_sv", sa.Text(), nullable=False),
        sa.Column("sentence_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index("ix_alarm_kind_raised_at", "alarm", ["kind", "raised_at"], unique=False)


def _job_run() -> None:
    op.create_table(
        "job_run",
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("slot", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("token", sa.String(length=36), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("alarmed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state in ('CLAIMED', 'DONE', 'FAILED', 'GIVEN_UP')", name=op.f("ck_job_run_state")
        ),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
    )


def downgrade() -> None:
    """Refused: what stands in these tables would be lost."""
    raise NotImplementedError("There is no way back from this revision; restore a copy from before it.")
