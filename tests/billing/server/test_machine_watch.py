"""A clock that leaps, and two that differ: what cannot be undone waits, all else goes on, and somebody is told."""

import os
import shutil
import signal
import subprocess
import sys
import time as clock_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.server.worker import JOBS, Worker
from foundation import database as opening
from foundation.database import Database, ServerClock
from foundation.sql import Session
from operations.machine import clock_trust
from operations.machine.clock_trust import BOOKS_AHEAD, ClockDoubted, Doubt
from operations.scheduler import InOne
from operations.schedules import Daily, Every
from operations.tables import alarm, job_run
from tests import system_packages
from tests.support.servers.faulty_point import Moment
from tests.support.servers.system_databases import migrated

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def moment() -> Moment:
    return Moment(NOW)


@pytest.fixture
def database(database_url: str, moment: Moment) -> Iterator[Database]:
    database = migrated(database_url, clock=moment)
    database.has_true_clock = True
    yield database
    database.close()


class Working:
    """A worker with a job of the minute and one of the day that cannot be undone."""

    def __init__(self, database: Database, moment: Moment) -> None:
        self.ran: list[tuple[str, date]] = []
        self.moment = moment
        self.worker = Worker(
            database,
            None,
            (
                InOne("alarms", Every(timedelta(minutes=1)), self.note("alarms")),
                InOne("by date", Daily(time(12, 0)), self.note("by date"), by_date=True),
            ),
        )

    def note(self, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - what a job does
        def ran(session: Session, today: date, now: datetime) -> str:
            self.ran.append((name, today))
            return ""

        return ran

    def work(self, *, minutes: int = 1) -> list[str]:
        """What ran in so many minutes."""
        before = len(self.ran)
        for _ in range(minutes):
            self.worker.do(JOBS)
            self.moment.pass_(minutes=1)
        return [name for name, _ in self.ran[before:]]


def alarmed(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(alarm.c.kind).order_by(alarm.c.id)))


def test_new_books_are_believed_and_so_is_a_clock_that_goes_on(database: Database, moment: Moment) -> None:
    working = Working(database, moment)
    assert "by date" in working.work()
    assert working.work(minutes=3) == ["alarms"] * 3
    assert alarmed(database) == []


@pytest.mark.parametrize("leap", [timedelta(hours=8), timedelta(days=365)], ids=["8 h", "a year"])
def test_what_cannot_be_undone_waits_for_an_hour_after_a_leap(
    database: Database, moment: Moment, leap: timedelta
) -> None:
    working = Working(database, moment)
    working.work(minutes=3)
    moment.now += leap
    assert set(working.work(minutes=30)) == {"alarms"}
    assert alarmed(database) == [Doubt.LEAPT]
    with pytest.raises(ClockDoubted, match="leapt ahead"):
        clock_trust.require_belief(database)
    assert "by date" in working.work(minutes=40), "whoever was only away is believed when an hour has gone by"
    clock_trust.require_belief(database)


def test_a_clock_put_right_is_believed_at_once(database: Database, moment: Moment) -> None:
    working = Working(database, moment)
    working.work(minutes=90)
    moment.now += timedelta(hours=8)
    working.work(minutes=2)
    moment.now -= timedelta(hours=8)
    assert working.work(minutes=3) == ["alarms"] * 3
    clock_trust.require_belief(database)
    assert alarmed(database) == [Doubt.LEAPT, BOOKS_AHEAD]


_MINUTES = timedelta(minutes=2)


@pytest.mark.parametrize(
    ("difference", "doubt"),
    [
        (None, None),
        (timedelta(0), None),
        (_MINUTES, None),
        (-_MINUTES, None),
        (_MINUTES + timedelta(seconds=1), Doubt.DIFFERS),
        (-_MINUTES - timedelta(seconds=1), Doubt.DIFFERS),
    ],
    ids=str,
)
def test_a_clock_is_doubted_that_is_ahead_of_the_databases_or_behind_it(
    difference: timedelta | None, doubt: Doubt | None
) -> None:
    for worked_before in (True, False):
        assert clock_trust.judge(lived=True, worked_before=worked_before, difference=difference) is doubt
    # Nothing ran lately, and something before that: whatever the clocks say of each other, it may have leapt.
    leapt = clock_trust.judge(lived=False, worked_before=True, difference=difference)
    assert leapt is (doubt or Doubt.LEAPT)
    assert clock_trust.judge(lived=False, worked_before=False, difference=difference) is doubt


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_all_go_by_the_servers_clock_whatever_theirs_show(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrated(database_url).close()
    wrong = datetime.now(UTC) + timedelta(hours=8)
    monkeypatch.setattr("foundation.database.utc_now", lambda: wrong)
    database = Database(database_url, clock=opening.utc_now)
    with database.reading():
        pass
    assert isinstance(database.clock, ServerClock)
    assert abs(database.clock() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock_trust.doubt_about(database) is Doubt.DIFFERS
    database.close()


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_under_a_clock_that_is_really_set(database_url: str, tmp_path: Path) -> None:
    """Eight hours ahead for seven seconds, by libfaketime: jobs run before, meanwhile and after."""
    assert not system_packages.provide({"faketime": lambda: shutil.which("faketime") is not None})
    migrated(database_url).close()
    library = next(Path("/usr/lib").rglob("faketime/libfaketime.so.1"))
    offset = tmp_path / "offset"
    offset.write_text("+0")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "BILLING_DATABASE_URL": database_url,
        "BILLING_MAIL_FOLDER": str(tmp_path / "mail"),
    }
    with subprocess.Popen([sys.executable, "-m", "billing.cli.cli", "work"], env=environment) as worker:
        try:
            ran = []
            for hours, seconds in (("+0", 40), ("+8h", 7), ("+0", 75)):
                offset.write_text(hours)
                clock_time.sleep(seconds)
                database = Database(database_url)
                with database.reading() as session:
                    ended = select(job_run.c.ended_at).where(
                        job_run.c.job == "mail-deliver", job_run.c.state == "DONE"
                    )
                    ran.append(max(session.scalars(ended)))
                database.close()
        finally:
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=20) == 0
    before, _, after = ran
    assert before < after <= datetime.now(UTC)
    assert datetime.now(UTC) - after < timedelta(seconds=60), "the job of the half minute runs again"
