"""A year's messages in the books, an object storage beside them, and a storage that fails where a test wants it to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select, update

from operations.object_storage import moving
from operations.object_storage.moving import Moved
from operations.object_storage.opening import MovingTerms
from operations.object_storage.s3 import S3Storage
from peppol.exchange.bodies.body_store import IN, OUT, of_message
from peppol.exchange.bodies.object_storage import (
    ListedObject,
    ObjectPlace,
    ObjectStorage,
    Retention,
    facts_for,
)
from peppol.exchange.tables import OutState, outbox
from tests.support.servers.object_storages import ObjectStorageServer
from tests.support.stories.january import january, received_january
from tests.support.stories.system import System

LATER = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 3, 20, tzinfo=UTC)
TERMS = MovingTerms(prefix="billing/", after_days=30)


@dataclass
class Keeping:
    """The books, the storage beside them, and the bytes of every message as they came or were laid out."""

    system: System
    server: ObjectStorageServer
    storage: S3Storage
    bytes_of: dict[tuple[str, int], bytes] = field(default_factory=dict)

    def move(self, storage: ObjectStorage | None = None, terms: MovingTerms = TERMS) -> Moved:
        """A round of the daily job."""
        return moving.move_due(self.system.database, storage or self.storage, terms, today=LATER, now=NOW)

    def here(self) -> set[tuple[str, int]]:
        """The messages whose bytes lie in the database."""
        with self.system.database.reading() as session:
            return {
                (bodies.kind, number)
                for bodies in (IN, OUT)
                for number in session.scalars(select(bodies.table.c.letter))
            }

    def read(self) -> dict[tuple[str, int], bytes | None]:
        """The bytes of every message as whoever asks is given them."""
        with self.system.database.reading() as session:
            return {
                (bodies.kind, number): of_message(session, bodies, number)
                for bodies in (IN, OUT)
                for number in session.scalars(select(bodies.number))
            }

    def objects(self) -> list[str]:
        """The keys in the bucket."""
        return sorted(each.place.key for each in self.storage.listed(""))


@contextmanager
def keeping(url: str, server: ObjectStorageServer, *, locks: bool = False) -> Iterator[Keeping]:
    """An order of January, its invoice and their answers, all of them through, and an empty bucket."""
    with received_january(url) as system:
        system.send(january(system))
        with system.database.writing() as session:
            session.execute(update(outbox).values(state=OutState.DELIVERED))
        storage = server.make(locks=locks)
        # The database is opened once for all tests of a process.
        before, system.database.facts = system.database.facts, facts_for(storage)
        try:
            kept = Keeping(system, server, storage)
            kept.bytes_of = {key: body for key, body in kept.read().items() if body is not None}
            assert {"LETTER_IN", "LETTER_OUT"} == {kind for kind, _ in kept.bytes_of}
            yield kept
        finally:
            system.database.facts = before


@dataclass
class FailingStorage:
    """A storage that does what the other does, and lets a test step in before or after any of it."""

    storage: ObjectStorage
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    after: dict[str, Callable[[], None]] = field(default_factory=dict)
    read_as: bytes | None = None

    @property
    def bucket(self) -> str:
        return self.storage.bucket

    def put(self, key: str, body: bytes, *, sha256: str, retention: Retention | None) -> ObjectPlace:
        self.before.get("put", _nothing)()
        place = self.storage.put(key, body, sha256=sha256, retention=retention)
        self.after.get("put", _nothing)()
        return place

    def find(self, key: str) -> ObjectPlace | None:
        return self.storage.find(key)

    def get(self, place: ObjectPlace) -> bytes:
        self.before.get("get", _nothing)()
        body = self.storage.get(place)
        self.after.get("get", _nothing)()
        return body if self.read_as is None else self.read_as

    def remove(self, place: ObjectPlace) -> None:
        self.before.get("remove", _nothing)()
        self.storage.remove(place)
        self.after.get("remove", _nothing)()

    def hold(self, place: ObjectPlace, *, stands: bool) -> None:
        self.storage.hold(place, stands=stands)
        self.after.get("hold", _nothing)()

    def listed(self, prefix: str) -> Iterator[ListedObject]:
        return self.storage.listed(prefix)


def _nothing() -> None:
    """Nobody steps in."""
