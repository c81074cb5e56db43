"""Which tutor (handledare) a placement has: one row for each assignment, one of them standing.

A tutor is an opaque code, never a name: the id of an account or a code of the supplier's own.
"""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table, text

from foundation.tables import metadata

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
