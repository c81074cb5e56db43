"""Files that are there whole or not at all, also after a power cut or on a full disk; and what a killed writer left.

Convention: a file is written beside its place under a name that `temporary_name` makes, flushed, renamed, and its
folder flushed. Whatever goes wrong, the temporary file is taken away; whoever is killed leaves it, and `remove_orphans`
takes it away when it is old. Only names of exactly that form are ever taken away.
"""

import os
import re
import secrets
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

ORPHAN_AFTER: Final = timedelta(hours=24)
"""No writer takes so long; what is older was left by one that is gone."""

_ORPHAN: Final = re.compile(r".+\.[0-9a-f]{8}\.tmp", re.DOTALL)
_log = structlog.get_logger("files")


def temporary_name(path: str) -> str:
    """A name beside `path` that no reader takes for a finished file and no other writer uses."""
    return f"{path}.{secrets.token_hex(4)}.tmp"


def is_temporary(name: str) -> bool:
    """Whether `temporary_name` makes such names.

    >>> is_temporary("invoice.xml.0a1b2c3d.tmp"), is_temporary("invoice.tmp"), is_temporary("a.xml.0A1B2C3D.tmp")
    (True, False, False)
    """
    return _ORPHAN.fullmatch(name) is not None


def write_whole(path: Path, body: bytes, *, mode: int = 0o600) -> None:
    """Put the file there, in place of one of its name, for its owner alone unless `mode` says otherwise.

    Raises OSError, and then nothing is left of it.

    What is no plain file, such as a terminal or a pipe, is only written to.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(body)
        return
    temporary = path.with_name(temporary_name(path.name))
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except OSError:
        # A full disk must not be filled further by every attempt.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_orphans(folder: Path, *, older_than: timedelta = ORPHAN_AFTER) -> int:
    """Take away what killed writers left in a folder and below it, by its age; how many. Each is named in the log.

    The age is by the clock of the files' own machine. What cannot be looked at or taken away is left for the next time.
    """
    limit = time.time() - older_than.total_seconds()
    removed = 0
    for place, _, names in os.walk(folder):
        for name in filter(is_temporary, names):
            path = Path(place, name)
            with suppress(OSError):
                if not path.is_symlink() and path.is_file() and path.stat().st_mtime < limit:
                    path.unlink()
                    removed += 1
                    _log.info("unfinished file removed", path=str(path.relative_to(folder)))
    return removed
