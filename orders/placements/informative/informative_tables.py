"""What suppliers tell the buyer beside the months: one row for each informative report, codes and no text."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, text

from foundation.tables import metadata

informative_report = Table(
    "informative_report",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("execution_reference", ForeignKey("placement.execution_reference"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("filed_on", Date, nullable=False),
    Column("filed_by", String(80), nullable=False),
    # Who read it or withdrew it, and when.
    Column("settled_on", Date, nullable=True),
    Column("settled_by", String(80), nullable=False, server_default=""),
    CheckConstraint("state in ('UNREAD','READ','WITHDRAWN')", name="state"),
    Index("ix_informative_report_execution_reference", "execution_reference"),
)
# The same told twice before anybody has read it is told once; what waits is few of all there are.
Index(
    "uq_informative_report_unread",
    informative_report.c.execution_reference,
    informative_report.c.kind,
    unique=True,
    sqlite_where=text("state = 'UNREAD'"),
    postgresql_where=text("state = 'UNREAD'"),
)
