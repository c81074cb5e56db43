"""A person says that the directory is right: its no counts for an hour, whatever speaks against it."""

from datetime import datetime

from foundation import journal
from foundation.database import Database
from foundation.errors import Refused
from foundation.text import Text
from peppol.exchange import directory_doubt
from peppol.journal_actions import DirectoryAction, ExchangeSubject


def believe(database: Database, *, by: str) -> datetime:
    """Let the directory's no count; until when. Raises Refused where nothing is doubted."""
    with database.writing() as session:
        now = database.clock()
        stood = directory_doubt.believe(session, by=by, now=now)
        if stood is None:
            raise Refused(
                Text(
                    "Katalogens svar är inte i tvivel: inget väntar på det. Se läget med: billing post status"
                )
            )
        about = ExchangeSubject.DIRECTORY.of(directory_doubt.DIRECTORY)
        journal.record(session, by, DirectoryAction.BELIEVED, about, reason=stood.reason)
    return now + directory_doubt.BELIEVED
