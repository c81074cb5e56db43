"""A worker whose machine's clock is wrong for some seconds and then right again: letters leave and jobs run on.

The worker is a process of its own whose clock libfaketime moves while it runs; the monotonic one stays, as on a machine
whose clock somebody sets. `make test` moves it a year ahead, `make test-slow` also behind and by eight hours.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from foundation.database import Database, utc_now
from operations.job_run_store import JobRunState
from operations.tables import job_run
from peppol.exchange.tables import OutState, outbox
from tests.support.servers.faulty_point import lay_out
from tests.support.servers.system_databases import migrated
from tests.support.stories.system import System, example_register
from tests.system_packages import faketime_library

WORK = "from billing.cli.cli import main; main()"
WITHIN_SECONDS = 90
JUMPS = {
    "eight hours ahead": pytest.param("+8h", marks=pytest.mark.slow),
    "eight hours behind": pytest.param("-8h", marks=pytest.mark.slow),
    "a year ahead": pytest.param("+1y"),
    "a year behind": pytest.param("-1y", marks=pytest.mark.slow),
}
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class MovedWorker:
    """A worker, and the file its clock is moved by."""

    def __init__(self, url: str, folder: Path) -> None:
        self.clock = folder / "clock"
        self.move("+0")
        environment = {
            **os.environ,
            "BILLING_DATABASE_URL": url,
            "BILLING_MAIL_FOLDER": str(folder / "mail"),
            "LD_PRELOAD": str(faketime_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self._log = (folder / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORK, "work", "--for", "600", "--folder", str(folder / "post")],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )

    def move(self, by: str) -> None:
        """From the next second on its clock is so far from the true one."""
        unfinished = self.clock.with_suffix(".part")
        unfinished.write_text(f"{by}\n")
        unfinished.rename(self.clock)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)
        self._log.close()


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "post").mkdir()
    with closing(migrated(database_url, clock=utc_now)) as database:
        System(database).change_register(example_register())
        yield database


@pytest.fixture
def worker(database: Database, database_url: str, tmp_path: Path) -> Iterator[MovedWorker]:
    worker = MovedWorker(database_url, tmp_path)
    yield worker
    worker.end()


def letter_leaves(database: Database, number: int) -> bool:
    """Lay out a message, and see whether it leaves."""
    with database.writing() as session:
        lay_out(session, [number])
    return comes_true(lambda: left(database, number))


def left(database: Database, number: int) -> bool:
    with database.reading() as session:
        question = select(outbox.c.state).where(outbox.c.document_id == f"{number:05}")
        return OutState.SENT in session.scalars(question).all()


def job_runs_since(database: Database, since: datetime) -> int:
    """Runs that began after that instant and are done, by the true clock."""
    with database.reading() as session:
        question = select(func.count()).where(
            job_run.c.state == JobRunState.DONE,
            job_run.c.started_at >= since,
            job_run.c.started_at <= utc_now(),
        )
        return session.execute(question).scalar_one()


def comes_true(what: Callable[[], bool]) -> bool:
    ends = time.monotonic() + WITHIN_SECONDS
    while not (true := what()) and time.monotonic() < ends:
        time.sleep(0.5)
    return true


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS)
def test_letters_leave_and_jobs_run_while_the_clock_is_wrong_and_when_it_is_right_again(
    database: Database, worker: MovedWorker, jump: str, record_property: Callable[[str, object], None]
) -> None:
    assert letter_leaves(database, 1), "the worker has begun"
    assert comes_true(lambda: job_runs_since(database, datetime.min.replace(tzinfo=UTC)) > 0)
    worker.move(jump)
    assert letter_leaves(database, 2), "while the clock is wrong"
    time.sleep(4)
    worker.move("+0")
    time.sleep(2)
    right_again = utc_now()
    assert letter_leaves(database, 3), "when it is right again"
    assert comes_true(lambda: job_runs_since(database, right_again) > 0)
    assert worker.process.poll() is None
    record_property("worker_clocks_moved", 1)
