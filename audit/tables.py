"""The tables of keeping and disposing, and only their shape: legal holds, disposals, and what was disposed of."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text, text

from foundation import append_only
from foundation.tables import metadata

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("execution_reference", String(60), nullable=False),
    Column("placed_by", String(80), nullable=False),
    Column("placed_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("lifted_by", String(80), nullable=False, server_default=""),
    Column("lifted_on", Date, nullable=True),
)
Index(
    "uq_legal_hold_standing",
    legal_hold.c.execution_reference,
    unique=True,
    sqlite_where=text("lifted_on is null"),
    postgresql_where=text("lifted_on is null"),
)

# A disposal is one person's proposal and another's word; what it came to is its protocol.
disposal = Table(
    "disposal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("proposed_by", String(80), nullable=False),
    Column("proposed_on", Date, nullable=False),
    Column("confirmed_by", String(80), nullable=False, server_default=""),
    Column("confirmed_on", Date, nullable=True),
    Column("state", String(10), nullable=False),
    Column("protocol", Text, nullable=False, server_default=""),
    CheckConstraint("state in ('PROPOSED','DONE','WITHDRAWN')", name="state"),
    CheckConstraint("confirmed_by <> proposed_by", name="two_people"),
)

disposal_case = Table(
    "disposal_case",
    metadata,
    Column("disposal_id", ForeignKey("disposal.id"), primary_key=True),
    Column("execution_reference", String(60), primary_key=True),
    Column("keep_until", Date, nullable=False),
)

# What no longer has its bytes: the fingerprint and the size they had.
disposed_body = Table(
    "disposed_body",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("item_id", Integer, primary_key=True, autoincrement=False),
    Column("disposal_id", ForeignKey("disposal.id"), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
)

append_only.protect(disposed_body)
