"""The machine examined: folders we write in, its clock, and the time zones it knows.

Convention: whether a folder keeps what is written in it is tried by writing a small file there and taking it away.
"""

import ctypes
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from billing.tools.doctor.findings import Finding, fault, unknown, well
from foundation.disks import whole_files
from foundation.formatting import plain
from foundation.network.faults import fault_of
from foundation.text import Text
from operations.machine import disk_watch
from operations.settings import Settings

_MEGABYTE: Final = 1_000_000
# The kernel's answer where nobody keeps its clock in step (adjtimex(2), TIME_ERROR).
_TIME_ERROR: Final = 5
# More than `struct timex` of any architecture.
_TIMEX_BYTES: Final = 512


def folders(settings: Settings) -> Iterator[Finding]:
    """Each folder we write in: there, writable, flushed to its disk, and with room."""
    seen = set[Path]()
    places = [*disk_watch.folders(settings)]
    if settings.mark_folder is not None:
        places.append(("mark", settings.mark_folder))
    for what, folder in places:
        if folder in seen:
            continue
        seen.add(folder)
        yield _folder(what, folder)


def _folder(what: str, folder: Path) -> Finding:
    name = f"disk.{what.replace(' ', '-')}"
    if not folder.is_dir():
        # Whoever writes first makes it, where its own folder may be written in.
        above = next((each for each in folder.absolute().parents if each.exists()), Path("/"))
        if not folder.exists() and above.is_dir() and os.access(above, os.W_OK):
            return well(name, Text("%(folder)s finns inte än och görs när den behövs.", folder=folder))
        return fault(
            name,
            Text("%(folder)s finns inte och kan inte göras.", folder=folder),
            Text("Gör mappen, och låt programmets användare äga den."),
        )
    fault_found = _keeps(folder)
    if fault_found is not None:
        return fault(
            name,
            Text("Det går inte att skriva i %(folder)s: %(why)s", folder=folder, why=fault_found),
            Text(
                "Låt programmets användare äga mappen, och se efter att disken inte är full eller skrivskyddad."
            ),
        )
    free = shutil.disk_usage(folder).free
    if free < disk_watch.FREE_LEAST:
        return fault(
            name,
            Text("Det är %(free)s MB kvar på disken med %(folder)s.", free=free // _MEGABYTE, folder=folder),
            Text("Gör plats: minst %(least)s MB.", least=disk_watch.FREE_LEAST // _MEGABYTE),
        )
    return well(
        name,
        Text("%(folder)s går att skriva i, med %(free)s MB ledigt.", folder=folder, free=free // _MEGABYTE),
    )


def _keeps(folder: Path) -> Text | None:
    """Why nothing can be kept in the folder; None where it can, flushed file and folder."""
    tried = folder / whole_files.temporary_name("billing-doctor")
    try:
        whole_files.write_whole(tried, b"tried\n")
    except OSError as error:
        return fault_of(error).sentence
    finally:
        with suppress(OSError):
            tried.unlink(missing_ok=True)
    return None


def clock() -> Iterator[Finding]:
    """Whether the kernel says that somebody keeps its clock in step."""
    state = _kernel_clock()
    if state is None or state == _TIME_ERROR:
        yield unknown(
            "clock.synchronised",
            Text("Kärnan säger inte att någon håller maskinens klocka i takt."),
            Text("Kör NTP (systemd-timesyncd, chrony) på maskinen, eller på den som bär behållaren."),
        )
    else:
        yield well("clock.synchronised", Text("Maskinens klocka hålls i takt."))


def _kernel_clock() -> int | None:
    """What adjtimex(2) answers when it is only asked; None where it cannot be."""
    try:
        # All zeros: no mode is set, so nothing is changed.
        answer: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (OSError, AttributeError):
        return None
    return None if answer < 0 else answer


def time_zones() -> Iterator[Finding]:
    """Whether Swedish time is known."""
    try:
        ZoneInfo("Europe/Stockholm")
    except (ZoneInfoNotFoundError, OSError) as error:
        yield fault(
            "clock.time-zones",
            Text("Tidszonen Europe/Stockholm finns inte (%(error)s).", error=plain(type(error).__name__)),
            Text("Installera om programmets bibliotek: tzdata ska vara med."),
        )
    else:
        yield well("clock.time-zones", Text("Svensk tid finns."))
