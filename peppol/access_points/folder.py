"""An access point that is a pair of folders: `outbox/` for what we send, `inbox/` for what comes.

A letter is written under a temporary name, flushed to disk and renamed, so a reader sees
it whole or not at all. Files are named by the server's own ids; a name found in the inbox
is only data. What was taken in is moved to `collected/` after the commit, never before.

Letters are handed over bare, as most operators want them, or in their envelope.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from peppol.access_points.addressing import in_envelope
from peppol.access_points.protocol import (
    Arrival,
    Capability,
    DeliveryState,
    DeliveryStatus,
    Directory,
    Gone,
    NoDirectory,
    Outbound,
    Submission,
    Unreachable,
)

_UNFINISHED = (".tmp", ".part", ".downloading")


class FolderAccessPoint:
    """`root/outbox/<receiver, or portal-organisation>/<instance>.xml` out, `root/inbox/**` in."""

    def __init__(
        self,
        root: Path,
        *,
        size_largest: int = 20_000_000,
        enveloped: bool = False,
        directory: Directory | None = None,
    ) -> None:
        self.root = root
        self.size_largest = size_largest
        self.enveloped = enveloped
        self._directory = directory or NoDirectory()

    @property
    def name(self) -> str:
        """`folder`, whatever its path is."""
        return "folder"

    def submit(self, letter: Outbound) -> Submission:
        """Write the letter; writing the same one again replaces it by the same bytes."""
        body = in_envelope(letter) if self.enveloped and letter.receiver else letter.body
        folder = self.root / "outbox" / _safe(letter.receiver or f"portal-{letter.recipient}")
        final = folder / f"{letter.kind.lower()}-{_safe(letter.document_id)}-{letter.instance_id}.xml"
        temporary = final.with_suffix(".tmp")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(final)
            _flush_folder(folder)
        except OSError as error:
            raise Unreachable(error.strerror or "") from error
        return Submission(final.relative_to(self.root).as_posix())

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """A folder tells nothing more than that it has the letter."""
        return DeliveryStatus(DeliveryState.ACCEPTED if reference else DeliveryState.UNKNOWN)

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """What lies in the inbox, by name. Links, pipes, hidden and unfinished files are passed over."""
        inbox = self.root / "inbox"
        if not inbox.is_dir():
            return
        for path in sorted(inbox.rglob("*")):
            name = path.name
            if name.startswith(".") or name.endswith(_UNFINISHED) or path.is_symlink() or not path.is_file():
                continue
            reference = path.relative_to(inbox).as_posix()
            yield Arrival(reference, cursor=reference)

    def fetch(self, reference: str) -> bytes:
        """The bytes of a file in the inbox. Raises Gone where there is no such plain file."""
        parts = reference.split("/")
        inside = not any(part in ("", ".", "..") or "\0" in part for part in parts)
        body = self._read(self.root / "inbox" / reference) if inside else None
        if body is None:
            raise Gone(reference)
        return body

    def acknowledge(self, reference: str) -> None:
        """Move what is safely stored out of the inbox, beside earlier files of the same name."""
        source = self.root / "inbox" / reference
        if not source.exists():
            return
        target = self.root / "collected" / reference
        target.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while target.exists():
            number += 1
            target = target.with_name(f"{source.stem}~{number}{source.suffix}")
        source.rename(target)

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """What the directory beside the folder says."""
        return self._directory.lookup(participant, document_type, process)

    def _read(self, path: Path) -> bytes | None:
        """The bytes of a plain file, at most one more than the cap (the gate refuses that); None otherwise."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            # A folder cannot even be wrapped as a file.
            os.close(descriptor)
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read(self.size_largest + 1)


def _safe(name: str) -> str:
    """A file name part of letters, digits, dot and dash only."""
    return (
        "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-") else "_" for sign in name)[:80]
        or "_"
    )


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
