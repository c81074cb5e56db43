"""The tables of suppliers' full exports: what was asked for, and the file in pieces while it is kept."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table

from foundation.sql import UtcDateTime
from foundation.tables import metadata

supplier_export = Table(
    "supplier_export",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("supplier", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", UtcDateTime(), nullable=False),
    # The background work that makes it.
    Column("task_id", Integer, nullable=False),
    Column("made_at", UtcDateTime(), nullable=True),
    Column("size", Integer, nullable=False, server_default="0"),
    Column("sha256", String(64), nullable=False, server_default=""),
    # The last day it can be fetched.
    Column("kept_until", Date, nullable=True),
    CheckConstraint("state in ('WAITING','READY','FAILED','REMOVED')", name="state"),
    CheckConstraint(
        "state not in ('READY','REMOVED') or (sha256 <> '' and made_at is not null)", name="made"
    ),
    Index("ix_supplier_export_supplier", "supplier"),
)

# The file in pieces, so that neither making nor sending it takes more memory than a piece.
supplier_export_part = Table(
    "supplier_export_part",
    metadata,
    Column("export_id", ForeignKey("supplier_export.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
