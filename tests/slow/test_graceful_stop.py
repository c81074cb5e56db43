"""SIGTERM under load: what was begun is answered or given back, nothing is lost, and the process is gone in time.

Server and worker are processes of their own, forked from this one so that they begin warm. `make test` stops each three
times, `make test-slow` fifty.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from billing.cli.cli import app as command
from billing.server import serving
from billing.server.app import create_app
from billing.server.installation import Installation
from billing.server.sockets import listening_on
from billing.server.worker import Worker
from billing.server.workers import Workers
from billing.tools.benchmarks import flow
from foundation.database import Database
from operations.job_run_store import JobRunState
from operations.settings import Settings
from operations.tables import job_run
from peppol.access_points.folder import FolderAccessPoint
from peppol.access_points.protocol import Outbound, Submission
from peppol.exchange.tables import InState, OutState, access_point, inbox, outbox, receiver_queue
from tests.support.servers.faulty_point import lay_out
from tests.support.servers.serving import NO_TLS
from tests.support.servers.system_databases import migrated
from tests.support.stories.system import example_register
from web import templating

STOPS = pytest.mark.parametrize("stops", [pytest.param(3), pytest.param(50, marks=pytest.mark.slow)])
SECONDS_MOST = 10
Tell = Callable[[str, object], None]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = migrated(database_url)
    flow.prepare(database, example_register())
    yield database
    database.close()


def forked(work: Callable[[], None]) -> int:
    """A process of its own that does the work; its number."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except SystemExit as ended:
            os._exit(int(ended.code or 0))
        except BaseException:
            os._exit(70)
    return child


def ended(process: int) -> tuple[float, int]:
    """Tell the process to end: how long it took, and its exit code."""
    told = time.monotonic()
    os.kill(process, signal.SIGTERM)
    while time.monotonic() < told + 30:
        gone, status = os.waitpid(process, os.WNOHANG)
        if gone:
            return time.monotonic() - told, os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    raise AssertionError("it did not end")


def count(database: Database, *conditions: object, of: object) -> int:
    with database.reading() as session:
        question = select(func.count()).select_from(of).where(*conditions)  # type: ignore[arg-type]
        return session.execute(question).scalar_one()


@STOPS
def test_a_server_told_to_stop_answers_what_it_has_begun(
    database: Database, database_url: str, stops: int, record_property: Tell
) -> None:
    dice = random.Random(7)  # noqa: S311 - when to stop
    acknowledged, longest = 0, 0.0
    settings = Settings(database_url=database_url, webhook_token=SecretStr("t"))
    templating.ready()
    for stop in range(stops):
        listening = listening_on("127.0.0.1", 0)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        process = forked(lambda listening=listening: serving.serve(create_app(settings), listening))  # type: ignore[misc]
        listening.close()
        # Who knocks before it listens waits at the door.
        assert httpx.get(f"{address}/livez", trust_env=False, verify=NO_TLS, timeout=30).status_code == 200
        stopped = Event()

        def push(
            number: int, stop: int = stop, address: str = address, stopped: Event = stopped
        ) -> list[int]:
            told: list[int] = []
            with httpx.Client(base_url=address, trust_env=False, verify=NO_TLS, timeout=30) as client:
                while not stopped.is_set():
                    body = f"<M>{stop} {number} {len(told)}</M>".encode()
                    try:
                        told.append(
                            client.post(
                                "/webhook/letters", content=body, headers={"X-Token": "t"}
                            ).status_code
                        )
                    except httpx.TransportError:
                        return told
            return told

        with ThreadPoolExecutor(4) as pool:
            pushed = [pool.submit(push, number) for number in range(4)]
            time.sleep(dice.random() * 0.4)
            took, code = ended(process)
            stopped.set()
            answers = [each for push_ in pushed for each in push_.result()]
        # The server ends by the signal when it has finished, so that whoever sent it sees it heeded.
        assert (code, took < SECONDS_MOST) == (-signal.SIGTERM, True)
        longest = max(longest, took)
        assert set(answers) == {200}
        acknowledged += len(answers)
    assert acknowledged > stops
    assert count(database, inbox.c.state == InState.ARRIVED, of=inbox) >= acknowledged
    record_property("servers_stopped", stops)
    record_property("slowest_seconds", round(longest, 2))


