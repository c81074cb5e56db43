"""Which cases of a supplier something was told about since: what it takes to read its orders anew and miss nothing.

Convention: the feed numbers an event once it is committed (decision 122), so whoever has read up to a number has missed
nothing before it, whatever was being written meanwhile. The feed is the buyer's, and is asked with everybody's rows;
what comes back is the numbers and the references of this supplier's orders alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from operations.event_feed import store
from operations.event_feed.reading import CursorAhead, CursorTooOld
from operations.event_feed.tables import outbound_event
from orders.tables import purchase_order


@dataclass(frozen=True, slots=True)
class Changed:
    """The cases something was told about, and the number up to which that holds."""

    references: Sequence[str]
    upto: int
    is_more: bool


def last_number(session: Session) -> int:
    """The number of the last event there is."""
    return store.ends(session).last


def changed_after(session: Session, scope: Scope, cursor: int, *, limit: int) -> Changed:
    """The cases of the first `limit` events after the cursor. Raises CursorTooOld, CursorAhead."""
    ends = store.ends(session)
    if cursor < ends.kept_after:
        raise CursorTooOld(cursor, ends.kept_after)
    if cursor > ends.last:
        raise CursorAhead(cursor, ends.last)
    own = select(purchase_order.c.execution_reference).where(scope.of_orders())
    question = (
        select(outbound_event.c.sequence, outbound_event.c.execution_reference)
        .where(outbound_event.c.sequence > cursor, outbound_event.c.execution_reference.in_(own))
        .order_by(outbound_event.c.sequence)
        .limit(limit)
    )
    rows = session.execute(question).all()
    is_more = len(rows) == limit
    references = list(dict.fromkeys(row.execution_reference for row in rows))
    return Changed(references, rows[-1].sequence if is_more else ends.last, is_more)
