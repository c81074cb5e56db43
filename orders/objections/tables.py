"""The tables of objections to orders, and only their shape."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

order_objection = Table(
    "order_objection",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("order_number", ForeignKey("purchase_order.number"), nullable=False),
    Column("channel", String(10), nullable=False),
    # The Order Response it came by, as the peers' answers are numbered.
    Column("answer_id", Integer, nullable=True, unique=True),
    Column("state", String(20), nullable=False),
    Column("made_on", Date, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("answered_on", Date, nullable=True),
    Column("answered_by", String(80), nullable=False, server_default=""),
    Column("answer_reason", String(20), nullable=False, server_default=""),
    Column("replaced_by", String(20), nullable=False, server_default=""),
    # When somebody was last told that it waits.
    Column("alarmed_at", UtcDateTime(), nullable=True),
    CheckConstraint("state in ('OPEN','STANDS','CANCELLED','REPLACED','WITHDRAWN')", name="state"),
    CheckConstraint("(state = 'REPLACED') = (replaced_by <> '')", name="replaced_by"),
    Index("ix_order_objection_order_number", "order_number"),
)
Index(
    "uq_order_objection_open",
    order_objection.c.order_number,
    unique=True,
    sqlite_where=text("state = 'OPEN'"),
    postgresql_where=text("state = 'OPEN'"),
)

objection_point = Table(
    "objection_point",
    metadata,
    Column("objection_id", ForeignKey("order_objection.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("line_id", String(20), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("expected", String(20), nullable=False, server_default=""),
)
