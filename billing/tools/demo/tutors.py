"""The demo's tutors: every placement of the story has one since its first days, but for the newest of each supplier.

What is left is there to be done by whoever tries the portal.
"""

from datetime import timedelta
from typing import Final

from billing.tools.demo import demo_queries
from foundation.sql import Session
from orders.placements import tutors

_LEFT: Final = 2
_TUTORS: Final = 3
_AFTER: Final = timedelta(days=4)


def assign_all(session: Session) -> int:
    """Give the demo's placements their tutors; how many got one."""
    seen: dict[str, int] = {}
    assigned = 0
    for each in demo_queries.decided_placements(session):
        place = seen[each.supplier] = seen.get(each.supplier, 0) + 1
        if place <= _LEFT:
            continue
        tutor = f"handledare-{place % _TUTORS + 1}"
        tutors.assign(session, each.execution_reference, tutor, by="demo", today=each.decided_on + _AFTER)
        assigned += 1
    return assigned
