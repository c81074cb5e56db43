"""Strangers who are refused again and again are alarmed about: once an hour, and not for some refusals now and then."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from fastapi import FastAPI

from foundation.database import utc_now
from operations import alarm_store
from operations.settings import Settings
from tests.support.servers.system_databases import CLOCK
from tests.support.servers.without_server import asked
from tests.support.stories.system import System, a_system
from web.budgets import Budgets, OverBudget, Share, stranger
from web.guards import over_budget
from web.guards.over_budget import MANY, STRANGERS_OVER_BUDGET, Refusals

MINUTE = timedelta(minutes=1)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def refuse(budgets: Budgets, times: int) -> None:
    """So many strangers ask for more than all of them have together."""
    for number in range(times):
        with pytest.raises(OverBudget):
            budgets.take_bytes(stranger(f"192.0.2.{number % 250}"), 1_000)


def test_refusals_are_counted_within_the_window_and_forgotten_after_it() -> None:
    budgets = Budgets(each=Share(1, 1, 10_000, 10_000), strangers=Share(1, 1, 10, 10))
    refusals = Refusals(budgets)
    assert refusals.within_window(CLOCK) == 0
    refuse(budgets, 40)
    assert refusals.within_window(CLOCK + MINUTE) == 40
    refuse(budgets, 2)
    assert refusals.within_window(CLOCK + 10 * MINUTE) == 42
    assert refusals.within_window(CLOCK + 11 * MINUTE) == 2
    assert refusals.within_window(CLOCK + 40 * MINUTE) == 0


@pytest.mark.both_engines
def test_many_are_alarmed_about_once_an_hour_and_few_are_not(system: System) -> None:
    told = []
    for minutes, refused in ((0, MANY - 1), (1, MANY), (2, 500), (62, 500), (63, MANY)):
        with system.database.writing() as session:
            told.append(over_budget.tell(session, refused, now=CLOCK + minutes * MINUTE))
    assert told == [False, True, False, True, False]
    with system.database.reading() as session:
        raised = alarm_store.last_raised(session, now=CLOCK + 70 * MINUTE)
    assert raised == {STRANGERS_OVER_BUDGET: CLOCK + 62 * MINUTE}


class Faulty:
    """Books whose every use is a fault that nobody foresaw."""

    def writing(self) -> object:
        raise ZeroDivisionError


def test_a_fault_of_one_buyers_books_is_passed_over_and_the_next_buyer_is_told(system: System) -> None:
    app, budgets = FastAPI(), Budgets(each=Share(1, 1, 10_000, 10_000), strangers=Share(1, 1, 10, 10))
    app.state.settings = Settings(database_url="sqlite://")
    app.state.watched = lambda: [
        SimpleNamespace(slug=slug, database=database)
        for slug, database in (("closed", None), ("faulty", Faulty()), ("whole", system.database))
    ]
    refusals = Refusals(budgets)
    refusals.within_window(utc_now())
    refuse(budgets, MANY)
    over_budget._look(app, refusals)
    with system.database.reading() as session:
        assert alarm_store.last_raised(session, now=CLOCK) == {STRANGERS_OVER_BUDGET: CLOCK}


class Ended(BaseException):
    """The process is to end."""


def test_the_watch_looks_again_whatever_a_look_met(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def faulty(*_: object) -> None:
        looks.append(len(looks))
        if len(looks) == 3:
            raise Ended
        raise ZeroDivisionError

    app = FastAPI()
    app.state.budgets = Budgets(each=Share(1, 1, 1, 1), strangers=Share(1, 1, 1, 1))
    monkeypatch.setattr(over_budget, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(over_budget, "_look", faulty)
    with pytest.raises(Ended):
        asked(lambda: over_budget.watch(app))
    assert looks == [0, 1, 2]
