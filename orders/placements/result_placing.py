"""Placing what waits in the timetable: results, bonuses and supplements become orders on their day.

They are received when they are placed, so that they can be invoiced at once. One that cannot be placed goes on waiting,
with its reason, and stops no other.
"""

from datetime import date
from decimal import Decimal

from foundation import journal
from foundation.errors import Refused
from foundation.money import Quantity, line_amount
from foundation.periods import Month, Period
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.journal_actions import OrdersSubject, PlacementAction
from orders.model import LineKey, Order, OrderLine, Placement, PlannedOrder, PlannedState, Receipt
from orders.placements import earning, plan_store, revoking
from orders.placements import store as placement_store
from orders.purchase_orders import order_store, receipt_store
from orders.purchase_orders.placing import DocumentRefused, draft, place_order
from orders.register.pricing import Price, PriceList
from orders.register.register import Register
from peppol.exchange import outgoing


def place_due(session: Session, register: Register, *, today: date) -> list[Order]:
    """Place every waiting order whose day has come. One that cannot be placed waits on, with the reason."""
    placed = []
    for plan in plan_store.due(session, today):
        order = try_to_place(session, register, plan, today=today)
        if isinstance(order, Order):
            placed.append(order)
    return placed


def try_to_place(
    session: Session, register: Register, plan: PlannedOrder, *, today: date
) -> Order | Refused | None:
    """Place one waiting order; the reason where it cannot be placed, None where its day turned out to be later."""
    try:
        with journal.attempt(session):
            return _place(session, register, plan, today=today)
    except Refused as refusal:
        kept = refusal
    except outgoing.InvalidDocument as invalid:
        kept = DocumentRefused(invalid)
    plan_store.note(session, plan.id, kept.text)
    return kept


def place_due_of(session: Session, register: Register, reference: str, *, today: date) -> list[Order]:
    """Place what is due on one execution reference. Raises what keeps an order from being placed."""
    waiting = plan_store.due(session, today, reference=reference)
    placed = (_place(session, register, plan, today=today) for plan in waiting if not plan.reason)
    return [order for order in placed if order is not None]


def follow_interruption(
    session: Session, register: Register, placement: Placement, *, today: date
) -> list[LineKey]:
    """Let the results follow an interruption that was moved, withdrawn or replaced; the lines whose receipt changed.

    What waits gets its day anew, or is dropped where nothing carries it any more; what was ordered on it is revoked.
    """
    changed: list[LineKey] = []
    for plan in plan_store.of_placement(session, placement.execution_reference):
        if not plan.stands or not earning.is_result(plan):
            continue
        if earning.rests(placement, plan, _prices(register, placement, plan)):
            if plan.state is PlannedState.WAITING:
                _follow_day(session, placement, plan, due_on=_due_day(placement, plan, register))
            continue
        reason = Text("Avbrottet som resultatet vilade på gäller inte längre.")
        changed += revoking.take_back_plan(session, plan, reason=reason, by=journal.SYSTEM, today=today)
    return changed


def price_of(prices: PriceList, placement: Placement, plan: PlannedOrder) -> Price:
    """What a planned order costs; raises where no price is agreed."""
    return prices.price_of(
        plan.article,
        placement.level,
        stage=plan.stage,
        code=plan.code,
        amount_decided=plan.amount.amount if plan.amount else None,
    )


def _place(session: Session, register: Register, plan: PlannedOrder, *, today: date) -> Order | None:
    placement = placement_store.get(session, plan.execution_reference)
    prices = _prices(register, placement, plan)
    if earning.is_result(plan):
        due_on = _due_day(placement, plan, register)
        if due_on > today:
            # It was planned before results waited for their interruption to take effect.
            _follow_day(session, placement, plan, due_on=due_on)
            return None
        _check_carried(placement, plan, prices)
    order = place_order(
        session,
        register,
        placement,
        _draft(session, placement, plan, prices, today=today),
        today=today,
    )
    _receive(session, order, today=today)
    plan_store.finish(session, plan.id, PlannedState.PLACED, order_number=order.number)
    return order


def _draft(
    session: Session, placement: Placement, plan: PlannedOrder, prices: PriceList, *, today: date
) -> Order:
    price = price_of(prices, placement, plan)
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
    key = (plan.article, plan.stage, plan.code)
    earlier = order_store.of_placement(session, placement.execution_reference, plan.article)
    return draft(
        placement,
        prices,
        article=plan.article,
        stage=plan.stage,
        code=plan.code,
        decision_id=plan.decision_id,
        period=period,
        today=today,
        lines=(line,),
        occasion=1 + sum((each.article, each.stage, each.code) == key for each in earlier),
    )


def _check_carried(placement: Placement, plan: PlannedOrder, prices: PriceList) -> None:
    if not earning.rests(placement, plan, prices):
        raise StepRefused(
            Text(
                "Placeringen %(reference)s har inget avbrott som bär resultatet. Läs in avbrottet och försök "
                "igen, eller låt ordern utgå.",
                reference=placement.execution_reference,
            ),
        )


def _prices(register: Register, placement: Placement, plan: PlannedOrder) -> PriceList:
    decided_on = next(
        period.decided_on for period in placement.periods if period.decision_id == plan.decision_id
    )
    return register.price_list(placement.contract_id, decided_on)


def _due_day(placement: Placement, plan: PlannedOrder, register: Register) -> date:
    assert plan.outcome_started_on is not None  # noqa: S101 - every result has the start of its outcome
    prices = _prices(register, placement, plan)
    # A bonus comes with the first stage.
    stage = plan.stage or prices.service.stage_codes[0]
    return earning.due_day(placement, plan.outcome_started_on, plan.kind, prices, stage=stage)


def _follow_day(session: Session, placement: Placement, plan: PlannedOrder, *, due_on: date) -> None:
    if due_on == plan.due_on:
        return
    plan_store.move_day(session, plan.id, due_on)
    journal.record(
        session,
        journal.SYSTEM,
        PlacementAction.RESULT_MOVED,
        OrdersSubject.PLANNED_ORDER.of(plan.id),
        execution_reference=placement.execution_reference,
        due_on=str(due_on),
        was=str(plan.due_on),
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
