"""The alarm that books were restored: a row and a line in the journal, raised by whichever process sees it first.

No mail goes: what is held sends nothing, and which mails left after the backup nobody knows. Every process says it in
its log, every command and page that would change something says it, and `billing check` fails.
"""

from typing import Final

from foundation import books_mark
from foundation.database import Database
from foundation.sql import take_turns
from operations import alarm_store, alarms
from operations.alarms import Trouble

BOOKS_RESTORED: Final = "BOOKS_RESTORED"


def raise_once(database: Database) -> None:
    """Raise it for books that are held, once for each time they are."""
    with database.for_recovery().writing() as session:
        take_turns(session, f"alarm {BOOKS_RESTORED}")
        outside = books_mark.seen_outside(session)
        if outside is None:
            return
        mark = f"{outside.generation}/{outside.tick}"
        if alarm_store.is_raised_about(session, BOOKS_RESTORED, mark):
            return
        trouble = Trouble(1, mark, books_mark.BooksRestored().text)
        alarms.put(session, BOOKS_RESTORED, trouble, now=database.clock())
