"""Taking back what was approved: a report, an outcome, a supplement. Done twice it is done once.

The receipt is reversed by a row, and what was planned is dropped. An order that nothing is delivered on any more is
cancelled; a month is open to a new report. Every function returns the order lines whose receipt changed, so that the
invoices on them are judged again: one in the books comes into question, one that is paid is asked back.
"""

from collections.abc import Sequence
from datetime import date

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import OutcomeRevoked, ReportRevoked, SupplementRevoked
from orders.journal_actions import OrdersSubject, PlacementAction, report_subject
from orders.model import (
    LineKey,
    LineState,
    PlannedOrder,
    PlannedState,
    Report,
    ReportState,
    check_report_step,
)
from orders.placements import month_receipts, plan_store
from orders.placements import store as placement_store
from orders.placements.journal import note_decision, record_placement
from orders.purchase_orders import line_store
from orders.register.register import Register
from orders.terms import ArticleKind, ResultStage

APPROVAL_REVOKED = Text("Godkännandet är återtaget.")


def revoke_report(session: Session, revoked: ReportRevoked, *, today: date) -> list[LineKey]:
    """Take back the approval of a report: its month is received no longer, until a report is approved anew.

    Raises StepRefused for a report that was never approved, or that a later version replaced.
    """
    placement = placement_store.get(session, revoked.execution_reference, lock=True)
    report = placement_store.report(session, revoked.execution_reference, revoked.month, revoked.version)
    if report.state is ReportState.REVOKED:
        return []
    check_report_step(report, ReportState.REVOKED)
    standing = month_receipts.received_accounts(session, placement, report.month)
    placement_store.move_report(
        session, report, ReportState.REVOKED, on=today, by=revoked.by, reason=revoked.reason
    )
    for account in standing:
        month_receipts.take_back(session, placement.execution_reference, account, today=today, invoiced=True)
    _record_report(session, report, by=revoked.by)
    return [(account.order_number, account.line_id) for account in standing]


def revoke_outcome(
    session: Session,
    register: Register,
    revoked: OutcomeRevoked,
    *,
    today: date,
    by: str = journal.SYSTEM,
) -> list[LineKey]:
    """Take back an approved result; with it go the later stages of its outcome, and with the first the speed bonus.

    Raises StepRefused where no such result was approved. It may be approved anew, and then gets a new order.
    """
    placement = placement_store.get(session, revoked.execution_reference, lock=True)
    held = plan_store.of_placement(session, placement.execution_reference)
    named = [
        plan for plan in held if plan.stage == revoked.stage and plan.outcome_started_on == revoked.started_on
    ]
    if not named:
        raise StepRefused(
            Text(
                "Inget %(stage)s med start %(started_on)s är godkänt för %(reference)s. Kontrollera referensen och "
                "startdagen.",
                stage=revoked.stage,
                started_on=revoked.started_on,
                reference=placement.execution_reference,
            ),
        )
    outcomes = {plan.outcome for plan in named if plan.stands}
    stages = register.service(placement.service).stage_codes
    falling = _falling(revoked.stage, stages)
    taken = [
        plan
        for plan in held
        if plan.stands
        and plan.outcome in outcomes
        and plan.article is not ArticleKind.SUPPLEMENTARY
        and plan.stage in falling
    ]
    if not taken:
        return []
    record_placement(
        session,
        placement.execution_reference,
        PlacementAction.OUTCOME_REVOKED,
        actor=by,
        stage=revoked.stage,
        started_on=str(revoked.started_on),
    )
    return _taken_back(session, taken, by=by, today=today)


def revoke_supplement(
    session: Session, revoked: SupplementRevoked, *, today: date, by: str = journal.SYSTEM
) -> list[LineKey]:
    """Take back an approved supplement. Raises StepRefused where no such supplement was approved."""
    placement = placement_store.get(session, revoked.execution_reference, lock=True)
    held = [
        plan
        for plan in plan_store.of_placement(session, placement.execution_reference)
        if plan.article is ArticleKind.SUPPLEMENTARY and plan.code == revoked.code
    ]
    if not held:
        raise StepRefused(
            Text(
                "Inget tillägg %(code)s är godkänt för %(reference)s. Kontrollera referensen och koden.",
                code=revoked.code,
                reference=placement.execution_reference,
            ),
        )
    taken = [plan for plan in held if plan.stands]
    if not taken:
        return []
    record_placement(
        session,
        placement.execution_reference,
        PlacementAction.SUPPLEMENT_REVOKED,
        actor=by,
        code=revoked.code,
    )
    return _taken_back(session, taken, by=by, today=today)


def take_back_plan(
    session: Session, plan: PlannedOrder, *, reason: Text, by: str, today: date
) -> list[LineKey]:
    """Drop a planned order, or cancel the one that was placed: its receipt is reversed, its line closed for good."""
    if plan.state is PlannedState.WAITING:
        drop_plan(session, plan, reason=reason, by=by)
        return []
    if plan.state is not PlannedState.PLACED or not plan_store.revoke(session, plan.id, reason):
        return []
    _record_plan(session, plan, PlacementAction.RESULT_REVOKED, reason=reason, by=by)
    line_store.lock_lines(session, plan.order_number)
    changed = []
    for account in line_store.accounts(session, plan.order_number):
        if account.receipt_id is not None:
            month_receipts.take_back(session, plan.execution_reference, account, today=today, invoiced=True)
        changed.append((account.order_number, account.line_id))
    lines = [line_id for _, line_id in changed]
    line_store.close_lines(session, plan.order_number, lines, LineState.CANCELLED, on=today)
    return changed


def drop_plan(session: Session, plan: PlannedOrder, *, reason: Text, by: str) -> bool:
    """Take one waiting order out of the timetable; False where it no longer waits."""
    dropped = plan_store.finish(session, plan.id, PlannedState.DROPPED, reason=reason)
    if dropped:
        _record_plan(session, plan, PlacementAction.RESULT_DROPPED, reason=reason, by=by)
    return dropped


def _taken_back(session: Session, plans: list[PlannedOrder], *, by: str, today: date) -> list[LineKey]:
    return [
        line
        for plan in plans
        for line in take_back_plan(session, plan, reason=APPROVAL_REVOKED, by=by, today=today)
    ]


def _falling(stage: ResultStage, stages: Sequence[ResultStage]) -> Sequence[ResultStage | None]:
    """The stages of an outcome that fall when one does: it and all after it; None, the bonus, with the first."""
    if stage not in stages:
        return [stage]
    fallen = list(stages[stages.index(stage) :])
    return [None, *fallen] if stage == stages[0] else fallen


def _record_report(session: Session, report: Report, *, by: str) -> None:
    journal.record(
        session,
        by,
        PlacementAction.REPORT_REVOKED,
        report_subject(report.execution_reference, report.month, report.version),
        execution_reference=report.execution_reference,
    )
    note_decision(
        session, report.execution_reference, PlacementAction.REPORT_REVOKED, by=by, month=report.month
    )


def _record_plan(
    session: Session, plan: PlannedOrder, action: PlacementAction, *, reason: Text, by: str
) -> None:
    journal.record(
        session,
        by,
        action,
        OrdersSubject.PLANNED_ORDER.of(plan.id),
        execution_reference=plan.execution_reference,
        reason=reason.sv,
        stage=plan.stage or plan.code,
    )
    note_decision(session, plan.execution_reference, action, by=by)
