"""What happened to a placement, and who decided it: one journal row each, and for a person's decision a row that bars.

Convention: the table of decisions is whole. Whoever takes one about a placement attests no payment of an invoice that
rests on it (`invoicing/payment/attest_rights.py`); what decides nothing that is paid says why.
"""

from collections.abc import Mapping
from typing import Final

from foundation import journal
from foundation.journal_entries import JournalAction
from foundation.periods import Month
from foundation.sql import Session, add_new
from orders.journal_actions import ObjectionAction, OrdersSubject, PlacementAction
from orders.tables import placement_decision

_P = PlacementAction

DECISIONS: Final = frozenset[JournalAction](
    {
        _P.REPORT_APPROVED,
        _P.REPORT_REJECTED,
        _P.REPORT_REVOKED,
        _P.REPORT_APPROVAL_UNDONE,
        _P.REST_RECEIVED,
        _P.LATE_INTERRUPTION_APPLIED,
        _P.EVENT_LAID_ASIDE,
        _P.RESULT_TRIED_AGAIN,
        _P.RESULT_DROPPED,
        _P.RESULT_REVOKED,
        _P.OUTCOME_REVOKED,
        _P.SUPPLEMENT_REVOKED,
        ObjectionAction.ANSWERED,
    }
)
"""Whoever does one of these attests no payment of what was ordered or received by it."""

_DECIDED_OUTSIDE: Final = "decided in a decision system, whose event names nobody here"
_SUPPLIER: Final = "done by the supplier, whose people attest nothing"
_SAYS: Final = "says what was told, and changes nothing that is ordered, received or paid"

NO_DECISIONS: Final[Mapping[JournalAction, str]] = {
    **dict.fromkeys(
        (
            *(_P.DECIDED, _P.PERIOD_TWO, _P.RESUMED, _P.CONTINUES, _P.PROVIDER_CHANGED, _P.CANCELLED),
            *(_P.INTERRUPTION_SET, _P.INTERRUPTION_WITHDRAWN, _P.INTERRUPTION_KEPT_ASIDE),
            *(_P.OUTCOME_APPROVED, _P.OUTCOME_EARNS_NOTHING, _P.OUTCOME_ENDED, _P.SUPPLEMENT_APPROVED),
            _P.RESULT_MOVED,
        ),
        _DECIDED_OUTSIDE,
    ),
    **dict.fromkeys(
        (_P.TUTOR_ASSIGNED, _P.REPORT_FILED, ObjectionAction.MADE, ObjectionAction.WITHDRAWN), _SUPPLIER
    ),
    **dict.fromkeys(
        (
            *(_P.INFORMATIVE_FILED, _P.INFORMATIVE_READ, _P.INFORMATIVE_UNREAD, _P.INFORMATIVE_WITHDRAWN),
            _P.HISTORY_LOADED,
        ),
        _SAYS,
    ),
}
"""What happens to a placement besides, and why it bars nobody."""


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
    note_decision(session, execution_reference, action, by=actor)


def note_decision(
    session: Session, execution_reference: str, action: JournalAction, *, by: str, month: Month | None = None
) -> None:
    """Note that the person decided about the placement, or about one month of it; the system bars nobody.

    Raises KeyError for an action without a place in the tables.
    """
    if by == journal.SYSTEM or (action not in DECISIONS and NO_DECISIONS[action]):
        return
    row = {
        "execution_reference": execution_reference,
        "month": str(month) if month else "",
        "person": by,
        "decision": str(action),
    }
    add_new(session, placement_decision, [row])
