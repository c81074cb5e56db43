"""The feed follows the journal: what is recorded of a case is told in the same transaction, or not at all.

`follow_journal` is called where databases are opened, so that no process writes to the books and tells nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from foundation import journal
from foundation.journal import Written
from foundation.journal_entries import JournalEntry
from foundation.sql import Session
from operations.event_feed import facts, store, telling


def tell(session: Session, entries: Sequence[JournalEntry]) -> Written | None:
    """Make events of what a transaction recorded; they are added under the lock of the journal's head."""
    told = telling.told_among(entries)
    if not told:
        return None
    events = telling.told(told, facts.load(session, [entry for _, entry in told]))
    if not events:
        return None

    def written(first: int, head_hash: str, at: datetime) -> None:
        store.add(session, [(first + place, event) for place, event in events], head_hash=head_hash, at=at)

    return written


def follow_journal() -> None:
    """Let every transaction of this process tell what it records."""
    journal.follow(tell)
