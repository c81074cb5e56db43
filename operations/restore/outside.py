"""What lies outside the books: documents that came and were acknowledged, messages of ours that left, payment files.

Everything here only reads. A file is known by its bytes, never by its name alone: a name may be anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from peppol.access_points.files import Files, LocalFiles
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange.outbox import sha256_of
from peppol.identifiers import DocumentKind
from peppol.xml import iso20022
from peppol.xml.gate_errors import KEPT_MAX, GateRefused

_ORDER: Final = "CstmrCdtTrfInitn"
_UUID: Final = 36


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
    """A message of ours that lies outside, by its name: what it is, its number and its instance identifier."""

    path: str
    kind: DocumentKind
    document_id: str
    instance_id: str


@dataclass(frozen=True, slots=True)
class PaymentsOutside:
    """A payment file: the bank's name for it, and the accounts it pays to; no accounts where it cannot be read."""

    path: Path
    sha256: str
    message_id: str
    accounts: tuple[str, ...]


def came(access_point: FolderAccessPoint | None, folders: Sequence[Path]) -> Iterator[CameOutside]:
    """Every document that was collected, and what was laid in the folders, such as an access point's archive."""
    places: list[tuple[Files, str]] = [(LocalFiles(each), "") for each in folders]
    if access_point is not None and access_point.layout.collected:
        places.append((access_point.files, access_point.layout.collected))
    for files, folder in places:
        for entry in files.walk(folder, deep=True):
            layout = access_point.layout if access_point is not None and folder else None
            name = entry.path.rpartition("/")[2]
            if name.startswith(".") or (layout is not None and not layout.is_message(entry.path)):
                continue
            digest = sha256_of(files.read(entry.path, KEPT_MAX))
            yield CameOutside(files, entry.path, digest, entry.modified)


def left(access_point: FolderAccessPoint | None) -> Iterator[LeftOutside]:
    """Every message of ours that lies with the access point's files, by the names we give."""
    if access_point is None:
        return
    kinds = sorted(DocumentKind, key=lambda each: -len(each))
    for entry in access_point.files.walk(access_point.layout.outbox, deep=True):
        name = entry.path.rpartition("/")[2].removesuffix(".xml")
        told, instance_id = name[: -_UUID - 1], name[-_UUID:]
        kind = next((each for each in kinds if told.startswith(f"{each}-")), None)
        if kind is not None and name.count("-") > 4:
            yield LeftOutside(entry.path, kind, told.removeprefix(f"{kind}-"), instance_id)


def payments(folders: Sequence[Path]) -> Iterator[PaymentsOutside]:
    """Every payment order in the folders that files for the bank are laid in."""
    for folder in folders:
        for path in sorted(folder.rglob("*.xml")):
            body = path.read_bytes()
            try:
                message, document = iso20022.opened(body)
            except GateRefused:
                continue
            if not message.startswith("pain.001."):
                continue
            # Of any version, also one that our schema of today would refuse: what it pays may have left.
            accounts = tuple(
                each.text("CdtrAcct/Id/IBAN", "CdtrAcct/Id/Othr/Id")
                for each in document.children(f"{_ORDER}/PmtInf/CdtTrfTxInf")
            )
            yield PaymentsOutside(path, sha256_of(body), document.text(f"{_ORDER}/GrpHdr/MsgId"), accounts)
