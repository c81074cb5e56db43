"""Which cases of a supplier something was told about since: what it takes to read its orders anew and miss nothing.

Convention: the feed is the buyer's, and is asked with everybody's rows; what comes back is the numbers and the
references of this supplier's orders alone.
"""

from sqlalchemy import select

from foundation.sql import Session
from invoicing.portal_invoicing.scope import Scope
from operations.event_feed import change_queries
from operations.event_feed.change_queries import Changed
from operations.event_feed.tables import outbound_event
from orders.tables import purchase_order


def changed_after(session: Session, scope: Scope, cursor: int, *, limit: int) -> Changed:
    """The cases of the first `limit` events after the cursor. Raises CursorTooOld, CursorAhead."""
    own = select(purchase_order.c.execution_reference).where(scope.of_orders())
    among = outbound_event.c.execution_reference.in_(own)
    return change_queries.changed_after(session, cursor, limit=limit, among=among)
