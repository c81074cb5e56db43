"""The places outside that the settings name, opened for whoever goes through a restore: by command or on the page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from foundation.errors import Refused
from foundation.text import Text
from operations.access_point import opened_access_point
from operations.restore.found import Places, Whose
from operations.settings import Settings
from peppol.access_points.folder import FolderAccessPoint

# These can be asked how a message fares, and say so when they never had it.
_TELLS: Final = ("phoss", "simulator")


@contextmanager
def opened(
    settings: Settings,
    *,
    folder: Path | None = None,
    archives: Sequence[Path] = (),
    sent: Sequence[Path] = (),
    payment_files: Sequence[Path] = (),
    whose: Whose | None = None,
) -> Iterator[Places]:
    """The access point of the settings, or a folder in its place; closed at the end.

    `whose` says which of what lies there is these books', where several buyers share a way.

    Raises Refused, also where a place cannot be read meanwhile: what was done stands, and it is gone on with.
    """
    try:
        with _opened(settings, folder) as places:
            came, left = whose or (places.came_to_us, places.left_us)
            yield replace(
                places,
                archives=archives,
                sent=sent,
                payment_files=payment_files,
                came_to_us=came,
                left_us=left,
            )
    except OSError as error:
        raise Refused(
            Text(
                "Det som ligger utanför böckerna går inte att läsa just nu (%(error)s). Det som hann göras står kvar: "
                "se till att accesspunkten och mapparna går att nå, och gör om det.",
                error=error,
            )
        ) from error


@contextmanager
def _opened(settings: Settings, folder: Path | None) -> Iterator[Places]:
    if folder is not None:
        yield Places(FolderAccessPoint(folder))
    elif settings.access_point_kind:
        with opened_access_point(settings) as access_point:
            yield Places(access_point, tells_unknown=settings.access_point_kind in _TELLS)
    else:
        yield Places()
