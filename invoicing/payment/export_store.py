"""Files that left us, kept as they were: a second download is the same bytes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, insert, select

from foundation import books_mark, journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from invoicing.journal_actions import InvoicingSubject, PaymentAction
from invoicing.payment import tables as payment_tables

_FILE = payment_tables.export_file


class FileKind(StrEnum):
    """What a file is for."""

    PAIN001 = "PAIN001"
    PAYMENTS_CSV = "PAYMENTS_CSV"
    PAYMENTS_XLSX = "PAYMENTS_XLSX"
    SIE = "SIE"
    SIE_ACCRUALS = "SIE_ACCRUALS"
    LEDGER_CSV = "LEDGER_CSV"
    LEDGER_AGAIN = "LEDGER_AGAIN"


class FileUnknown(Refused):
    """There is no such file."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """What is known of a file without its bytes."""

    id: int
    kind: FileKind
    about: str
    name: str
    media_type: str
    sha256: str
    made_at: datetime
    made_by: str


def keep(
    session: Session,
    kind: FileKind,
    about: str,
    name: str,
    media_type: str,
    body: bytes,
    *,
    by: str,
    now: datetime,
) -> None:
    """Keep a file that leaves us; the database refuses a second of the same kind about the same thing."""
    digest = hashlib.sha256(body).hexdigest()
    row = {
        "kind": kind,
        "about": about,
        "name": name,
        "media_type": media_type,
        "sha256": digest,
        "body": body,
        "made_at": now,
        "made_by": by,
    }
    session.execute(insert(_FILE), row)
    books_mark.tick(session)
    subject = InvoicingSubject.FILE.of(name)
    journal.record(session, by, PaymentAction.FILE_MADE, subject, sha256=digest, about=about)


def about(session: Session, *subjects: str) -> Sequence[ExportFile]:
    """The files about these things, oldest first."""
    question = select(*_KNOWN).where(_FILE.c.about.in_(subjects)).order_by(_FILE.c.id)
    return [_file(row) for row in session.execute(question)]


def newest(session: Session, *kinds: FileKind, limit: int = 50) -> Sequence[ExportFile]:
    """The newest files of these kinds."""
    question = select(*_KNOWN).where(_FILE.c.kind.in_(kinds)).order_by(_FILE.c.id.desc()).limit(limit)
    return [_file(row) for row in session.execute(question)]


def named(session: Session, file_id: int) -> tuple[ExportFile, bytes]:
    """A file and its bytes. Raises FileUnknown."""
    row = session.execute(select(_FILE).where(_FILE.c.id == file_id)).one_or_none()
    if row is None:
        raise FileUnknown(Text("Det finns ingen sådan fil."))
    return _file(row), bytes(row.body)


_KNOWN = tuple(column for column in _FILE.c if column.name != "body")


def _file(row: Row[tuple[object, ...]]) -> ExportFile:
    return ExportFile(
        id=row.id,
        kind=FileKind(row.kind),
        about=row.about,
        name=row.name,
        media_type=row.media_type,
        sha256=row.sha256,
        made_at=row.made_at,
        made_by=row.made_by,
    )
