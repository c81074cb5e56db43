"""What happened to a placement: one journal row by the system, as a decision told it to."""

from foundation import journal
from foundation.sql import Session
from orders.journal_actions import OrdersSubject, PlacementAction


def record_placement(
    session: Session,
    execution_reference: str,
    action: PlacementAction,
    *,
    actor: str = journal.SYSTEM,
    **detail: str,
) -> None:
    """Note that the system did `action` to a placement, or the person who is named."""
    subject = OrdersSubject.PLACEMENT.of(execution_reference)
    journal.record(session, actor, action, subject, execution_reference=execution_reference, **detail)
