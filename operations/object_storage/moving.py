"""Moving old bytes to the object storage: stored and read back, then noted and taken out of the database.

Convention: whoever is killed at any point has lost nothing. Until the transaction that notes where the bytes lie, they
lie in the database; from it on in the storage, where they were read back from. What was stored and never noted is an
object that the books do not know: the next round takes it up under the same key, or it is found (`orphans`).
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from foundation.database import Database
from foundation.engines import month_partitions
from foundation.sql import take_turns
from operations.object_storage.opening import MovingTerms
from peppol.exchange.bodies import moving_store
from peppol.exchange.bodies.body_store import IN, OUT, Bodies
from peppol.exchange.bodies.moving_store import MovableBody
from peppol.exchange.bodies.object_storage import ObjectPlace, ObjectStorage, StorageError
from peppol.exchange.bodies.object_store import StoredBody

_AT_A_TIME: Final = 20
_FIRST: Final = (date(1, 1, 1), 0)
_WAYS: Final = {"LETTER_IN": "in", "LETTER_OUT": "out"}
TURN: Final = "bytes moved to the object storage"
"""Whose turn it is between those who note objects and those who remove what is not noted."""


@dataclass(slots=True)
class Moved:
    """What a round came to: how many bodies and bytes were moved, and how many were passed over."""

    bodies: int = 0
    size: int = 0
    passed_over: int = 0


class ReadBackOtherwise(Exception):
    """The storage has other bytes than were put there; they stay in the database."""


def move_due(
    database: Database,
    storage: ObjectStorage,
    terms: MovingTerms,
    *,
    today: date,
    now: datetime,
    at_most: int | None = None,
    seconds: float | None = None,
) -> Moved:
    """Move the bytes of days before the terms' first, the oldest first, for so long or so many, if that is given.

    Raises StorageError, ReadBackOtherwise.
    """
    moved, began = Moved(), time.monotonic()
    if not terms.after_days:
        return moved
    for bodies in (IN, OUT):
        after = _FIRST
        while seconds is None or time.monotonic() - began < seconds:
            left = _AT_A_TIME if at_most is None else min(_AT_A_TIME, at_most - moved.bodies)
            if left <= 0:
                break
            with database.reading() as session:
                found = moving_store.due(
                    session, bodies, before=terms.before(today), after=after, at_most=left
                )
            if not found:
                break
            _move(database, storage, terms, bodies, found, moved, now=now)
            after = (found[-1].day, found[-1].number)
    return moved


def _move(
    database: Database,
    storage: ObjectStorage,
    terms: MovingTerms,
    bodies: Bodies,
    found: Sequence[MovableBody],
    moved: Moved,
    *,
    now: datetime,
) -> None:
    """Store some, outside any transaction, and then note them all in one."""
    stored = [_store(storage, terms, bodies, each, now=now) for each in found]
    with database.writing() as session:
        # Whoever removes what the books do not know is not at it between the question and the commit.
        take_turns(session, TURN)
        for each, is_new in stored:
            if not is_new and storage.find(each.place.key) != each.place:
                moved.passed_over += 1
            elif moving_store.settle(session, bodies, each, at=now):
                moved.bodies += 1
                moved.size += each.size
            else:
                moved.passed_over += 1


def _store(
    storage: ObjectStorage, terms: MovingTerms, bodies: Bodies, each: MovableBody, *, now: datetime
) -> tuple[StoredBody, bool]:
    """Store bytes and read them back; whether the object is new, or one that an earlier round left behind."""
    digest = hashlib.sha256(each.body).hexdigest()
    if digest != each.sha256:
        raise ReadBackOtherwise(f"message {each.number} has other bytes than its fingerprint says")
    key = key_of(terms.prefix, bodies.kind, each.day, each.number, digest)
    place = _left_behind(storage, key, each.body)
    is_new = place is None
    if place is None:
        place = storage.put(key, each.body, sha256=digest, retention=terms.retention(now))
        if storage.get(place) != each.body:
            raise ReadBackOtherwise(f"object {key} is read back as something else")
    return StoredBody(bodies.kind, each.number, each.day, place, digest, len(each.body)), is_new


def _left_behind(storage: ObjectStorage, key: str, body: bytes) -> ObjectPlace | None:
    """The object that a round before this one stored and never noted, where it is whole."""
    place = storage.find(key)
    if place is None:
        return None
    try:
        return place if storage.get(place) == body else None
    except StorageError:
        return None


def key_of(prefix: str, kind: str, day: date, number: int, sha256: str) -> str:
    """The key of a message's bytes: by day, then by the message's number and the bytes' fingerprint.

    The number is in it so that two messages with the same bytes have an object each: one may be disposed of.

    >>> key_of("billing/", "LETTER_IN", date(2026, 2, 3), 65, "ab")
    'billing/in/2026/02/03/65-ab'
    """
    return f"{prefix}{_WAYS[kind]}/{day:%Y/%m/%d}/{number}-{sha256}"


def ways(prefix: str) -> list[str]:
    """What the keys of all messages' bytes begin with, below a prefix."""
    return [f"{prefix}{each}/" for each in _WAYS.values()]


def drop_empty_months(database: Database, *, before: date) -> list[str]:
    """Drop the partitions of whole months before this day that no bytes lie in any more; their names."""
    dropped: list[str] = []
    for bodies in (IN, OUT):
        name = bodies.table.name
        with database.reading() as session:
            months = [
                each for each in month_partitions.standing(session, name) if each < before.replace(day=1)
            ]
        for month in months:
            with database.writing() as session:
                if month_partitions.drop(session, name, month):
                    dropped.append(month_partitions.name_of(name, month))
    return dropped
