"""Decisions that place a participant: the basic order, period two, change of supplier, cancellation.

Every use case loads by named queries, decides with pure functions, saves, and writes the
order's message, in the caller's transaction. What stays outside the order system (legacy
decisions, ESF areas, protected identity) is kept with its handling and never ordered.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from foundation import number_series
from foundation.sql import Session
from foundation.text import Text
from foundation.transitions import StepRefused
from orders.events.data import PeriodTwoDecided, PlacementCancelled, PlacementDecided, ProviderChanged
from orders.journal_actions import PlacementAction
from orders.model import (
    Handling,
    Interruption,
    InterruptionState,
    LineKey,
    LineState,
    Order,
    Placement,
    PlacementPeriod,
    PlacementState,
    basic_lines,
    day_before,
)
from orders.placements import interruptions, plan_store, starts, stretch
from orders.placements import store as placement_store
from orders.placements.changes import check_not_left
from orders.placements.journal import record_placement
from orders.placements.results import back_on, drop_waiting
from orders.purchase_orders import line_store, order_store
from orders.purchase_orders.placing import draft, place_order, place_orders
from orders.register.agreements import DeliveryUnit
from orders.register.parties import Address
from orders.register.register import Register
from orders.register.service_terms import check_code
from orders.terms import ArticleKind


def place(session: Session, register: Register, decided: PlacementDecided, *, today: date) -> Placement:
    """A new placement, with its basic order unless it is handled outside. Refuses a decision known already."""
    return place_all(session, register, [decided], today=today)[0]


def place_all(
    session: Session, register: Register, decisions: Sequence[PlacementDecided], *, today: date
) -> list[Placement]:
    """New placements with their basic orders, decided one by one and stored in strokes.

    Raises for the first that is refused; the caller's transaction must then be undone, and the
    decisions may be tried one at a time.
    """
    _check_continued_once(decisions)
    told = [(decided, _continued(session, register, decided)) for decided in decisions]
    placed = _placed(session, register, told, today=today)
    for (decided, earlier), placement in zip(told, placed, strict=True):
        if earlier is not None:
            _come_back(session, earlier, decided.period.start)
            record_placement(
                session,
                placement.execution_reference,
                PlacementAction.CONTINUES,
                earlier=earlier.execution_reference,
            )
    return placed


def place_period_two(
    session: Session, register: Register, decided: PeriodTwoDecided, *, today: date
) -> Placement:
    """A further period: its own decision and order, the same execution reference and level (REQ-03)."""
    placement = placement_store.get(session, decided.execution_reference, lock=True)
    _check_decisions_are_new(session, [decided.decision_id])
    _check_stands(placement)
    check_not_left(session, placement)
    before = placement.periods[-1]
    period = decided.period
    rules = register.placement_rules(placement.contract_id, decided.decided_on)
    stretch.check_room(placement_store.stretch_of(session, placement), rules)
    stretch.check_length(period, rules)
    ordinal = before.ordinal + 1
    if period.start <= before.period.end:
        raise StepRefused(
            Text(
                "Period %(ordinal)s börjar %(start)s, innan period %(before)s är slut (%(end)s).",
                ordinal=ordinal,
                start=period.start,
                before=before.ordinal,
                end=before.period.end,
            ),
        )
    _come_back(session, placement, period.start)
    if placement.interruption is not None and placement.interruption.effective_on < period.start:
        placement_store.set_interruption(
            session, placement.execution_reference, None, was=InterruptionState.ENDED
        )
    further = PlacementPeriod(ordinal, decided.decision_id, decided.decided_on, period)
    if placement.handling is Handling.ORDERED:
        basic = _basic_order(register, placement, further, today=today)
        order = place_order(session, register, placement, basic, today=today)
        further = replace(further, order_number=order.number)
    placement_store.add_periods(session, [(placement.execution_reference, further)])
    record_placement(
        session,
        placement.execution_reference,
        PlacementAction.PERIOD_TWO,
        decision=decided.decision_id,
        period=str(period),
    )
    return placement_store.get(session, placement.execution_reference)


def change_provider(
    session: Session, register: Register, changed: ProviderChanged, *, today: date, told_on: date
) -> list[LineKey]:
    """The participant moves to another supplier: the old placement ends the day before the new one starts.

    No day is billed twice, and the end stays that of the original period (A-7). A month received
    before is received again with the days that remain; those order lines are returned. It may not reach back behind
    the day before we were told, `told_on`.
    """
    old = placement_store.get(session, changed.execution_reference, lock=True)
    _check_stands(old)
    check_not_left(session, old)
    new = changed.placement
    current = old.period_at(new.period.start)
    if changed.last_day < day_before(told_on):
        raise StepRefused(
            Text(
                "Bytet gäller bakåt i tiden: sista dag %(last_day)s, och vi fick veta det %(told_on)s.",
                last_day=changed.last_day,
                told_on=told_on,
            ),
        )
    if changed.last_day != day_before(new.period.start):
        raise StepRefused(
            Text(
                "Sista dagen %(last_day)s ska vara dagen före den nya starten %(start)s.",
                last_day=changed.last_day,
                start=new.period.start,
            ),
        )
    if old.last_day is not None and old.last_day < changed.last_day:
        raise StepRefused(
            Text(
                "Placeringen %(execution_reference)s slutade redan %(last_day)s.",
                execution_reference=old.execution_reference,
                last_day=old.last_day,
            ),
        )
    if old.follows and new.period.start < old.starts_on:
        raise StepRefused(
            Text(
                "Den nya placeringen börjar %(start)s, innan %(execution_reference)s gör det (%(starts_on)s). "
                "Dagarna före är en annan leverantörs. Låt den börja då eller senare.",
                start=new.period.start,
                execution_reference=old.execution_reference,
                starts_on=old.starts_on,
            ),
        )
    if new.period.end != current.period.end:
        raise StepRefused(
            Text(
                "Den nya placeringen ska sluta som den gamla, %(end)s, inte %(new_end)s.",
                end=current.period.end,
                new_end=new.period.end,
            ),
        )
    if new.continues not in (None, old.execution_reference):
        raise StepRefused(
            Text(
                "Vid ett byte av leverantör fortsätter den nya placeringen %(reference)s, inte %(continues)s.",
                reference=old.execution_reference,
                continues=new.continues,
            ),
        )
    received: list[LineKey] = []
    if changed.last_day < old.starts_on:
        cancel_before_start(session, old, reason="provider changed", today=today)
    else:
        service = register.service(old.service)
        end = Interruption(min(today, changed.last_day), changed.last_day, service.change_reason)
        received = interruptions.set_interruption(
            session, register, old, end, was=InterruptionState.REPLACED, today=today
        )
        _close_after(session, old, changed.last_day, today=today)
    record_placement(
        session, old.execution_reference, PlacementAction.PROVIDER_CHANGED, last_day=str(changed.last_day)
    )
    _placed(session, register, [(new, old)], today=today)
    return received


def cancel(session: Session, cancelled: PlacementCancelled, *, today: date, told_on: date) -> Placement:
    """The placement is called off before it starts: nothing may be billed (E-04). Refused when told later."""
    placement = placement_store.get(session, cancelled.execution_reference, lock=True)
    _check_stands(placement)
    check_not_left(session, placement)
    if placement.starts_on <= told_on:
        raise StepRefused(
            Text(
                "Placeringen %(execution_reference)s började %(starts_on)s och kan inte återkallas. "
                "Registrera ett avbrott i stället.",
                execution_reference=placement.execution_reference,
                starts_on=placement.starts_on,
            ),
        )
    cancel_before_start(session, placement, reason=cancelled.reason, today=today)
    return placement_store.get(session, placement.execution_reference)


def cancel_before_start(session: Session, placement: Placement, *, reason: str, today: date) -> None:
    """Mark the placement cancelled and close every line of its orders; the orders stay as they were sent."""
    placement_store.move(session, placement, PlacementState.CANCELLED)
    drop_waiting(
        session,
        placement.execution_reference,
        reason=Text("Placeringen är återkallad."),
        supplements=True,
    )
    if placement.follows:
        plan_store.forget_end(session, placement.follows, placement.starts_on)
    for order in order_store.of_placement(session, placement.execution_reference):
        line_store.close_lines(
            session, order.number, [line.line_id for line in order.lines], LineState.CANCELLED, on=today
        )
    record_placement(session, placement.execution_reference, PlacementAction.CANCELLED, reason=reason)


def _close_after(session: Session, left: Placement, last_day: date, *, today: date) -> None:
    """Close the basic lines that begin after the last day at a supplier that was left: nobody will deliver them."""
    for order in order_store.of_placement(session, left.execution_reference, ArticleKind.BASIC):
        later = [line.line_id for line in order.lines if line.period.start > last_day]
        line_store.lock_lines(session, order.number)
        line_store.close_lines(session, order.number, later, LineState.CLOSED_UNUSED, on=today)


def handling_of(decided: PlacementDecided, register: Register) -> Handling:
    """Whether a decision is ordered at all. Protected identity goes before everything else."""
    if decided.protected_identity:
        return Handling.PROTECTED
    if decided.continues_legacy:
        return Handling.LEGACY
    if register.area(decided.delivery_area).esf:
        return Handling.ESF
    return Handling.ORDERED


def _continued(session: Session, register: Register, decided: PlacementDecided) -> Placement | None:
    """The placement a decision continues under a new reference, where the stretch has room for it."""
    if decided.continues is None:
        return None
    earlier = placement_store.get(session, decided.continues, lock=True)
    check_not_left(session, earlier)
    rules = register.placement_rules(decided.contract, decided.decided_on)
    stretch.check_continues(placement_store.stretch_of(session, earlier), decided.period, rules)
    return earlier


def _come_back(session: Session, placement: Placement, on: date) -> None:
    """The participant is in the service again from this day: what would fall due later is dropped (E-29)."""
    reference, last_day = placement.execution_reference, day_before(on)
    plan_store.end_outcome(session, reference, last_day)
    drop_waiting(session, reference, reason=back_on(on), due_after=last_day)


def _placed(
    session: Session,
    register: Register,
    decisions: Sequence[tuple[PlacementDecided, Placement | None]],
    *,
    today: date,
) -> list[Placement]:
    """Placements for decisions, each with the placement it follows at a change of supplier."""
    _check_decisions_are_new(session, [decided.decision_id for decided, _ in decisions])
    placements = [
        _placement(
            register, decided, decided.execution_reference or _free_reference(session), follows, today=today
        )
        for decided, follows in decisions
    ]
    _check_references_are_free(session, [each.execution_reference for each in placements])
    placement_store.add_all(session, placements)
    drafts = [
        (each, _basic_order(register, each, each.periods[0], today=today))
        for each in placements
        if each.handling is Handling.ORDERED
    ]
    orders = place_orders(session, register, drafts, today=today) if drafts else []
    numbers = {order.execution_reference: order.number for order in orders}
    placed = [_numbered(each, numbers.get(each.execution_reference, "")) for each in placements]
    placement_store.add_periods(session, [(each.execution_reference, each.periods[0]) for each in placed])
    for each in placed:
        decision = each.periods[0].decision_id
        record_placement(
            session,
            each.execution_reference,
            PlacementAction.DECIDED,
            decision=decision,
            handling=each.handling,
        )
    return placed


def _placement(
    register: Register,
    decided: PlacementDecided,
    reference: str,
    follows: Placement | None,
    *,
    today: date,
) -> Placement:
    """What a decision says, checked against the register; its order has no number yet.

    A supplier that was taken over by today is the successor's affair, whichever of the two the decision names.
    """
    contract = register.contract(decided.contract)
    stands_in = register.holder(contract.supplier, today)
    named = register.holder(decided.supplier, today)
    if named != stands_in or decided.delivery_area not in contract.areas:
        raise StepRefused(
            Text(
                "Avtal %(contract_id)s gäller inte den leverantören i leveransområde %(delivery_area)s.",
                contract_id=contract.id,
                delivery_area=decided.delivery_area,
            ),
        )
    service = register.service_of(contract.id)
    check_code(decided.level, service.level_codes, service=service)
    if follows is not None and follows.service != service.id:
        raise StepRefused(
            Text(
                "Placeringen är i tjänsten %(service)s och kan inte bli i %(new_service)s vid ett byte.",
                service=register.service(follows.service).name.text,
                new_service=service.name.text,
            ),
        )
    if follows is not None and follows.level != decided.level:
        raise StepRefused(
            Text(
                "Nivån är %(level)s under hela tiden i tjänsten och kan inte bli %(new_level)s vid ett byte eller med "
                "en ny referens.",
                level=service.level_name(follows.level),
                new_level=service.level_name(decided.level),
            ),
        )
    rules = register.placement_rules(contract.id, decided.decided_on)
    stretch.check_length(decided.period, rules)
    unit = _unit(decided, register, stands_in, today=today)
    address_id = _address_id(unit, decided)
    period = PlacementPeriod(
        1,
        decided.decision_id,
        decided.decided_on,
        decided.period,
        start_by=starts.start_by(decided.decided_on, rules),
    )
    return Placement(
        execution_reference=reference,
        supplier=stands_in,
        contract_id=contract.id,
        unit=unit.at(address_id),
        address_id=address_id,
        delivery_area=decided.delivery_area,
        service=service.id,
        level=decided.level,
        handling=handling_of(decided, register),
        state=PlacementState.DECIDED,
        periods=(period,),
        follows=follows.execution_reference if follows is not None else "",
    )


def _numbered(placement: Placement, order_number: str) -> Placement:
    return replace(placement, periods=(replace(placement.periods[0], order_number=order_number),))


def _free_reference(session: Session) -> str:
    """The next reference of our own that no deciding system has used already."""
    number = number_series.next_number(session, number_series.EXECUTION_REFERENCES)
    while placement_store.find(session, number) is not None:
        number = number_series.next_number(session, number_series.EXECUTION_REFERENCES)
    return number


def _basic_order(register: Register, placement: Placement, period: PlacementPeriod, *, today: date) -> Order:
    """The order of a period, without its number; raises where no price is agreed or no day is billable."""
    prices = register.price_list(placement.contract_id, period.decided_on)
    price = prices.price_of(ArticleKind.BASIC, placement.level)
    return draft(
        placement,
        prices,
        article=ArticleKind.BASIC,
        decision_id=period.decision_id,
        period=period.period,
        today=today,
        lines=basic_lines(
            period.period,
            rule=prices.day_rule,
            price=price,
            currency=prices.currency,
        ),
    )


def _unit(decided: PlacementDecided, register: Register, supplier: str, *, today: date) -> DeliveryUnit:
    """The unit as registered; the decision names one that must be the supplier's, or of one it has taken over."""
    unit = register.unit(decided.unit.id)
    if register.holder(unit.supplier, today) != supplier:
        raise StepRefused(
            Text("Enheten %(unit_id)s hör till en annan leverantör än beslutets.", unit_id=unit.id),
        )
    return unit


