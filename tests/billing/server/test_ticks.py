"""What ticks for a worker goes by the clock that nobody can set, and comes once however long nobody asked."""

import time
from threading import Event, Timer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.server import ticks as ticking
from billing.server import worker as working
from billing.server.ticks import Ticks
from billing.server.worker import Worker
from foundation.database import Database


def test_everything_ticks_at_once_and_again_in_its_seconds() -> None:
    seconds = 0.0
    ticks = Ticks({"often": 2, "seldom": 30}, clock=lambda: seconds)
    assert ticks.seconds_left() == 0
    assert ticks.take() == ["often", "seldom"]
    assert ticks.take() == []
    assert ticks.seconds_left() == 2
    seconds = 2.0
    assert ticks.take() == ["often"]
    seconds = 30.0
    assert ticks.take() == ["often", "seldom"]


def test_what_there_is_more_of_comes_up_at_once_and_once() -> None:
    ticks = Ticks({"first": 3600, "second": 3600})
    ticks.take()
    ticks.again("second")
    ticks.again("second")
    assert ticks.seconds_left() == 0
    assert ticks.take() == ["second"]
    assert ticks.take() == []


@given(seconds=st.integers(min_value=1, max_value=3600), away=st.integers(min_value=0, max_value=10**9))
def test_however_long_nobody_asked_is_one_tick(seconds: int, away: int) -> None:
    now = 0
    ticks = Ticks({"one": seconds}, clock=lambda: now)
    ticks.take()
    now = away
    assert ticks.take() == (["one"] if away >= seconds else [])
    assert ticks.take() == []
    assert 0 < ticks.seconds_left() <= seconds


def test_the_clock_that_ticks_is_none_that_anybody_sets() -> None:
    assert Ticks({}).clock is time.monotonic
    assert not time.get_clock_info("monotonic").adjustable
    assert "datetime" not in vars(ticking)


def test_a_worker_with_nothing_to_do_hears_at_once_that_it_is_to_stop(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url)
    monkeypatch.setattr(working, "TICKS", {working.ASK: 3600})
    stop = Event()
    Timer(0.2, stop.set).start()
    began = time.monotonic()
    Worker(database, None, (), stop=stop).run(seconds=60)
    assert time.monotonic() - began < 30
    database.close()
