"""Conversations as the database holds them: what was written about a document, its files, and what waits to be read.

Convention: who may see the document may see what is said of it; whoever asks has found the document first.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import func, insert, select, update

from foundation.sql import Session, rows_changed
from invoicing.conversation.tables import document_message, document_message_file
from invoicing.documents import tables as document_tables
from peppol.validation.attachments import ExaminedAttachment

_M, _F = document_message, document_message_file


class Side(StrEnum):
    """Who writes."""

    BUYER = "BUYER"
    SUPPLIER = "SUPPLIER"


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of a message, without its bytes."""

    id: int
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class DocumentMessage:
    """Something one side wrote about a document. `read_at` is None for what nobody at the buyer has read."""

    id: int
    side: Side
    written_by: str
    written_at: datetime
    text: str
    read_by: str
    read_at: datetime | None
    files: tuple[ShownFile, ...]

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody at the buyer."""
        return self.side is Side.SUPPLIER and self.read_at is None


@dataclass(frozen=True, slots=True)
class WaitingConversation:
    """A document about which a supplier has written what nobody has read."""

    invoice_id: int
    number: str
    supplier: str
    state: str
    messages: int
    since: datetime


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file with its bytes; one that has been disposed of has none."""

    name: str
    media_type: str
    body: bytes


def add(
    session: Session,
    invoice_id: int,
    side: Side,
    text: str,
    *,
    by: str,
    at: datetime,
    files: Sequence[ExaminedAttachment] = (),
) -> int:
    """Keep what one side wrote; the number of the message."""
    row = {"invoice_id": invoice_id, "side": side, "written_by": by, "written_at": at, "text": text}
    key: int = session.execute(insert(_M).returning(_M.c.id), row).scalar_one()
    rows = [
        {
            "message_id": key,
            "invoice_id": invoice_id,
            "file_name": each.filename,
            "media_type": each.mime_code.value,
            "sha256": hashlib.sha256(each.content).hexdigest(),
            "body": each.content,
        }
        for each in files
    ]
    if rows:
        session.execute(insert(_F), rows)
    return key


def of(session: Session, invoice_id: int) -> list[DocumentMessage]:
    """What has been said about a document, the oldest first."""
    files: dict[int, list[ShownFile]] = defaultdict(list)
    question = select(_F.c.id, _F.c.message_id, _F.c.file_name, func.length(_F.c.body).label("size"))
    for row in session.execute(question.where(_F.c.invoice_id == invoice_id).order_by(_F.c.id)):
        files[row.message_id].append(ShownFile(row.id, row.file_name, row.size))
    return [
        DocumentMessage(
            id=row.id,
            side=Side(row.side),
            written_by=row.written_by,
            written_at=row.written_at,
            text=row.text,
            read_by=row.read_by,
            read_at=row.read_at,
            files=tuple(files[row.id]),
        )
        for row in session.execute(select(_M).where(_M.c.invoice_id == invoice_id).order_by(_M.c.id))
    ]


def file_of(session: Session, invoice_id: int, file_id: int) -> StoredFile | None:
    """One file of the document's conversation."""
    row = session.execute(select(_F).where(_F.c.id == file_id, _F.c.invoice_id == invoice_id)).one_or_none()
    return None if row is None else StoredFile(row.file_name, row.media_type, row.body)


def note_read(session: Session, invoice_id: int, *, by: str, at: datetime, up_to: int | None = None) -> int:
    """Note that somebody at the buyer has read what the supplier wrote; how many messages waited.

    `up_to` is the last message that was shown: what came after it still waits.
    """
    unread = (_M.c.invoice_id == invoice_id) & (_M.c.side == Side.SUPPLIER) & _M.c.read_at.is_(None)
    if up_to is not None:
        unread &= _M.c.id <= up_to
    return rows_changed(session, update(_M).where(unread).values(read_by=by, read_at=at))


def waiting_count(session: Session) -> int:
    """About how many documents suppliers have written what nobody has read."""
    question = select(func.count(_M.c.invoice_id.distinct())).where(*_UNREAD)
    return session.execute(question).scalar_one()


def waiting(session: Session, *, limit: int, offset: int = 0) -> list[WaitingConversation]:
    """Those documents, who has waited longest first."""
    invoice = document_tables.invoice
    since = func.min(_M.c.written_at)
    question = (
        select(
            _M.c.invoice_id,
            invoice.c.number,
            invoice.c.supplier,
            invoice.c.state,
            func.count().label("messages"),
            since.label("since"),
        )
        .join(invoice, invoice.c.id == _M.c.invoice_id)
        .where(*_UNREAD)
        .group_by(_M.c.invoice_id, invoice.c.number, invoice.c.supplier, invoice.c.state)
        .order_by(since, _M.c.invoice_id)
        .limit(limit)
        .offset(offset)
    )
    return [
        WaitingConversation(row.invoice_id, row.number, row.supplier, row.state, row.messages, row.since)
        for row in session.execute(question)
    ]


_UNREAD = (_M.c.side == Side.SUPPLIER, _M.c.read_at.is_(None))
UNREAD_SINCE: Final = select(func.min(_M.c.written_at)).where(*_UNREAD).group_by(_M.c.invoice_id)
"""Since when each document with something unread has waited."""
