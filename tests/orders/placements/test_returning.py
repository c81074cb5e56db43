"""A return within the same period: the old order goes on, its days count around the absence."""

from collections.abc import Iterator
from datetime import date

import pytest

from operations.event_loading import place_due_orders
from orders.model import PlannedState
from orders.placements import plan_store
from orders.terms import ArticleKind
from tests.support.stories.system import System, a_system, outcome

REFERENCE = "100000101"
BACK = date(2026, 5, 11)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    """A participant from January left for work on Friday 13 March and is back on Monday 11 May."""
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1))
        system.interrupt(REFERENCE, on=date(2026, 3, 13), reason="WORK")
        system.must(
            "outcome.approved", outcome(REFERENCE, started_on=date(2026, 3, 16)), on=date(2026, 3, 20)
        )
        system.report(REFERENCE, "2026-03", on=date(2026, 4, 1))
        yield system


def resumed(on: date = BACK) -> dict[str, object]:
    return {"execution_reference": REFERENCE, "resumed_on": str(on)}


def test_back_in_the_same_period_the_old_order_covers_the_days_around_the_absence(system: System) -> None:
    system.must("placement.resumed", resumed(), on=date(2026, 5, 8))
    for month in ("2026-05", "2026-06"):
        system.report(REFERENCE, month, on=date(2026, 7, 1))
    # Ten days until 13 March, none in April; in May 14 workdays from the 11th, Ascension Day being the 14th.
    assert system.days_received(REFERENCE) == ["-", "-", "10", "-", "14", "22"]
    assert len(system.orders(REFERENCE, ArticleKind.BASIC)) == 1
    # R1 would have fallen due on 16 June: the participant was back before.
    assert place_due_orders(system.database, today=date(2026, 7, 1)) == 0
    with system.database.reading() as session:
        assert {plan.state for plan in plan_store.of_placement(session, REFERENCE)} == {PlannedState.DROPPED}


def test_a_month_left_and_come_back_to_is_reported_anew_for_its_rest(system: System) -> None:
    system.must("placement.resumed", resumed(), on=date(2026, 5, 8))
    # A second interruption has every approved month received again: March keeps what it was received with.
    system.interrupt(REFERENCE, on=date(2026, 5, 20), reason="ILLNESS")
    system.report(REFERENCE, "2026-05", on=date(2026, 6, 1))
    assert system.days_received(REFERENCE) == ["-", "-", "10", "-", "7", "-"]


def test_within_one_month_the_days_of_absence_alone_are_not_paid(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1))
        system.interrupt(REFERENCE, on=date(2026, 3, 6), reason="ILLNESS")
        system.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
        assert system.days_received(REFERENCE)[2] == "5"
        system.must("placement.resumed", resumed(date(2026, 3, 23)), on=date(2026, 3, 20))
        # What was approved for five days stays five, also when something else has it received again.
        assert system.days_received(REFERENCE)[2] == "5"
        system.interrupt(REFERENCE, on=date(2026, 3, 24), last_day=date(2026, 6, 29), reason="OTHER")
        assert system.days_received(REFERENCE)[2] == "5"
        # The correction has the seven from the 23rd too.
        system.report(REFERENCE, "2026-03", version=2, on=date(2026, 4, 1))
        assert system.days_received(REFERENCE)[2] == "12"


def test_an_outcome_after_the_return_rests_on_its_own_interruption(system: System) -> None:
    system.must("placement.resumed", resumed(), on=date(2026, 5, 8))
    again = outcome(REFERENCE, started_on=date(2026, 6, 1))
    assert "not interrupted" in system.refuses("outcome.approved", again, on=date(2026, 6, 2))
    system.interrupt(REFERENCE, on=date(2026, 6, 2), last_day=date(2026, 6, 2), reason="WORK")
    system.must("outcome.approved", again, on=date(2026, 9, 2))
    assert [order.amount.amount for order in system.orders(REFERENCE, ArticleKind.RESULT)] == [15000]


@pytest.mark.parametrize(
    ("day", "told_on", "says"),
    [
        (date(2026, 3, 13), date(2026, 3, 13), "after the interruption on 2026-03-13"),
        (date(2026, 7, 1), date(2026, 6, 20), "which ends on 2026-06-30"),
        (date(2026, 5, 11), date(2026, 5, 12), "set back in time"),
    ],
)
def test_a_return_is_after_the_interruption_within_the_period_and_told_in_time(
    system: System, day: date, told_on: date, says: str
) -> None:
    assert says in system.refuses("placement.resumed", resumed(day), on=told_on)


def test_whoever_goes_on_under_another_reference_is_not_back_here(system: System) -> None:
    system.decide(
        "100000102",
        start=date(2026, 5, 4),
        end=date(2026, 6, 30),
        decided_on=date(2026, 4, 27),
        continues=REFERENCE,
    )
    said = system.refuses("placement.resumed", resumed(), on=date(2026, 5, 8))
    assert "execution reference 100000102" in said


def test_whoever_never_left_is_not_back(database_url: str) -> None:
    with a_system(database_url) as system:
        system.decide(REFERENCE, start=date(2026, 1, 1))
        said = system.refuses("placement.resumed", resumed(), on=date(2026, 5, 8))
        assert "no interruption to come back from" in said
