"""The places outside that the settings name, opened for whoever goes through a restore: by command or on the page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from foundation.errors import Refused
from foundation.text import Text
from operations.access_point import opened_access_point
from operations.restore.going_through import Places
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
    payment_files: Sequence[Path] = (),
) -> Iterator[Places]:
    """The access point of the settings, or a folder in its place; closed at the end.

    Raises Refused, also where a place cannot be read meanwhile: what was done stands, and it is gone on with.
    """
    try:
        with _opened(settings, folder, archives, payment_files) as places:
            yield places
    except OSError as error:
        raise Refused(
            Text(
                "Det som ligger utanför böckerna går inte att läsa just nu (%(error)s). Det som hann göras står kvar: "
                "se till att accesspunkten och mapparna går att nå, och gör om det.",
                error=error,
            )
        ) from error


@contextmanager
def _opened(
    settings: Settings, folder: Path | None, archives: Sequence[Path], payment_files: Sequence[Path]
) -> Iterator[Places]:
    if folder is not None:
        yield Places(FolderAccessPoint(folder), archives, payment_files)
    elif settings.access_point_kind:
        with opened_access_point(settings) as access_point:
            tells = settings.access_point_kind in _TELLS
            yield Places(access_point, archives, payment_files, tells_unknown=tells)
    else:
        yield Places(None, archives, payment_files)
