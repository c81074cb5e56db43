"""Giving committed events their numbers in the feed: by whoever is about to read it, and by every worker's beat.

It may be done by any number at once and be cut off anywhere: an event is moved into the feed in the transaction that
numbers it, and waits where it was until then.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from foundation.database import Database
from foundation.errors import Refused
from foundation.sql import Session
from operations.event_feed import store

AT_ONCE: Final = 1_000
"""So many events are numbered in one transaction, which holds the feed's row."""


def number_committed(database: Database) -> int:
    """Number all events that are committed and wait; how many. Raises Refused where the books may not be written in."""
    numbered = 0
    while True:
        with database.reading() as session:
            if not store.is_any_waiting(session):
                return numbered
        with database.writing() as session:
            numbered += store.number_waiting(session, at_most=AT_ONCE)


def number_for_reader(database: Database) -> None:
    """The same before reading; books that are held or closed are read as far as they are numbered.

    Whatever refuses the reading as well says so there.
    """
    with suppress(Refused):
        number_committed(database)


@contextmanager
def reading_numbered(database: Database) -> Iterator[Session]:
    """The same, and a view from then on: where nothing waits, which is nearly always, in one transaction."""
    with database.reading() as session:
        if not store.is_any_waiting(session):
            yield session
            return
    number_for_reader(database)
    with database.reading() as session:
        yield session
