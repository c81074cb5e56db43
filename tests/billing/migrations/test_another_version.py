"""Books that grow while others use them: nothing is lost, a failure midway has done nothing, an old replica refuses.

An old replica is this program knowing no more than the revision before. `make test` lets a little traffic run while the
books grow, `make test-slow` much more.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from threading import Event

import httpx
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, text

from billing.migrations import migrate, revisions, row_security
from billing.migrations.migrate import bring_up_to_date
from billing.migrations.revisions import BooksNewer, BooksOlder
from billing.migrations.schema import open_database
from billing.server.installation_app import InstallationApp
from foundation.database import Database, DatabaseUnusable
from foundation.sql import Session
from operations.checks import invariants
from operations.event_loading import load_events
from operations.settings import Settings
from orders.purchase_orders import order_store
from peppol.exchange import inbox, owed_answer_store
from peppol.exchange.tables import OwedState
from tests.support import old_books
from tests.support.command_line import Desk
from tests.support.message_bodies import bodies_in
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import System, decision, event_line, example_register

pytestmark = pytest.mark.both_engines

BEFORE, NEWEST = revisions.KNOWN[-2:]
TODAY = date(2026, 1, 1)


@pytest.fixture
def books(database_url: str) -> str:
    """Books of the revision before, with a register: what the version before left."""
    with closing(migrated(database_url)) as database:
        System(database).change_register(example_register())
        with database.engine.begin() as connection:
            getattr(old_books, f"before_{NEWEST}")(connection)
            connection.execute(text("update alembic_version set version_num = :before"), {"before": BEFORE})
    return database_url


@pytest.fixture
def old_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on this program is of the version before."""
    monkeypatch.setattr(revisions, "KNOWN", revisions.KNOWN[:-1])


@contextmanager
def pages(url: str) -> Iterator[httpx.Client]:
    """The pages and the webhook of the installation at the address, served."""
    settings = Settings.model_validate({"database_url": url, "webhook_token": "t"})
    with closing(InstallationApp(settings, clock=lambda: CLOCK)) as app, serving(app) as address:
        session = {"billing-session": "long-gone"}
        with httpx.Client(
            base_url=address, timeout=60, trust_env=False, verify=NO_TLS, cookies=session
        ) as client:
            yield client


def press(client: httpx.Client) -> httpx.Response:
    """Somebody who was signed in some time ago comes to the desk, and is led on to sign in again."""
    return client.get("/finance", headers={"Accept": "text/html"})


def revision(url: str) -> str:
    with closing(Database(url)) as database, database.reading() as session:
        return str(session.execute(text("select version_num from alembic_version")).scalar_one())


def test_the_names_of_the_files_are_the_revisions_that_alembic_knows() -> None:
    scripts = ScriptDirectory.from_config(migrate._config())
    assert sorted(each.revision for each in scripts.walk_revisions()) == list(revisions.KNOWN)
    assert scripts.get_current_head() == NEWEST


def test_books_that_have_grown_are_refused_by_an_old_replica_in_commands_worker_and_pages(
    database_url: str, tmp_path: Path, old_replica: None, record_property: Callable[[str, object], None]
) -> None:
    migrated(database_url).close()
    desk = Desk(tmp_path, database_url)
    (tmp_path / "post").mkdir()
    for words in (("orders", "list"), ("work", "--once", "--folder", tmp_path / "post"), ("init",)):
        said = desk.run(*words, "--lang", "en", code=1)
        assert f"revision {NEWEST}" in said.err, words
        assert "newer version" in said.err
    with pages(database_url) as client:
        page = press(client)
        pushed = client.post("/webhook/letters", content=b"<M/>", headers={"X-Token": "t"})
        ready, alive = client.get("/readyz"), client.get("/livez")
    assert (page.status_code, ready.status_code, alive.status_code) == (503, 503, 200)
    assert f"revision {NEWEST}" in page.text
    assert pushed.status_code == 503
    assert revision(database_url) == NEWEST
    record_property("newer_books_refused", 1)


def test_books_that_have_not_grown_yet_are_refused_until_they_have(books: str, tmp_path: Path) -> None:
    with closing(open_database(books)) as database:
        with pytest.raises(BooksOlder, match="billing init"), database.reading():
            pass
        bring_up_to_date(database)
        with database.writing():
            pass


def test_books_from_before_there_was_a_mark_are_refused_by_their_revision(database_url: str) -> None:
    """The one question of how the books stand asks two tables, and the books may lack the second or both."""
    migrated(database_url).close()
    with closing(open_database(database_url)) as database:
        with database.engine.begin() as connection:
            connection.execute(text("drop table books_mark"))
            connection.execute(text("update alembic_version set version_num = '0032'"))
        for session in (database.reading, database.writing):
            with pytest.raises(BooksOlder, match="0032"), session():
                pass
        with database.engine.begin() as connection:
            connection.execute(text("drop table alembic_version"))
        for session in (database.reading, database.writing):
            with pytest.raises(DatabaseUnusable, match="billing init"), session():
                pass


