"""What the object storage is asked to keep and to give up: legal holds as in the books, and bytes disposed of.

Convention: the books decide, in a transaction of their own; the storage follows afterwards, as often as it takes. What
it will not do yet (a lock of its own) is noted with its reason, told, and asked again every day.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit import held_message_queries
from foundation.database import Database
from operations.object_storage.opening import MovingTerms
from peppol.exchange.bodies import object_store
from peppol.exchange.bodies.object_storage import ObjectStorage, StorageError, StorageFault
from peppol.exchange.bodies.object_store import StoredBody


@dataclass(slots=True)
class Kept:
    """What a round came to: objects held, released and removed, and those that the storage would not."""

    held: int = 0
    released: int = 0
    removed: int = 0
    refused: int = 0


def follow_holds(database: Database, storage: ObjectStorage, terms: MovingTerms, *, now: datetime) -> Kept:
    """Let every object bear a legal hold whose message a hold of the books stands on, and no other.

    Nothing where the bucket has no Object Lock: the books alone keep it then. Raises StorageError where it is away.
    """
    kept = Kept()
    if not terms.can_hold:
        return kept
    with database.reading() as session:
        held = {(each.kind, each.number): each for each in object_store.held(session)}
        wanted = {(each.kind, each.number): each for each in held_message_queries.stored(session)}
    for key in wanted.keys() - held.keys():
        kept.held += _hold(database, storage, wanted[key], kept, stands=True, now=now)
    for key in held.keys() - wanted.keys():
        kept.released += _hold(database, storage, held[key], kept, stands=False, now=now)
    return kept


def _hold(
    database: Database, storage: ObjectStorage, stored: StoredBody, kept: Kept, *, stands: bool, now: datetime
) -> bool:
    try:
        storage.hold(stored.place, stands=stands)
    except StorageError as error:
        _refused(database, stored, error, kept, now=now)
        return False
    with database.writing() as session:
        object_store.note_hold(session, stored, stands=stands)
    return True


def remove_disposed(
    database: Database,
    storage: ObjectStorage,
    *,
    now: datetime,
    rest: timedelta = timedelta(),
    seconds: float | None = None,
) -> Kept:
    """Remove the objects whose bytes are disposed of in the books, for so long if that is given.

    One that the storage would not remove is asked for again after `rest`. Raises StorageError where it is away.
    """
    kept, began = Kept(), time.monotonic()
    with database.reading() as session:
        gone: Sequence[StoredBody] = object_store.to_remove(session, tried_until=now - rest)
    for stored in gone:
        if seconds is not None and time.monotonic() - began >= seconds:
            break
        try:
            if stored.is_held:
                # A hold of ours that has ended; one that stands lets nothing be disposed of.
                storage.hold(stored.place, stands=False)
            storage.remove(stored.place)
        except StorageError as error:
            _refused(database, stored, error, kept, now=now)
            continue
        with database.writing() as session:
            object_store.forget(session, stored)
        kept.removed += 1
    return kept


def _refused(
    database: Database, stored: StoredBody, error: StorageError, kept: Kept, *, now: datetime
) -> None:
    """Note why; a storage that is away is for the caller to tell, since all the others would fail too."""
    if error.fault is StorageFault.AWAY:
        raise error
    with database.writing() as session:
        object_store.note_fault(session, stored, error.fault, at=now)
    kept.refused += 1
