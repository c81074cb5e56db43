"""An operator's account over SFTP: the same files as in a folder, at another machine.

Convention: each verb knows how far it may have come when the line goes. What was asked for and may have been done is
looked at before it is asked for again, so that a file is there once and whole: a renaming whose answer was lost has
been done where its source is gone. SFTP has no word for flushing to disk that every server knows: a file counts as
handed over when the server has renamed it at its full size.
"""

import errno
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import paramiko
from paramiko.sftp_attr import SFTPAttributes

from foundation.disks.whole_files import temporary_name
from peppol.access_points.files import DEEPEST, FileEntry, parts_of
from peppol.access_points.sftp_login import SftpLogin
from peppol.access_points.sftp_session import FAULTS, SftpSession

_ONE_REQUEST: Final = paramiko.SFTPFile.MAX_REQUEST_SIZE


class SftpFiles:
    """The files of an account; `seconds` is the longest wait for the server.

    Raises ValueError for keys it cannot read, and Unreachable from every verb where there is no connection.
    """

    def __init__(self, account: SftpLogin, *, seconds: float = 60) -> None:
        self.account = account
        self._session = SftpSession(account, seconds=seconds)
        self._unfinished: set[str] = set()

    @property
    def where(self) -> str:
        """See `files.Files`."""
        return self.account.where

    def close(self) -> None:
        """End the connection. Raises nothing."""
        self._session.close()

    # --- looking ----------------------------------------------------------------------------------

    def walk(self, folder: str, *, deep: bool) -> Iterator[FileEntry]:
        """See `files.Files`."""
        yield from self._session.do(lambda sftp: self._walked(sftp, folder, DEEPEST if deep else 0))

    def _walked(self, sftp: paramiko.SFTPClient, folder: str, deeper: int) -> list[FileEntry]:
        try:
            found = sorted(sftp.listdir_attr(self._place(folder)), key=lambda each: each.filename)
        except FileNotFoundError:
            if folder:
                sftp.stat(self._place(""))
                return []
            raise
        entries: list[FileEntry] = []
        for each in found:
            path = f"{folder}/{each.filename}" if folder else each.filename
            if "/" in each.filename or each.filename in (".", ".."):
                continue
            if stat.S_ISDIR(each.st_mode or 0):
                if deeper:
                    entries += self._below(sftp, path, deeper - 1)
            elif stat.S_ISREG(each.st_mode or 0):
                entries.append(_entry(path, each))
        return entries

    def _below(self, sftp: paramiko.SFTPClient, path: str, deeper: int) -> list[FileEntry]:
        """What lies in a folder further down; one that we may not look into is told of, and the others are read."""
        try:
            return self._walked(sftp, path, deeper)
        except OSError as refused:
            if self._session.is_lost(refused):
                raise
            return [FileEntry(path, 0, datetime.fromtimestamp(0, UTC), refused)]

    def is_folder(self, folder: str) -> bool:
        """See `files.Files`."""

        def do(sftp: paramiko.SFTPClient) -> bool:
            try:
                return stat.S_ISDIR(sftp.stat(self._place(folder)).st_mode or 0)
            except FileNotFoundError:
                return False

        return self._session.do(do)

    def find(self, path: str) -> FileEntry | None:
        """See `files.Files`."""
        return self._session.do(lambda sftp: self._found(sftp, path))

    def _found(self, sftp: paramiko.SFTPClient, path: str) -> FileEntry | None:
        try:
            seen = sftp.lstat(self._place(path))
        except FileNotFoundError:
            return None
        return _entry(path, seen) if stat.S_ISREG(seen.st_mode or 0) else None

    def read(self, path: str, at_most: int) -> bytes:
        """See `files.Files`."""

        def do(sftp: paramiko.SFTPClient) -> bytes:
            seen = self._found(sftp, path)
            if seen is None:
                raise FileNotFoundError(errno.ENOENT, "no plain file")
            size = min(seen.size, at_most)
            with sftp.open(self._place(path), "rb") as file:
                # A file of one request gains nothing by asking ahead, in a thread that may meet a line gone dead alone.
                if size > _ONE_REQUEST:
                    _ask_ahead(file, size)
                body = file.read(at_most)
            if len(body) < size:
                raise OSError(errno.EIO, "the file ends before its size says")
            return body

        return self._session.do(do)

    # --- changing ---------------------------------------------------------------------------------

    def write(self, path: str, body: bytes) -> None:
        """See `files.Files`."""
        temporary, renamed = "", False

        def do(sftp: paramiko.SFTPClient) -> None:
            nonlocal temporary, renamed
            if renamed and self._found(sftp, temporary) is None:
                return  # the answer was lost, and no more
            self._take_away_unfinished(sftp)
            self._make(sftp, path)
            temporary, renamed = temporary_name(path), False
            self._unfinished.add(temporary)
            with sftp.open(self._place(temporary), "wbx") as file:
                file.set_pipelined(True)
                file.write(body)
            if sftp.stat(self._place(temporary)).st_size != len(body):
                raise OSError(errno.EIO, "the server kept another number of bytes")
            renamed = True
            self._replace(sftp, self._place(temporary), self._place(path))

        try:
            self._session.do(do)
        except OSError:
            # On a line that is there it is taken away at once, otherwise with the next that is written.
            if self._session.is_alive:
                with suppress(*FAULTS):
                    self._session.do(self._take_away_unfinished)
            raise
        self._unfinished.discard(temporary)

    def _take_away_unfinished(self, sftp: paramiko.SFTPClient) -> None:
        for each in sorted(self._unfinished):
            with suppress(FileNotFoundError):
                sftp.remove(self._place(each))
            self._unfinished.discard(each)

    def move(self, source: str, target: str, *, lasting: bool = True) -> None:
        """See `files.Files`."""
        renamed = False

        def do(sftp: paramiko.SFTPClient) -> None:
            nonlocal renamed
            if self._found(sftp, source) is None:
                if renamed and self._found(sftp, target) is not None:
                    return  # the answer was lost, and no more
                raise FileNotFoundError(errno.ENOENT, "no plain file")
            self._make(sftp, target)
            if self._found(sftp, target) is not None:
                raise FileExistsError(errno.EEXIST, "the name is taken")
            renamed = True
            # This rename of SFTP 3 never overwrites; a server that lost the race says so with a failure.
            sftp.rename(self._place(source), self._place(target))

        self._session.do(do)

    def remove(self, path: str) -> None:
        """See `files.Files`."""

        def do(sftp: paramiko.SFTPClient) -> None:
            with suppress(FileNotFoundError):
                sftp.remove(self._place(path))

        self._session.do(do)

    def touch(self, path: str) -> None:
        """See `files.Files`; a server that does not let us is no fault."""

        def do(sftp: paramiko.SFTPClient) -> None:
            try:
                sftp.utime(self._place(path), None)
            except OSError as refused:
                if self._session.is_lost(refused) or refused.errno not in (None, errno.EACCES):
                    raise

        self._session.do(do)

    def _place(self, path: str) -> str:
        inside = "/".join(parts_of(path)) if path else ""
        return "/".join(filter(None, (self.account.folder, inside))) or "."

    def _make(self, sftp: paramiko.SFTPClient, path: str) -> None:
        folders = path.split("/")[:-1]
        for number in range(1, len(folders) + 1):
            place = self._place("/".join(folders[:number]))
            try:
                sftp.stat(place)
            except FileNotFoundError:
                self._make_one(sftp, place)

    def _make_one(self, sftp: paramiko.SFTPClient, place: str) -> None:
        try:
            sftp.mkdir(place)
        except OSError as refused:
            try:
                sftp.stat(place)  # another may have made it meanwhile
            except FileNotFoundError:
                raise refused from None

    def _replace(self, sftp: paramiko.SFTPClient, temporary: str, final: str) -> None:
        try:
            sftp.posix_rename(temporary, final)
        except OSError as refused:
            if isinstance(refused, (FileNotFoundError, PermissionError)) or self._session.is_lost(refused):
                raise
            # A server without that extension: the same bytes are there already, or nothing is.
            with suppress(FileNotFoundError):
                sftp.remove(final)
            sftp.rename(temporary, final)


def _ask_ahead(file: paramiko.SFTPFile, size: int) -> None:
    """Ask for all of the file at once. The library does so in a thread, whose trace nobody shall read."""
    asking = file._prefetch_thread  # type: ignore[attr-defined]

    def quietly(*chunks: object) -> None:
        # Whoever reads meets the same, and tells it.
        with suppress(*FAULTS):
            asking(*chunks)

    file._prefetch_thread = quietly  # type: ignore[attr-defined]
    file.prefetch(size)


def _entry(path: str, seen: SFTPAttributes) -> FileEntry:
    return FileEntry(path, seen.st_size or 0, datetime.fromtimestamp(seen.st_mtime or 0, UTC))