@pytest.mark.both_engines
@STOPS
def test_a_worker_told_to_stop_finishes_or_gives_back_what_it_holds(
    database: Database,
    database_url: str,
    tmp_path: Path,
    stops: int,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Tell,
) -> None:
    dice = random.Random(11)  # noqa: S311 - when to stop
    monkeypatch.setenv("BILLING_MAIL_FOLDER", str(tmp_path / "mail"))
    post = tmp_path / "post"
    (post / "inbox").mkdir(parents=True)
    sent, longest = 0, 0.0
    for stop in range(stops):
        with database.writing() as session:
            for receiver in range(10):
                numbers = range(sent, sent + 10)
                lay_out(session, numbers, receiver=f"0088:73900001{receiver:05}")
                sent += 10
        for number in range(20):
            (post / "inbox" / f"{stop}-{number}.xml").write_text(f"<M>{stop} {number}</M>")
        arguments = ["work", "--folder", str(post), "--database", database_url]
        process = forked(lambda arguments=arguments: command(arguments, standalone_mode=True))  # type: ignore[misc]
        before = len(list((post / "outbox").rglob("*.xml")))
        while len(list((post / "outbox").rglob("*.xml"))) == before:
            time.sleep(0.005)
        time.sleep(dice.random() * 0.4)
        took, code = ended(process)
        assert (code, took < SECONDS_MOST) == (0, True)
        longest = max(longest, took)
        assert count(database, receiver_queue.c.claimed_until.is_not(None), of=receiver_queue) == 0
        assert count(database, access_point.c.collector.is_not(None), of=access_point) == 0
        claimed = (
            inbox.c.state == InState.ARRIVED,
            inbox.c.claimed_until.is_not(None),
            inbox.c.failures == 0,
        )
        assert count(database, *claimed, of=inbox) == 0
        assert count(database, job_run.c.state == JobRunState.CLAIMED, of=job_run) == 0
    gone = [path.name for path in (post / "outbox").rglob("*.xml")]
    noted = count(database, outbox.c.state != OutState.WAITING, outbox.c.kind == "message", of=outbox)
    assert len(gone) >= noted
    record_property("workers_stopped", stops)
    record_property("slowest_seconds", round(longest, 2))


class SilentPoint(FolderAccessPoint):
    """Takes a message and says nothing for a long time."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked = Event()
        self.answers = Event()

    def submit(self, message: Outbound) -> Submission:
        self.asked.set()
        self.answers.wait(60)
        return super().submit(message)


def test_a_worker_in_the_middle_of_a_long_call_gives_back_at_once_and_says_that_it_may_have_sent(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.server.workers.SECONDS_TO_FINISH", 0.3)
    with database.writing() as session:
        lay_out(session, [1])
    point = SilentPoint(tmp_path)
    installation = Installation(Settings(database_url=database_url))

    class Opened:
        def __init__(self, books: object, stop: Event) -> None:
            self.worker = Worker(database, point, (), stop=stop)

        def __enter__(self) -> Worker:
            return self.worker

        def __exit__(self, *_: object) -> None:
            return None

    workers = Workers(installation, Opened)
    running = Thread(target=workers.run)
    running.start()
    assert point.asked.wait(20)
    told = time.monotonic()
    workers.stop.set()
    running.join(SECONDS_MOST)
    assert time.monotonic() - told < SECONDS_MOST
    assert workers.unfinished
    with database.reading() as session:
        queue = session.execute(select(receiver_queue)).one()
    assert (queue.claimed_until, queue.token is not None) == (None, True)
    point.answers.set()
    for each in workers._running.values():
        assert each.thread is not None
        each.thread.join(20)
    installation.close()
