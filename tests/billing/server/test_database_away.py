"""A database that is away, hangs, or is held by another: everybody is told "later", nothing is lost, work goes on."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import create_server
from threading import Thread

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from billing.migrations.migrate import open_migrated
from billing.server import books_watch
from billing.server.app import create_app
from billing.server.worker import Worker
from foundation import database as opening
from foundation.database import Database
from foundation.engines import postgresql
from foundation.engines.database_faults import DatabaseAway, DatabaseFault, fault_of
from operations.settings import Settings
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange.tables import inbox
from tests.support.servers import without_server
from tests.support.servers.serving import NO_TLS
from tests.support.servers.stoppable_postgresql import StoppablePostgresql, stoppable_server
from tests.support.servers.system_databases import migrated

TOKEN = "a token that is long enough"
ASKED = {
    "a page": ("GET", "/orders", {"Accept": "text/html", "Cookie": "billing-session=abc"}),
    "the feed": (
        "GET",
        "/api/v1/events",
        {"Authorization": "Bearer bk_aaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
    ),
    "events": (
        "POST",
        "/api/v1/events",
        {"Authorization": "Bearer bk_aaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},
    ),
    "a message": ("POST", "/webhook/letters", {"X-Token": TOKEN}),
}


@pytest.fixture(scope="module")
def server() -> Iterator[StoppablePostgresql]:
    with stoppable_server() as server:
        open_migrated(server.url).close()
        yield server


Application = Callable[[str], FastAPI]


@pytest.fixture
def application() -> Iterator[Application]:
    """Makes applications, and closes their books afterwards."""
    made: list[FastAPI] = []

    def make(url: str) -> FastAPI:
        made.append(create_app(Settings(database_url=url, webhook_token=SecretStr(TOKEN))))
        return made[-1]

    yield make
    for each in made:
        each.state.database.close()


def answer(
    app: FastAPI, method: str, path: str, headers: dict[str, str], body: bytes = b"<M/>"
) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://portal.example", verify=NO_TLS
        ) as client:
            return await client.request(
                method, path, headers=headers, content=body if method == "POST" else None
            )

    return without_server.asked(asked)


def messages(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(inbox)).scalar_one()


def test_while_the_server_is_away_everybody_is_told_later(
    server: StoppablePostgresql, application: Application
) -> None:
    app = application(server.url)
    assert answer(app, *ASKED["a message"], body=b"<M>before</M>").status_code == 200
    server.stop()
    try:
        for name, asked in ASKED.items():
            told = answer(app, *asked)
            assert told.status_code == 503, name
            assert int(told.headers["Retry-After"]) > 0, name
            kind = "text/html" if name == "a page" else "application/problem+json"
            assert told.headers["Content-Type"].startswith(kind), name
        assert "databasen är inte tillgänglig" in answer(app, *ASKED["a page"]).text
        assert answer(app, "GET", "/readyz", {}).status_code == 503
        assert answer(app, "GET", "/livez", {}).status_code == 200
    finally:
        server.start()
    # The very first one is taken: the pool has let go of what was broken.
    assert answer(app, *ASKED["a message"], body=b"<M>after</M>").status_code == 200
    assert answer(app, "GET", "/readyz", {}).status_code == 200
    assert messages(app.state.database) == 2


@pytest.mark.parametrize("rounds", [pytest.param(1), pytest.param(10, marks=pytest.mark.slow)])
def test_intake_goes_on_by_itself_when_the_server_is_back(
    server: StoppablePostgresql, tmp_path: Path, rounds: int, record_property: Callable[[str, object], None]
) -> None:
    """Killed with messages arriving, `rounds` times: none is lost, none is taken twice, the next within ten seconds."""
    database = Database(server.url)
    before = messages(database)
    folder = tmp_path / "inbox"
    folder.mkdir()
    worker = Worker(database, FolderAccessPoint(tmp_path), ())
    work = Thread(target=worker.run)
    work.start()
    laid = 0
    longest = 0.0
    try:
        for each in range(rounds):
            for number in range(5):
                (folder / f"{each}-{number}.xml").write_text(f"<M>{tmp_path} {each} {number}</M>")
            laid += 5
            server.stop()
            time.sleep(0.5 if rounds == 1 else 30 if each == 0 else 2)
            server.start()
            back = time.monotonic()
            while messages(database) < before + laid:
                assert time.monotonic() - back < 10
                time.sleep(0.05)
            longest = max(longest, time.monotonic() - back)
    finally:
        worker.stop.set()
        work.join()
    assert messages(database) == before + laid
    record_property("outages", rounds)
    record_property("seconds_until_back", round(longest, 1))
    database.close()


def test_a_server_that_hangs_keeps_nobody_waiting_for_ever(
    server: StoppablePostgresql, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books_watch, "ANSWERS_WITHIN_SECONDS", 0.3)
    app = application(server.url)
    database = Database(server.url)
    monkeypatch.setattr(postgresql, "STATEMENT_SECONDS", -9.5)
    with database._writer.connect() as session, server.hanging():
        # Whoever watches is answered at once, and asked again holds no second thread.
        assert [answer(app, "GET", "/readyz", {}).status_code for _ in range(2)] == [503, 503]
        with pytest.raises(OperationalError) as silent:
            session.execute(select(1))
        assert fault_of(silent.value) is DatabaseFault.AWAY
        session.invalidate()
    monkeypatch.setattr(postgresql, "STATEMENT_SECONDS", 300)
    assert messages(database) >= 0
    ends = time.monotonic() + 10
    while answer(app, "GET", "/readyz", {}).status_code != 200:
        assert time.monotonic() < ends
        time.sleep(0.1)
    database.close()


def test_a_port_that_says_nothing_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "CONNECT_SECONDS", 2)
    with create_server(("127.0.0.1", 0)) as silent:
        database = Database(f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none")
        with pytest.raises(OperationalError) as error, database.reading():
            pass
    assert fault_of(error.value) is DatabaseFault.AWAY
    database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seconds", [pytest.param(1), pytest.param(30, marks=pytest.mark.slow)])
def test_a_file_that_another_holds_is_told_as_later(
    database_url: str,
    seconds: float,
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """The other has the file for `seconds`; ours waits less, says later, and takes the next when it is free."""
    monkeypatch.setattr(opening, "_SQLITE_SECONDS", seconds / 4)
    migrated(database_url).close()
    app = application(database_url)
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert answer(app, *ASKED["a message"]).status_code == 503
    held = Thread(target=app.state.database._lock.acquire)
    held.start()
    held.join()
    with pytest.raises(DatabaseAway), app.state.database.writing():
        pass
    app.state.database._lock = type(app.state.database._lock)()
    other.execute("ROLLBACK")
    other.close()
    assert answer(app, *ASKED["a message"]).status_code == 200
    assert messages(app.state.database) == 1
    record_property("files_held", 1)


def test_what_a_database_says_is_known_by_its_kind(server: StoppablePostgresql) -> None:
    """What is a fault of ours stays one: an answer of 503 would hide it."""
    database = Database(server.url)
    with database._writer.connect() as session:
        for statement, expected in (
            ("select no_such_column from journal", None),
            ("select 1/0", None),
            ("set transaction read only; insert into buyer_no_such values (1)", None),
        ):
            with pytest.raises(SQLAlchemyError) as error:
                session.exec_driver_sql(statement)
            assert fault_of(error.value) is expected, statement
            session.rollback()
        with pytest.raises(SQLAlchemyError) as late:
            session.exec_driver_sql("set local statement_timeout = 10; select pg_sleep(1)")
        assert fault_of(late.value) is DatabaseFault.BUSY
        session.rollback()
        with pytest.raises(SQLAlchemyError) as written:
            session.exec_driver_sql("set transaction read only; delete from journal_chain")
        assert fault_of(written.value) is DatabaseFault.READ_ONLY
    database.close()


def test_what_may_take_its_time_is_waited_for_and_nothing_after_it(
    server: StoppablePostgresql, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(server.url)
    with database.engine.begin() as session:
        postgresql.take_time(session)
        monkeypatch.setattr(postgresql, "STATEMENT_SECONDS", -9.7)
        session.execute(text("SELECT pg_sleep(1)"))
    # The same connection, given back and taken again.
    with database.engine.connect() as session, pytest.raises(OperationalError, match="silent"):
        session.execute(text("SELECT pg_sleep(1)"))
    database.close()
