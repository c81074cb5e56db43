"""Interruptions that are told too late: kept aside, shown with what they would change, applied by a person alone."""

from collections.abc import Iterator
from datetime import date

import pytest

from foundation import journal
from foundation.transitions import StepRefused
from invoicing.model import InvoiceState
from operations import event_loading
from orders.events import store as event_store
from orders.events.store import EventState
from orders.journal_actions import PlacementAction
from orders.model import PlacementState
from orders.register.placement_rules import RulesAgreed
from tests.orders.placements.test_placements_changed import with_rules
from tests.support.stories.system import System, a_system, interruption

REFERENCE = "100000101"
BACK_DATED = interruption(REFERENCE, date(2026, 1, 16), date(2026, 1, 16))
TOLD = date(2026, 3, 12)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """January is reported, invoiced and paid before March."""
    with a_system(database_url) as system:
        system.decide(REFERENCE)
        system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
        system.send_invoice(system.order(REFERENCE).number, number="F-1", on=date(2026, 2, 3))
        system.pay(on=date(2026, 3, 9))
        yield system


def kept(system: System) -> event_store.StoredEvent:
    with system.database.reading() as session:
        (found,) = event_store.in_state(session, EventState.UNAPPLIABLE)
    return found


def test_a_back_dated_interruption_is_kept_aside_and_a_paid_invoice_is_left_alone(system: System) -> None:
    refusal = system.refuses("interruption.registered", BACK_DATED, on=TOLD)
    assert "takes effect 2026-01-16, we were told 2026-03-12" in refusal
    assert "order 2100000001 line 001: 20 days become 10 (invoiced)" in refusal
    assert system.placement(REFERENCE).interruption is None
    assert system.days_received(REFERENCE)[0] == "20"
    assert system.invoice(1).state is InvoiceState.PAID
    # Trying it again changes nothing either.
    assert event_loading.replay_unappliable(system.database).unappliable == 1
    assert system.invoice(1).state is InvoiceState.PAID


def test_a_person_may_apply_it_and_the_invoice_is_judged_then(system: System) -> None:
    system.refuses("interruption.registered", BACK_DATED, on=TOLD)
    with system.database.writing() as session:
        event_loading.apply_by_hand(session, kept(system).sequence, by="officer-1", today=date(2026, 3, 16))
    assert system.placement(REFERENCE).last_day == date(2026, 1, 16)
    assert system.days_received(REFERENCE)[0] == "10"
    assert system.invoice(1).state is not InvoiceState.PAID
    with system.database.reading() as session:
        (row,) = [
            each for each in journal.rows(session) if each.action == PlacementAction.LATE_INTERRUPTION_APPLIED
        ]
        assert row.actor == "officer-1"
        assert event_store.in_state(session, EventState.UNAPPLIABLE) == []


def test_or_lay_it_aside_for_good(system: System) -> None:
    system.refuses("interruption.registered", BACK_DATED, on=TOLD)
    with system.database.writing() as session:
        event_loading.lay_aside(session, kept(system).sequence, by="officer-1")
    assert event_loading.replay_unappliable(system.database).unappliable == 0
    with system.database.reading() as session:
        (laid,) = event_store.in_state(session, EventState.LAID_ASIDE)
    assert "retroactive" in laid.reason.en
    assert system.placement(REFERENCE).interruption is None


def test_an_interruption_moved_back_past_the_day_it_is_told_is_kept_aside_too(system: System) -> None:
    system.interrupt(REFERENCE, on=TOLD, last_day=date(2026, 3, 31))
    moved = {key: value for key, value in BACK_DATED.items() if key != "reason"}
    assert "(invoiced)" in system.refuses("interruption.moved", moved, on=date(2026, 3, 13))
    assert system.placement(REFERENCE).last_day == date(2026, 3, 31)
    with system.database.writing() as session:
        event_loading.apply_by_hand(session, kept(system).sequence, by="officer-1", today=date(2026, 4, 20))
    assert system.placement(REFERENCE).last_day == date(2026, 1, 16)


def test_only_what_came_too_late_is_applied_by_hand(system: System) -> None:
    system.refuses("placement.cancelled", {"execution_reference": REFERENCE, "reason": "OTHER"}, on=TOLD)
    with system.database.writing() as session, pytest.raises(StepRefused, match="Only what came too late"):
        event_loading.apply_by_hand(session, kept(system).sequence, by="officer-1", today=TOLD)


def test_how_many_days_back_are_taken_stands_in_the_price_list(database_url: str) -> None:
    with a_system(database_url, register=with_rules(RulesAgreed(interruption_days_back=3))) as system:
        system.decide(REFERENCE)
        early = interruption(REFERENCE, date(2026, 3, 8), date(2026, 3, 8))
        assert "2026-03-09 is the earliest taken" in system.refuses("interruption.registered", early, on=TOLD)
        system.must("interruption.registered", interruption(REFERENCE, TOLD, date(2026, 3, 9)), on=TOLD)
        assert system.placement(REFERENCE).last_day == date(2026, 3, 9)


# The day we were told is the day it came --------------------------------------------------------


def test_an_event_that_dates_itself_back_is_not_believed(system: System) -> None:
    refusal = system.refuses(
        "interruption.registered", BACK_DATED, on=date(2026, 1, 16), received_on=date(2026, 3, 12)
    )
    assert "takes effect 2026-01-16, we were told 2026-03-12" in refusal
    assert system.invoice(1).state is InvoiceState.PAID
    # It keeps the moment it came, however often and whenever it is tried again.
    with system.at(date(2026, 1, 16)):
        assert event_loading.replay_unappliable(system.database).unappliable == 1
    assert kept(system).told_on == TOLD


def test_an_event_that_waits_for_another_is_told_when_it_came(database_url: str) -> None:
    with a_system(database_url) as system:
        in_time = interruption(REFERENCE, date(2026, 2, 10), date(2026, 2, 10))
        system.refuses("interruption.registered", in_time, on=date(2026, 2, 10))
        system.decide(REFERENCE)
        with system.at(TOLD):
            assert event_loading.replay_unappliable(system.database).applied == 1
        assert system.placement(REFERENCE).last_day == date(2026, 2, 10)


def test_nor_does_a_dated_back_withdrawal_take_away_an_interruption_in_effect(system: System) -> None:
    system.interrupt(REFERENCE, on=TOLD, last_day=date(2026, 3, 20))
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-19"}
    late = {"on": date(2026, 3, 19), "received_on": date(2026, 3, 23)}
    assert "has taken effect" in system.refuses("interruption.withdrawn", withdrawn, **late)
    assert system.placement(REFERENCE).last_day == date(2026, 3, 20)
    # A person who knows that it was sent in time may believe it.
    with system.database.writing() as session:
        event_loading.apply_by_hand(session, kept(system).sequence, by="officer-1", today=date(2026, 3, 24))
    assert system.placement(REFERENCE).last_day is None


def test_nor_does_a_dated_back_cancellation_call_off_what_has_begun(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 2, 2), decided_on=date(2026, 1, 20))
        cancelled = {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"}
        late = {"on": date(2026, 1, 30), "received_on": date(2026, 2, 9)}
        assert "cannot be cancelled" in system.refuses("placement.cancelled", cancelled, **late)
        assert system.placement(REFERENCE).state is PlacementState.DECIDED
