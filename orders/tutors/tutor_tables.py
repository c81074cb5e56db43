"""A unit's tutors (handledare), and which a placement has: a row for each assignment, one of them standing.

A tutor is an opaque code of the supplier's own, never a name; a person with an account may be tied to it.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from foundation.tables import metadata

unit_tutor = Table(
    "unit_tutor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("supplier", String(20), nullable=False),
    Column("unit_id", String(60), nullable=False),
    Column("code", String(40), nullable=False),
    # The opaque id of a person with an account; empty for none.
    Column("person", String(80), nullable=False, server_default=""),
    Column("state", String(20), nullable=False),
    Column("added_on", Date, nullable=False),
    Column("closed_on", Date, nullable=True),
    UniqueConstraint("unit_id", "code"),
    CheckConstraint("state in ('ACTIVE','CLOSED')", name="state"),
    CheckConstraint("(state = 'CLOSED') = (closed_on is not null)", name="closed_on"),
    Index("ix_unit_tutor_supplier", "supplier"),
    Index("ix_unit_tutor_person", "person"),
)

tutor_assignment = Table(
    "tutor_assignment",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("execution_reference", ForeignKey("placement.execution_reference"), nullable=False),
    Column("tutor", String(40), nullable=False),
    Column("assigned_on", Date, nullable=False),
    Column("assigned_by", String(80), nullable=False),
    Column("state", String(20), nullable=False),
    Index("ix_tutor_assignment_execution_reference", "execution_reference"),
)
Index(
    "uq_tutor_assignment_standing",
    tutor_assignment.c.execution_reference,
    unique=True,
    sqlite_where=text("state = 'STANDING'"),
    postgresql_where=text("state = 'STANDING'"),
)
