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
from peppol.exchange.sending import Transactions

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


def _way_in(settings: PostSettings, folder: Path | None) -> tuple[str, ...]:
    """What tells one way in from another."""
    if folder is not None:
        return ("folder", str(folder))
    if settings.access_point_inbox:
        return (settings.access_point_inbox, settings.access_point_inbox_address)
    kind, address = settings.access_point_kind, settings.access_point_address
    return (kind, address, settings.access_point_participant if kind in _MAILBOXES else "")
