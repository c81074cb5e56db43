"""Fifty people at the portal, and five documents a second beside them, on PostgreSQL: who waits for how long.

As `make load`, with a worker that takes in what is posted. The figures are of this machine: a machine that is busy
with something else measures that. So all of it lasts five minutes here and runs in `make bar` alone, and beside the
milliseconds stands how many times slower pages are with the documents than without: that is asked of any machine.
"""

import os
import signal
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.server.worker import SORT, Worker
from billing.tools.demo.playing import play
from foundation.database import Database
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange import inbox
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState
from tests import load
from tests.bar.world import check_world
from tests.support.message_bodies import bodies_in
from tests.support.servers.databases import PostgresqlServer
from tests.support.stories.demo_books import last_day, noon, story

PEOPLE, SECONDS, DOCUMENTS_A_SECOND = 50, 300, 5
ALONE_SECONDS = 60


class Memory:
    """Looks every other second at what the servers keep in memory."""

    def __init__(self) -> None:
        self.seen: list[float] = []
        self.stop = threading.Event()

    def run(self) -> None:
        """Until told to stop."""
        while not self.stop.wait(2):
            self.seen.append(load.resident_mb())

    def growth_mb(self) -> float:
        """From the second third of the time to the last: in the first one, everything is loaded once."""
        third = len(self.seen) // 3
        return statistics.median(self.seen[-third:]) - statistics.median(self.seen[third : 2 * third])


class Post:
    """Posts documents at an even pace and notes when each was read."""

    def __init__(self, database: Database, body: bytes) -> None:
        self._database = database
        self._body = body
        self._posted: dict[int, float] = {}
        self.took: list[float] = []
        self.stop = threading.Event()

    def run(self) -> None:
        """Until told to stop; then until everything is read."""
        number = 0
        while not self.stop.wait(1 / DOCUMENTS_A_SECOND):
            number += 1
            body = self._body.replace(b"F26-101<", f"L26-{number}<".encode())
            with self._database.writing() as session:
                stored = inbox.store(
                    session,
                    body,
                    transport_id=f"load/{number}.xml",
                    received_on=last_day(),
                    received_at=noon(),
                )
            self._posted[stored.id] = time.monotonic()
            self._look()
        until = time.monotonic() + 60
        while self._posted:
            assert time.monotonic() < until, f"{len(self._posted)} documents were not read"
            time.sleep(0.1)
            self._look()

    def _look(self) -> None:
        states = exchange_tables.inbox
        with self._database.reading() as session:
            waiting = set(session.scalars(select(states.c.id).where(states.c.state == InState.ARRIVED)))
        for number in [each for each in self._posted if each not in waiting]:
            self.took.append(time.monotonic() - self._posted.pop(number))


@pytest.mark.nightly
def test_nobody_waits_long_while_documents_come_in(
    postgresql_server: PostgresqlServer, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    url = postgresql_server.empty()
    play(story(), url=url, folder=tmp_path)
    database = Database(url, clock=noon)
    worker = os.fork()
    if worker == 0:
        database.close()
        point = FolderAccessPoint(tmp_path)
        while True:
            Worker(database, point, (), asks=False, fixed_day=last_day()).do(SORT)
            time.sleep(0.2)
    try:
        post, memory = Post(database, _an_invoice(database)), Memory()
        watching = threading.Thread(target=memory.run)
        posting = threading.Thread(target=post.run)
        with load.served(url) as address:
            alone = _pages(load.measured(address, PEOPLE, ALONE_SECONDS))
            posting.start()
            watching.start()
            tally = load.measured(address, PEOPLE, SECONDS)
            memory.stop.set()
            watching.join()
            post.stop.set()
            posting.join()
    finally:
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
    pages = _pages(tally)
    record_property("engine", "postgresql")
    record_property("seconds", SECONDS)
    record_property("requests", len(pages))
    record_property("times_slower", round(load.quantile(pages, 0.5) / load.quantile(alone, 0.5), 2))
    record_property("p50_ms", round(load.quantile(pages, 0.5) * 1000))
    record_property("p99_ms", round(load.quantile(pages, 0.99) * 1000))
    record_property("p99_verdict_seconds", round(load.quantile(sorted(post.took), 0.99), 1))
    record_property("documents", len(post.took))
    record_property("growth_mb", round(memory.growth_mb(), 1))
    record_property("resident_mb", round(max(memory.seen)))
    record_property("answers_5xx", sum(count for what, count in tally.failed.items() if what[0] == "5"))
    assert check_world(database) == []
    database.close()
    assert len(post.took) > SECONDS * DOCUMENTS_A_SECOND // 2


def _pages(tally: load.Tally) -> list[float]:
    """How long each page took, the quickest first; signing in hashes a password, which is slow on purpose."""
    return sorted(each for path, took in tally.took.items() if path != "POST /sign-in" for each in took)


def _an_invoice(database: Database) -> bytes:
    with database.reading() as session:
        bodies = bodies_in(session, InState.HANDLED)
    return next(body for body in bodies if b">F26-101<" in body)
