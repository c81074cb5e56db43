"""A placement whose participant has gone on under another reference: what may no longer be decided about it."""

from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.model import Placement
from orders.placements import store as placement_store


def check_not_left(session: Session, placement: Placement) -> None:
    """Raise StepRefused where the participant goes on under another reference: no day is to be paid twice (A-7)."""
    successor = placement_store.left_for(session, placement.execution_reference)
    if successor is not None:
        raise StepRefused(
            Text(
                "Deltagaren har gått vidare från %(reference)s, med genomförandereferens %(successor)s. "
                "Besluta om den i stället.",
                reference=placement.execution_reference,
                successor=successor,
            ),
        )
