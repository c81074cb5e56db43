"""An access point that is a pair of folders, on this machine or an operator's: files out, files in.

Where files lie is the layout's (`layouts`), how they are written and read the place's
(`files.LocalFiles`, `sftp.SftpFiles`). What was taken in is moved or removed after the commit,
never before. Messages are handed over bare, as most operators want them, or in their envelope.
One file that cannot be read stops no other: it is `ArrivalLeft`, by itself.
"""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from foundation.disks.whole_files import is_temporary, temporary_name
from foundation.network.fault_kinds import FaultKind
from foundation.network.faults import Fault, fault_of
from foundation.periods import Clock
from peppol.access_points.addressing import in_envelope
from peppol.access_points.files import FileEntry, Files, LocalFiles
from peppol.access_points.layouts import DOWNLOADING, PLAIN, Layout, path_of, safe, shown
from peppol.access_points.probing import Probed, ProbeStep, tried
from peppol.access_points.protocol import (
    AccessPointError,
    Arrival,
    ArrivalLeft,
    Capability,
    DeliveryState,
    DeliveryStatus,
    Directory,
    Gone,
    NoDirectory,
    Outbound,
    Submission,
    Unreachable,
    in_short,
    whole,
)
from peppol.xml.gate_errors import KEPT_MAX

