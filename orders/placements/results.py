"""Results, speed bonuses and supplements: approved, planned for their day, and dropped where they fall.

An approved outcome waits in the timetable for its day (months after its start by the price list, and not before the
interruption that carries it has taken effect), and for nothing where it earns nothing. It is dropped if the participant
is back before. A later stage goes to the supplier that earned the one before. What is ordered then is in
`result_placing`, what is taken back in `revoking`.
"""

from dataclasses import replace
from datetime import date

from foundation import journal
from foundation.money import Money
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import OutcomeApproved, OutcomeEnded, SupplementApproved
from orders.journal_actions import PlacementAction
from orders.model import Order, Placement, PlannedOrder, PlannedState
from orders.placements import earning, plan_store, result_placing, revoking
from orders.placements import store as placement_store
from orders.placements.journal import record_placement
from orders.register.pricing import PriceList
from orders.register.register import Register
from orders.terms import ArticleKind


def approve_outcome(
    session: Session, register: Register, approved: OutcomeApproved, *, today: date, told_on: date
) -> list[Order]:
    """Plan what the outcome earns and place what is due today; an outcome that earns nothing gives no order.

    Refuses, with the reason, what may not be earned, or not any more on the day we were told, `told_on`.
    """
    placement = placement_store.get(session, approved.execution_reference, lock=True)
    decision = placement.period_at(approved.started_on)
    prices = register.price_list(placement.contract_id, decision.decided_on)
    rules = prices.result_rules
    _check_ordered(placement)
    if not rules.qualifies(approved.kind, extent_percent=approved.extent_percent):
        # Not a fault: the outcome is known and earns nothing, as labour market training (REQ-61).
        record_placement(
            session,
            placement.execution_reference,
            PlacementAction.OUTCOME_EARNS_NOTHING,
            kind=approved.kind,
            stage=approved.stage,
        )
        return []
    stretch = placement_store.whole_stretch_of(session, placement, lock=True)
    held = plan_store.of_references(session, [each.execution_reference for each in stretch])
    outcome = earning.outcome_number(placement, approved, held, prices)
    earning.check_earns(placement, approved, prices)
    earning.check_claimed_in_time(approved, rules, told_on=told_on)
    days = earning.bonus_days(
        stretch,
        placement,
        approved.started_on,
        holder=lambda each: register.holder(each, approved.started_on),
    )
    plans = _plans(placement, decision.decision_id, approved, prices, outcome=outcome, bonus_days=days)
    for plan in plans:
        # A price that is missing is told now, not on the day the order falls due.
        result_placing.price_of(prices, placement, plan)
        plan_store.add(session, plan)
    record_placement(
        session,
        placement.execution_reference,
        PlacementAction.OUTCOME_APPROVED,
        stage=approved.stage,
        due_on=str(plans[0].due_on),
    )
    return result_placing.place_due_of(session, register, placement.execution_reference, today=today)


def approve_supplement(
    session: Session, register: Register, approved: SupplementApproved, *, today: date, told_on: date
) -> list[Order]:
    """A supplement by its code in the price list, ordered at once; once per code and placement."""
    placement = placement_store.get(session, approved.execution_reference, lock=True)
    _check_ordered(placement)
    decision = placement.period_at(approved.approved_on)
    prices = register.price_list(placement.contract_id, decision.decided_on)
    price = prices.price_of(
        ArticleKind.SUPPLEMENTARY, placement.level, code=approved.code, amount_decided=approved.amount
    )
    earning.check_supplement_in_time(placement, prices.result_rules, told_on=told_on)
    held = plan_store.of_placement(session, placement.execution_reference)
    if any(plan.code == approved.code and plan.stands for plan in held):
        raise StepRefused(
            Text(
                "Tillägget %(approved_code)s är redan beviljat för %(execution_reference)s.",
                approved_code=approved.code,
                execution_reference=placement.execution_reference,
            ),
        )
    plan_store.add(
        session,
        PlannedOrder(
            id=0,
            execution_reference=placement.execution_reference,
            article=ArticleKind.SUPPLEMENTARY,
            stage=None,
            code=approved.code,
            decision_id=decision.decision_id,
            outcome_started_on=None,
            amount=Money(price.amount, prices.currency),
            # Nothing is ordered before the first day: until then the placement may be cancelled.
            due_on=max(approved.approved_on, placement.starts_on),
            state=PlannedState.WAITING,
        ),
    )
    record_placement(
        session, placement.execution_reference, PlacementAction.SUPPLEMENT_APPROVED, code=approved.code
    )
    return result_placing.place_due_of(session, register, placement.execution_reference, today=today)


def end_outcome(session: Session, ended: OutcomeEnded) -> int:
    """The participant is back: what would have fallen due later is dropped. How many were."""
    placement = placement_store.get(session, ended.execution_reference, lock=True)
    reference = placement.execution_reference
    plan_store.end_outcome(session, reference, ended.ended_on)
    record_placement(session, reference, PlacementAction.OUTCOME_ENDED, ended_on=str(ended.ended_on))
    return drop_waiting(session, reference, reason=back_on(ended.ended_on), due_after=ended.ended_on)


def back_on(day: date) -> Text:
    """Why a result is dropped whose participant is back."""
    return Text("Deltagaren är tillbaka %(day)s.", day=day)


def drop_waiting(
    session: Session,
    reference: str,
    *,
    reason: Text,
    supplements: bool = False,
    due_after: date = date.min,
) -> int:
    """Take the placement's waiting results out of the timetable; those alone that fall due after `due_after`.

    Supplements are not tied to an outcome and stay, unless `supplements` says that nothing is to be ordered.
    """
    waiting = [
        plan
        for plan in plan_store.of_placement(session, reference)
        if plan.state is PlannedState.WAITING
        and plan.due_on > due_after
        and (supplements or earning.is_result(plan))
    ]
    return sum(revoking.drop_plan(session, plan, reason=reason, by=journal.SYSTEM) for plan in waiting)


def _plans(
    placement: Placement,
    decision_id: str,
    approved: OutcomeApproved,
    prices: PriceList,
    *,
    outcome: int,
    bonus_days: int,
) -> list[PlannedOrder]:
    """What an outcome earns: its stage, and with the first one the speed bonus where it came soon enough."""
    rules = prices.result_rules
    due_on = earning.due_day(placement, approved.started_on, approved.kind, prices, stage=approved.stage)
    result = PlannedOrder(
        id=0,
        execution_reference=placement.execution_reference,
        article=ArticleKind.RESULT,
        stage=approved.stage,
        code="",
        decision_id=decision_id,
        outcome_started_on=approved.started_on,
        amount=None,
        due_on=due_on,
        state=PlannedState.WAITING,
        outcome=outcome,
        kind=approved.kind,
    )
    is_first = earning.stage_before(prices.service, approved.stage) is None
    has_bonus = prices.service.article_of(ArticleKind.SPEED_BONUS) is not None
    if not (is_first and has_bonus and rules.is_quick(bonus_days)):
        return [result]
    tier = rules.bonus_tier(bonus_days)
    amount = tier.amounts.at(placement.level) if tier else None
    decided = Money(amount, prices.currency) if amount is not None else None
    return [result, replace(result, article=ArticleKind.SPEED_BONUS, stage=None, amount=decided)]


def _check_ordered(placement: Placement) -> None:
    why = placement.why_outside
    if why is not None:
        raise StepRefused(
            Text(
                "För %(execution_reference)s läggs inga ordrar: %(why)s.",
                execution_reference=placement.execution_reference,
                why=why,
            ),
        )
