"""The head of the journal's chain, laid outside the database every day.

Whoever can change the database could rewrite the whole chain and its head; what was written
elsewhere on the day does not follow. The line is one row of a file that is only added to, best
on a disk of its own or one that keeps what was written, and goes by mail where there is an address.
`billing journal verify` compares the chain with such lines.
"""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from foundation import journal_anchor
from foundation.sql import Session
from foundation.text import SWEDISH, Text
from operations.mail import mail

FILE = "journal-heads.txt"


def writer(folder: Path | None, mail_to: str) -> Callable[[Session, date, datetime], str]:
    """The job that writes the head to the folder, and mails it, where these are set."""

    def write(session: Session, today: date, now: datetime) -> str:
        head = journal_anchor.head(session, day=today)
        line = str(head)
        if folder is not None:
            journal_anchor.append(folder / FILE, head)
        if mail_to:
            mail.put_to_address(
                session,
                mail_to,
                SWEDISH,
                "alarm",
                about="journal head",
                at=now,
                kind="JOURNAL_HEAD",
                sentence=Text("Journalens huvud i dag. Spara mejlet.").both("\n\n"),
                which=line,
            )
        return line if folder is not None or mail_to else "nowhere to write it"

    return write
