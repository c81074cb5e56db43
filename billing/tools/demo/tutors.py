"""The demo's tutors: three a unit, one on every placement but the newest of each supplier.

What is left is there to be done by whoever tries the portal.
"""

from datetime import timedelta
from typing import Final

from billing.tools.demo import demo_queries
from foundation.sql import Session
from orders.register.register import Register
from orders.tutors import tutors, unit_tutors

_LEFT: Final = 2
_TUTORS: Final = 3
_AFTER: Final = timedelta(days=4)


def assign_all(session: Session, register: Register) -> int:
    """Give the demo's placements their tutors; how many got one."""
    seen: dict[str, int] = {}
    assigned = 0
    placements = demo_queries.decided_placements(session)
    for supplier, unit_id in sorted({(each.supplier, each.unit_id) for each in placements}):
        first = min(each.decided_on for each in placements if each.unit_id == unit_id)
        for number in range(1, _TUTORS + 1):
            unit_tutors.add(
                session, register, supplier, unit_id, f"handledare-{number}", by="demo", today=first
            )
    for each in placements:
        place = seen[each.supplier] = seen.get(each.supplier, 0) + 1
        if place <= _LEFT:
            continue
        tutor = f"handledare-{place % _TUTORS + 1}"
        tutors.assign(session, each.execution_reference, tutor, by="demo", today=each.decided_on + _AFTER)
        assigned += 1
    return assigned
