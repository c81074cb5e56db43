"""Nothing is paid to a supplier with a payment stop; two people are behind it, and two behind its end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from foundation.transitions import StepRefused
from invoicing.payment import export, payable_store, payment, payment_stop_store, payment_stops
from invoicing.payment.attestation import ChangedSinceAttest
from invoicing.payment.payment_stop_store import NoStop, StopReason, StopState
from invoicing.payment.payment_stops import StopRefused, StopStep
from invoicing.payment.transfers import ItemState
from orders.register import store as register_store
from orders.register.register import NotInRegister
from tests.support.stories.paying import DEBTOR, NOW, PayDesk
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

ONE, OTHER = "user-1", "user-2"
FEBRUARY, MARCH = date(2026, 2, 3), date(2026, 3, 5)


def two_accepted_invoices(system: System) -> None:
    """Two suppliers, each with an accepted invoice."""
    for number, reference, supplier in (
        ("F-1", "100000101", FYRBAKEN),
        ("L-1", "100000102", LARKDRILLEN),
    ):
        system.decide(reference, supplier=supplier)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(reference).number, number=number, on=FEBRUARY)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url, begun=two_accepted_invoices) as system:
        yield system


@pytest.fixture
def desk(system: System) -> PayDesk:
    desk = PayDesk(system)
    desk.give_right()
    return desk


def stop(system: System, supplier: str = FYRBAKEN, *, by: str = ONE) -> int:
    with system.database.writing() as session:
        register = register_store.load(session)
        return payment_stops.ask(
            session, register, supplier=supplier, reason=StopReason.BANKRUPTCY, by=by, now=NOW
        )


def press(system: System, stop_id: int, what: StopStep, *, by: str) -> StopState:
    with system.database.writing() as session:
        payment_stops.step(session, stop_id, what, by=by)
        return payment_stop_store.get(session, stop_id).state


def held_back(system: System) -> list[tuple[str, str]]:
    with system.database.reading() as session:
        found = payable_store.held_back(session, register_store.load(session), on=MARCH)
    return [(each.number, each.held_back.en) for each in found]


def test_a_stop_holds_from_the_first_press_and_is_confirmed_by_another(system: System, desk: PayDesk) -> None:
    stop_id = stop(system)
    ((number, reason),) = held_back(system)
    assert (number, reason.partition(".")[0]) == ("F-1", "Payment stop: bankruptcy")
    assert [each.supplier for each in desk.items(desk.propose(on=MARCH))] == [LARKDRILLEN]
    with pytest.raises(StopRefused, match="another than the first"):
        press(system, stop_id, StopStep.CONFIRM, by=ONE)
    assert press(system, stop_id, StopStep.CONFIRM, by=OTHER) is StopState.STANDING


def test_it_is_lifted_by_one_who_asks_and_another_who_agrees(system: System, desk: PayDesk) -> None:
    stop_id = stop(system)
    press(system, stop_id, StopStep.CONFIRM, by=OTHER)
    with pytest.raises(StepRefused):
        press(system, stop_id, StopStep.LIFT, by=OTHER)
    press(system, stop_id, StopStep.ASK_LIFT, by=ONE)
    with pytest.raises(StopRefused):
        press(system, stop_id, StopStep.LIFT, by=ONE)
    # Confirming is not how a lift is declined, nor does it change who confirmed the stop.
    for person in (ONE, OTHER, "user-23"):
        with pytest.raises(StepRefused):
            press(system, stop_id, StopStep.CONFIRM, by=person)
    assert press(system, stop_id, StopStep.KEEP, by=OTHER) is StopState.STANDING
    with pytest.raises(StopRefused, match="Nobody has asked"):
        press(system, stop_id, StopStep.KEEP, by=OTHER)
    press(system, stop_id, StopStep.ASK_LIFT, by=OTHER)
    assert held_back(system)
    assert press(system, stop_id, StopStep.LIFT, by=ONE) is StopState.LIFTED
    assert held_back(system) == []
    assert {each.supplier for each in desk.items(desk.propose(on=MARCH))} == {FYRBAKEN, LARKDRILLEN}
    assert stop(system) != stop_id


def test_a_stop_made_by_mistake_is_taken_away_before_it_is_confirmed(system: System) -> None:
    stop_id = stop(system)
    with pytest.raises(StopRefused, match="already"):
        stop(system, by=OTHER)
    with pytest.raises(StopRefused, match="Nobody has asked"):
        press(system, stop_id, StopStep.KEEP, by=OTHER)
    assert press(system, stop_id, StopStep.REFUSE, by=ONE) is StopState.REFUSED
    assert held_back(system) == []
    with pytest.raises(NoStop):
        press(system, 999, StopStep.CONFIRM, by=ONE)
    with pytest.raises(NotInRegister):
        stop(system, "5560360793")


def test_what_was_attested_before_the_stop_does_not_leave(system: System, desk: PayDesk) -> None:
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    stop(system)
    desk.drop_changed(proposal)
    assert {each.supplier: each.state for each in desk.items(proposal)} == {
        FYRBAKEN: ItemState.TAKEN_OUT,
        LARKDRILLEN: ItemState.ATTESTED,
    }
    with pytest.raises(payment.HeldBack, match="Payment stop"):
        system.pay(on=MARCH)


@pytest.mark.both_engines
def test_the_database_wants_two_people_and_one_stop_at_a_time(system: System) -> None:
    stop_id = stop(system)
    for change in (
        "update payment_stop set state = 'STANDING', confirmed_by = asked_by",
        "update payment_stop set state = 'STANDING'",
        "update payment_stop set state = 'LIFTED', confirmed_by = 'user-2', lift_asked_by = 'a', ended_by = 'a'",
        "insert into payment_stop (supplier, reason, state, asked_by, asked_at)"
        " select supplier, reason, state, asked_by, asked_at from payment_stop",
    ):
        with pytest.raises(IntegrityError), system.database.engine.begin() as connection:
            connection.execute(text(change))
    assert press(system, stop_id, StopStep.CONFIRM, by=OTHER) is StopState.STANDING


@pytest.mark.both_engines
def test_a_stop_that_begins_while_a_payment_leaves_waits_for_it(system: System, desk: PayDesk) -> None:
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    with ThreadPoolExecutor(1) as another:
        with system.database.writing() as session:
            register = register_store.load(session)
            export.export(session, register, proposal.number, debtor=DEBTOR, by=ONE, now=NOW)
            asked = another.submit(stop, system)
            with pytest.raises(TimeoutError):
                asked.result(timeout=0.7)
        asked.result(timeout=20)
    # It had left when the stop began, and the stop holds for what comes.
    assert {each.state for each in desk.items(proposal)} == {ItemState.EXPORTED}
    assert stopped(system) == [FYRBAKEN]


@pytest.mark.both_engines
def test_a_payment_that_is_to_leave_while_a_stop_begins_sees_it(system: System, desk: PayDesk) -> None:
    proposal = desk.propose(on=MARCH)
    desk.attest(proposal)
    with ThreadPoolExecutor(1) as another:
        with system.database.writing() as session:
            register = register_store.load(session)
            payment_stops.ask(
                session, register, supplier=FYRBAKEN, reason=StopReason.DISPUTE, by=ONE, now=NOW
            )
            leaving = another.submit(desk.export, proposal)
            with pytest.raises(TimeoutError):
                leaving.result(timeout=0.7)
        with pytest.raises(ChangedSinceAttest):
            leaving.result(timeout=20)


def stopped(system: System) -> list[str]:
    with system.database.reading() as session:
        return list(payment_stop_store.holding(session))
