"""An access point that is a pair of folders, on this machine or an operator's: files out, files in.

Where files lie is the layout's (`layouts`), how they are written and read the place's
(`files.LocalFiles`, `sftp.SftpFiles`). What was taken in is moved or removed after the commit,
never before. Messages are handed over bare, as most operators want them, or in their envelope.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from foundation.disks.whole_files import ORPHAN_AFTER, is_temporary
from foundation.periods import Clock
from peppol.access_points.addressing import in_envelope
from peppol.access_points.files import FileEntry, Files, LocalFiles
from peppol.access_points.layouts import DOWNLOADING, PLAIN, Layout, path_of, safe, shown
from peppol.access_points.protocol import (
    AccessPointError,
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
    whole,
)
from peppol.xml.gate_errors import KEPT_MAX

_log = structlog.get_logger("post")
_SWEEPS_EVERY: Final = 3600.0
# A reader that died holds its message this long; a message without receipt waits this long for it.
_PATIENCE: Final = timedelta(minutes=10)
_RECEIPT_ENDINGS: Final = (".receipt.dat", ".receipt", ".receipt.xml")


class FolderAccessPoint:
    """`files` is a folder of this machine, or files somewhere else; `layout` says what lies where.

    `enveloped` hands messages over in their envelope, with `country` and `mls_to` on it.
    """

    def __init__(
        self,
        files: Path | Files,
        *,
        layout: Layout = PLAIN,
        size_largest: int = KEPT_MAX,
        enveloped: bool = False,
        country: str = "SE",
        mls_to: str = "",
        directory: Directory | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        name: str = "folder",
    ) -> None:
        self.files: Files = LocalFiles(files) if isinstance(files, Path) else files
        self.layout = layout
        self.size_largest = size_largest
        self.enveloped = enveloped
        self.name = name
        self._country = country
        self._mls_to = mls_to
        self._directory = directory or NoDirectory()
        self._clock = clock
        self._mine: set[str] = set()
        self._sweeps_at = 0.0

    # --- out --------------------------------------------------------------------------------------

    def submit(self, message: Outbound) -> Submission:
        """Write the message; writing the same one again replaces it by the same bytes."""
        body = message.body
        if self.enveloped and message.receiver:
            body = in_envelope(message, country=self._country, mls_to=self._mls_to)
        path = self.layout.outgoing(message)
        with _told():
            self.files.write(path, body)
        return Submission(path)

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """Delivered where a receipt of the message's name or instance id was laid for us; else merely handed over."""
        if not reference:
            return DeliveryStatus(DeliveryState.UNKNOWN)
        begins = (safe(instance_id), reference.rpartition("/")[2].removesuffix(".xml"))
        with _told():
            for entry in self.files.walk(self.layout.receipts, deep=False):
                name = entry.path.rpartition("/")[2]
                if any(name == start + end for start in begins for end in _RECEIPT_ENDINGS):
                    return DeliveryStatus(DeliveryState.DELIVERED, at=entry.modified)
            lies = self.files.find(reference) is not None
        return DeliveryStatus(DeliveryState.ACCEPTED, "" if lies else "fetched from the folder")

    # --- in ---------------------------------------------------------------------------------------

    def inbound(self, cursor: str = "") -> Iterator[Arrival]:
        """What lies in the inbox, by name; what is acknowledged lies there no more, so the cursor is not needed.

        Hidden and unfinished files are passed over, and what another is reading. Where the layout
        has receipts, a message is taken when its receipt lies beside it, or when none has come for
        ten minutes: nothing stays behind unseen.
        """
        with _told():
            self._remove_orphans()
            entries = {
                entry.path: entry for entry in self.files.walk(self.layout.inbox, deep=self.layout.deep)
            }
        for path, entry in entries.items():
            name = path.rpartition("/")[2]
            if self.layout.claims and name.endswith(DOWNLOADING) and not name.startswith("."):
                path = path.removesuffix(DOWNLOADING)
                if path in entries or not self._free(path, entry):
                    continue
            elif not self.layout.is_message(path):
                continue
            receipt = self.layout.receipt_of(path)
            if receipt and receipt not in entries and not self._old(entry):
                continue
            reference = self.layout.reference(path)
            yield Arrival(reference, cursor=reference, size=entry.size)

    def _remove_orphans(self) -> None:
        """Take away what a killed writer of ours left in the outbox, once an hour."""
        if time.monotonic() < self._sweeps_at:
            return
        self._sweeps_at = time.monotonic() + _SWEEPS_EVERY
        limit = self._clock() - ORPHAN_AFTER
        for entry in list(self.files.walk(self.layout.outbox, deep=True)):
            if is_temporary(entry.path.rpartition("/")[2]) and entry.modified < limit:
                self.files.remove(entry.path)
                _log.info("unfinished file removed", path=entry.path, access_point=self.name)

    def fetch(self, reference: str) -> bytes:
        """The bytes of a message, claimed first where the layout claims. Raises Unreachable, Gone or TooLarge."""
        with _told():
            try:
                path = self._claimed(reference) if self.layout.claims else self.layout.incoming(reference)
                body = self.files.read(path, self.size_largest + 1)
            except FileNotFoundError as gone:
                raise Gone(reference) from gone
        return whole(body, reference, size_largest=self.size_largest)

    def acknowledge(self, reference: str) -> None:
        """Move what is safely stored out of the inbox beside earlier files of its name, or remove it."""
        path = self.layout.incoming(reference)
        source = path + DOWNLOADING if self.layout.claims else path
        with _told():
            try:
                self._put_away(source, path_of(reference))
                receipt = self.layout.receipt_of(path)
                if receipt:
                    self._put_away(receipt, self.layout.receipt_of(path_of(reference)))
            except FileNotFoundError:
                # Acknowledged before, or a name that never was in the inbox.
                return
            finally:
                self._mine.discard(path)

    def lookup(self, participant: str, document_type: str, process: str) -> Capability:
        """What the directory beside the folder says."""
        return self._directory.lookup(participant, document_type, process)

    def _put_away(self, source: str, name: str) -> None:
        if not self.layout.collected:
            self.files.remove(source)
            return
        stem, dot, ending = name.rpartition("/")[2].partition(".")
        folder = f"{self.layout.collected}/{name.rpartition('/')[0]}".rstrip("/")
        number = 1
        while True:
            beside = f"{stem}{'' if number == 1 else f'~{number}'}{dot}{ending}"
            try:
                # Its bytes are committed with us; what lies in this folder is for people.
                self.files.move(source, f"{folder}/{beside}", lasting=False)
                return
            except FileExistsError:
                number += 1

    def _claimed(self, reference: str) -> str:
        """The path of a message that is now ours to read. Raises FileNotFoundError where it is another's."""
        path = self.layout.incoming(reference)
        claimed = path + DOWNLOADING
        held = self.files.find(claimed)
        if held is None:
            self.files.move(path, claimed)
            self.files.touch(claimed)
        elif not self._free(path, held):
            raise FileNotFoundError(shown(path))
        self._mine.add(path)
        return claimed

    def _free(self, path: str, held: FileEntry) -> bool:
        """Whether a claimed message is ours to read: we claimed it, or whoever did has died."""
        return path in self._mine or self._old(held)

    def _old(self, entry: FileEntry) -> bool:
        return self._clock() - entry.modified > _PATIENCE


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong with files, in the access point's words."""
    try:
        yield
    except AccessPointError:
        raise
    except OSError as error:
        raise Unreachable(error.strerror or type(error).__name__) from error
