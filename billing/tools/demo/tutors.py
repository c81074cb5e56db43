"""The demo's tutors: every placement of the story has one since its first days, but for the newest of each supplier.

What is left is there to be done by whoever tries the portal.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import select

from foundation.sql import Session
from orders import tables as order_tables
from orders.model import Handling, PlacementState
from orders.placements import tutors

_LEFT: Final = 2
_TUTORS: Final = 3
_AFTER: Final = timedelta(days=4)


def assign_all(session: Session) -> int:
    """Give the demo's placements their tutors; how many got one."""
    placement, span = order_tables.placement, order_tables.placement_period
    question = (
        select(placement.c.supplier, placement.c.execution_reference, span.c.decided_on)
        .join(span, span.c.execution_reference == placement.c.execution_reference)
        .where(
            span.c.ordinal == 1,
            placement.c.handling == Handling.ORDERED,
            placement.c.state == PlacementState.DECIDED,
        )
        .order_by(placement.c.supplier, span.c.decided_on.desc(), placement.c.execution_reference.desc())
    )
    seen: dict[str, int] = {}
    assigned = 0
    for row in session.execute(question).all():
        place = seen[row.supplier] = seen.get(row.supplier, 0) + 1
        if place <= _LEFT:
            continue
        tutor = f"handledare-{place % _TUTORS + 1}"
        tutors.assign(session, row.execution_reference, tutor, by="demo", today=row.decided_on + _AFTER)
        assigned += 1
    return assigned
