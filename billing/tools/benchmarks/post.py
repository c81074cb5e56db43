"""Measuring the exchange: messages sent, and messages received and sorted, by several workers on PostgreSQL.

Real orders go out and real invoices come in through the folder access point, durably: each file is
flushed to the disk, each transaction as the server is set to. The workers are processes that share
the work through the database, as in service. Nothing here is asserted anywhere.
"""

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.server.worker import COLLECT, DELIVER, SORT, Worker
from billing.tools.benchmarks import bench_store, flow
from foundation.database import Database
from orders.register.register import Register
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange import inbox_store
from peppol.exchange.tables import OutState


@dataclass(frozen=True, slots=True)
class PostFigures:
    """What so many workers did, in messages per second."""

    workers: int
    messages: int
    sent: float
    received: float

    def to_json(self) -> dict[str, object]:
        """The figures by name."""
        return {
            "workers": self.workers,
            "letters": self.messages,
            "sent_per_second": round(self.sent, 1),
            "received_and_sorted_per_second": round(self.received, 1),
        }


def measure(url: str, register: Register, *, messages: int, workers: int) -> PostFigures:
    """Send and receive that many messages with that many workers. The database at `url` is empty."""
    with tempfile.TemporaryDirectory(prefix="billing-bench-post-") as name:
        folder = Path(name)
        invoices = _prepared(url, register, messages)
        with ProcessPoolExecutor(workers) as pool:
            sent = _timed(pool, _send, url, folder, workers)
            _lay_in(folder, invoices)
            received = _timed(pool, _receive, url, folder, workers)
        _check(url, folder, messages)
    return PostFigures(workers, messages, messages / sent, messages / received)


def durability(url: str) -> str:
    """How durable the server is set to be."""
    database = Database(url)
    try:
        with database.reading() as session:
            fsync, commit = (bench_store.setting(session, name) for name in ("fsync", "synchronous_commit"))
        return f"fsync {fsync}, synchronous_commit {commit}"
    finally:
        database.close()


def _prepared(url: str, register: Register, messages: int) -> list[bytes]:
    """Orders placed, whose messages wait; and the invoices that answer them."""
    database = open_migrated(url, clock=flow.clock)
    try:
        flow.prepare(database, register)
        flow.measure_orders(database, register, count=messages)
        lines = flow.receive_months(database, register)
        return list(flow.invoices_for(database, register, lines))
    finally:
        database.close()


def _lay_in(folder: Path, bodies: Sequence[bytes]) -> None:
    inbox = folder / "inbox"
    inbox.mkdir()
    for number, body in enumerate(bodies):
        (inbox / f"{number:06}.xml").write_bytes(body)


def _timed(
    pool: ProcessPoolExecutor, work: Callable[[str, Path], None], url: str, folder: Path, workers: int
) -> float:
    """The seconds that all workers together took; every process is warm before the clock starts."""
    list(pool.map(_warm, [url] * workers, [folder] * workers))
    began = perf_counter()
    list(pool.map(work, [url] * workers, [folder] * workers))
    return perf_counter() - began


_opened: dict[str, Worker] = {}


def _worker(url: str, folder: Path) -> Worker:
    """This process's worker; it keeps its connections and what it has learnt."""
    if url not in _opened:
        database = open_database(url, clock=flow.clock)
        day = flow.clock().date()
        _opened[url] = Worker(database, FolderAccessPoint(folder), (), asks=False, fixed_day=day)
    return _opened[url]


def _warm(url: str, folder: Path) -> None:
    with _worker(url, folder).database.reading() as session:
        bench_store.touch_queues(session)


def _send(url: str, folder: Path) -> None:
    worker = _worker(url, folder)
    while worker.do(DELIVER) or _count(worker.database, OutState.WAITING):
        pass


def _receive(url: str, folder: Path) -> None:
    worker = _worker(url, folder)
    while any((folder / "inbox").iterdir()) or _arrived(worker.database):
        worker.do(COLLECT)
        worker.do(SORT)


def _count(database: Database, state: OutState) -> int:
    with database.reading() as session:
        return bench_store.count_out(session, state)


def _arrived(database: Database) -> int:
    with database.reading() as session:
        return inbox_store.count_arrived(session)


def _check(url: str, folder: Path, messages: int) -> None:
    """A figure is one only if the work was done. Raises AssertionError."""
    database = open_database(url)
    try:
        with database.reading() as session:
            handled = bench_store.count_handled(session)
        files = sum(1 for _ in (folder / "outbox").rglob("*.xml"))
        portal = _count(database, OutState.IN_PORTAL)
        if handled != messages or files + portal < messages:
            raise AssertionError(f"{handled} handled, {files} sent, {portal} in the portal of {messages}")
    finally:
        database.close()
