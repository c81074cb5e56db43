"""The tables of messages' bytes, only their shape: a row is written once with its message and never changed.

`day` is the day the message bears (`inbox.received_on`, `outbox.issued_on`); by its month PostgreSQL divides the tables
(`foundation.engines.month_partitions`). A message without a row has no bytes of its own (it repeats another), or they
are disposed of: only then may the row go.
"""

from typing import Final

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, Table

from foundation.append_only import KeptUntil, protect_kept
from foundation.engines import month_partitions
from peppol.exchange.tables import inbox, metadata, outbox

KINDS: Final = {"inbox_body": "LETTER_IN", "outbox_body": "LETTER_OUT"}
"""What the bytes of each table are called where it stands what was disposed of."""


def kept_until_disposed_of(name: str) -> KeptUntil:
    """The bytes of a message go when it stands that they are disposed of, with their fingerprint."""
    # Names of ours; what is disposed of stands in a table of a folder above.
    said = f"SELECT 1 FROM disposed_body WHERE kind = '{KINDS[name]}' AND item_id = OLD.letter"  # noqa: S608
    return KeptUntil(f"EXISTS ({said})")


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
    protect_kept(_table, kept_until_disposed_of(_table.name))
