"""A primary that is killed while documents are acknowledged, and the standby that takes its place: nothing is lost.

The standby is made by pg_basebackup and follows the primary as it works; the product has both in one address.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from accounts import sessions
from accounts import store as account_store
from accounts.identity import Permission
from billing.migrations.migrate import open_migrated
from billing.migrations.schema import open_database
from billing.server.app import create_app
from billing.server.worker import Worker
from foundation.books_mark import BooksRestored
from foundation.database import Database, explain, utc_now
from foundation.engines.database_faults import DatabaseFault, fault_of
from operations.settings import Settings
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange.tables import InState, inbox
from tests.support.message_bodies import bodies_in
from tests.support.servers import without_server
from tests.support.servers.serving import NO_TLS
from tests.support.servers.stoppable_postgresql import (
    StoppablePostgresql,
    copied_server,
    stoppable_server,
)

TOKEN = "a token that is long enough"


@contextmanager
def followed() -> Iterator[tuple[StoppablePostgresql, StoppablePostgresql]]:
    """A primary with books, and a standby that follows it."""
    with stoppable_server(max_wal_senders="4") as primary:
        open_migrated(primary.url).close()
        with copied_server(primary, "--write-recovery-conf") as standby:
            standby.start()
            yield primary, standby


def tells(server: StoppablePostgresql, *statements: str) -> object:
    with psycopg.connect(
        host=str(server.home), user="postgres", dbname="postgres", autocommit=True
    ) as session:
        for each in statements:
            told = session.execute(each.encode())
        return told.fetchone() if told.description else None


def waits_for_standby(primary: StoppablePostgresql) -> None:
    """No commit is answered from now on that the standby has not."""
    tells(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
    ends = time.monotonic() + 10
    while tells(primary, "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'") is None:
        assert time.monotonic() < ends, "the standby does not follow"
        time.sleep(0.05)


def both(*servers: StoppablePostgresql) -> str:
    """One address for all of them, as libpq has it."""
    hosts = ",".join(str(each.home) for each in servers)
    return f"postgresql://postgres@/postgres?host={quote(hosts)}&target_session_attrs=read-write"


@contextmanager
def application(url: str, place: Path) -> Iterator[FastAPI]:
    app = create_app(Settings(database_url=url, webhook_token=SecretStr(TOKEN)))
    app.state.database.marks = (place / "books.mark.json",)
    with closing(app.state.database):
        yield app


def answers(app: FastAPI, method: str, path: str, body: bytes = b"") -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://portal.example", verify=NO_TLS
        ) as client:
            return await client.request(method, path, headers={"X-Token": TOKEN}, content=body)

    return without_server.asked(asked)


class Sender:
    """An access point that pushes one message after the other, and knows which were taken."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.taken: list[bytes] = []
        self.refused = 0
        self.stop = Event()

    def send(self) -> None:
        number = 0
        while not self.stop.is_set():
            body = b"<M>%d</M>" % number
            answered = answers(self.app, "POST", "/webhook/letters", body)
            if answered.status_code == 200:
                self.taken.append(body)
                number += 1
            else:
                assert answered.status_code == 503
                self.refused += 1
                time.sleep(0.1)


def wait_until(met: Callable[[], bool], seconds: float = 10) -> float:
    begun = time.monotonic()
    while not met():
        assert time.monotonic() - begun < seconds
        time.sleep(0.05)
    return time.monotonic() - begun


