"""Objects that the books do not know: what a round left behind that was killed, or books before a restore."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from foundation.database import Database
from foundation.sql import take_turns
from operations.object_storage.moving import TURN, ways
from peppol.exchange.bodies import object_store
from peppol.exchange.bodies.object_storage import ListedObject, ObjectStorage

_AT_ONCE: Final = 500
YOUNGEST: Final = timedelta(days=1)
"""What was stored later may be about to be noted, and is left alone."""


def found(
    database: Database, storage: ObjectStorage, prefix: str, *, now: datetime
) -> Iterator[ListedObject]:
    """The objects below the prefix that no message's bytes lie in, a day old or more. Raises StorageError."""
    for way in ways(prefix):
        listed = (each for each in storage.listed(way) if each.modified_at <= now - YOUNGEST)
        while some := list(islice(listed, _AT_ONCE)):
            with database.reading() as session:
                known = object_store.known(session, [each.place for each in some])
            yield from (each for each in some if each.place not in known)


def remove(database: Database, storage: ObjectStorage, orphan: ListedObject) -> bool:
    """Remove an object unless the books have come to know it meanwhile; whether it was. Raises StorageError."""
    with database.writing() as session:
        # Nobody notes an object between the question and its end.
        take_turns(session, TURN)
        if object_store.known(session, [orphan.place]):
            return False
        storage.remove(orphan.place)
    return True
