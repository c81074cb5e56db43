"""Interruptions of a placement: registered, moved and taken back, and the months that are received again for it.

A month received before an interruption was known is received again, with the days that remain.
"""

from datetime import date

from foundation import journal
from foundation.journal import SYSTEM
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import (
    InterruptionMoved,
    InterruptionRegistered,
    InterruptionWithdrawn,
)
from orders.journal_actions import (
    OrdersSubject,
    PlacementAction,
)
from orders.model import (
    Interruption,
    InterruptionState,
    LineKey,
    Placement,
    ReportState,
    check_interruption,
    check_movable,
)
from orders.placements import month_receipts, result_placing
from orders.placements import store as placement_store
from orders.placements.changes import check_not_left
from orders.placements.late_interruptions import check_told_in_time
from orders.purchase_orders import line_store, order_store
from orders.register.register import Register
from orders.terms import ArticleKind, InterruptionReason


def interrupt(
    session: Session,
    register: Register,
    registered: InterruptionRegistered,
    *,
    today: date,
    told_on: date,
    by_hand_on: date | None = None,
) -> list[LineKey]:
    """Register an interruption, today or later (REQ-14). The order stays as it was.

    It is compared with the day we were told, `told_on`. One that is told too late is taken by a person alone, on
    the day `by_hand_on`; raises ToldTooLate otherwise.
    """
    placement = placement_store.get(session, registered.execution_reference, lock=True)
    check_interruption(
        placement, registered_on=registered.registered_on, effective_on=registered.effective_on, today=today
    )
    if placement.interruption is not None:
        reference, day = placement.execution_reference, placement.interruption.effective_on
        raise StepRefused(
            Text(
                "Placeringen %(reference)s är redan avbruten från %(day)s. Flytta avbrottet i stället.",
                reference=reference,
                day=day,
            ),
        )
    if by_hand_on is None:
        check_told_in_time(
            session, register, placement, effective_on=registered.effective_on, told_on=told_on
        )
    interruption = Interruption(
        registered.registered_on, registered.effective_on, InterruptionReason(registered.reason)
    )
    return set_interruption(
        session, register, placement, interruption, was=InterruptionState.REPLACED, today=by_hand_on or today
    )


def move_interruption(
    session: Session,
    register: Register,
    moved: InterruptionMoved,
    *,
    today: date,
    told_on: date,
    by_hand_on: date | None = None,
) -> list[LineKey]:
    """Give an interruption that had not taken effect another day; told too late, as `interrupt` has it."""
    placement = placement_store.get(session, moved.execution_reference, lock=True)
    check_not_left(session, placement)
    standing = check_movable(placement, today=told_on)
    check_interruption(
        placement, registered_on=moved.registered_on, effective_on=moved.effective_on, today=today
    )
    if by_hand_on is None:
        check_told_in_time(session, register, placement, effective_on=moved.effective_on, told_on=told_on)
    interruption = Interruption(moved.registered_on, moved.effective_on, standing.reason)
    return set_interruption(
        session, register, placement, interruption, was=InterruptionState.MOVED, today=by_hand_on or today
    )


def withdraw_interruption(
    session: Session, register: Register, withdrawn: InterruptionWithdrawn, *, today: date, told_on: date
) -> list[LineKey]:
    """Take back an interruption that had not taken effect when we were told; the results it carries fall with it."""
    placement = placement_store.get(session, withdrawn.execution_reference, lock=True)
    check_not_left(session, placement)
    check_movable(placement, today=told_on)
    return set_interruption(session, register, placement, None, was=InterruptionState.WITHDRAWN, today=today)


def set_interruption(
    session: Session,
    register: Register,
    placement: Placement,
    interruption: Interruption | None,
    *,
    was: InterruptionState,
    today: date,
) -> list[LineKey]:
    """Let `interruption` stand instead of the one before; the order lines received again are returned."""
    reference = placement.execution_reference
    placement_store.set_interruption(session, reference, interruption, was=was)
    detail = (
        {
            "effective_on": str(interruption.effective_on),
            "reason": interruption.reason,
            **({"was": was} if placement.interruption else {}),
        }
        if interruption
        else {"was": was}
    )
    journal.record(
        session,
        SYSTEM,
        PlacementAction.INTERRUPTION_SET if interruption else PlacementAction.INTERRUPTION_WITHDRAWN,
        OrdersSubject.PLACEMENT.of(reference),
        execution_reference=reference,
        **detail,
    )
    # A month received before the interruption was known is received again, with the days that remain.
    changed: list[LineKey] = []
    updated = placement_store.get(session, reference)
    _reopen(session, updated)
    for report in placement_store.reports(session, reference):
        if report.state is ReportState.APPROVED:
            changed += month_receipts.receive_month(session, updated, report, today=today, again=True)
    return changed + result_placing.follow_interruption(session, register, updated, today=today)


def _reopen(session: Session, placement: Placement) -> None:
    """Lines closed after what was the final invoice are open again where the last day now comes later."""
    for order in order_store.of_placement(session, placement.execution_reference, ArticleKind.BASIC):
        within = [
            line.line_id
            for line in order.lines
            if not month_receipts.comes_after_the_end(placement, line.period)
        ]
        line_store.reopen_lines(session, order.number, within)
