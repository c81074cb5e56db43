"""The tables that every folder shares: number series, and the journal with its chains and roots."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from foundation import append_only
from foundation.engines import partitions
from foundation.engines.partitions import Division

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
# On PostgreSQL only the series that may have no gaps stand here (decision 121).
number_series = Table(
    "number_series",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
)


# On PostgreSQL the numbers that may have gaps come from these, which nobody holds; SQLite has none (decision 121).
NUMBER_SEQUENCES: Final[Mapping[str, Sequence]] = {
    name: Sequence(f"{name}_number", start=first, metadata=metadata)
    for name, first in (
        ("purchase_order", 2_100_000_001),
        ("execution_reference", 100_000_001),
        ("payment", 10_000_001),
    )
}

# The journal's `sequence` on PostgreSQL.
JOURNAL_SEQUENCE: Final = Sequence("journal_sequence", metadata=metadata)


journal = Table(
    "journal",
    metadata,
    # What lists are ordered by: unique, increasing along each chain, and not without gaps (decision 120).
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False),
    Column("execution_reference", String(60), nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    # Empty: the one chain of earlier versions, which is closed, and whose positions are its sequence.
    Column("chain", String(70), nullable=False, server_default=""),
    Column("position", Integer, nullable=True),
    CheckConstraint(
        "chain = '' or chain = 'case ' || execution_reference"
        " or (execution_reference = '' and chain like 'other __')",
        name="chain",
    ),
    CheckConstraint("(chain = '') = (position is null)", name="position"),
    Index("ix_journal_execution_reference", "execution_reference"),
    Index("ix_journal_subject", "subject"),
    Index(
        "uq_journal_chain_position",
        "chain",
        "position",
        unique=True,
        sqlite_where=text("chain <> ''"),
        # PostgreSQL has it in each partition; across them the head's step is the guard (`chain_store.move`).
    ).ddl_if(dialect="sqlite"),
    postgresql_partition_by="RANGE (sequence)",
)
partitions.divide(
    journal,
    Division("journal", by="sequence", each=5_000_000, within=("(chain, position) WHERE chain <> ''",)),
)


# Where each chain stands: its last position and that row's hash.
journal_chain = Table(
    "journal_chain",
    metadata,
    Column("chain", String(70), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)


# A tree over the heads of the chains that moved since the root before, chained to that root.
journal_root = Table(
    "journal_root",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("day", String(10), nullable=False),
    Column("previous", String(64), nullable=False),
    # How many leaves, and what their tree comes to.
    Column("leaves", Integer, nullable=False),
    Column("tree", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("number > 0 and leaves > 0", name="counted"),
)

# The heads that a root was made over, in their places.
journal_leaf = Table(
    "journal_leaf",
    metadata,
    Column("root", Integer, ForeignKey("journal_root.number"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("chain", String(70), nullable=False),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("chain", "position"),
    CheckConstraint("place >= 0 and position > 0", name="counted"),
)


# One row: which life of the books this is, and how far it has come. A copy of it lies outside the database.
books_mark = Table(
    "books_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    # One more for every restore that was gone through.
    Column("generation", Integer, nullable=False),
    # What was counted before every effect outside the database until it was counted in slots (`books_tick`).
    Column("tick", Integer, nullable=False),
    # Since when the books are known to be older than what lies outside; nothing is written until that is settled.
    Column("held_since", String(40), nullable=False, server_default=""),
    # What the mark outside said then, as JSON.
    Column("seen", Text, nullable=False, server_default=""),
    CheckConstraint("id = 1", name="one"),
)


# One more in some slot before every effect outside the database: a message sent or acknowledged, a file that leaves.
# The tick of the books is the sum: many who count at once hold rows of their own.
books_tick = Table(
    "books_tick",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("tick", BigInteger, nullable=False),
    # Made anew at each count: the same number counted twice, in two lives of the books, is told apart by it.
    Column("token", String(32), nullable=False),
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
