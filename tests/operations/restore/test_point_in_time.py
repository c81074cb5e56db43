"""PostgreSQL's own way: a base copy and the log after it, brought to a moment; then the restore is gone through.

As docs/operating.md has it: somebody did harm at a known moment, and the books are wanted as they were before.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir

import psycopg
import pytest

from billing.migrations.migrate import open_migrated
from operations.checks import invariants
from tests.support.servers import postgresql_keeper as keeper
from tests.support.servers.stoppable_postgresql import (
    StoppablePostgresql,
    copied_server,
    stoppable_server,
    verify_copy,
)
from tests.support.stories.drill import Drill


def asked(server: StoppablePostgresql, statement: str) -> object:
    with psycopg.connect(
        host=str(server.home), user="postgres", dbname="postgres", autocommit=True
    ) as session:
        row = session.execute(statement.encode()).fetchone()
    return row[0] if row is not None else None


def all_archived(server: StoppablePostgresql, archive: Path) -> None:
    """Let the log that is written lie in the archive, as it does by itself a minute later at most."""
    last = asked(server, "SELECT pg_walfile_name(pg_switch_wal())")
    ends = time.monotonic() + 20
    while not (archive / str(last)).exists():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.slow
def test_books_are_brought_to_a_moment_and_what_came_after_is_gone_through(
    tmp_path: Path, leaving: ExitStack
) -> None:
    archive = keeper.private_folder(Path(gettempdir()), keeper.account_for_server(), leaving)
    server = leaving.enter_context(
        stoppable_server(
            max_wal_senders="4",
            archive_mode="on",
            archive_command=f"test ! -f {archive}/%f && cp %p {archive}/%f",
        )
    )
    open_migrated(server.url).close()
    drill = Drill(server.url, tmp_path)
    leaving.callback(lambda: drill.database.close())
    drill.prepare()
    drill.cases_with_post(0, 2)
    base = leaving.enter_context(copied_server(server))
    drill.cases_with_post(2, 4)
    moment = asked(server, "SELECT clock_timestamp()")
    assert isinstance(moment, datetime)
    kept = {each.number for each in drill.orders()}
    drill.cases_with_post(4, 6)
    outside, numbers = drill.outbox(), {each.number for each in drill.orders()}
    all_archived(server, archive)
    drill.database.close()
    server.crash()

    verify_copy(base)
    base.settings = {
        **base.settings,
        "archive_mode": "off",
        "restore_command": f"cp {archive}/%f %p",
        "recovery_target_time": moment.isoformat(),
        "recovery_target_action": "promote",
    }
    (base.data / "recovery.signal").touch()
    base.start()
    while asked(base, "SELECT pg_is_in_recovery()"):
        time.sleep(0.05)
    drill.url = base.url
    drill.open()
    assert {each.number for each in drill.orders()} == kept

    where = ("--folder", str(drill.folder))
    assert drill.billing("work", "--once", *where).exit_code != 0
    looked = json.loads(drill.billing("restore", "look", "--json", *where).stdout)
    assert looked["held"]
    assert looked["rows_lost"] > 0
    assert drill.billing("restore", "go", "--by", "user-17", *where).exit_code == 0
    assert drill.billing("restore", "end", "--by", "user-18", *where).exit_code == 0
    drill.tell_all_again()
    drill.work()
    drill.work()
    after = drill.outbox()
    assert {path: after[path] for path in outside} == outside
    assert {each.number for each in drill.orders()} == numbers
    with drill.database.reading() as session:
        assert list(invariants.check(session)) == []
