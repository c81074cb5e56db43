"""What people do about results, bonuses and supplements: try an order again, drop it, take an approval back.

Convention: the use cases are those of the decision systems' events, and the invoices on the order lines whose receipt
changed are judged again in the same transaction.
"""

from foundation import journal
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from invoicing.verdicts import asking_back
from operations.report_judging import Hand
from orders.events.data import OutcomeRevoked, SupplementRevoked
from orders.journal_actions import OrdersSubject, PlacementAction
from orders.model import PLANNED_WORDS, LineKey, Order, PlannedOrder, PlannedState
from orders.placements import plan_store, result_placing, revoking
from orders.placements import store as placement_store
from orders.placements.journal import note_decision
from orders.register.register import Register
from orders.terms import ArticleKind

DROPPED_BY_HAND = Text("Köparen lät ordern utgå.")


def try_again(session: Session, register: Register, planned_id: int, hand: Hand) -> Order:
    """Place an order whose day has come. Raises what keeps it from being placed, or StepRefused where it may not be."""
    plan = _waiting(session, planned_id)
    if plan.due_on > hand.today:
        raise StepRefused(
            Text("Ordern läggs av sig själv när dess dag kommer, %(due_on)s.", due_on=plan.due_on)
        )
    placed = result_placing.try_to_place(session, register, plan, today=hand.today)
    if placed is None:
        raise StepRefused(
            Text("Ordern väntar tills avbrottet har börjat gälla, och läggs sedan av sig själv.")
        )
    if not isinstance(placed, Order):
        raise placed
    _record(session, plan, PlacementAction.RESULT_TRIED_AGAIN, hand)
    return placed


def drop(session: Session, planned_id: int, hand: Hand) -> None:
    """Let a waiting order never be placed. It may be approved anew."""
    plan = _waiting(session, planned_id)
    if not revoking.drop_plan(session, plan, reason=DROPPED_BY_HAND, by=hand.by):
        raise _does_not_wait(plan)


def revoke(session: Session, register: Register, planned_id: int, hand: Hand) -> None:
    """Take back the approval behind a planned or placed order; with it go the later stages and the bonus."""
    plan = plan_store.get(session, planned_id)
    changed = _revoked(session, register, plan, hand)
    asking_back.judge_lines_again(session, register, changed, today=hand.today)


def _revoked(session: Session, register: Register, plan: PlannedOrder, hand: Hand) -> list[LineKey]:
    if plan.article is ArticleKind.SUPPLEMENTARY:
        supplement = SupplementRevoked(
            execution_reference=plan.execution_reference, code=plan.code, revoked_on=hand.today
        )
        return revoking.revoke_supplement(session, supplement, today=hand.today, by=hand.by)
    if plan.stage is not None and plan.outcome_started_on is not None:
        outcome = OutcomeRevoked(
            execution_reference=plan.execution_reference,
            stage=plan.stage,
            started_on=plan.outcome_started_on,
            revoked_on=hand.today,
        )
        return revoking.revoke_outcome(session, register, outcome, today=hand.today, by=hand.by)
    placement_store.get(session, plan.execution_reference, lock=True)
    return revoking.take_back_plan(
        session,
        plan_store.get(session, plan.id),
        reason=revoking.APPROVAL_REVOKED,
        by=hand.by,
        today=hand.today,
    )


def _waiting(session: Session, planned_id: int) -> PlannedOrder:
    plan = plan_store.get(session, planned_id)
    placement_store.get(session, plan.execution_reference, lock=True)
    plan = plan_store.get(session, planned_id)
    if plan.state is not PlannedState.WAITING:
        raise _does_not_wait(plan)
    return plan


def _does_not_wait(plan: PlannedOrder) -> StepRefused:
    return StepRefused(
        Text(
            "Den planerade ordern %(planned)s väntar inte längre: den har läget ”%(state)s”. Läs in listan på nytt.",
            planned=plan.id,
            state=PLANNED_WORDS[plan.state],
        )
    )


def _record(session: Session, plan: PlannedOrder, action: PlacementAction, hand: Hand) -> None:
    journal.record(
        session,
        hand.by,
        action,
        OrdersSubject.PLANNED_ORDER.of(plan.id),
        execution_reference=plan.execution_reference,
    )
    note_decision(session, plan.execution_reference, action, by=hand.by)
