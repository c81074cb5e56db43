"""The feed follows the journal: what is recorded of a case is told in the same transaction, or not at all.

`follow_journal` is called where databases are opened, so that no process writes to the books and tells nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from foundation import journal
from foundation.journal import Written, WrittenRow
from foundation.journal_entries import JournalEntry
from foundation.sql import Session
from operations.event_feed import facts, store, telling


def tell(session: Session, entries: Sequence[JournalEntry]) -> Written | None:
    """Make events of what a transaction recorded; they wait for their numbers."""
    told = telling.told_among(entries)
    if not told:
        return None
    events = telling.told(told, facts.load(session, [entry for _, entry in told]))
    if not events:
        return None

    def written(rows: Sequence[WrittenRow], at: datetime) -> None:
        store.add(session, [(rows[place], event) for place, event in events], at=at)

    return written


def follow_journal() -> None:
    """Let every transaction of this process tell what it records."""
    journal.follow(tell)
