"""The mark of the books counted by many at once: no backup between two of them passes for the newest state."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from foundation import books_mark
from foundation.books_mark import BooksMark
from foundation.database import Database
from tests.support.servers.system_databases import migrated


@pytest.fixture
def database(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Books with a mark outside, in which every transaction that counts has a slot of its own."""
    slots = count()
    monkeypatch.setattr(books_mark, "_own_slot", lambda: next(slots))
    database = migrated(database_url)
    database.marks = (tmp_path / "mark.json",)
    yield database
    database.close()


def tick_of(database: Database) -> int:
    with database.reading() as session:
        mark = books_mark.of_books(session)
    assert mark is not None
    return mark.tick


def outside(database: Database) -> int:
    mark = books_mark.read(database.marks)
    assert mark is not None
    return mark.tick


@pytest.mark.both_engines
def test_each_transaction_that_counts_is_one_more_inside_and_outside(database: Database) -> None:
    before = tick_of(database)
    for number in (1, 2, 3):
        with database.writing() as session:
            books_mark.tick(session)
            books_mark.tick(session)
        assert tick_of(database) == outside(database) == before + number
    with database.writing():
        pass
    assert tick_of(database) == before + 3


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_commits_late_is_counted_beside_whoever_passed_it(database: Database) -> None:
    """A backup of the moment between the two lacks the first, and the mark outside says so afterwards."""
    counted, go_on = threading.Event(), threading.Event()
    before = tick_of(database)

    def late() -> None:
        with database.writing() as session:
            books_mark.tick(session)
            counted.set()
            go_on.wait(5)

    thread = threading.Thread(target=late)
    thread.start()
    assert counted.wait(5)
    with database.writing() as session:
        session.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
        books_mark.tick(session)
    backup = BooksMark(1, tick_of(database))
    assert backup.tick == outside(database) == before + 1
    go_on.set()
    thread.join(10)
    assert outside(database) == before + 2
    now_outside = books_mark.read(database.marks)
    assert now_outside is not None
    assert replace(now_outside, journal=0).is_ahead_of(backup)


@pytest.mark.both_engines
def test_books_that_somebody_else_counts_on_meanwhile_are_not_taken_for_restored(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        books_mark.tick(session)
    read, is_looking = books_mark.read, True

    def while_another_counts(places: Sequence[Path]) -> BooksMark | None:
        nonlocal is_looking
        if is_looking:
            is_looking = False
            with database.writing() as session:
                books_mark.tick(session)
        return read(places)

    monkeypatch.setattr(books_mark, "read", while_another_counts)
    assert not database.hold_if_restored()
    assert tick_of(database) == outside(database)
