"""The table of registers that programs have proposed to load: a person loads each, or says no to it."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text

from foundation.sql import UtcDateTime
from foundation.tables import metadata

register_load = Table(
    "register_load",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    # The register as it was sent, in the form of the versions.
    Column("content", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("proposed_by", String(80), nullable=False),
    Column("proposed_at", UtcDateTime(), nullable=False),
    Column("decided_by", String(80), nullable=False, server_default=""),
    Column("decided_at", UtcDateTime(), nullable=True),
    Column("reason", Text, nullable=False, server_default=""),
    CheckConstraint("state in ('PROPOSED','LOADED','DECLINED','WITHDRAWN')", name="state"),
    CheckConstraint("(state = 'PROPOSED') = (decided_at is null)", name="decided"),
    # Nobody loads what he has proposed himself.
    CheckConstraint("state <> 'LOADED' or (decided_by <> '' and decided_by <> proposed_by)", name="two"),
    Index("ix_register_load_state", "state"),
)
