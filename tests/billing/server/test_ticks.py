"""The timetable ticks on, also when the clock it goes by was ahead and has been put right."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.server.ticks import EverySeconds, Ticks


def heard(ticks: Ticks, until: Callable[[Counter[str]], bool]) -> Counter[str]:
    """What ticks, until enough has; it must come within some seconds."""
    counted: Counter[str] = Counter()
    ends = time.monotonic() + 20
    while not until(counted):
        assert time.monotonic() < ends, counted
        ticks.wait()
        counted.update(ticks.take())
    return counted


def test_everything_ticks_at_once_and_again_in_its_seconds() -> None:
    ticks = Ticks({"often": 0.1, "seldom": 3600})
    with ticks.running():
        assert ticks.take() == ["often", "seldom"]
        counted = heard(ticks, lambda counted: counted["often"] >= 3)
    assert counted["seldom"] == 0


def test_a_clock_that_was_eight_hours_ahead_silences_nothing() -> None:
    ticks = Ticks({"often": 0.1, "seldom": 0.3}, silence_seconds=1.0)
    with ticks.running() as timetable:
        ticks.take()
        # As the clock leaves it that was ahead when each ticked last.
        for job in timetable.get_jobs():
            job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=8))
        heard(ticks, lambda counted: counted["often"] >= 3 and counted["seldom"] >= 2)


def test_what_there_is_more_of_comes_up_at_once_and_once() -> None:
    ticks = Ticks({"first": 3600, "second": 3600})
    ticks.again("second")
    ticks.again("second")
    assert ticks.take() == ["second"]
    assert ticks.take() == []


@given(
    seconds=st.floats(min_value=0.05, max_value=3600),
    leap=st.timedeltas(min_value=timedelta(days=-4000), max_value=timedelta(days=4000)),
)
def test_whatever_time_the_clock_leaps_over_is_one_tick(seconds: float, leap: timedelta) -> None:
    """One question to the trigger leads beyond now, and no further than its seconds: a year is not gone through."""
    trigger = EverySeconds(seconds=seconds, timezone=UTC)
    last = datetime(2026, 11, 30, tzinfo=UTC)
    now = last + leap
    due = trigger.get_next_fire_time(last, now)
    assert due > now
    assert due <= max(now, last) + timedelta(seconds=seconds + 0.001)
