"""Starts far from their decision: the order stands, with a remark, and staff see it until a month after the start."""

from collections.abc import Iterator
from datetime import date

import pytest

from orders.placements import start_queries, starts
from orders.register.placement_rules import RulesAgreed
from orders.terms import ArticleKind
from tests.orders.placements.test_placements_changed import with_rules
from tests.support.stories.system import System, a_system

REFERENCE = "100000101"
DECIDED = date(2026, 1, 2)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def remarks(system: System) -> list[str]:
    with system.database.reading() as session:
        return [starts.remark_on(session, order).en for order in system.orders(REFERENCE)]


def in_the_list(system: System, *, today: date) -> list[str]:
    with system.database.reading() as session:
        listed = start_queries.listed(session, today=today)
        assert start_queries.many(session, today=today) == len(listed)
    return [each.execution_reference for each in listed]


@pytest.mark.parametrize(("start", "odd"), [(date(2026, 1, 12), False), (date(2026, 1, 13), True)])
def test_a_start_more_than_ten_days_after_the_decision_has_a_remark(
    system: System, start: date, odd: bool
) -> None:
    system.decide(REFERENCE, start=start, decided_on=DECIDED)
    said = "The start 2026-01-13 is later than 2026-01-12, which is agreed after the decision 2026-01-02."
    assert remarks(system) == [said if odd else ""]
    assert in_the_list(system, today=start) == ([REFERENCE] if odd else [])


def test_a_period_that_began_before_its_decision_has_one_and_leaves_the_list_a_month_after(
    system: System,
) -> None:
    system.decide(REFERENCE, start=date(2025, 12, 1), decided_on=DECIDED)
    assert remarks(system) == ["The period began 2025-12-01, before the decision 2026-01-02."]
    assert in_the_list(system, today=date(2026, 1, 1)) == [REFERENCE]
    assert in_the_list(system, today=date(2026, 1, 2)) == []


def test_a_second_period_decided_in_good_time_has_none(system: System) -> None:
    system.decide(REFERENCE)
    second = {
        "decision_id": "B-two",
        "execution_reference": REFERENCE,
        "period": {"start": "2026-07-01", "end": "2026-12-31"},
        "decided_on": "2026-06-01",
    }
    system.must("placement.period_two_decided", second, on=date(2026, 6, 1))
    assert remarks(system) == ["", ""]


def test_a_cancelled_placement_is_not_in_the_list(system: System) -> None:
    system.decide(REFERENCE, start=date(2026, 2, 2), decided_on=DECIDED)
    assert in_the_list(system, today=DECIDED) == [REFERENCE]
    cancelled = {"execution_reference": REFERENCE, "reason": "NEVER_STARTED"}
    system.must("placement.cancelled", cancelled, on=date(2026, 1, 20))
    assert in_the_list(system, today=date(2026, 1, 20)) == []


def test_how_many_days_stand_in_the_price_list_and_hold_as_they_were_agreed(database_url: str) -> None:
    with a_system(database_url, register=with_rules(RulesAgreed(start_within_days=30))) as system:
        system.decide(REFERENCE, start=date(2026, 1, 26), decided_on=DECIDED)
        system.change_register(with_rules(RulesAgreed(start_within_days=0)))
        assert remarks(system) == [""]
        assert [order.article for order in system.orders(REFERENCE)] == [ArticleKind.BASIC]
