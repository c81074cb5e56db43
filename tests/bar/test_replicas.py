"""Replicas of the worker that are killed, cut off from their database, and stopped past their leases: each slot once.

Two of them run at any time, forked from this process. A day of the timetable passes each second, so that every
second has a slot of each job, and a slot nobody was there for must be made up for with its own day. Three nemeses
take turns: kill -9; the end of every session of the database, where there are such; SIGSTOP for longer than the
lease, and SIGCONT.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select

from foundation import journal
from foundation.database import Database
from foundation.sql import Session, take_turns
from foundation.tables import journal as journal_table
from operations.scheduler import InOne, InSteps, Job, run_due
from operations.schedules import Daily
from operations.tables import job_run
from tests.bar.world import check_world
from tests.support.journal import Noted, Something
from tests.support.servers.databases import PostgresqlServer
from tests.support.servers.system_databases import migrated
from tests.support.stories.crashing import let_go

BEGINS = datetime(2026, 11, 20, 12, tzinfo=UTC)
MIDNIGHT = Daily(datetime(2026, 1, 1, tzinfo=UTC).time())
LEASE = timedelta(days=1)
"""A second of this clock."""
NEMESES = ("killed", "cut off", "stopped")


def in_one(session: Session, today: date, now: datetime) -> str:
    journal.record(session, journal.SYSTEM, Noted.FIRST, Something.THING.of(1), day=str(today))
    return "noted"


def in_steps(database: Database, today: date, now: datetime) -> str:
    """As a job in steps must be: what it has done already is not done again, by one who was stopped midway either."""
    with database.writing() as session:
        take_turns(session, f"noted {today}")
        noted = select(journal_table.c.detail).where(journal_table.c.action == Noted.SECOND)
        if not any(str(today) in detail for detail in session.scalars(noted)):
            journal.record(session, journal.SYSTEM, Noted.SECOND, Something.THING.of(1), day=str(today))
    time.sleep(0.02)
    return "noted"


JOBS: tuple[Job, ...] = (InOne("in-one", MIDNIGHT, in_one), InSteps("in-steps", MIDNIGHT, in_steps))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    began = time.time()

    def clock() -> datetime:
        return BEGINS + timedelta(days=time.time() - began)

    database = migrated(database_url, clock=clock)
    yield database
    database.close()


def replica(database: Database) -> int:
    """A process that looks at the timetable again and again, whatever its database says to it."""
    child = os.fork()
    if child == 0:
        while True:
            with suppress(Exception):
                run_due(database, JOBS, lease=LEASE)
            time.sleep(0.03)
    return child


@pytest.mark.both_engines
@pytest.mark.parametrize("slots", [6, pytest.param(60, marks=pytest.mark.nightly)])
def test_each_slot_is_run_once_whatever_becomes_of_the_replicas(
    database: Database,
    request: pytest.FixtureRequest,
    slots: int,
    record_property: Callable[[str, object], None],
) -> None:
    run_due(database, JOBS, lease=LEASE)  # once in this process, so that every child finds it warm
    let_go(database)
    replicas = [replica(database), replica(database)]
    server = None if database.is_sqlite else request.getfixturevalue("postgresql_server")
    last = (database.clock() + timedelta(days=slots)).date()
    try:
        suffered = 0
        # On a busy machine the days are soon gone: each nemesis comes all the same.
        while database.clock().date() < last or suffered < len(NEMESES):
            # In the long run every five seconds, in the short one every two.
            time.sleep(5 if slots > 30 else 2)
            _suffers(NEMESES[suffered % 3], replicas, server, database)
            suffered += 1
        _catches_up(database, last)
    finally:
        for each in replicas:
            os.kill(each, signal.SIGKILL)
            os.kill(each, signal.SIGCONT)
            os.waitpid(each, 0)
    told = _days_noted(database)
    for action in (Noted.FIRST, Noted.SECOND):
        days = sorted(date.fromisoformat(day) for day in told[action])
        assert days == [days[0] + timedelta(days=number) for number in range(len(days))], action
        assert len(days) >= slots
    assert check_world(database) == []
    record_property("slots", slots)
    record_property("nemeses", suffered)
    record_property("seconds_late", round(_latest(database, last), 1))


def _suffers(nemesis: str, replicas: list[int], server: PostgresqlServer | None, database: Database) -> None:
    """Do it to the first of the replicas; a dead one is replaced, and the other goes first next time."""
    first = replicas.pop(0)
    if nemesis == "cut off" and server is not None:
        _end_every_session(server)
    elif nemesis == "stopped":
        os.kill(first, signal.SIGSTOP)
        time.sleep(2 * (LEASE / timedelta(days=1)))
        os.kill(first, signal.SIGCONT)
    else:
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
        first = replica(database)
    replicas.append(first)


def _end_every_session(server: PostgresqlServer) -> None:
    with psycopg.connect(
        host=server.socket_folder, user="postgres", dbname="postgres", autocommit=True
    ) as line:
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'tests'")


def _catches_up(database: Database, last: date) -> None:
    """Whatever was left behind is run by those who are there; a failed one rests a minute of this clock."""
    until = time.monotonic() + 60
    while True:
        with database.reading() as session:
            rows = session.execute(select(job_run.c.job, job_run.c.slot, job_run.c.state)).all()
        done = {(row.job, row.slot.date()) for row in rows if row.state == "DONE"}
        if {("in-one", last), ("in-steps", last)} <= done and {row.state for row in rows} == {"DONE"}:
            return
        assert time.monotonic() < until, [tuple(row) for row in rows if row.state != "DONE"]
        time.sleep(0.1)


def _days_noted(database: Database) -> dict[str, list[str]]:
    """The days that each job has written down, by its action."""
    told: dict[str, list[str]] = {Noted.FIRST: [], Noted.SECOND: []}
    with database.reading() as session:
        for row in session.execute(select(journal_table.c.action, journal_table.c.detail)):
            if row.action in told:
                told[row.action].append(json.loads(row.detail)["day"])
    return told


def _latest(database: Database, last: date) -> float:
    """How many seconds the slowest slot came after its time; those before the first look have none.

    Later ones than the last may have begun meanwhile, and are nobody's to count.
    """
    with database.reading() as session:
        rows = session.execute(select(job_run.c.slot, job_run.c.ended_at).order_by(job_run.c.slot)).all()
    return max(
        float((row.ended_at - row.slot) / timedelta(days=1)) for row in rows[2:] if row.slot.date() <= last
    )
