"""Results, speed bonuses and supplements: new orders with their own numbers, at the right time.

An approved outcome becomes an order on its day (months after start by the price list) and
waits in the timetable until then. It is dropped if the participant is back before. AUB never
gives a result. R2 goes to the supplier that earned R1, since both lie on its execution
reference. These orders are received when they are placed, so they can be invoiced at once.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from foundation import journal
from foundation.errors import Refused
from foundation.money import Money, Quantity, line_amount
from foundation.periods import Month, Period, add_months
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import OutcomeApproved, OutcomeEnded, SupplementApproved
from orders.journal_actions import OrdersSubject, PlacementAction
from orders.model import (
    Handling,
    Order,
    OrderLine,
    Placement,
    PlacementState,
    PlannedOrder,
    PlannedState,
    Receipt,
)
from orders.placements import plan_store
from orders.placements import store as placement_store
from orders.placements.journal import record_placement
from orders.purchase_orders import receipt_store
from orders.purchase_orders.placing import draft, place_order
from orders.register.pricing import Price, PriceList
from orders.register.register import Register
from orders.terms import ArticleKind
from peppol.exchange import outgoing


def approve_outcome(
    session: Session, register: Register, approved: OutcomeApproved, *, today: date
) -> list[Order]:
    """Plan what the outcome earns and place what is due today; an outcome that earns nothing gives no order.

    Refuses, with the reason, what may not be earned yet.
    """
    placement = placement_store.get(session, approved.execution_reference, lock=True)
    decision = placement.period_at(approved.started_on)
    prices = register.price_list(placement.contract_id, decision.decided_on)
    _check_ordered(placement)
    if not prices.result_rules.qualifies(approved.kind, extent_percent=approved.extent_percent):
        # Not a fault: the outcome is known and earns nothing. Labour market training (AUB) never does.
        record_placement(
            session,
            placement.execution_reference,
            PlacementAction.OUTCOME_EARNS_NOTHING,
            kind=approved.kind,
            stage=approved.stage,
        )
        return []
    _check_earns(placement, approved, prices)
    held = plan_store.of_placement(session, placement.execution_reference)
    if any(plan.stage == approved.stage and plan.state is not PlannedState.DROPPED for plan in held):
        raise StepRefused(
            Text(
                "%(stage)s är redan beviljat för %(execution_reference)s.",
                stage=approved.stage,
                execution_reference=placement.execution_reference,
            ),
        )
    if approved.stage == "R2" and not _earned_r1(held):
        raise StepRefused(
            Text(
                "R2 för %(execution_reference)s förutsätter R1. Läs in R1 först.",
                execution_reference=placement.execution_reference,
            ),
        )
    due_on = add_months(approved.started_on, prices.result_rules.months_after_start(approved.stage))
    plans = [_plan(placement, ArticleKind.RESULT, decision.decision_id, due_on, approved)]
    if approved.stage == "R1" and _is_quick(placement, approved.started_on, prices):
        plans.append(_plan(placement, ArticleKind.SPEED_BONUS, decision.decision_id, due_on, approved))
    for plan in plans:
        # A price that is missing is told now, not on the day the order falls due.
        _price(prices, placement, plan)
        plan_store.add(session, plan)
    record_placement(
        session,
        placement.execution_reference,
        PlacementAction.OUTCOME_APPROVED,
        stage=approved.stage,
        due_on=str(due_on),
    )
    return _place_due_of(session, register, placement.execution_reference, today=today)


def approve_supplement(
    session: Session, register: Register, approved: SupplementApproved, *, today: date
) -> list[Order]:
    """A supplement by its code in the price list, ordered at once; once per code and placement."""
    placement = placement_store.get(session, approved.execution_reference, lock=True)
    _check_ordered(placement)
    decision = placement.period_at(approved.approved_on)
    prices = register.price_list(placement.contract_id, decision.decided_on)
    price = prices.price_of(
        ArticleKind.SUPPLEMENTARY, placement.level, code=approved.code, amount_decided=approved.amount
    )
    held = plan_store.of_placement(session, placement.execution_reference)
    if any(plan.code == approved.code and plan.state is not PlannedState.DROPPED for plan in held):
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
    return _place_due_of(session, register, placement.execution_reference, today=today)


def end_outcome(session: Session, ended: OutcomeEnded) -> int:
    """The participant is back: what still waits is dropped. How many were."""
    placement = placement_store.get(session, ended.execution_reference, lock=True)
    record_placement(
        session, placement.execution_reference, PlacementAction.OUTCOME_ENDED, ended_on=str(ended.ended_on)
    )
    return drop_waiting(session, placement.execution_reference, reason=f"back on {ended.ended_on}")


def drop_waiting(session: Session, reference: str, *, reason: str, supplements: bool = False) -> int:
    """Take the placement's waiting results out of the timetable.

    Supplements are not tied to an outcome and stay, unless `supplements` says that nothing is to be ordered.
    """
    dropped = 0
    for plan in plan_store.of_placement(session, reference):
        if plan.state is PlannedState.WAITING and (
            supplements or plan.article is not ArticleKind.SUPPLEMENTARY
        ):
            plan_store.finish(session, plan.id, PlannedState.DROPPED, reason=reason)
            journal.record(
                session,
                journal.SYSTEM,
                PlacementAction.RESULT_DROPPED,
                OrdersSubject.PLANNED_ORDER.of(plan.id),
                execution_reference=reference,
                reason=reason,
                stage=plan.stage or "",
            )
            dropped += 1
    return dropped


def place_due(session: Session, register: Register, *, today: date) -> list[Order]:
    """Place every waiting order whose day has come. One that cannot be placed waits on, with the reason."""
    placed = []
    for plan in plan_store.due(session, today):
        try:
            with journal.attempt(session):
                placed.append(_place(session, register, plan, today=today))
        except (Refused, outgoing.InvalidDocument) as refusal:
            plan_store.note(session, plan.id, str(refusal))
    return placed


def _place_due_of(session: Session, register: Register, reference: str, *, today: date) -> list[Order]:
    waiting = plan_store.due(session, today, reference=reference)
    return [_place(session, register, plan, today=today) for plan in waiting]


def _place(session: Session, register: Register, plan: PlannedOrder, *, today: date) -> Order:
    placement = placement_store.get(session, plan.execution_reference)
    decided_on = next(
        period.decided_on for period in placement.periods if period.decision_id == plan.decision_id
    )
    prices = register.price_list(placement.contract_id, decided_on)
    price = _price(prices, placement, plan)
    period = Period(plan.due_on, plan.due_on)
    quantity = Quantity(Decimal(1), price.unit)
    line = OrderLine(
        "001",
        price.article_number,
        price.article_name,
        quantity,
        price.amount,
        line_amount(quantity, price.amount, currency=prices.currency),
        period,
    )
    result = draft(
        placement,
        prices,
        article=plan.article,
        stage=plan.stage,
        code=plan.code,
        decision_id=plan.decision_id,
        period=period,
        today=today,
        lines=(line,),
    )
    order = place_order(session, register, placement, result, today=today)
    _receive(session, order, today=today)
    plan_store.finish(session, plan.id, PlannedState.PLACED, order_number=order.number)
    return order


def _price(prices: PriceList, placement: Placement, plan: PlannedOrder) -> Price:
    return prices.price_of(
        plan.article,
        placement.level,
        stage=plan.stage,
        code=plan.code,
        amount_decided=plan.amount.amount if plan.amount else None,
    )


def _receive(session: Session, order: Order, *, today: date) -> None:
    """The result is what was delivered: it is received in full when it is ordered."""
    line = order.lines[0]
    receipt = Receipt(
        0,
        order.number,
        line.line_id,
        order.execution_reference,
        Month.of(line.period.start),
        0,
        line.quantity,
        line.amount,
        line.period,
        today,
    )
    receipt_store.receive(session, receipt, instead_of=None)


def _check_earns(placement: Placement, approved: OutcomeApproved, prices: PriceList) -> None:
    if approved.started_on < placement.starts_on:
        raise StepRefused(
            Text(
                "Utfallet började %(started_on)s, före placeringens start %(starts_on)s.",
                started_on=approved.started_on,
                starts_on=placement.starts_on,
            ),
        )
    held = placement.interruption_of(placement.period_at(approved.started_on).period)
    carries = [
        reason.code for reason in prices.service.interruption_reasons if approved.kind in reason.carries
    ]
    if prices.result_rules.interruption_required and (held is None or held.reason not in carries):
        raise StepRefused(
            Text(
                "Placeringen %(execution_reference)s är inte avbruten på grund av arbete eller "
                "studier. Läs in avbrottet och försök igen.",
                execution_reference=placement.execution_reference,
            ),
        )


def _check_ordered(placement: Placement) -> None:
    if placement.handling is not Handling.ORDERED or placement.state is PlacementState.CANCELLED:
        raise StepRefused(
            Text(
                "För %(execution_reference)s läggs inga ordrar (%(handling)s, %(state)s).",
                execution_reference=placement.execution_reference,
                handling=placement.handling,
                state=placement.state,
            ),
        )


def _earned_r1(held: Sequence[PlannedOrder]) -> bool:
    return any(plan.stage == "R1" and plan.state is not PlannedState.DROPPED for plan in held)


def _is_quick(placement: Placement, started_on: date, prices: PriceList) -> bool:
    """Whether the outcome came within the limit, counted in days from the placement's start."""
    return (started_on - placement.starts_on).days <= prices.result_rules.speed_bonus_limit_days


def _plan(
    placement: Placement, article: ArticleKind, decision_id: str, due_on: date, approved: OutcomeApproved
) -> PlannedOrder:
    return PlannedOrder(
        id=0,
        execution_reference=placement.execution_reference,
        article=article,
        stage=approved.stage if article is ArticleKind.RESULT else None,
        code="",
        decision_id=decision_id,
        outcome_started_on=approved.started_on,
        amount=None,
        due_on=max(due_on, approved.started_on),
        state=PlannedState.WAITING,
    )
