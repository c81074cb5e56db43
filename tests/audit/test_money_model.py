"""Whatever thirty things people, suppliers, the bank and the ledger do with money, every öre is accounted for.

A state machine over the real use cases, with books of our own beside it in whole öre (`money/expected`). Of each press
we say beforehand whether it is right: what is wrong must be refused, and what is right must not. After each, nothing
is paid twice or past what stops it, every öre is in exactly one voucher, the statement is what happened, and what is
closed stands. `make bar` plays two thousand stories on each engine.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.audit.money.desk import MoneyDesk
from tests.audit.money.working_through import WorkingThrough
from tests.bar import seeds


class Money(WorkingThrough):
    """All actions of all, from a beginning that has come more or less far."""


def test_there_are_thirty_actions_and_more() -> None:
    machine = Money()
    assert len({each.function.__name__ for each in machine.rules}) >= 30
    machine.teardown()


@pytest.mark.law
def test_whatever_thirty_things_are_done_every_ore_is_accounted_for(
    record_property: Callable[[str, object], None],
) -> None:
    _played(max(4, min(100, settings().max_examples // 5)), record_property)


@pytest.mark.nightly
@pytest.mark.parametrize("hundred", range(20))
def test_two_thousand_stories_of_money(
    database_url: str,
    hundred: int,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.setattr(MoneyDesk, "url_in", staticmethod(lambda folder: database_url))
    monkeypatch.setattr(Money, "_hypothesis_internal_use_seed", seeds.seed() + hundred, raising=False)
    _played(100, record_property)


def _played(stories: int, record_property: Callable[[str, object], None]) -> None:
    MoneyDesk.stories = MoneyDesk.steps = 0
    thorough = settings(
        max_examples=stories,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(Money, settings=thorough)
    record_property("money_stories", MoneyDesk.stories)
    record_property("money_steps", MoneyDesk.steps)
