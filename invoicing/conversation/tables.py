"""The tables of conversations about documents, and only their shape: what was written, and the files with it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from foundation.sql import UtcDateTime
from foundation.tables import metadata

document_message = Table(
    "document_message",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    # Which side wrote it; the person is known to that side alone.
    Column("side", String(10), nullable=False),
    Column("written_by", String(80), nullable=False),
    Column("written_at", UtcDateTime(), nullable=False),
    Column("text", Text, nullable=False),
    # Who at the buyer has read what a supplier wrote; until then it waits for somebody.
    Column("read_by", String(80), nullable=False, server_default=""),
    Column("read_at", UtcDateTime(), nullable=True),
    CheckConstraint("side in ('BUYER','SUPPLIER')", name="side"),
    CheckConstraint("side = 'SUPPLIER' or read_at is null", name="read_by_buyer"),
    Index("ix_document_message_invoice", "invoice_id", "id"),
)
_UNREAD = text("side = 'SUPPLIER' and read_at is null")
Index("ix_document_message_unread", document_message.c.id, sqlite_where=_UNREAD, postgresql_where=_UNREAD)

document_message_file = Table(
    "document_message_file",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("message_id", ForeignKey("document_message.id"), nullable=False),
    # The document's, so that a file is shown to those who may see the document, and to no others.
    Column("invoice_id", ForeignKey("invoice.id"), nullable=False),
    Column("file_name", String(200), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_document_message_file_message", "message_id"),
    Index("ix_document_message_file_invoice", "invoice_id"),
)
