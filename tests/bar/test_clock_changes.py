"""The days of 25 and 23 hours: every job of the installation, looked at each quarter of an hour around them.

The day a job is told is the slot's day in Sweden. Between 22:00 and midnight UTC that day is another in winter than
in summer, so a daily job then has one date twice in October and none in March.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from billing.server.jobs import jobs_of
from foundation.periods import STOCKHOLM, stockholm_date
from operations.schedules import Daily, Every
from operations.settings import Settings

QUARTER = timedelta(minutes=15)
JOBS = jobs_of(Settings())
DAILY = {job.name: job.schedule for job in JOBS if isinstance(job.schedule, Daily)}
OFTEN = {job.name: job.schedule for job in JOBS if isinstance(job.schedule, Every)}


def midnight(day: date) -> datetime:
    """When a day begins in Sweden."""
    return datetime.combine(day, time(0), STOCKHOLM).astimezone(UTC)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23)])
def test_every_job_has_its_turn_on_each_date_around_a_change_of_the_clock(
    day: date, hours: int, record_property: Callable[[str, object], None]
) -> None:
    first, last = day - timedelta(days=3), day + timedelta(days=3)
    begins, ends = midnight(first), midnight(last)
    assert midnight(day + timedelta(days=1)) - midnight(day) == timedelta(hours=hours)
    moments = [begins + QUARTER * number for number in range((ends - begins) // QUARTER)]
    dates = [first + timedelta(days=number) for number in range((last - first).days)]
    for name, schedule in DAILY.items():
        assert _days_told(schedule, moments) == dates, name
    for name, often in OFTEN.items():
        turns = [slot for moment in moments for slot in often.slots(moment - QUARTER, moment)]
        assert len(turns) == len(set(turns)) == len(moments), name
    within = [moment for moment in moments if stockholm_date(moment) == day]
    assert len(within) == 4 * hours
    record_property("ticks", len(within))
    record_property("schedules", len(DAILY) + len(OFTEN))


def _days_told(schedule: Daily, moments: list[datetime]) -> list[date]:
    """The days a job is told, when somebody looks at each of these moments; the slots before them were had."""
    had = schedule.slots(None, moments[0] - QUARTER)[-1]
    told: list[date] = []
    for moment in moments:
        for slot in schedule.slots(had, moment):
            assert slot <= moment
            told.append(stockholm_date(slot))
            had = slot
    return told


def test_a_job_in_the_last_hours_of_a_utc_day_would_be_told_one_date_twice_and_miss_another() -> None:
    """What the law above keeps out: the journal's head was once written at 22:30."""
    late = Daily(time(22, 30))
    autumn = [midnight(date(2026, 10, 24)) + QUARTER * number for number in range(96 * 3)]
    spring = [midnight(date(2027, 3, 27)) + QUARTER * number for number in range(96 * 3)]
    assert _days_told(late, autumn).count(date(2026, 10, 25)) == 2
    assert date(2027, 3, 28) not in _days_told(late, spring)
