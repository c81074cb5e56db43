"""Replicas that start at the same moment: one makes or grows the tables, all others wait, whoever is killed meanwhile.

Each replica is a process of its own, forked from this one so that it begins warm. `make test` starts them twice,
`make test-slow` twenty times.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, select, text

from billing.migrations import migrate, row_security
from billing.migrations.migrate import MigrationElsewhere, bring_up_to_date, open_migrated
from foundation.database import Database
from foundation.tables import books_mark
from tests.support import old_books
from tests.support.servers.databases import PostgresqlServer

pytestmark = pytest.mark.both_engines

REPLICAS = 5
ROUNDS = [pytest.param(2), pytest.param(20, marks=pytest.mark.slow)]
BOOKS = Path(__file__).with_name("books_0_1_0")
Tell = Callable[[str, object], None]


def replica(work: Callable[[], None]) -> int:
    """A forked process that does the work; its number."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def ended_well(child: int) -> bool:
    return os.waitpid(child, 0)[1] == 0


def start_together(url: str) -> list[int]:
    """Replicas that wait for one moment and then all open the same books."""
    at = time.monotonic() + 0.1

    def start() -> None:
        time.sleep(max(0.0, at - time.monotonic()))
        open_migrated(url).close()

    return [replica(start) for _ in range(REPLICAS)]


def is_whole(url: str) -> bool:
    """Whether the books have their tables, and the rows they begin with once."""
    database = Database(url)
    try:
        with database.reading() as session:
            marks = session.execute(select(books_mark)).all()
            revisions = session.execute(text("select version_num from alembic_version")).all()
        return len(marks) == 1 and len(revisions) == 1
    finally:
        database.close()


def emptied(url: str, request: pytest.FixtureRequest) -> str:
    """The same place with nothing in it."""
    if url.startswith("sqlite"):
        for each in Path(url.removeprefix("sqlite:///")).parent.glob("billing.sqlite*"):
            each.unlink()
        return url
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    return server.empty()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_replicas_start_at_once_on_an_empty_database(
    database_url: str, rounds: int, request: pytest.FixtureRequest, record_property: Tell
) -> None:
    for _ in range(rounds):
        url = emptied(database_url, request)
        assert all([ended_well(each) for each in start_together(url)])
        assert is_whole(url)
    record_property("starts_at_once", rounds)


@pytest.mark.parametrize("rounds", [pytest.param(1), pytest.param(20, marks=pytest.mark.slow)])
def test_replicas_start_at_once_on_books_of_an_older_version(
    database_url: str, rounds: int, request: pytest.FixtureRequest, record_property: Tell
) -> None:
    for _ in range(rounds):
        url = emptied(database_url, request)
        old_books.put_in(url, BOOKS)
        assert all([ended_well(each) for each in start_together(url)])
        assert is_whole(url)
    record_property("starts_on_older_books", rounds)


def test_the_one_that_migrates_is_killed_midway_and_the_next_does_it_all(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Tell
) -> None:
    midway = tmp_path / "midway"
    install = row_security.install

    def stop_here(*given: object) -> None:
        midway.touch()
        time.sleep(60)

    monkeypatch.setattr(row_security, "install", stop_here)
    first = replica(lambda: open_migrated(database_url).close())
    while not midway.exists():
        time.sleep(0.01)
    monkeypatch.setattr(row_security, "install", install)
    others = start_together(database_url)
    time.sleep(0.3)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    assert all([ended_well(each) for each in others])
    assert is_whole(database_url)
    record_property("killed_midway", 1)


def test_whoever_waits_too_long_says_for_whom(database_url: str) -> None:
    database = Database(database_url)
    other = Database(database_url)
    if other.is_sqlite:
        event.listen(other.engine, "connect", lambda file, _: file.execute("PRAGMA busy_timeout = 100"))
    with migrate._alone(database, 1.0), pytest.raises(MigrationElsewhere, match="Another process") as waited:
        bring_up_to_date(other, wait_seconds=0.3)
    assert "avsluta den" in waited.value.text.sv
    bring_up_to_date(other)
    other.close()
    database.close()
