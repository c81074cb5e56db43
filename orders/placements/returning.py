"""A return within the same period: the participant is back at the same supplier under the same reference.

Nothing new is ordered. The order of the period covers its months still, and its lines are received with the days up
to the interruption and those from the return on. A month that was received before is reported anew for the rest.
"""

from datetime import date, timedelta

from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import PlacementResumed
from orders.journal_actions import PlacementAction
from orders.model import Interruption, LineState, Placement, PlacementState, billable_parts, day_before
from orders.placements import plan_store
from orders.placements import store as placement_store
from orders.placements.changes import check_not_left
from orders.placements.journal import record_placement
from orders.placements.results import back_on, drop_waiting
from orders.purchase_orders import line_store, order_store
from orders.register.register import Register
from orders.terms import ArticleKind


def resume(
    session: Session, register: Register, resumed: PlacementResumed, *, today: date, told_on: date
) -> None:
    """Let the placement go on from the day the participant is back; results that would fall due later are dropped.

    How late that may be told is compared with the day we were told, `told_on`.
    """
    placement = placement_store.get(session, resumed.execution_reference, lock=True)
    check_not_left(session, placement)
    left = _checked(placement, register, resumed.resumed_on, told_on=told_on)
    reference, day = placement.execution_reference, resumed.resumed_on
    placement_store.end_interruption(session, reference, back_on=day)
    placement_store.limit_approved(session, reference, left.effective_on)
    plan_store.end_outcome(session, reference, day_before(day))
    drop_waiting(session, reference, reason=back_on(day), due_after=day_before(day))
    _open_what_is_left(session, placement_store.get(session, reference), today=today)
    record_placement(session, reference, PlacementAction.RESUMED, resumed_on=str(day))


def _checked(placement: Placement, register: Register, day: date, *, told_on: date) -> Interruption:
    """The interruption the participant is back from. Raises StepRefused where it cannot be."""
    reference, left = placement.execution_reference, placement.interruption
    if (
        left is None
        or placement.state is PlacementState.CANCELLED
        or left.reason == register.service(placement.service).change_reason
    ):
        raise StepRefused(
            Text(
                "Placeringen %(reference)s har inget avbrott att komma tillbaka från hos samma leverantör.",
                reference=reference,
            ),
        )
    ends_on = placement.period_at(left.effective_on).period.end
    if not left.effective_on < day <= ends_on:
        raise StepRefused(
            Text(
                "Återgången %(day)s ska ligga efter avbrottet %(effective_on)s och inom perioden, som slutar "
                "%(ends_on)s. Efter perioden gäller ett nytt beslut.",
                day=day,
                effective_on=left.effective_on,
                ends_on=ends_on,
            ),
        )
    rules = register.placement_rules(placement.contract_id, placement.periods[0].decided_on)
    earliest = told_on - timedelta(days=rules.interruption_days_back)
    if day < earliest:
        raise StepRefused(
            Text(
                "Återgången gäller bakåt i tiden: %(day)s, och tidigast kan den gälla %(earliest)s.",
                day=day,
                earliest=earliest,
            ),
        )
    return left


def _open_what_is_left(session: Session, placement: Placement, *, today: date) -> None:
    """Open the lines that have days again, and close those the participant was away for altogether."""
    for order in order_store.of_placement(session, placement.execution_reference, ArticleKind.BASIC):
        line_store.lock_lines(session, order.number)
        days = {
            line.line_id: billable_parts(line.period, placement.last_day_for(line.period), placement.absences)
            for line in order.lines
        }
        line_store.reopen_lines(session, order.number, [each for each, parts in days.items() if parts])
        away = [
            account.line_id
            for account in line_store.accounts(session, order.number)
            if not days[account.line_id] and account.receipt_id is None
        ]
        line_store.close_lines(session, order.number, away, LineState.CLOSED_UNUSED, on=today)