def _address_id(unit: DeliveryUnit, decided: PlacementDecided) -> str:
    """Which of the unit's addresses the decision means: the one it names, else the one it writes, else the first."""
    told = decided.unit
    known = {each.id: each.address for each in unit.every_address}
    if told.address_id is None:
        written = [each for each, address in known.items() if _alike(address, told.address)]
        return written[0] if written else unit.id
    if told.address_id not in known:
        raise StepRefused(
            Text(
                "Adressen %(address_id)s hör inte till enheten %(unit_id)s. Dess adresser är %(known)s.",
                address_id=told.address_id,
                unit_id=unit.id,
                known=", ".join(known),
            ),
        )
    return told.address_id


def _alike(one: Address, other: Address) -> bool:
    """Whether two addresses are the same but for spaces and capitals."""

    def plain(address: Address) -> tuple[str, ...]:
        parts = (address.street, address.postal_code, address.city)
        return tuple("".join(each.split()).casefold() for each in parts)

    return plain(one) == plain(other)


def _check_decisions_are_new(session: Session, decision_ids: Sequence[str]) -> None:
    for decision_id, reference in placement_store.by_decision(session, decision_ids).items():
        raise StepRefused(
            Text(
                "Beslutet %(decision_id)s är redan infört med genomförandereferens %(reference)s.",
                decision_id=decision_id,
                reference=reference,
            ),
        )


def _check_continued_once(decisions: Sequence[PlacementDecided]) -> None:
    """None of these is in the books yet, so that only they can tell of each other."""
    named = Counter(each.continues for each in decisions if each.continues is not None)
    for reference in (each for each, count in named.items() if count > 1):
        raise StepRefused(
            Text("Flera beslut fortsätter %(reference)s, och bara ett kan göra det.", reference=reference),
        )


def _check_references_are_free(session: Session, references: Sequence[str]) -> None:
    twice = [reference for reference, count in Counter(references).items() if count > 1]
    for reference in (*twice, *placement_store.references_used(session, references)):
        raise StepRefused(
            Text("Genomförandereferensen %(reference)s används redan.", reference=reference),
        )


def _check_stands(placement: Placement) -> None:
    if placement.state is PlacementState.CANCELLED:
        raise StepRefused(
            Text(
                "Placeringen %(execution_reference)s är återkallad.",
                execution_reference=placement.execution_reference,
            ),
        )
