"""The tables of the test bench, apart from all real books: how far a supplier has come, and what it tried.

Nothing here is ever read by matching, payment, the statement or a number series.
"""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

test_flow = Table(
    "test_flow",
    metadata,
    Column("supplier", String(20), primary_key=True),
    Column("step", String(20), nullable=False),
    # The supplier says the step is done and waits for the buyer's administrator.
    Column("asked", Boolean, nullable=False),
    Column("asked_by", String(80), nullable=False, server_default=""),
    Column("changed_at", UtcDateTime(), nullable=False),
    Column("confirmed_by", String(80), nullable=False, server_default=""),
    # Why the administrator sent it back, for the supplier to read.
    Column("note", Text, nullable=False, server_default=""),
)

test_document = Table(
    "test_document",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("supplier", String(20), nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", UtcDateTime(), nullable=False),
    # Empty where the bytes are no document that can be read.
    Column("document_type", String(20), nullable=False),
    Column("number", String(120), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_test_document_supplier", "supplier"),
)
