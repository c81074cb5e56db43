"""The tables of payment control, and only their shape.

What registers outside told is kept as it came (`control_data_load`); `control_data` is the newest of it, a row for each
supplier and kind. What a run of payments was found to be, and what a person released, is append-only.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from foundation import append_only
from foundation.sql import UtcDateTime
from foundation.tables import metadata

# A file of control data as it came; the same bytes are one load.
control_data_load = Table(
    "control_data_load",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sha256", String(64), nullable=False, unique=True),
    # Who told: a register or a service, as whoever loads it names it, or the address it was fetched from.
    Column("source", String(120), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("rows", Integer, nullable=False),
    # Of the rows: those that are newest now, older than what we had, and about none of our suppliers.
    Column("taken", Integer, nullable=False),
    Column("older", Integer, nullable=False),
    Column("strangers", Integer, nullable=False),
    Column("loaded_at", UtcDateTime(), nullable=False),
    Column("loaded_by", String(80), nullable=False),
    CheckConstraint("rows = taken + older + strangers", name="whole"),
)

control_data = Table(
    "control_data",
    metadata,
    Column("supplier", String(20), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("value", Integer, nullable=False),
    Column("since", Date, nullable=True),
    Column("told_at", UtcDateTime(), nullable=False),
    Column("load_id", ForeignKey("control_data_load.id"), nullable=False),
    CheckConstraint("kind in ('F_TAX','VAT','BANKRUPTCY')", name="kind"),
    CheckConstraint("value in (0, 1)", name="value"),
)

# A person lets a payment through that a control stops, with a reason; it is of this finding, and of no later one.
control_release = Table(
    "control_release",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("control", String(20), nullable=False),
    Column("basis", String(200), nullable=False),
    Column("reason", Text, nullable=False),
    Column("released_by", String(80), nullable=False),
    Column("released_at", UtcDateTime(), nullable=False),
    UniqueConstraint("invoice_id", "control", "basis"),
    CheckConstraint("reason <> ''", name="reason"),
)

# One control of all payments of a proposal: when it was made, and when its file was.
control_run = Table(
    "control_run",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("proposal", String(20), nullable=False),
    Column("step", String(10), nullable=False),
    Column("payments", Integer, nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    Column("made_by", String(80), nullable=False),
    CheckConstraint("step in ('PROPOSED','EXPORTED')", name="step"),
    Index("ix_control_run_proposal", "proposal"),
)

# How many payments each control came to what for.
control_run_count = Table(
    "control_run_count",
    metadata,
    Column("run_id", ForeignKey("control_run.id"), primary_key=True),
    Column("control", String(20), primary_key=True),
    Column("verdict", String(10), primary_key=True),
    Column("payments", Integer, nullable=False),
)

# Each payment that a control noted, stopped or found released; what passed, or had nothing to go by, is counted alone.
control_run_row = Table(
    "control_run_row",
    metadata,
    Column("run_id", ForeignKey("control_run.id"), primary_key=True),
    Column("invoice_id", ForeignKey("invoice.id"), primary_key=True),
    Column("control", String(20), primary_key=True),
    Column("verdict", String(10), nullable=False),
    Column("source_sv", String(120), nullable=False),
    Column("source_en", String(120), nullable=False),
    Column("moment", UtcDateTime(), nullable=True),
    Column("sentence_sv", Text, nullable=False),
    Column("sentence_en", Text, nullable=False),
)

for _table in (control_data_load, control_release, control_run, control_run_count, control_run_row):
    append_only.protect(_table)
