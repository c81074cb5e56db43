"""Workers that are killed or stopped at any moment, and many at once: each message once, each slot once.

The workers are processes of their own, forked from this one so that they begin warm. What an
access point was given is a line in a file, written in one stroke, so that it is known whoever died.
`make test` kills ten times on each engine, `make test-slow` two hundred, `make bar` two thousand over three thousand
files; the seed of the bar says when.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from billing.server.worker import COLLECT, DELIVER, SORT, Worker
from billing.tools.benchmarks import flow
from foundation import journal, leases
from foundation.database import Database
from foundation.sql import Session
from invoicing.documents import store as document_store
from invoicing.intake import queue as intake_queue
from invoicing.intake.queue import read_arrived
from operations.checks import invariants
from operations.scheduler import InOne, Job
from operations.schedules import Every
from operations.tables import job_run
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import DeliveryState, DeliveryStatus, Outbound, Submission
from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState, OutState
from tests.bar import seeds
from tests.bar.world import check_world
from tests.support.journal import Noted, Something
from tests.support.servers.faulty_point import lay_out
from tests.support.servers.system_databases import migrated
from tests.support.stories.crashing import let_go, quick_folder
from tests.support.stories.system import example_register

DAY = date(2026, 3, 20)
RECEIVERS = [f"0088:73900001{number:05}" for number in range(16)]


class NotingPoint(FolderAccessPoint):
    """A folder that also notes in one line what it was given and by whom, and knows what it has."""

    def __init__(self, root: Path, *, seconds: float = 0.0) -> None:
        super().__init__(root)
        self._outbox = root / "outbox"
        self._notes = root / "given.txt"
        self._seconds = seconds

    def submit(self, message: Outbound) -> Submission:
        descriptor = os.open(self._notes, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(
            descriptor,
            f"{os.getpid()} {message.receiver} {message.document_id} {message.instance_id}\n".encode(),
        )
        os.close(descriptor)
        time.sleep(self._seconds)
        return super().submit(message)

    def status(self, instance_id: str, reference: str = "") -> DeliveryStatus:
        # What is noted is being handed over, unless who noted it has died; what lies there was taken.
        lies = any(path.stem.endswith(instance_id) for path in self._outbox.rglob("*.xml"))
        invoice = any(lives(int(given.worker)) for given in self.given() if given.instance_id == instance_id)
        return DeliveryStatus(DeliveryState.ACCEPTED if lies or invoice else DeliveryState.UNKNOWN)

    def given(self) -> list["Given"]:
        """What it was given, in order."""
        if not self._notes.exists():
            return []
        return [Given(*line.split()) for line in self._notes.read_text().splitlines()]


@dataclass(frozen=True)
class Given:
    """A line of the notes: which process gave which message."""

    worker: str
    receiver: str
    document_id: str
    instance_id: str


@pytest.fixture(autouse=True)
def never_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here workers are killed by the hundred and no message is to blame (see tests/test_leased_queues.py for those)."""
    monkeypatch.setattr(leases, "TAKEN_MOST", 10_000)


@pytest.fixture
def folder() -> Iterator[Path]:
    with quick_folder() as folder:
        (folder / "inbox").mkdir()
        yield folder


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url)
    flow.prepare(database, example_register())
    yield database
    database.close()


def lives(process: int) -> bool:
    """Whether a process is there, stopped or not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def started(work: Callable[[], None]) -> int:
    """Start the work in a forked process of its own; its number."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def ended(child: int) -> None:
    """Wait for the process to end."""
    os.waitpid(child, 0)


def until(true: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for something to come true."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.02)


def count(database: Database, state: OutState) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(exchange_tables.outbox.c.state == state)) or 0


def in_order(database: Database, point: NotingPoint) -> bool:
    """Whether every receiver was given its messages for the first time in the order they were laid out."""
    with database.reading() as session:
        rows = session.execute(
            select(exchange_tables.outbox.c.instance_id, exchange_tables.outbox.c.sequence)
        )
        place = {row.instance_id: row.sequence for row in rows}
    first: dict[str, dict[str, int]] = {}
    for given in point.given():
        first.setdefault(given.receiver, {}).setdefault(given.instance_id, place[given.instance_id])
    return all(list(places.values()) == sorted(places.values()) for places in first.values())


