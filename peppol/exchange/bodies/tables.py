"""The tables of messages' bytes, only their shape: a row is written once with its message and never changed.

`day` is the day the message bears (`inbox.received_on`, `outbox.issued_on`); by its month PostgreSQL divides the tables
(`foundation.engines.month_partitions`). A message without a row has no bytes of its own (it repeats another), they
are disposed of, or they lie in the object storage under what `body_object` says: only then may the row go.
"""

from enum import StrEnum
from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from foundation.append_only import KeptUntil, protect_kept
from foundation.engines import month_partitions
from foundation.sql import UtcDateTime
from peppol.exchange.tables import inbox, metadata, outbox


class BodyKind(StrEnum):
    """Whose bytes they are, as it stands where they lie and what was disposed of."""

    IN = "LETTER_IN"
    OUT = "LETTER_OUT"


KINDS: Final = {"inbox_body": BodyKind.IN, "outbox_body": BodyKind.OUT}
"""What the bytes of each table are called there."""


def kept_until_gone(name: str) -> KeptUntil:
    """The bytes of a message go when it stands that they are disposed of, or where else they lie."""
    # Names of ours; what is disposed of stands in a table of a folder above.
    disposed = f"SELECT 1 FROM disposed_body WHERE kind = '{KINDS[name]}' AND item_id = OLD.letter"  # noqa: S608
    moved = f"SELECT 1 FROM body_object WHERE kind = '{KINDS[name]}' AND letter = OLD.letter"  # noqa: S608
    return KeptUntil(f"EXISTS ({disposed}) OR EXISTS ({moved})")


inbox_body = Table(
    "inbox_body",
    metadata,
    Column("letter", Integer, ForeignKey(inbox.c.id), primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (day)",
)

outbox_body = Table(
    "outbox_body",
    metadata,
    Column("letter", Integer, ForeignKey(outbox.c.sequence), primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    postgresql_partition_by="RANGE (day)",
)

for _table in (inbox_body, outbox_body):
    month_partitions.divide(_table)
    protect_kept(_table, kept_until_gone(_table.name))

# The bytes that lie in the object storage, and where; read back by these very words and held against the fingerprint.
body_object = Table(
    "body_object",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("letter", Integer, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    Column("bucket", String(63), nullable=False),
    Column("object_key", String(500), nullable=False),
    # The object's version, in a bucket that keeps versions.
    Column("version", String(200), nullable=False, server_default=""),
    Column("sha256", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("stored_at", UtcDateTime(), nullable=False),
    # Whether the object itself bears a legal hold, as far as the storage has said.
    Column("is_held", Boolean, nullable=False, server_default=false()),
    # From then on nobody is shown the bytes, and the object is to be removed.
    Column("disposed_at", UtcDateTime(), nullable=True),
    # Why the storage did not do what it was asked last (a hold, a removal), in one word, and when that was.
    Column("fault", String(40), nullable=False, server_default=""),
    Column("tried_at", UtcDateTime(), nullable=True),
    UniqueConstraint("bucket", "object_key", "version"),
    CheckConstraint("kind in ('LETTER_IN','LETTER_OUT')", name="ck_body_object_kind"),
)
_open = "disposed_at is not null"
Index(
    "ix_body_object_disposed",
    body_object.c.kind,
    body_object.c.letter,
    sqlite_where=text(_open),
    postgresql_where=text(_open),
)