def test_a_session_asks_one_question_before_its_own(database_url: str) -> None:
    """Whose the tables are, and whether the books are held; on PostgreSQL a writer asks the first again at last."""
    migrated(database_url).close()
    with closing(open_database(database_url, clock=lambda: CLOCK)) as database:
        asked: list[str] = []

        def hear(connection: object, cursor: object, statement: str, *_: object) -> None:
            asked.append(statement)

        event.listen(Engine, "before_cursor_execute", hear)
        try:
            with database.reading():
                pass
            read, asked[:] = list(asked), []
            with database.writing():
                pass
        finally:
            event.remove(Engine, "before_cursor_execute", hear)
    # SQLite's own BEGIN is a statement too, and nothing is sent for it.
    questions = [each for each in asked if not each.startswith("BEGIN")]
    assert len([each for each in read if not each.startswith("BEGIN")]) == 1
    assert len(questions) == (1 if database.is_sqlite else 2)


def test_a_replica_at_work_when_the_books_grow_writes_nothing_more(
    books: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even what it had begun: its transaction waited for the tables, and sees before its commit whose they are."""
    whole = revisions.KNOWN
    monkeypatch.setattr(revisions, "KNOWN", whole[:-1])

    def grow() -> None:
        monkeypatch.setattr(revisions, "KNOWN", whole)
        migrate.open_migrated(books).close()
        monkeypatch.setattr(revisions, "KNOWN", whole[:-1])

    with closing(open_database(books)) as old:
        with old.writing() as session:
            note(session, "before")
        if old.is_sqlite:
            # One writer at a time: nothing can have begun.
            grow()
        else:

            def asked_and_then_they_grow(found: str) -> None:
                old.refuse_other = revisions.refuse_other
                old.refuse_other(found)
                grow()

            old.refuse_other = asked_and_then_they_grow
            with pytest.raises(BooksNewer), old.writing() as session:
                note(session, "during")
        with pytest.raises(BooksNewer), old.writing() as session:
            note(session, "after")
        monkeypatch.setattr(revisions, "KNOWN", whole)
        with old.reading() as session:
            assert [each.about for each in owed_answer_store.in_state(session, OwedState.DUE)] == ["before"]


def keep(session: Session, body: bytes) -> None:
    inbox.store(session, body, transport_id="letter", received_on=TODAY, received_at=CLOCK)


def note(session: Session, about: str) -> None:
    """Write what both versions write the same."""
    owed_answer_store.note(session, about, OwedState.DUE)


def test_a_growth_that_fails_midway_has_done_nothing_and_the_next_does_it_all(
    books: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError("the disk is full")

    def schema() -> set[tuple[str, ...]]:
        """The columns and the indexes: a revision changes some of them."""
        with closing(Database(books)) as database:
            found = inspect(database.engine)
            columns = {
                (table, each["name"])
                for table in found.get_table_names()
                for each in found.get_columns(table)
            }
            indexes = {
                (table, str(each["name"]), *map(str, each["column_names"]))
                for table in found.get_table_names()
                for each in found.get_indexes(table)
            }
            return columns | indexes

    before = schema()
    with monkeypatch.context() as broken, closing(Database(books)) as database:
        # After every revision's own statements, before the commit.
        broken.setattr(row_security, "install", fails)
        with pytest.raises(OSError, match="the disk is full"):
            bring_up_to_date(database)
    assert (schema(), revision(books)) == (before, BEFORE)
    with closing(Database(books)) as database:
        bring_up_to_date(database)
        with database.reading() as session:
            assert list(invariants.check(session)) == []
    assert revision(books) == NEWEST
    assert schema() != before


@pytest.mark.parametrize("cases", [pytest.param(3), pytest.param(60, marks=pytest.mark.slow)])
def test_traffic_while_the_books_grow_is_refused_or_kept_and_never_half_kept(books: str, cases: int) -> None:
    """Documents, events and presses by the new program, again and again from before the books have grown."""
    grown = Event()

    def documents() -> set[bytes]:
        kept: set[bytes] = set()
        with closing(open_database(books)) as database:
            for number in range(cases):
                body = f"<M>{number}</M>".encode()
                insist(database, lambda session, body=body: keep(session, body))  # type: ignore[misc]
                kept.add(body)
        return kept

    def events() -> set[str]:
        told: set[str] = set()
        with closing(open_database(books, clock=lambda: CLOCK)) as database:
            for number in range(cases):
                reference = f"1000{number:05}"
                line = event_line("placement.decided", decision(reference), on=TODAY, event_id=f"e-{number}")
                insist(database, lambda session: None)
                load_events(database, [line])
                told.add(reference)
        return told

    def presses() -> list[int]:
        answers: list[int] = []
        with pages(books) as client:
            while not grown.is_set() or len(answers) < cases:
                answers.append(press(client).status_code)
            answers.append(press(client).status_code)
        return answers

    def insist(database: Database, do: Callable[[Session], object]) -> None:
        while True:
            try:
                with database.writing() as session:
                    do(session)
                return
            except BooksOlder:
                grown.wait(0.05)

    with ThreadPoolExecutor(3) as others:
        came: Future[set[bytes]] = others.submit(documents)
        told = others.submit(events)
        pressed = others.submit(presses)
        with closing(Database(books)) as database:
            bring_up_to_date(database)
        grown.set()
        bodies, references, answers = came.result(), told.result(), pressed.result()
    # As the books were before, during and after: a page says to come again, and then it is served.
    assert set(answers) <= {303, 503}
    assert answers[-1] == 303
    with closing(open_database(books)) as database, database.reading() as session:
        assert set(bodies_in(session)) == bodies
        ordered = {each.execution_reference for each in order_store.summaries(session, limit=10_000)}
        assert ordered == references
        assert list(invariants.check(session)) == []
