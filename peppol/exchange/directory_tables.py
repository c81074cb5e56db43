"""The tables of what the directory has said: its last answer about each receiver, and whether its no is doubted."""

from sqlalchemy import Column, Integer, String, Table
from sqlalchemy import Text as LongText

from foundation.sql import UtcDateTime
from peppol.exchange.tables import metadata

directory_answer = Table(
    "directory_answer",
    metadata,
    Column("receiver", String(80), primary_key=True),
    Column("said", String(20), nullable=False),
    Column("asked_at", UtcDateTime(), nullable=False, index=True),
)

# One row: whatever access point the messages leave by, there is one directory to an installation's books.
directory_doubt = Table(
    "directory_doubt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("doubted_at", UtcDateTime(), nullable=True),  # since then no no is believed
    Column("reason", String(20), nullable=False, server_default=""),
    Column("words", LongText, nullable=False, server_default=""),
    Column("alarmed_at", UtcDateTime(), nullable=True),
    # A person has said that its no is right, and until when that is taken for true.
    Column("believed_until", UtcDateTime(), nullable=True),
    Column("believed_by", String(80), nullable=False, server_default=""),
)
