"""The tables that every folder shares: number series, and the journal with its head."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from foundation import append_only

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


# One row per series. The number is taken in the transaction that uses it, so a rollback leaves no gap.
number_series = Table(
    "number_series",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
)


journal = Table(
    "journal",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("execution_reference", String(60), nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_journal_execution_reference", "execution_reference"),
    Index("ix_journal_subject", "subject"),
)


journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("id = 1", name="one"),
)


# One row: which life of the books this is, and how far it has come. A copy of it lies outside the database.
books_mark = Table(
    "books_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # One more for every restore that was gone through.
    Column("generation", Integer, nullable=False),
    # One more before every effect outside the database: a message sent or acknowledged, a file that leaves.
    Column("tick", Integer, nullable=False),
    # Since when the books are known to be older than what lies outside; nothing is written until that is settled.
    Column("held_since", String(40), nullable=False, server_default=""),
    # What the mark outside said then, as JSON.
    Column("seen", Text, nullable=False, server_default=""),
    CheckConstraint("id = 1", name="one"),
)


# Numbers of a series that were passed over, since they may have been used in books that are lost.
series_jump = Table(
    "series_jump",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("series", String(40), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("by_person", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("first <= last", name="order"),
)
append_only.protect(series_jump)
