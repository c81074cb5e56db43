"""Which cases of a supplier something was told about since: what it takes to read its lists anew and miss nothing.

Convention: the feed numbers an event once it is committed (decision 122), so whoever has read up to a number has missed
nothing before it, whatever was being written meanwhile. The feed is the buyer's, and is asked with everybody's rows;
what comes back is the numbers and the references of this supplier's cases alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from operations.event_feed import store
from operations.event_feed.reading import CursorAhead, CursorTooOld
from operations.event_feed.tables import outbound_event
from orders.tables import placement, purchase_order


@dataclass(frozen=True, slots=True)
class Changed:
    """The cases something was told about, and the number up to which that holds."""

    references: Sequence[str]
    upto: int
    is_more: bool


def last_number(session: Session) -> int:
    """The number of the last event there is."""
    return store.ends(session).last


def of_orders(scope: Scope) -> Select[tuple[str]]:
    """The cases that have an order within the scope."""
    return select(purchase_order.c.execution_reference).where(scope.of_orders())


def of_placements(scope: Scope) -> Select[tuple[str]]:
    """The cases of the placements within the scope."""
    return select(placement.c.execution_reference).where(scope.of_placements())


def changed_after(session: Session, cases: Select[tuple[str]], cursor: int, *, limit: int) -> Changed:
    """Those of the cases that the first `limit` events about them after the cursor tell of.

    Raises CursorTooOld, CursorAhead.
    """
    ends = store.ends(session)
    if cursor < ends.kept_after:
        raise CursorTooOld(cursor, ends.kept_after)
    if cursor > ends.last:
        raise CursorAhead(cursor, ends.last)
    question = (
        select(outbound_event.c.sequence, outbound_event.c.execution_reference)
        .where(outbound_event.c.sequence > cursor, outbound_event.c.execution_reference.in_(cases))
        .order_by(outbound_event.c.sequence)
        .limit(limit)
    )
    rows = session.execute(question).all()
    is_more = len(rows) == limit
    references = list(dict.fromkeys(row.execution_reference for row in rows))
    return Changed(references, rows[-1].sequence if is_more else ends.last, is_more)
