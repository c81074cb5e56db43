"""The folders an installation writes in: whether there is room, whether they can be written, and what was left behind.

Convention: what cannot be kept is never acknowledged and is tried again by itself, so a full disk needs room and
nothing else. It is told before it is full: at `FREE_LEAST` bytes.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from foundation.disks import whole_files
from foundation.text import Text
from operations.alarms import Trouble
from operations.settings import Settings

FREE_LEAST: Final = 200_000_000
"""So many bytes free; with fewer a disk counts as full. Twice the largest message that is kept."""

DISK: Final = "DISK"


class DiskFault(StrEnum):
    """What is wrong with where we write."""

    FULL = "FULL"
    READ_ONLY = "READ_ONLY"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class DiskTrouble:
    """A folder that cannot be written in, or soon cannot."""

    what: str
    fault: DiskFault


def folders(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Where this installation writes, each with what it is for."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        yield "database", Path(url.database).parent
    if settings.access_point_kind == "folder":
        yield "access point", Path(settings.access_point_address)
    if settings.access_point_inbox == "folder":
        yield "inbox", Path(settings.access_point_inbox_address)
    if not settings.smtp_host:
        yield "mail", settings.mail_folder
    if settings.journal_head_folder is not None:
        yield "journal heads", settings.journal_head_folder


def troubles(settings: Settings, *, free_least: int = FREE_LEAST) -> list[DiskTrouble]:
    """What is wrong with these folders now; one that is not there yet is made when it is needed."""
    return [
        DiskTrouble(what, fault)
        for what, folder in folders(settings)
        if (fault := _fault(folder, free_least)) is not None
    ]


def _fault(folder: Path, free_least: int) -> DiskFault | None:
    try:
        if not folder.exists():
            return None
        if os.statvfs(folder).f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK):
            return DiskFault.READ_ONLY
        return DiskFault.FULL if shutil.disk_usage(folder).free < free_least else None
    except OSError:
        return DiskFault.UNREADABLE


def trouble_of(found: list[DiskTrouble]) -> Trouble:
    """The alarm about them."""
    return Trouble(
        len(found),
        "; ".join(f"{each.what}: {each.fault}" for each in found),
        Text(
            "Det går inte att skriva på disken, eller snart inte: %(which)s. Inget som kommer kvitteras innan det är "
            "sparat. Gör plats eller gör den skrivbar, så går arbetet vidare av sig självt.",
            which=", ".join(each.what for each in found),
        ),
    )


def sweep(settings: Settings) -> int:
    """Take away what killed writers left in these folders; how many files."""
    return sum(whole_files.remove_orphans(folder) for what, folder in folders(settings) if what != "database")
