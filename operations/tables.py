"""The tables of our own work: which job ran in which slot, and which alarms were raised."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

# One row per job and slot: the key is what lets a slot be run by one worker only.
job_run = Table(
    "job_run",
    metadata,
    Column("job", String(60), primary_key=True),
    Column("slot", UtcDateTime(), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("token", String(36), nullable=False),
    # While CLAIMED: when another may take over. While FAILED: when it is tried again.
    Column("until", UtcDateTime(), nullable=True),
    Column("tries", Integer, nullable=False),
    Column("started_at", UtcDateTime(), nullable=False),
    Column("ended_at", UtcDateTime(), nullable=True),
    # What came of it in a few words, or the kind and place of the error.
    Column("note", Text, nullable=False, server_default=""),
    Column("alarmed_at", UtcDateTime(), nullable=True),
    CheckConstraint("state in ('CLAIMED', 'DONE', 'FAILED', 'GIVEN_UP')", name="state"),
)

# Alarms are only ever added; what has been alarmed about carries the moment itself.
alarm = Table(
    "alarm",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),
    Column("raised_at", UtcDateTime(), nullable=False),
    Column("count", Integer, nullable=False),
    Column("about", Text, nullable=False),
    Column("sentence_sv", Text, nullable=False),
    Column("sentence_en", Text, nullable=False),
    Index("ix_alarm_kind_raised_at", "kind", "raised_at"),
)
