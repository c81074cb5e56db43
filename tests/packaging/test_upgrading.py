"""An upgrade and the way back, as docs/upgrading.md has them: by a copy that was taken before, on both engines.

The version before is this program knowing no more than the revision before; 0.2.1 are books that it left.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from billing.migrations import revisions
from billing.migrations.revisions import BooksNewer, BooksOlder
from billing.migrations.schema import open_database
from foundation import books_mark
from foundation.books_mark import BooksRestored
from foundation.database import Database
from operations.restore import backup
from tests.billing.migrations.test_books_of_0_2_1 import BOOKS, rows
from tests.support import old_books
from tests.support.command_line import Desk
from tests.support.servers.system_databases import CLOCK, migrated
from tests.support.stories.system import System, example_register

WHOLE = revisions.KNOWN
BEFORE, NEWEST = WHOLE[-2:]


@pytest.fixture
def books(database_url: str) -> str:
    """Books of the version before, with a register in them."""
    with closing(migrated(database_url)) as database:
        System(database).change_register(example_register())
        with database.engine.begin() as connection:
            getattr(old_books, f"before_{NEWEST}")(connection)
            connection.execute(text("update alembic_version set version_num = :before"), {"before": BEFORE})
    return database_url


@contextmanager
def version_before(url: str, mark: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The books as the version before opens them, with their mark outside."""
    with monkeypatch.context() as earlier:
        earlier.setattr(revisions, "KNOWN", WHOLE[:-1])
        with opened(url, mark) as database:
            yield database


@contextmanager
def opened(url: str, mark: Path) -> Iterator[Database]:
    with closing(open_database(url, clock=lambda: CLOCK)) as database:
        database.marks = (mark,)
        yield database


def something_leaves(database: Database) -> None:
    """What is done before each effect outside: the books count on, and their mark is written there."""
    with database.writing() as session:
        books_mark.tick(session)


def put_back(url: str, copy: Path) -> None:
    """As the page says: into an empty place, since tables that the newer version made stand in no older copy."""
    if url.startswith("sqlite"):
        place = Path(str(make_url(url).database))
        for each in place.parent.glob(f"{place.name}*"):
            if not each.name.endswith(".mark.json"):
                each.unlink()
        shutil.copyfile(copy, place)
        place.chmod(0o600)
        return
    with closing(Database(url)) as database, database.engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run(
        ["pg_restore", "--no-owner", f"--dbname={plain}", str(copy)], check=True, capture_output=True
    )


@pytest.mark.both_engines
def test_taken_back_before_anything_left_it_is_as_if_it_had_not_been(
    books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, desk = tmp_path / "mark.json", Desk(tmp_path, books)
    with version_before(books, mark, monkeypatch) as before:
        something_leaves(before)
        copy = backup.backup(before, tmp_path / "copies", now=CLOCK)
    as_before = rows(books)
    desk.run("init")
    with version_before(books, mark, monkeypatch) as before, pytest.raises(BooksNewer), before.writing():
        pass
    put_back(books, copy)
    assert rows(books) == as_before
    with version_before(books, mark, monkeypatch) as before:
        assert not before.hold_if_restored()
        something_leaves(before)
    desk.run("init")  # and another time it succeeds
    desk.run("check")


@pytest.mark.both_engines
def test_taken_back_after_something_left_the_books_are_held_until_that_is_gone_through(
    books: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, desk = tmp_path / "mark.json", Desk(tmp_path, books)
    with version_before(books, mark, monkeypatch) as before:
        something_leaves(before)
        copy = backup.backup(before, tmp_path / "copies", now=CLOCK)
    desk.run("init")
    with opened(books, mark) as newer:
        something_leaves(newer)
    put_back(books, copy)
    with version_before(books, mark, monkeypatch) as before:
        assert before.hold_if_restored()
        with pytest.raises(BooksRestored, match="billing restore look"), before.writing():
            pass


@pytest.mark.both_engines
def test_books_of_0_2_1_are_upgraded_and_taken_back_whole(database_url: str, tmp_path: Path) -> None:
    """That version has no `billing backup`; the engine's own tool makes the copy."""
    old_books.put_in(database_url, BOOKS)
    as_left, desk = rows(database_url), Desk(tmp_path, database_url)
    with closing(Database(database_url)) as database:
        copy = backup.backup(database, tmp_path / "copies", now=CLOCK)
    desk.run("init")
    desk.run("check")
    assert rows(database_url) != as_left
    put_back(database_url, copy)
    assert rows(database_url) == as_left
    with (
        closing(open_database(database_url)) as newer,
        pytest.raises(BooksOlder, match="billing init"),
        newer.reading(),
    ):
        pass
    desk.run("init")
    desk.run("check")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_copy_laid_over_grown_books_is_no_way_back(database_url: str, tmp_path: Path) -> None:
    """Why the page says an empty place: `pg_restore --clean` leaves the tables that the copy does not know."""
    old_books.put_in(database_url, BOOKS)
    desk = Desk(tmp_path, database_url)
    with closing(Database(database_url)) as database:
        copy = backup.backup(database, tmp_path / "copies", now=CLOCK)
    as_left = set(rows(database_url))
    desk.run("init")
    plain = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    over = ["pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={plain}", str(copy)]
    subprocess.run(over, check=False, capture_output=True)
    assert set(rows(database_url)) > as_left
    desk.run("init", code=1)
    put_back(database_url, copy)
    desk.run("init")