_log = structlog.get_logger("post")
_SWEEPS_EVERY: Final = 3600.0
# No message takes an hour to write; what is older was left by a writer that was killed.
_ORPHAN_AFTER: Final = timedelta(hours=1)
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
        with self._told():
            self._remove_orphans()
            self.files.write(path, body)
        return Submission(path)

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        """Delivered where a receipt of the message's name or instance id was laid for us; else merely handed over."""
        if not reference:
            return DeliveryStatus(DeliveryState.UNKNOWN)
        begins = (safe(instance_id), reference.rpartition("/")[2].removesuffix(".xml"))
        with self._told():
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
        with self._told():
            self._remove_orphans()
            entries = {
                entry.path: entry for entry in self.files.walk(self.layout.inbox, deep=self.layout.deep)
            }
        for path, entry in entries.items():
            name = path.rpartition("/")[2]
            if entry.fault is not None:
                reference = self.layout.reference(path)
                yield Arrival(reference, left=self._left(entry.fault))
                continue
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
            yield Arrival(reference, cursor=reference, size=entry.size, version=self._version(entry))

    def _remove_orphans(self) -> None:
        """Take away what a killed writer of ours left in the outbox, once an hour."""
        if time.monotonic() < self._sweeps_at:
            return
        self._sweeps_at = time.monotonic() + _SWEEPS_EVERY
        limit = self._clock() - _ORPHAN_AFTER
        try:
            for entry in list(self.files.walk(self.layout.outbox, deep=True)):
                if is_temporary(entry.path.rpartition("/")[2]) and entry.modified < limit:
                    self.files.remove(entry.path)
                    _log.info("unfinished file removed", path=entry.path, access_point=self.name)
        except AccessPointError:
            raise
        except OSError as refused:
            # An outbox that may only be written to, or is not there yet, takes messages all the same.
            _log.info(
                "outbox not looked through", reason=self._fault(refused).kind.value, access_point=self.name
            )

    def fetch(self, reference: str) -> bytes:
        """The bytes of a message, claimed first where the layout claims. Raises Unreachable, Gone or ArrivalLeft."""
        try:
            path = self._claimed(reference) if self.layout.claims else self.layout.incoming(reference)
            body = self.files.read(path, self.size_largest + 1)
        except AccessPointError:
            raise
        except FileNotFoundError as gone:
            raise Gone(reference, host=self.files.where) from gone
        except OSError as refused:
            # The place answers, and this one file cannot be had: the others can.
            if self.layout.claims:
                self._unclaim(reference)
            raise self._left(refused) from refused
        return whole(body, size_largest=self.size_largest, host=self.files.where)

    def acknowledge(self, reference: str) -> None:
        """Move what is safely stored out of the inbox beside earlier files of its name, or remove it."""
        path = self.layout.incoming(reference)
        source = path + DOWNLOADING if self.layout.claims else path
        try:
            self._put_away(source, path_of(reference))
            receipt = self.layout.receipt_of(path)
            if receipt:
                self._put_away(receipt, self.layout.receipt_of(path_of(reference)))
        except AccessPointError:
            raise
        except FileNotFoundError:
            # Acknowledged before, or a name that never was in the inbox.
            return
        except OSError as refused:
            raise self._left(refused) from refused
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
            try:
                self.files.move(path, claimed)
            except PermissionError as refused:
                self._must_be_writable(refused)
                raise
            self.files.touch(claimed)
        elif not self._free(path, held):
            raise FileNotFoundError(shown(path))
        self._mine.add(path)
        return claimed

    def _version(self, entry: FileEntry) -> str:
        """What tells a file from another of the same name; claiming one changes when it was changed."""
        return f"{entry.size}" if self.layout.claims else f"{entry.size} {entry.modified.isoformat()}"

    def _must_be_writable(self, refused: OSError) -> None:
        """Tell a folder that we may not write in from one file in it. Raises Unreachable for the folder."""
        try:
            self.probe_writing(self.layout.inbox)
        except OSError as nowhere:
            fault = self._fault(refused)
            raise Unreachable(fault.said, code="ROOT_READ_ONLY", host=fault.host) from nowhere

    def probe(self) -> Iterator[Probed]:
        """Reach the place, list the inbox, and write and remove a small file wherever messages make us do that."""
        reached = tried(ProbeStep.SIGN_IN, lambda: self._must_be_there(""))
        yield reached
        if reached.error is not None:
            return
        yield tried(ProbeStep.LIST, self._list_inbox)
        yield tried(ProbeStep.HAND_OVER, lambda: self._probe(self.layout.outbox))
        if self.files.is_folder(self.layout.inbox):
            yield tried(ProbeStep.PUT_AWAY, lambda: self._probe(self.layout.inbox, rooted=self.layout.claims))
        if self.layout.collected:
            yield tried(ProbeStep.KEEP, lambda: self._probe(self.layout.collected))

    def _list_inbox(self) -> None:
        self._must_be_there(self.layout.inbox)
        with self._told():
            for entry in self.files.walk(self.layout.inbox, deep=self.layout.deep):
                if entry.fault is not None:
                    raise entry.fault

    def _must_be_there(self, folder: str) -> None:
        with self._told():
            if not self.files.is_folder(folder):
                said = f"ENOENT {folder}".strip()
                raise Unreachable(said, code=FaultKind.FOLDER_MISSING.value, host=self.files.where)

    def _probe(self, folder: str, *, rooted: bool = False) -> None:
        try:
            with self._told():
                self.probe_writing(folder)
        except Unreachable as refused:
            if rooted and refused.code == FaultKind.MAY_NOT:
                raise Unreachable(refused.words, code="ROOT_READ_ONLY", host=refused.host) from refused
            raise

    def probe_writing(self, folder: str) -> None:
        """Write a small file in a folder and remove it. Raises OSError where that cannot be done."""
        name = temporary_name(".billing-probe")
        path = f"{folder}/{name}" if folder else name
        self.files.write(path, b"probe")
        # Whoever may only lay files there leaves a hidden one, which nobody takes for a message.
        with suppress(PermissionError):
            self.files.remove(path)

    def _fault(self, error: OSError) -> Fault:
        if error.errno is None and not isinstance(error, TimeoutError):
            # SFTP has two codes for a cause, and "failure" for all others.
            return Fault(FaultKind.SERVER_FAILED, in_short(str(error)), self.files.where)
        return fault_of(error, host=self.files.where)

    def _left(self, error: OSError) -> ArrivalLeft:
        if isinstance(error, AccessPointError):
            return ArrivalLeft(error.words, code=error.code, host=error.host)
        fault = self._fault(error)
        return ArrivalLeft(fault.said, code=fault.kind.value, host=fault.host)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What goes wrong with the place, in the access point's words. Raises Unreachable."""
        try:
            yield
        except AccessPointError:
            raise
        except OSError as error:
            fault = self._fault(error)
            if error.errno == errno.ENOENT:
                fault = Fault(FaultKind.FOLDER_MISSING, fault.said, fault.host)
            raise Unreachable.by(fault) from error

    def _unclaim(self, reference: str) -> None:
        """Give what could not be read its own name again, where that can be done; it is not being read."""
        path = self.layout.incoming(reference)
        if path in self._mine:
            with suppress(OSError):
                self.files.move(path + DOWNLOADING, path)
            self._mine.discard(path)

    def _free(self, path: str, held: FileEntry) -> bool:
        """Whether a claimed message is ours to read: we claimed it, or whoever did has died."""
        return path in self._mine or self._old(held)

    def _old(self, entry: FileEntry) -> bool:
        return self._clock() - entry.modified > _PATIENCE