def nothing_is_broken(database: Database) -> None:
    with database.reading() as session:
        assert list(journal.verify(session)) == []
        assert list(invariants.check(session)) == []


# Killed -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("database_url", "kills", "files_each"),
    [
        ("sqlite", 10, 1),
        ("postgresql", 10, 1),
        pytest.param("sqlite", 200, 1, marks=pytest.mark.slow),
        pytest.param("postgresql", 200, 1, marks=pytest.mark.slow),
        # Ten rounds of their own books, so that what is checked after each stays small.
        *[
            pytest.param(engine, 200, 2 - number % 2, marks=pytest.mark.nightly, id=f"{engine}-{number}")
            for engine in ("sqlite", "postgresql")
            for number in range(10)
        ],
    ],
    indirect=["database_url"],
)
def test_kills_under_load_lose_nothing_and_double_nothing(
    database: Database,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    kills: int,
    files_each: int,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> None:
    monkeypatch.setattr(intake_queue, "_LEASE", timedelta(milliseconds=200))
    chance = seeds.chance("kills", request.node.name)
    point = NotingPoint(folder)
    register = example_register()
    flow.measure_orders(database, register, count=kills * 3 // 10)
    lines = flow.receive_months(database, register)
    invoices = list(flow.invoices_for(database, register, lines))
    orders = count(database, OutState.WAITING)

    def work() -> None:
        worker = Worker(database, point, (), lease=timedelta(milliseconds=400), asks=False, fixed_day=DAY)
        while True:
            for what in (COLLECT, SORT, DELIVER):
                worker.do(what)

    # Once in this process, so that every child finds it warm.
    read_arrived(database, today=DAY).close()
    files = kills * files_each
    bodies = [*invoices, *[f"<A>{number}</A>".encode() for number in range(len(invoices), files)]]
    for number in range(kills):
        for place in range(number * files_each, (number + 1) * files_each):
            (folder / "inbox" / f"{place:03}.xml.part").write_bytes(bodies[place])
            (folder / "inbox" / f"{place:03}.xml.part").rename(folder / "inbox" / f"{place:03}.xml")
        with database.writing() as session:
            lay_out(session, [number], receiver=chance.choice(RECEIVERS))
        let_go(database)
        child = started(work)
        time.sleep(chance.uniform(0.0, 0.06))
        os.kill(child, signal.SIGKILL)
        ended(child)
    time.sleep(0.5)
    last = Worker(database, point, (), lease=timedelta(milliseconds=400), asks=False, fixed_day=DAY)

    def all_sent() -> bool:
        last.once()
        return count(database, OutState.WAITING) == 0

    until(all_sent)
    assert list((folder / "inbox").iterdir()) == []
    with database.reading() as session:
        states = Counter(session.scalars(select(exchange_tables.inbox.c.state)))
        documents = list(document_store.listed(session))
        messages = {message.instance_id: message.body for message in outbox_store.messages_out(session)}
        portal = (
            session.scalar(select(func.count()).where(exchange_tables.outbox.c.state == OutState.IN_PORTAL))
            or 0
        )
    assert len(documents) == len(invoices) == len({each.number for each in documents})
    assert states[InState.HANDLED] == len(invoices)
    assert states[InState.QUARANTINED] == files - len(invoices)
    assert set(states) <= {InState.HANDLED, InState.QUARANTINED, InState.REPEAT}
    # Every message is with the access point, in its own bytes, and nothing else is.
    given = {path.stem[-36:]: path.read_bytes() for path in (folder / "outbox").rglob("*.xml")}
    assert len(given) == len(messages) - portal >= orders + kills
    assert in_order(database, point)
    assert check_world(database, acknowledged=bodies, given=given.items()) == []
    record_property("kills", kills)
    record_property("files", files)


# Many at once -------------------------------------------------------------------------------


def ticking(session: Session, today: date, now: datetime) -> str:
    journal.record(session, journal.SYSTEM, Noted.FIRST, Something.THING.of(1))
    return "ticked"


JOBS: tuple[Job, ...] = (InOne("tick", Every(timedelta(seconds=1)), ticking),)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("workers", "messages"), [(2, 100), pytest.param(5, 400, marks=pytest.mark.slow)])
def test_several_workers_send_each_message_once_in_order_and_run_each_slot_once(
    database: Database, folder: Path, workers: int, messages: int
) -> None:
    point = NotingPoint(folder, seconds=0.002)
    with database.writing() as session:
        for number in range(messages):
            lay_out(session, [number], receiver=RECEIVERS[number % len(RECEIVERS)])
    let_go(database)

    def work() -> None:
        Worker(database, point, JOBS, asks=False, fixed_day=DAY).run()

    began = datetime.now(UTC)
    children = [started(work) for _ in range(workers)]
    with ExitStack() as stack:
        for child in children:
            stack.callback(ended, child)
            stack.callback(os.kill, child, signal.SIGKILL)
        until(
            lambda: (
                count(database, OutState.SENT) == messages and (datetime.now(UTC) - began).total_seconds() > 3
            )
        )
    given = point.given()
    assert len(given) == len({each.instance_id for each in given}) == messages
    assert in_order(database, point)
    assert len({each.worker for each in given}) > 1
    with database.reading() as session:
        runs = session.execute(select(job_run.c.slot, job_run.c.state)).all()
        actions = [str(row.action) for row in journal.rows(session)]
    assert len(runs) == len({slot for slot, _ in runs}) >= 1
    assert {state for _, state in runs} == {"DONE"}
    assert actions.count(Noted.FIRST) == len(runs)
    nothing_is_broken(database)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_stopped_past_its_lease_and_continued_sends_nothing_again_and_notes_nothing_wrong(
    database: Database, folder: Path
) -> None:
    point = NotingPoint(folder, seconds=0.01)
    with database.writing() as session:
        for number in range(80):
            lay_out(session, [number], receiver=RECEIVERS[number % 4])
    let_go(database)

    def work() -> None:
        Worker(database, point, (), lease=timedelta(seconds=1), asks=False, fixed_day=DAY).run()

    first = started(work)
    with ExitStack() as stack:
        stack.callback(ended, first)
        stack.callback(os.kill, first, signal.SIGKILL)
        until(lambda: len(point.given()) >= 5)
        os.kill(first, signal.SIGSTOP)
        second = started(work)
        stack.callback(ended, second)
        stack.callback(os.kill, second, signal.SIGKILL)
        until(lambda: count(database, OutState.WAITING) == 0)
        os.kill(first, signal.SIGCONT)
        with database.writing() as session:
            lay_out(session, [100, 101], receiver=RECEIVERS[5])
        until(lambda: count(database, OutState.SENT) == 82)
    given = point.given()
    assert len(given) == len({each.instance_id for each in given}) == 82
    assert len({each.worker for each in given}) == 2
    assert in_order(database, point)
    with database.reading() as session:
        attempts = session.execute(
            select(exchange_tables.attempt.c.letter, exchange_tables.attempt.c.number)
        ).all()
    assert sorted(attempt.letter for attempt in attempts) == list(range(1, 83))
    assert {attempt.number for attempt in attempts} == {1}
    nothing_is_broken(database)


def test_a_worker_told_to_stop_finishes_what_is_in_its_hand_and_gives_the_rest_back(
    database: Database, folder: Path
) -> None:
    point = NotingPoint(folder, seconds=0.01)
    with database.writing() as session:
        lay_out(session, range(100), receiver=RECEIVERS[0])
    for number in range(30):
        (folder / "inbox" / f"{number}.xml").write_bytes(f"<A>{number}</A>".encode())
    let_go(database)

    def work() -> None:
        worker = Worker(database, point, (), asks=False, fixed_day=DAY)
        signal.signal(signal.SIGTERM, lambda number, frame: worker.stop.set())
        worker.run()

    child = started(work)
    until(lambda: len(point.given()) >= 3)
    os.kill(child, signal.SIGTERM)
    ended(child)
    given = len(point.given())
    assert given < 100
    assert count(database, OutState.SENT) == given
    # Nothing is held by a lease: the next one goes on at once.
    Worker(database, point, (), asks=False, fixed_day=DAY).once()
    assert count(database, OutState.SENT) == len(point.given()) == 100
    with database.reading() as session:
        states = Counter(session.scalars(select(exchange_tables.inbox.c.state)))
    assert states == {InState.QUARANTINED: 30}
