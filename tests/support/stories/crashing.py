"""Crashing on purpose: a child process that ends in the middle of what it does, as a power cut would end it.

The child is forked from this process, which has loaded and warmed everything, so that a hundred
crashes take seconds. It ends with `os._exit` at the Nth database statement, commit or file
operation; nothing of Python's own cleaning up runs.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event

from foundation.database import Database

FINISHED, CRASHED = 0, 77
_FILE_EVENTS = ("open", "os.rename", "os.mkdir", "os.remove", "os.link")


def in_child(work: Callable[[], None], *, before: Callable[[], None] = lambda: None) -> int:
    """Run `before` and `work` in a forked child and give its exit status; a failure is shown and is 1."""
    child = os.fork()
    if child == 0:
        try:
            before()
            work()
            os._exit(FINISHED)
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def crash_at(number: int, database: Database, folder: Path) -> Callable[[], None]:
    """What makes a child end at its Nth operation on the database or on files below the folder."""

    def arm() -> None:
        count = 0

        def one_more() -> None:
            nonlocal count
            count += 1
            if count == number:
                os._exit(CRASHED)

        for engine in engines(database):
            event.listen(engine, "before_cursor_execute", lambda *given: one_more())
            event.listen(engine, "commit", lambda connection: one_more())
        below = str(folder)

        def hear(what: str, given: tuple[object, ...]) -> None:
            if what in _FILE_EVENTS and str(given[0]).startswith(below):
                one_more()

        sys.addaudithook(hear)
        flush = os.fsync

        def flushed(descriptor: int) -> None:
            one_more()
            flush(descriptor)

        os.fsync = flushed  # type: ignore[assignment]

    return arm


def engines(database: Database) -> list[object]:
    """The engines a database has: the one that writes, which the reading one is made of or stands beside."""
    reader = database._reader
    return [database.engine] if not database.is_sqlite else [database.engine, reader]


@contextmanager
def quick_folder() -> Iterator[Path]:
    """An empty folder, in memory where the machine has such a place: a crash is none for the disk."""
    memory = Path("/dev/shm")  # noqa: S108 - the name in it is our own
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def let_go(database: Database) -> None:
    """Close every connection, so that a child opens its own."""
    database.close()