def test_a_primary_killed_among_acknowledgements_and_a_standby_in_its_place(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with ExitStack() as leaving:
        primary, standby = leaving.enter_context(followed())
        waits_for_standby(primary)
        app = leaving.enter_context(application(both(primary, standby), tmp_path))
        sender = Sender(app)
        sending = Thread(target=sender.send)
        sending.start()
        try:
            wait_until(lambda: len(sender.taken) > 20)
            primary.crash()
            wait_until(lambda: sender.refused > 0)
            before = len(sender.taken)
            assert tells(standby, "SELECT pg_promote()") == (True,)
            back = wait_until(lambda: len(sender.taken) > before + 5)
        finally:
            sender.stop.set()
            sending.join()
        with app.state.database.reading() as session:
            kept = bodies_in(session, InState.ARRIVED)
        # Each once; one that was kept when its answer was lost came again, and is a repeat.
        assert sorted(kept) == sorted(sender.taken)
        assert not app.state.database.hold_if_restored()
        assert answers(app, "GET", "/readyz").json() == {"status": "ok"}
    record_property("messages_acknowledged", len(sender.taken))
    record_property("seconds_until_back", round(back, 1))


def test_a_standby_that_had_fallen_behind_is_seen_by_its_mark_and_held(tmp_path: Path) -> None:
    """Without a synchronous standby the last moments are lost; the books notice, and nothing goes out of them."""
    with ExitStack() as leaving:
        primary, standby = leaving.enter_context(followed())
        app = leaving.enter_context(application(both(primary, standby), tmp_path))
        assert answers(app, "POST", "/webhook/letters", b"<M>1</M>").status_code == 200
        wait_until(lambda: tells(standby, "SELECT 1 FROM inbox") is not None)
        tells(standby, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
        wait_until(lambda: tells(primary, "SELECT 1 FROM pg_stat_replication") is None)
        assert answers(app, "POST", "/webhook/letters", b"<M>2</M>").status_code == 200
        primary.crash()
        assert tells(standby, "SELECT pg_promote()") == (True,)
        wait_until(lambda: answers(app, "GET", "/readyz").status_code == 200)
        assert answers(app, "POST", "/webhook/letters", b"<M>3</M>").status_code == 503
        with pytest.raises(BooksRestored), app.state.database.writing():
            pass


def test_a_standby_is_read_and_says_that_it_is_one(tmp_path: Path) -> None:
    with ExitStack() as leaving:
        primary, standby = leaving.enter_context(followed())
        secret = signed_in(primary)
        app = leaving.enter_context(application(standby.url, tmp_path))
        wait_until(lambda: tells(standby, "SELECT 1 FROM web_session") is not None)
        later = utc_now() + timedelta(minutes=5)
        assert sessions.used(app.state.database, secret, now=later) is not None
        ready = answers(app, "GET", "/readyz")
        assert (ready.status_code, ready.json()) == (
            503,
            {"status": "unavailable", "database": "is read-only"},
        )
        assert answers(app, "GET", "/livez").status_code == 200
        assert answers(app, "GET", "/sign-in").status_code == 200
        assert answers(app, "GET", "/metrics").status_code == 200
        assert answers(app, "POST", "/webhook/letters", b"<M>1</M>").status_code == 503
        only_read(leaving.enter_context(closing(open_database(standby.url))), tmp_path)
        # A server that is no standby but was told to take nothing is the same to everybody.
        tells(primary, "ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
        still = leaving.enter_context(application(primary.url, tmp_path))
        wait_until(lambda: answers(still, "GET", "/readyz").status_code == 503)
        assert answers(still, "GET", "/readyz").json()["database"] == "is read-only"
        assert answers(still, "POST", "/webhook/letters", b"<M>1</M>").status_code == 503


def signed_in(server: StoppablePostgresql) -> str:
    """Somebody who was signed in before the failover; the secret of the cookie."""
    with closing(Database(server.url)) as database, database.writing() as session:
        account = account_store.add(
            session,
            organisation="2021002114",
            sign_in_name="ekonom@kopare.example",
            display_name="Ekonom",
            permissions={Permission.FINANCE},
            within=None,
            language="sv",
            at=utc_now(),
            by="test",
            state=account_store.AccountState.ACTIVE,
        )
        return sessions.start(session, account, now=utc_now())


def only_read(database: Database, place: Path) -> None:
    """What has come stays where it lies, and whoever would change something is told why not."""
    waiting = place / "inbox" / "one.xml"
    waiting.parent.mkdir()
    waiting.write_text("<M>1</M>")
    worker = Worker(database, FolderAccessPoint(place), ())
    with pytest.raises(SQLAlchemyError) as refused, database.writing() as session:
        session.execute(text("UPDATE books_mark SET tick = tick + 1"))
    assert fault_of(refused.value) is DatabaseFault.READ_ONLY
    assert "standby" in explain(refused.value).text.sv
    work = Thread(target=worker.run)
    work.start()
    time.sleep(1)
    worker.stop.set()
    work.join()
    assert waiting.exists()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(inbox)) == 0
