"""Files with the books, mails or keys in them that others on the machine could read: found, and how to close them.

Convention: the program makes its files for its own user alone, whatever the umask. What an earlier version made, a
copy, or a restored backup may be wider.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from operations.checks.payment_checks import Findings
from operations.settings import Settings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file or folder that others on the machine may use: its mode, and the mode that closes it."""

    path: Path
    mode: int
    closed: str


def open_to_others(settings: Settings) -> Iterator[OpenFile]:
    """Each file or folder of these settings that others may use."""
    for path in _private(settings):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            yield OpenFile(path, mode, "700" if path.is_dir() else "600")


def wide(settings: Settings) -> Findings:
    """Each file or folder of these settings that is open to others, and what to do."""
    for each in open_to_others(settings):
        yield (
            f"file {each.path}",
            f"others on this machine may use it ({each.mode:o}); close it: chmod {each.closed} {each.path}",
        )


def _private(settings: Settings) -> Iterator[Path]:
    """What is there of the files that hold secrets or personal data."""
    url = make_url(settings.database_url)
    places = list[Path]()
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        places += [Path(f"{url.database}{ending}") for ending in _BESIDE_SQLITE]
    if settings.mail_folder.is_dir():
        places += [settings.mail_folder, *sorted(settings.mail_folder.glob("*.eml"))]
    places += [file for file in (settings.secret_keys_file,) if file is not None]
    yield from (each for each in places if each.exists())
