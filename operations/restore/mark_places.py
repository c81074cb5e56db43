"""Where the mark of the books lies outside them: beside a database of one file, with the access point's, where told.

Any one of them is enough to see that a database was restored; the more places, the fewer restores take all with them.
"""

from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL

from foundation.text import Text
from operations.settings import Settings

NOWHERE: Final = Text(
    "Böckernas märke ligger ingenstans utanför databasen: återställs den från en säkerhetskopia märker ingen det, och "
    "nummer, meddelanden och betalningar kan göras om. Ange en mapp i BILLING_MARK_FOLDER."
)
"""What is said where the books have no place for their mark."""

_ENDING: Final = ".mark.json"


def places_of(settings: Settings, url: URL, *, name: str = "") -> tuple[Path, ...]:
    """The files of the mark of the books at `url`; of books that had another `name` before, where they lie then."""
    name = name or name_of(url)
    places = []
    if url.get_backend_name() == "sqlite" and url.database and url.database != ":memory:":
        places.append(Path(f"{url.database}{_ENDING}"))
    if settings.access_point_kind == "folder" and settings.access_point_address:
        # Hidden, and in no folder of messages: nobody takes it for one.
        places.append(Path(settings.access_point_address) / f".{name}{_ENDING}")
    if settings.mark_folder is not None:
        places.append(settings.mark_folder / f"{name}{_ENDING}")
    return tuple(places)


def name_of(url: URL) -> str:
    """What the books are called in a file's name: the database's name without folders."""
    return Path(url.database or "books").stem
