"""Everything that happened to one execution reference, gathered from every folder and put in order of days.

Convention: whoever asks for a supplier has found the placement within that supplier's scope, and only the
orders and documents of the suppliers in that scope are asked for.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from foundation.sql import Session
from operations.timeline import for_buyer, for_supplier
from operations.timeline.model import Audience, TimelineEntry, in_order
from orders.model import Placement
from orders.register.register import Register


def of_placement(
    session: Session,
    register: Register,
    placement: Placement,
    audience: Audience,
    *,
    suppliers: Sequence[str] = (),
    invoices_seen: ColumnElement[bool] | None = None,
) -> list[TimelineEntry]:
    """All that the audience is told of a placement, by day. `suppliers` are those a supplier's reader sees.

    `invoices_seen` is the condition on `invoice` for what that reader may see: an invoice over several orders may be
    of other units too.
    """
    service = register.service(placement.service)
    if audience is Audience.SUPPLIER:
        own = suppliers or (placement.supplier,)
        return in_order(for_supplier.told(session, placement, service, own, invoices_seen), audience)
    return in_order(for_buyer.told(session, placement, service), audience)
