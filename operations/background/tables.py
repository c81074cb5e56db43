"""The table of background work: what was asked for, how far it has come, and what came of it."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

background_task = Table(
    "background_task",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(30), nullable=False),
    # What it works on, such as a proposal: one piece of work at a time about the same thing.
    Column("about", String(60), nullable=False),
    # What was asked for and how far it has come, as JSON that its kind alone reads.
    Column("content", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("rows_total", Integer, nullable=False, server_default="0"),
    Column("rows_done", Integer, nullable=False, server_default="0"),
    Column("asked_by", String(80), nullable=False),
    # What the person must still be allowed when it runs; nothing for who works at the terminal.
    Column("permission", String(20), nullable=False, server_default=""),
    Column("asked_at", UtcDateTime(), nullable=False),
    # How often a worker has taken it and not given it back since, who has it, and until when it is nobody else's.
    Column("taken", Integer, nullable=False, server_default="0"),
    Column("token", String(36), nullable=False, server_default=""),
    Column("until", UtcDateTime(), nullable=True),
    Column("ended_at", UtcDateTime(), nullable=True),
    # What came of it, in a sentence; 1 where less was done than was asked for.
    Column("outcome_sv", Text, nullable=False, server_default=""),
    Column("outcome_en", Text, nullable=False, server_default=""),
    Column("is_short", Integer, nullable=False, server_default="0"),
    # Where the page of what was made lies.
    Column("leads_to", String(120), nullable=False, server_default=""),
    Column("fault", String(200), nullable=False, server_default=""),
    Column("alarmed_at", UtcDateTime(), nullable=True),
    CheckConstraint("state in ('WAITING','DONE','REFUSED','STUCK','STOPPED')", name="state"),
    CheckConstraint("is_short in (0, 1)", name="is_short"),
    Index("ix_background_task_state", "state", "id"),
)
Index(
    "uq_background_task_waiting",
    background_task.c.about,
    unique=True,
    sqlite_where=text("state in ('WAITING','STUCK')"),
    postgresql_where=text("state in ('WAITING','STUCK')"),
)
