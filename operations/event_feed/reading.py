"""Reading the feed from a cursor: what comes after it, and what is said where the cursor cannot be followed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from foundation import journal
from foundation.errors import Refused
from foundation.sql import Session
from foundation.text import Text
from operations.event_feed import store
from operations.event_feed.contract import OutboundEvent
from operations.journal_actions import OperationsAction, OperationsSubject

LIMIT_MOST: Final = 1_000


class CursorTooOld(Refused):
    """Events after the cursor are no longer kept."""

    def __init__(self, cursor: int, kept_after: int) -> None:
        super().__init__(
            Text(
                "Händelserna efter %(cursor)s till och med %(kept_after)s är gallrade och kan inte läsas. Hämta det "
                "som saknas på annat sätt, och läs sedan vidare efter %(kept_after)s.",
                cursor=cursor,
                kept_after=kept_after,
            )
        )
        self.kept_after = kept_after


class CursorAhead(Refused):
    """The cursor lies beyond the last event: it belongs to other books, or these were restored."""

    def __init__(self, cursor: int, last: int) -> None:
        super().__init__(
            Text(
                "Flödet slutar vid %(last)s, men du har läst till %(cursor)s. Läser du rätt installation? Är böckerna "
                "återställda från en kopia, läs om efter det nummer som kopian slutar med.",
                last=last,
                cursor=cursor,
            )
        )


def events_after(session: Session, cursor: int, *, limit: int = LIMIT_MOST) -> Sequence[OutboundEvent]:
    """The first `limit` events after the cursor, 0 for the beginning. Raises CursorTooOld and CursorAhead."""
    ends = store.ends(session)
    if cursor < ends.kept_after:
        raise CursorTooOld(cursor, ends.kept_after)
    if cursor > ends.last:
        raise CursorAhead(cursor, ends.last)
    return store.after(session, cursor, limit=limit)


def dispose(session: Session, *, first_kept: date) -> int:
    """Remove the events told before that day; how many. The books have all that they said."""
    gone = store.dispose_before(session, datetime.combine(first_kept, time(), UTC))
    if gone:
        journal.record(
            session,
            journal.SYSTEM,
            OperationsAction.FEED_DISPOSED,
            OperationsSubject.FEED.of(store.ends(session).kept_after),
            count=str(gone),
            before=str(first_kept),
        )
    return gone
