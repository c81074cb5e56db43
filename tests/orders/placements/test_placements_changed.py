"""A placement goes on, changes hands or is called off: period two, change of provider, cancellation."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from foundation import journal
from orders.journal_actions import OrderAction, PlacementAction, RegisterAction
from orders.model import LineState, PlacementState
from orders.placements import store as placement_store
from orders.register.placement_rules import RulesAgreed
from orders.register.register import Register
from orders.terms import CompensationLevel, InterruptionReason
from tests.support.stories.system import LARKDRILLEN, System, a_system, decision, example_register

REFERENCE = "100000101"
NEXT = "100000102"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def with_rules(rules: RulesAgreed) -> Register:
    register = example_register()
    lists = tuple(replace(each, placement_rules=rules) for each in register.price_lists)
    return replace(register, price_lists=lists)


# Period two -----------------------------------------------------------------------------------


def period_two(start: str = "2026-07-01", end: str = "2026-12-31") -> dict[str, object]:
    return {
        "decision_id": "B-two",
        "execution_reference": REFERENCE,
        "period": {"start": start, "end": end},
        "decided_on": "2026-06-20",
    }


def test_period_two_is_an_order_of_its_own_on_the_same_reference_at_its_own_decision_days_price(
    system: System,
) -> None:
    system.decide(REFERENCE, decided_on=date(2025, 12, 20))
    system.must("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    first, second = system.orders(REFERENCE)
    assert (first.number, second.number) == ("2100000001", "2100000002")
    assert {order.execution_reference for order in (first, second)} == {REFERENCE}
    assert (first.lines[0].price, second.lines[0].price) == (Decimal("92.00"), Decimal("95.00"))
    assert second.lines[0].line_id == "001"
    assert second.decision_id == "B-two"


def test_period_two_may_follow_after_a_gap_and_share_the_month_but_never_a_day(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 8))
    early = period_two("2026-07-07", "2027-01-06")
    assert "before period 1 ends" in system.refuses(
        "placement.period_two_decided", early, on=date(2026, 6, 20)
    )
    system.must("placement.period_two_decided", period_two("2026-07-20", "2027-01-19"), on=date(2026, 6, 20))
    system.report(REFERENCE, "2026-07", on=date(2026, 8, 3))
    # Both orders have a line in July; the days of the gap are on neither.
    july = [
        line for order in system.orders(REFERENCE) for line in order.lines if line.period.start.month == 7
    ]
    assert [str(line.period) for line in july] == ["2026-07-01/2026-07-07", "2026-07-20/2026-07-31"]
    assert system.days_received(REFERENCE)[6:8] == ["5", "10"]


def test_a_line_ordered_after_the_months_approval_is_not_received_when_the_month_is_received_again(
    system: System,
) -> None:
    """Nobody has reported its days: an interruption afterwards gives what was reported anew, and nothing else."""
    system.decide(REFERENCE, start=date(2026, 1, 8))
    system.report(REFERENCE, "2026-07", on=date(2026, 8, 3))
    late = period_two("2026-07-20", "2027-01-19") | {"decided_on": "2026-08-04"}
    system.must("placement.period_two_decided", late, on=date(2026, 8, 4))
    assert system.days_received(REFERENCE)[6:8] == ["5", "-"]
    system.interrupt(REFERENCE, on=date(2026, 8, 5), last_day=date(2026, 8, 31))
    assert system.days_received(REFERENCE)[6:8] == ["5", "-"]


def test_there_is_no_third_period(system: System) -> None:
    system.decide(REFERENCE)
    system.must("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    third = {**period_two("2027-01-01", "2027-06-30"), "decision_id": "B-three"}
    refusal = system.refuses("placement.period_two_decided", third, on=date(2026, 12, 20))
    assert "already has 2 periods of at most 2" in refusal
    assert "2026-01-01/2026-06-30, 2026-07-01/2026-12-31" in refusal


def test_period_two_of_an_unknown_placement_waits_for_it(system: System) -> None:
    refusal = system.refuses("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    assert "unknown" in refusal


def test_period_two_of_a_legacy_decision_stays_outside_too(system: System) -> None:
    system.decide(REFERENCE, continues_legacy=True)
    system.must("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    assert len(system.placement(REFERENCE).periods) == 2
    assert system.orders(REFERENCE) == []


# Change of provider ---------------------------------------------------------------------------


def changed(last_day: date, **new: object) -> dict[str, object]:
    data = decision(
        NEXT,
        start=last_day + timedelta(days=1),
        **{"end": date(2026, 6, 30), "supplier": LARKDRILLEN, "decided_on": last_day, **new},  # type: ignore[arg-type]
    )
    return {"execution_reference": REFERENCE, "last_day": str(last_day), "placement": data}


def test_a_change_in_the_middle_of_a_month_gives_each_supplier_its_part(system: System) -> None:
    system.decide(REFERENCE)
    system.must("placement.provider_changed", changed(date(2026, 3, 13)), on=date(2026, 3, 10))
    old, new = system.placement(REFERENCE), system.placement(NEXT)
    assert (old.last_day, new.starts_on) == (date(2026, 3, 13), date(2026, 3, 14))
    assert new.periods[0].period.end == old.periods[0].period.end == date(2026, 6, 30)
    assert (new.follows, new.level, new.supplier) == (REFERENCE, CompensationLevel("C"), LARKDRILLEN)
    assert old.interruption is not None
    assert old.interruption.reason == InterruptionReason("PROVIDER_CHANGE")
    system.report(REFERENCE, "2026-03", on=date(2026, 4, 1))
    system.report(NEXT, "2026-03", on=date(2026, 4, 1))
    assert system.days_received(REFERENCE)[2] == "10"
    assert system.days_received(NEXT)[0] == "12"
    # Together they are the month: no day twice, none lost.
    assert system.order(REFERENCE).lines[2].quantity.value == 22


def test_the_lines_of_the_supplier_that_was_left_are_closed_after_its_last_day(system: System) -> None:
    system.decide(REFERENCE)
    system.must("placement.period_two_decided", period_two(), on=date(2026, 3, 1))
    system.must("placement.provider_changed", changed(date(2026, 3, 13)), on=date(2026, 3, 10))
    states = [
        system.line(order.number, line.line_id).state
        for order in system.orders(REFERENCE)
        for line in order.lines
    ]
    assert states == [LineState.OPEN] * 3 + [LineState.CLOSED_UNUSED] * 9
    assert {system.line(system.order(NEXT).number, f"00{each}").state for each in range(1, 5)} == {
        LineState.OPEN
    }
    # A change that is taken back before its day opens them again; the new placement is called off first.
    withdrawn = {"execution_reference": REFERENCE, "registered_on": "2026-03-11"}
    assert NEXT in system.refuses("interruption.withdrawn", withdrawn, on=date(2026, 3, 11))
    called_off = {"execution_reference": NEXT, "reason": "DECISION_WITHDRAWN"}
    system.must("placement.cancelled", called_off, on=date(2026, 3, 11))
    system.must("interruption.withdrawn", withdrawn, on=date(2026, 3, 11))
    first = system.orders(REFERENCE)[0].number
    assert {system.line(first, f"00{each}").state for each in range(1, 7)} == {LineState.OPEN}


def test_a_month_received_before_the_change_is_received_again_with_the_days_that_remain(
    system: System,
) -> None:
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-03", on=date(2026, 3, 9))
    assert system.days_received(REFERENCE)[2] == "22"
    system.must("placement.provider_changed", changed(date(2026, 3, 13)), on=date(2026, 3, 10))
    assert system.days_received(REFERENCE)[2] == "10"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (changed(date(2026, 3, 8)), "retroactive"),
        ({**changed(date(2026, 3, 13)), "last_day": "2026-03-12"}, "day before"),
        (changed(date(2026, 3, 13), end=date(2026, 7, 31)), "must end like the old one"),
        (changed(date(2026, 3, 13), level="B"), "level is C"),
    ],
)
def test_a_change_that_bills_a_day_twice_lengthens_or_changes_level_is_refused_whole(
    system: System, data: dict[str, object], reason: str
) -> None:
    system.decide(REFERENCE)
    assert reason in system.refuses("placement.provider_changed", data, on=date(2026, 3, 10))
    assert system.placement(REFERENCE).interruption is None
    with system.database.reading() as session:
        assert placement_store.find(session, NEXT) is None
        # What was tried and refused left no trace in the journal either.
        actions = [row.action for row in journal.rows(session)]
    assert actions == [RegisterAction.REGISTER_LOADED, OrderAction.ORDER_PLACED, PlacementAction.DECIDED]


def test_a_change_before_the_first_day_cancels_the_old_placement(system: System) -> None:
    system.decide(REFERENCE, decided_on=date(2025, 12, 20))
    start = changed(date(2025, 12, 31), decided_on=date(2025, 12, 22))
    system.must("placement.provider_changed", start, on=date(2025, 12, 22))
    assert system.placement(REFERENCE).state is PlacementState.CANCELLED
    assert system.order(NEXT).period.start == date(2026, 1, 1)


def test_twelve_months_are_counted_through_a_change_of_supplier_in_the_second_period(system: System) -> None:
    system.decide(REFERENCE)
    system.must("placement.period_two_decided", period_two(), on=date(2026, 6, 20))
    moved = changed(date(2026, 8, 31), end=date(2026, 12, 31))
    system.must("placement.provider_changed", moved, on=date(2026, 8, 20))
    third = {
        "decision_id": "B-three",
        "execution_reference": NEXT,
        "period": {"start": "2027-01-01", "end": "2027-06-30"},
        "decided_on": "2026-12-20",
    }
    refusal = system.refuses("placement.period_two_decided", third, on=date(2026, 12, 20))
    assert "already has 2 periods of at most 2" in refusal
    assert "2026-01-01/2026-06-30, 2026-07-01/2026-12-31" in refusal
    assert len(system.orders(NEXT)) == 1


def test_a_change_in_the_first_period_leaves_the_second_to_the_new_supplier(system: System) -> None:
    system.decide(REFERENCE)
    # The second period was decided already, and is decided anew for the supplier that takes over.
    system.must("placement.period_two_decided", period_two(), on=date(2026, 3, 1))
    system.must("placement.provider_changed", changed(date(2026, 3, 13)), on=date(2026, 3, 10))
    second = {**period_two("2026-07-06", "2027-01-05"), "execution_reference": NEXT, "decision_id": "B-new"}
    system.must("placement.period_two_decided", second, on=date(2026, 6, 20))
    third = {**second, "decision_id": "B-three", "period": {"start": "2027-01-06", "end": "2027-07-05"}}
    refusal = system.refuses("placement.period_two_decided", third, on=date(2026, 12, 20))
    assert "2026-01-01/2026-06-30, 2026-07-06/2027-01-05" in refusal


def test_a_period_is_not_longer_than_six_months(system: System) -> None:
    long = decision(REFERENCE, end=date(2030, 12, 31))
    refusal = system.refuses("placement.decided", long, on=date(2026, 1, 1))
    assert "2026-01-01/2030-12-31 is longer than 6 months" in refusal
    assert "until 2026-06-30 at most" in refusal
    system.decide(REFERENCE)
    longer = period_two("2026-07-01", "2027-01-01")
    refusal = system.refuses("placement.period_two_decided", longer, on=date(2026, 6, 20))
    assert "until 2026-12-31 at most" in refusal


def test_how_long_and_how_many_stands_in_the_price_list(database_url: str) -> None:
    one_of_three = RulesAgreed(periods=1, period_months=3)
    with a_system(database_url, register=with_rules(one_of_three)) as system:
        assert "longer than 3 months" in system.refuses(
            "placement.decided", decision(REFERENCE), on=date(2026, 1, 1)
        )
        system.decide(REFERENCE, end=date(2026, 3, 31))
        second = period_two("2026-04-01", "2026-06-30")
        refusal = system.refuses("placement.period_two_decided", second, on=date(2026, 3, 20))
        assert "already has 1 periods of at most 1" in refusal


# Cancellation ---------------------------------------------------------------------------------


def test_a_cancelled_placement_has_all_its_lines_closed_and_its_order_unchanged(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    before = system.order(REFERENCE)
    cancelled = {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"}
    system.must("placement.cancelled", cancelled, on=date(2026, 1, 14))
    assert system.placement(REFERENCE).state is PlacementState.CANCELLED
    assert system.order(REFERENCE) == before
    assert {system.line(before.number, line.line_id).state for line in before.lines} == {LineState.CANCELLED}
    report = {"execution_reference": REFERENCE, "month": "2026-01", "version": 1}
    told = {**report, "at": "2026-02-02T08:00:00+01:00", "by": "user-17"}
    assert "the placement is cancelled" in system.refuses("report.filed", told, on=date(2026, 2, 2))


def test_from_the_first_day_on_it_cannot_be_cancelled_only_interrupted(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    cancelled = {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"}
    refusal = system.refuses("placement.cancelled", cancelled, on=date(2026, 1, 15))
    assert "Register an interruption" in refusal
    assert system.placement(REFERENCE).state is PlacementState.DECIDED


def test_nothing_can_be_reported_before_the_first_day_so_nothing_is_received_when_it_is_cancelled(
    system: System,
) -> None:
    system.decide(REFERENCE, start=date(2026, 1, 15), decided_on=date(2026, 1, 8))
    report = {"execution_reference": REFERENCE, "month": "2026-01", "version": 1}
    told = {**report, "at": "2026-01-14T08:00:00+01:00", "by": "user-17"}
    assert "has not begun" in system.refuses("report.filed", told, on=date(2026, 1, 14))


def test_a_placement_is_left_once(system: System) -> None:
    """Otherwise two suppliers would be paid for the same days."""
    system.decide(REFERENCE)
    system.must("placement.provider_changed", changed(date(2026, 3, 13)), on=date(2026, 3, 10))
    again = changed(date(2026, 3, 11), execution_reference="100000109", decision_id="B-9")
    assert NEXT in system.refuses("placement.provider_changed", again, on=date(2026, 3, 10))
    moved = {"execution_reference": REFERENCE, "registered_on": "2026-03-10", "effective_on": "2026-03-20"}
    assert NEXT in system.refuses("interruption.moved", moved, on=date(2026, 3, 10))
    assert NEXT in system.refuses("placement.period_two_decided", period_two(), on=date(2026, 3, 10))
