"""Where messages come in for several buyers: who collects at which way in, and whose books a message goes into.

Convention: one access point serves all buyers of an installation. At each way in one buyer's worker collects, the
first whose settings name it and whose books answer, and what is another's goes into that one's books. Two that
collect at the same moment, while books come back, store a message once and a repeat.
"""

from collections.abc import Callable
from pathlib import Path

from billing.server import books_watch
from billing.server.installation import Books, Installation
from foundation.database import Database
from operations.exchange_settings import PostSettings
from operations.restore.found import Whose
from peppol.envelope.checks import sender_in
from peppol.exchange.sending import Transactions
from peppol.validation import validation
from peppol.xml.gate import admit
from peppol.xml.gate_errors import GateRefused

# Their mailbox is one participant's; each buyer has its own.
_MAILBOXES = ("simulator",)


def is_collector(installation: Installation, books: Books, *, folder: Path | None = None) -> bool:
    """Whether this buyer's worker collects now, or leaves it to an earlier one with the same way in whose books answer.

    Raises DatabaseUnusable.
    """
    here = _way_in(books.settings, folder)
    for each in installation.served():
        if each.slug == books.slug:
            break
        if _way_in(each.settings, folder) == here and books_watch.books_answer(installation, each):
            return False
    return True


def into(installation: Installation, own: Database) -> Callable[[bytes], Transactions | None]:
    """Whose books a message goes into, as the Collector asks; None for those of the collector itself."""

    def chosen(body: bytes) -> Transactions | None:
        database = installation.database_for(body, own)
        return None if database is own else database.writing

    return chosen


def whose(installation: Installation, books: Books) -> Whose | None:
    """Which of what lies at a way that several buyers share is this buyer's: what came to it, and what left it.

    What came to nobody in particular is whoever's collects there first. None for an installation of one buyer.
    """
    buyer = books.buyer
    if buyer is None or len(installation.all()) < 2:
        return None
    known = {each.casefold().removeprefix("iso6523-actorid-upis::") for each in buyer.participants}
    own, here = installation.database_of(books), _way_in(books.settings, None)
    collector = next((each for each in installation.served() if _way_in(each.settings, None) == here), books)
    otherwise = installation.database_of(collector)

    def came(body: bytes) -> bool:
        return installation.database_for(body, otherwise) is own

    def left(body: bytes) -> bool:
        try:
            root = admit(body)
        except GateRefused:
            return False
        kind = validation.kind_of(root)
        return kind is not None and sender_in(root, kind).casefold() in known

    return came, left


def _way_in(settings: PostSettings, folder: Path | None) -> tuple[str, ...]:
    """What tells one way in from another."""
    if folder is not None:
        return ("folder", str(folder))
    if settings.access_point_inbox:
        return (settings.access_point_inbox, settings.access_point_inbox_address)
    kind, address = settings.access_point_kind, settings.access_point_address
    return (kind, address, settings.access_point_participant if kind in _MAILBOXES else "")
