"""Everything that happened to one execution reference, gathered from every folder and put in order of days.

Convention: whoever asks for a supplier has found the placement within that supplier's scope, and only the
supplier's own orders and documents are asked for.
"""

from foundation.sql import Session
from operations.timeline import for_buyer, for_supplier
from operations.timeline.model import Audience, TimelineEntry, in_order
from orders.model import Placement
from orders.register.register import Register


def of_placement(
    session: Session, register: Register, placement: Placement, audience: Audience
) -> list[TimelineEntry]:
    """All that the audience is told of a placement, by day."""
    told = for_supplier.told if audience is Audience.SUPPLIER else for_buyer.told
    return in_order(told(session, placement, register.service(placement.service)), audience)
