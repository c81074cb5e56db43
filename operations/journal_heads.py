"""The newest root of the journal, made and laid outside the database every day.

Whoever can change the database could make chains, heads and roots anew; what was written
elsewhere on the day does not follow. The line is one row of a file that is only added to, best
on a disk of its own or one that keeps what was written, and goes by mail where there is an address.
`billing journal verify` compares the books with such lines.
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from foundation import journal_anchor
from foundation.database import Database
from foundation.errors import Refused
from foundation.journal_anchor import RootLine
from foundation.text import SWEDISH, Text
from operations.mail import mail

FILE = "journal-heads.txt"


def made(database: Database, *, day: date) -> RootLine | None:
    """A root over all that moved, committed; in books that may not be written in the newest there is.

    None of an empty journal.
    """
    try:
        with database.writing() as session:
            return journal_anchor.make(session, day=day)
    except Refused:
        with database.reading() as session:
            return journal_anchor.newest(session)


def writer(folder: Path | None, mail_to: str) -> Callable[[Database, date, datetime], str]:
    """The job that makes the root and writes it to the folder, and mails it, where these are set.

    The line is written when the root is committed: no line tells of a root that is not there. Repeated, it writes the
    same line once more.
    """

    def write(database: Database, today: date, now: datetime) -> str:
        with database.writing() as session:
            line = journal_anchor.make(session, day=today)
            if line is not None and mail_to:
                mail.put_to_address(
                    session,
                    mail_to,
                    SWEDISH,
                    "alarm",
                    about="journal head",
                    at=now,
                    kind="JOURNAL_HEAD",
                    sentence=Text("Journalens huvud i dag. Spara mejlet.").both("\n\n"),
                    which=str(line),
                )
        if line is None:
            return "an empty journal"
        if folder is not None:
            journal_anchor.append(folder / FILE, line)
        return str(line) if folder is not None or mail_to else "nowhere to write it"

    return write
