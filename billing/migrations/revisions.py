"""Which revisions of the tables this program knows, and books of another than its newest refused with a sentence.

A replica of an older version may still be running when a newer one has let the books grow: it would leave out what the
newer counts on. One of a newer version may be started before the books have grown. Neither touches them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from foundation import books_standing
from foundation.database import DatabaseUnusable
from foundation.sql import Session
from foundation.text import Text

# By the names of the files, so that no command has to import Alembic to know: r0036_word.py is revision 0036.
KNOWN: Final[Sequence[str]] = sorted(
    each.name[1:5] for each in Path(__file__).with_name("versions").glob("r[0-9]*_*.py")
)

_NONE: Final = str(None)
"""What `books_standing` says of tables that have no revision."""


class BooksNewer(DatabaseUnusable):
    """A newer version of the program has let the books grow."""

    def __init__(self, found: str, newest: str) -> None:
        super().__init__(
            Text(
                "Databasen är uppgraderad till revision %(found)s och det här programmet känner bara till %(newest)s. "
                "Ingenting är läst eller ändrat. Avsluta det och starta den nyare versionen.",
                found=found,
                newest=newest,
            )
        )


class BooksOlder(DatabaseUnusable):
    """The books have not grown yet to what this version of the program counts on."""

    def __init__(self, found: str, newest: str) -> None:
        super().__init__(
            Text(
                "Databasen står på revision %(found)s och det här programmet behöver %(newest)s. Ingenting är läst "
                "eller ändrat. Uppgradera den först: billing init",
                found=found,
                newest=newest,
            )
        )


class BooksHalfLoaded(DatabaseUnusable):
    """A copy was being loaded, and whoever did it was stopped before the books were held."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "En kopia är bara delvis inläst i databasen. Ingen kan använda den. Ta bort databasen, gör en tom och "
                "kör billing restore load igen."
            )
        )


def refuse_other(found: str) -> None:
    """Refuse books of another revision than the newest known. Raises BooksNewer, BooksOlder, BooksHalfLoaded."""
    if found == _NONE:
        raise BooksHalfLoaded
    if found != KNOWN[-1]:
        raise BooksOlder(found, KNOWN[-1]) if found in KNOWN else BooksNewer(found, KNOWN[-1])


def refuse_newer(session: Session) -> None:
    """Refuse to let books grow that have grown beyond what is known. Raises BooksNewer, BooksHalfLoaded."""
    found = books_standing.ask_revision(session)
    if found == _NONE:
        raise BooksHalfLoaded
    if found not in KNOWN:
        raise BooksNewer(found, KNOWN[-1])
