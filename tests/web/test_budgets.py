"""Budgets: each caller's part a minute, what all strangers share, and the place that is kept for who is signed in."""

from contextlib import AsyncExitStack

import pytest

from tests.support.servers.without_server import asked
from web.budgets import Budgets, Caller, OverBudget, Share, stranger

ALFA, BETA = Caller("5599991014", is_stranger=False), Caller("5599992020", is_stranger=False)
EACH = Share(at_once=2, cpu_seconds=30, bytes_a_minute=100, bytes_held=60)
ALL_STRANGERS = Share(at_once=2, cpu_seconds=40, bytes_a_minute=150, bytes_held=80)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def budgets(clock: Clock) -> Budgets:
    return Budgets(each=EACH, strangers=ALL_STRANGERS, patience=0, now=clock)


def may_begin(budgets: Budgets, *callers: Caller) -> list[bool]:
    """Whether each gets a turn while those before it still have theirs."""

    async def ask() -> list[bool]:
        began = []
        async with AsyncExitStack() as stack:
            for caller in callers:
                try:
                    await stack.enter_async_context(budgets.turn(caller))
                except OverBudget:
                    began.append(False)
                else:
                    began.append(True)
        return began

    return asked(ask)


def test_strangers_together_leave_a_place_to_who_is_signed_in(budgets: Budgets) -> None:
    strangers = [stranger(f"192.0.2.{number}") for number in range(4)]
    assert may_begin(budgets, *strangers, ALFA, BETA) == [True, True, False, False, True, True]
    assert budgets.figures == {"caller": 0, "strangers": 2}
    assert may_begin(budgets, strangers[3]) == [True]


def test_one_caller_has_its_own_part_and_takes_nobody_elses(budgets: Budgets) -> None:
    assert may_begin(budgets, ALFA, ALFA, ALFA, BETA) == [True, True, False, True]
    budgets.spend(ALFA, 30)
    assert may_begin(budgets, ALFA, BETA) == [False, True]


def test_who_took_more_than_a_minutes_worth_waits_as_many_minutes(budgets: Budgets, clock: Clock) -> None:
    budgets.spend(ALFA, 75)
    waited = []
    for _ in range(4):
        waited.append(may_begin(budgets, ALFA) == [False])
        clock.now += 60
    assert waited == [True, True, False, False]


def test_all_strangers_together_are_refused_with_when_to_come_again(budgets: Budgets, clock: Clock) -> None:
    for number in range(4):
        budgets.spend(stranger(f"192.0.2.{number}"), 10)
    clock.now += 15
    with pytest.raises(OverBudget) as refused:
        asked(budgets.turn(stranger("192.0.2.9")).__aenter__)
    assert refused.value.seconds == 45
    assert "logga in" in refused.value.text.sv
    assert may_begin(budgets, ALFA) == [True]


def test_bytes_are_held_against_whoever_sends_them_until_they_are_let_go(
    budgets: Budgets, clock: Clock
) -> None:
    one, other = stranger("192.0.2.1"), stranger("192.0.2.2")
    budgets.take_bytes(one, 60)
    with pytest.raises(OverBudget):
        budgets.take_bytes(one, 1)
    budgets.take_bytes(other, 20)
    with pytest.raises(OverBudget) as shared:
        budgets.take_bytes(other, 1)
    assert "logga in" in shared.value.text.sv
    budgets.let_go(one, 60)
    budgets.take_bytes(one, 40)
    budgets.let_go(one, 40)
    with pytest.raises(OverBudget):
        budgets.take_bytes(one, 1)
    clock.now += 60
    budgets.take_bytes(one, 60)


def test_one_customers_network_is_one_caller_and_many_callers_are_not_remembered_for_ever(
    budgets: Budgets, clock: Clock
) -> None:
    assert stranger("2001:db8:1:2::1") == stranger("2001:db8:1:2:ffff::2") != stranger("2001:db8:1:3::1")
    for number in range(12_000):
        caller = stranger(f"10.0.{number // 256}.{number % 256}")
        budgets.take_bytes(caller, 0)
        budgets.let_go(caller, 0)
    assert len(budgets._callers) <= 10_001
