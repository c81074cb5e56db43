"""Files as folder access points need them: whole or not there, never overwritten by accident, never outside.

Paths are relative, with `/`, from one root. `LocalFiles` is a folder of this machine;
`sftp.SftpFiles` is an operator's account. Both raise OSError and its children, nothing else:
FileNotFoundError where there is no plain file, FileExistsError where a move would overwrite.

A file is written under a temporary name, flushed, renamed, and its folder flushed; so it is
there after a power cut, or not at all. Links, pipes and devices are never read.
"""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from foundation.disks.whole_files import flush_folder, write_whole

DEEPEST: Final = 6
"""How many folders below its root an inbox is searched."""

_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A plain file: its path, its size in bytes and when it was changed.

    Or a folder that could not be looked into: then `fault` says why.
    """

    path: str
    size: int
    modified: datetime
    fault: OSError | None = None


class Files(Protocol):
    """One root with plain files."""

    @property
    def where(self) -> str:
        """The place as people name it: a folder, or a server without user."""

    def walk(self, folder: str, *, deep: bool) -> Iterator[FileEntry]:
        """The plain files in a folder, and below it where `deep`; nothing where there is no such folder in the root.

        Raises FileNotFoundError where the root itself is not there, and OSError where the folder cannot be looked
        into; one further down is an entry with its fault, and the others are found.
        """

    def is_folder(self, folder: str) -> bool:
        """Whether there is such a folder."""

    def find(self, path: str) -> FileEntry | None:
        """The plain file at a path, or None."""

    def read(self, path: str, at_most: int) -> bytes:
        """The first bytes of a plain file. Raises FileNotFoundError."""

    def write(self, path: str, body: bytes) -> None:
        """Put a file there whole, with its folders; one of the same name is replaced."""

    def move(self, source: str, target: str, *, lasting: bool = True) -> None:
        """Give a file another name; not `lasting` where its bytes are kept elsewhere already.

        Raises FileNotFoundError and FileExistsError.
        """

    def remove(self, path: str) -> None:
        """Take a file away; one that is gone already is no fault."""

    def touch(self, path: str) -> None:
        """Note that the file was changed now, where the place can do that."""


def parts_of(path: str) -> tuple[str, ...]:
    """The names in a path. Raises FileNotFoundError for one that could lead out of its root."""
    parts = tuple(path.split("/"))
    if any(part in ("", ".", "..") or "\0" in part or len(part) > 255 for part in parts):
        raise FileNotFoundError(errno.ENOENT, "no such file")
    return parts


def _in(place: Path) -> Sequence[os.DirEntry[str]]:
    with os.scandir(place) as found:
        return sorted(found, key=lambda each: each.name)


class LocalFiles:
    """The files below a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.root)

    def walk(self, folder: str, *, deep: bool) -> Iterator[FileEntry]:
        """See `Files`. What vanishes while we look is passed over."""
        place = self._place(folder) if folder else self.root
        try:
            found = _in(place)
        except (FileNotFoundError, NotADirectoryError):
            self.root.stat()
            return
        yield from self._walk(found, folder, DEEPEST if deep else 0)

    def _below(self, place: Path, name: str, deeper: int) -> Iterator[FileEntry]:
        """What lies in a folder further down; one that we may not look into is told of, and the others are read."""
        try:
            found = _in(place)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as refused:
            yield FileEntry(name, 0, datetime.fromtimestamp(0, UTC), refused)
            return
        yield from self._walk(found, name, deeper)

    def _walk(self, found: Sequence[os.DirEntry[str]], name: str, deeper: int) -> Iterator[FileEntry]:
        for each in found:
            path = f"{name}/{each.name}" if name else each.name
            try:
                if each.is_dir(follow_symlinks=False):
                    if deeper:
                        yield from self._below(Path(each.path), path, deeper - 1)
                elif each.is_file(follow_symlinks=False):
                    seen = each.stat(follow_symlinks=False)
                    yield FileEntry(path, seen.st_size, datetime.fromtimestamp(seen.st_mtime, UTC))
            except FileNotFoundError:
                continue

    def is_folder(self, folder: str) -> bool:
        """See `Files`."""
        place = self._place(folder) if folder else self.root
        try:
            return stat.S_ISDIR(place.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return False

    def find(self, path: str) -> FileEntry | None:
        """See `Files`."""
        try:
            seen = self._place(path).lstat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(seen.st_mode):
            return None
        return FileEntry(path, seen.st_size, datetime.fromtimestamp(seen.st_mtime, UTC))

    def read(self, path: str, at_most: int) -> bytes:
        """See `Files`."""
        try:
            descriptor = os.open(self._place(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (NotADirectoryError, OSError) as error:
            if error.errno in (errno.ELOOP, errno.ENXIO, errno.ENOTDIR, errno.ENAMETOOLONG):
                raise FileNotFoundError(errno.ENOENT, "no plain file") from error
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            # A folder cannot even be wrapped as a file.
            os.close(descriptor)
            raise FileNotFoundError(errno.ENOENT, "no plain file")
        with os.fdopen(descriptor, "rb") as file:
            return file.read(at_most)

    def write(self, path: str, body: bytes) -> None:
        """See `Files`."""
        final = self._place(path)
        self._make(final.parent)
        # The operator's program may be another user's, of the folder's group: files are as open as their folder.
        group = stat.S_IMODE(final.parent.stat().st_mode) & stat.S_IRGRP
        write_whole(final, body, mode=0o600 | group)

    def move(self, source: str, target: str, *, lasting: bool = True) -> None:
        """See `Files`. Both names exist for a moment, so a crash in between loses nothing."""
        old, new = self._place(source), self._place(target)
        self._make(new.parent)
        try:
            os.link(old, new, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if new.exists():
                raise FileExistsError(errno.EEXIST, "the name is taken") from error
            # A place without second names, such as a mounted share: then one step.
            os.rename(old, new)
            return
        if lasting:
            flush_folder(new.parent)
        # Should this be undone by a power cut, the message comes up again and is known.
        os.unlink(old)

    def remove(self, path: str) -> None:
        """See `Files`."""
        self._place(path).unlink(missing_ok=True)

    def touch(self, path: str) -> None:
        """See `Files`."""
        os.utime(self._place(path))

    def _place(self, path: str) -> Path:
        """Where a path is on this machine, its folders free of links that lead out of the root."""
        place = self.root.joinpath(*parts_of(path))
        root = os.path.realpath(self.root)
        folder = os.path.realpath(place.parent)
        if folder != root and not folder.startswith(root + os.sep):
            raise FileNotFoundError(errno.ENOENT, "no such file")
        return place

    def _make(self, folder: Path) -> None:
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            each.mkdir(exist_ok=True)
            each.chmod(stat.S_IMODE(each.parent.stat().st_mode))
            flush_folder(each.parent)
