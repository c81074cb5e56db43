"""What lies outside the books: documents that came and were acknowledged, messages of ours that left, payment files.

Everything here only reads. A file is known by its bytes, never by its name alone: a name may be anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from peppol.access_points.files import Files, LocalFiles
from peppol.access_points.folder import FolderAccessPoint
from peppol.envelope import opening
from peppol.exchange.outbox import sha256_of
from peppol.identifiers import DocumentKind
from peppol.validation.validation import kind_of
from peppol.xml import iso20022
from peppol.xml.bank_elements import BankElement
from peppol.xml.gate_errors import KEPT_MAX, GateRefused
from peppol.xml.gate_tree import CBC
from peppol.xml.literals import UnreadableDocument

_ORDER: Final = "CstmrCdtTrfInitn"
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
class TransferOutside:
    """One payment that a file orders: to which account, and what it is for. No amount where the file has none."""

    end_to_end: str
    account: str
    amount: Decimal
    currency: str
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaymentsOutside:
    """A payment file: which message it is, the bank's name for it, what account it pays from, and what it orders."""

    path: Path
    sha256: str
    message_id: str
    message: str = ""
    iban: str = ""
    bic: str = ""
    customer_id: str = ""
    transfers: tuple[TransferOutside, ...] = ()

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts it pays to."""
        return tuple(each.account for each in self.transfers)


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
                message, document = iso20022.opened(body)
            except GateRefused:
                continue
            if not message.startswith("pain.001."):
                continue
            # Of any version, also one that our schema of today would refuse: what it pays may have left.
            yield _order(path, body, message, document)


def _order(path: Path, body: bytes, message: str, document: BankElement) -> PaymentsOutside:
    batch = document.child(f"{_ORDER}/PmtInf")
    own = batch.children("Dbtr/Id/OrgId/Othr") if batch is not None else []
    return PaymentsOutside(
        path,
        sha256_of(body),
        document.text(f"{_ORDER}/GrpHdr/MsgId"),
        message=message,
        iban=batch.text("DbtrAcct/Id/IBAN") if batch is not None else "",
        bic=batch.text("DbtrAgt/FinInstnId/BIC", "DbtrAgt/FinInstnId/BICFI") if batch is not None else "",
        customer_id=next((each.text("Id") for each in own if each.text("SchmeNm/Cd") == "BANK"), ""),
        transfers=tuple(map(_transfer, document.children(f"{_ORDER}/PmtInf/CdtTrfTxInf"))),
    )


def _transfer(transfer: BankElement) -> TransferOutside:
    try:
        paid = transfer.amount("Amt/InstdAmt")
    except UnreadableDocument:
        paid = None
    parts = transfer.children("RmtInf/Strd")
    about = [each.text("RfrdDocInf/Nb", "CdtrRefInf/Ref", "CdtrRefInf/CdtrRef") for each in parts]
    return TransferOutside(
        transfer.text("PmtId/EndToEndId"),
        transfer.text("CdtrAcct/Id/IBAN", "CdtrAcct/Id/Othr/Id"),
        *(paid or (Decimal(0), "")),
        tuple(each for each in (*about, *transfer.texts("RmtInf/Ustrd")) if each),
    )
