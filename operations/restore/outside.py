"""What lies outside the books: documents that came and were acknowledged, messages of ours that left, payment files.

Everything here only reads. A file is known by its bytes, never by its name alone: a name may be anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from invoicing.payment.bank_files import pain001
from peppol.access_points.files import Files, LocalFiles
from peppol.access_points.folder import FolderAccessPoint
from peppol.envelope import opening
from peppol.exchange.outbox import sha256_of
from peppol.identifiers import DocumentKind
from peppol.validation.validation import kind_of
from peppol.xml.gate_errors import KEPT_MAX, GateRefused
from peppol.xml.gate_tree import CBC
from peppol.xml.iso20022 import BankFileRefused, parse
from peppol.xml.literals import UnreadableDocument

_UUID: Final = 36
_NUMBER: Final = f"{{{CBC}}}ID"


@dataclass(frozen=True, slots=True)
class CameOutside:
    """A document that came to us and lies outside: where, its fingerprint, and when its file was written."""

    files: Files
    path: str
    sha256: str
    at: datetime

    def body(self) -> bytes:
        """Its bytes. Raises OSError."""
        return self.files.read(self.path, KEPT_MAX)


@dataclass(frozen=True, slots=True)
class LeftOutside:
    """A message of ours that lies outside: where, what it is, its number and its instance identifier."""

    files: Files
    path: str
    kind: DocumentKind
    document_id: str
    instance_id: str
    at: datetime

    @property
    def name(self) -> str:
        """What it is and its number, for a list."""
        return f"{self.kind} {self.document_id}"

    def document(self) -> bytes:
        """The document without its envelope. Raises OSError."""
        body = self.files.read(self.path, KEPT_MAX)
        return opening.unwrap(body).payload or body


@dataclass(frozen=True, slots=True)
class PaymentsOutside:
    """A payment file: the bank's name for it, the accounts it pays to, and what it orders."""

    path: Path
    sha256: str
    message_id: str
    accounts: tuple[str, ...]
    order: pain001.CreditTransfer | None = field(default=None, compare=False, repr=False)


def came(
    access_point: FolderAccessPoint | None, folders: Sequence[Path], *, since: datetime | None = None
) -> Iterator[CameOutside]:
    """Every document that was collected, and what was laid in the folders, such as an access point's archive.

    With `since`, files that were written before are passed over unread.
    """
    places: list[tuple[Files, str]] = [(LocalFiles(each), "") for each in folders]
    if access_point is not None and access_point.layout.collected:
        places.append((access_point.files, access_point.layout.collected))
    for files, folder in places:
        for entry in files.walk(folder, deep=True):
            layout = access_point.layout if access_point is not None and folder else None
            name = entry.path.rpartition("/")[2]
            if name.startswith(".") or (layout is not None and not layout.is_message(entry.path)):
                continue
            if since is not None and entry.modified < since:
                continue
            digest = sha256_of(files.read(entry.path, KEPT_MAX))
            yield CameOutside(files, entry.path, digest, entry.modified)


def left(access_point: FolderAccessPoint | None, sent: Sequence[Path]) -> Iterator[LeftOutside]:
    """Every message of ours in the access point's folder, by the names we give, and by its envelope in its archives."""
    if access_point is not None:
        for entry in access_point.files.walk(access_point.layout.outbox, deep=True):
            name = entry.path.rpartition("/")[2].removesuffix(".xml")
            told, instance_id = name[: -_UUID - 1], name[-_UUID:]
            kind = next((each for each in _KINDS if told.startswith(f"{each}-")), None)
            if kind is not None and name.count("-") > 4:
                number = told.removeprefix(f"{kind}-")
                yield LeftOutside(access_point.files, entry.path, kind, number, instance_id, entry.modified)
    for folder in sent:
        yield from _in_archive(LocalFiles(folder))


_KINDS: Final = sorted(DocumentKind, key=lambda each: -len(each))


def _in_archive(files: Files) -> Iterator[LeftOutside]:
    """The envelopes of an access point's own archive; files of another sort are passed over."""
    for entry in files.walk("", deep=True):
        opened = opening.unwrap(files.read(entry.path, KEPT_MAX))
        if opened.envelope is None or opened.root is None:
            continue
        kind = kind_of(opened.root)
        number = opened.root.findtext(_NUMBER)
        if kind is not None and number:
            yield LeftOutside(files, entry.path, kind, number, opened.envelope.instance_id, entry.modified)


def payments(folders: Sequence[Path]) -> Iterator[PaymentsOutside]:
    """Every payment order in the folders that files for the bank are laid in."""
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            body = path.read_bytes()
            try:
                order = parse(pain001.CreditTransfer, body)
            except (GateRefused, BankFileRefused, UnreadableDocument):
                continue
            accounts = tuple(
                account.id.iban or (account.id.other.id if account.id.other is not None else "")
                for payment in order.payments
                for transfer in payment.transfers
                if (account := transfer.account) is not None
            )
            yield PaymentsOutside(path, sha256_of(body), order.header.id, accounts, order)
