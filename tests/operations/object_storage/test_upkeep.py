"""What the books hold and dispose of, the object storage holds and removes: at once for whoever asks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from botocore.exceptions import ClientError

from accounts.identity import Permission
from audit import held_message_queries, legal_hold_store, retention
from operations.object_storage import orphans, upkeep
from operations.object_storage.upkeep import Kept
from peppol.exchange import inbox_store
from peppol.exchange.bodies import object_store
from peppol.exchange.bodies.object_storage import ObjectPlace, StorageError
from tests.support.pages.all_routes import ONES
from tests.support.pages.browser import portal
from tests.support.pages.visitor import text_of, visitor
from tests.support.servers.object_storages import ObjectStorageServer, running_object_storage
from tests.support.stories.january import REFERENCE
from tests.support.stories.moved_bodies import NOW, TERMS, FailingStorage, Keeping, keeping

LONG_AFTER = date(2036, 1, 2)
LOCKS = replace(TERMS, can_hold=True)


@pytest.fixture
def books(database_url: str, object_storage: ObjectStorageServer) -> Iterator[Keeping]:
    with keeping(database_url, object_storage) as kept:
        kept.move()
        yield kept


@pytest.fixture
def locked(database_url: str, object_storage: ObjectStorageServer) -> Iterator[Keeping]:
    """Books whose bytes lie in a bucket with Object Lock."""
    with keeping(database_url, object_storage, locks=True) as kept:
        kept.move()
        yield kept


def dispose(books: Keeping) -> None:
    """Two people dispose of the case, long after it has ended."""
    books.system.pay(on=date(2026, 3, 31))
    database = books.system.database
    with database.writing() as session:
        number = retention.propose(session, by="user-1", on=LONG_AFTER)
    with database.writing() as session:
        retention.confirm(session, number, by="user-2", on=LONG_AFTER)


def remove(books: Keeping, storage: FailingStorage | None = None) -> Kept:
    return upkeep.remove_disposed(books.system.database, storage or books.storage, now=NOW)


@pytest.mark.both_engines
def test_what_is_disposed_of_is_shown_to_nobody_at_once_and_removed_from_the_storage_next(
    books: Keeping,
) -> None:
    dispose(books)
    assert set(books.read().values()) == {b""}
    assert len(books.objects()) >= len(books.bytes_of), "the storage follows after the commit"
    assert books.system.broken() == []
    assert remove(books).removed == len(books.bytes_of)
    # What was paid is answered in a message that is disposed of too, and was never moved.
    assert books.objects() == []
    assert books.system.broken() == []
    assert remove(books) == Kept()


class Killed(BaseException):
    """The process ends there."""


def test_whoever_is_killed_while_removing_removes_it_the_next_time(books: Keeping) -> None:
    dispose(books)

    def dies() -> None:
        raise Killed

    with pytest.raises(Killed):
        remove(books, FailingStorage(books.storage, after={"remove": dies}))
    assert set(books.read().values()) == {b""}
    remove(books)
    assert books.objects() == []
    with books.system.database.reading() as session:
        assert object_store.figures(session).bodies == 0


def test_an_object_that_the_storage_has_locked_is_told_of_and_tried_again(
    database_url: str, object_storage: ObjectStorageServer
) -> None:
    terms = replace(LOCKS, mode="COMPLIANCE", lock_days=3650)
    with keeping(database_url, object_storage, locks=True) as books:
        books.move(terms=terms)
        dispose(books)
        done = remove(books)
        assert (done.removed, done.refused) == (0, len(books.bytes_of))
        with books.system.database.reading() as session:
            assert {each.fault for each in object_store.with_faults(session)} == {"LOCKED"}
            found = object_store.figures(session)
        assert (found.to_remove, found.faults) == (len(books.bytes_of), len(books.bytes_of))
        assert set(books.read().values()) == {b""}, "and nobody is shown it meanwhile"
        with portal(database_url) as site, visitor(site, ONES[Permission.AUDIT]) as auditor:
            page = text_of(auditor.get("/finance/audit/retention"))
        assert f"{len(books.bytes_of)} gallrade meddelanden väntar" in page
        assert f"Lagret har sagt nej till {len(books.bytes_of)}" in page
        assert remove(books).refused == len(books.bytes_of)
        # The job asks again a day later, not every ten minutes.
        database, day = books.system.database, timedelta(days=1)
        assert upkeep.remove_disposed(database, books.storage, now=NOW + day / 2, rest=day) == Kept()
        assert upkeep.remove_disposed(database, books.storage, now=NOW + day, rest=day).refused > 0


def test_a_hold_in_the_books_is_one_in_the_storage_until_it_ends(locked: Keeping) -> None:
    database = locked.system.database
    with database.writing() as session:
        retention.hold(session, REFERENCE, by="user-1", on=date(2026, 11, 1), reason="Tvist")
        assert len(held_message_queries.stored(session)) == len(locked.bytes_of)
    done = upkeep.follow_holds(database, locked.storage, LOCKS, now=NOW)
    assert (done.held, done.released) == (len(locked.bytes_of), 0)
    client, bucket = locked.server.client(), locked.storage.bucket
    with database.reading() as session:
        (invoice,) = object_store.of_messages(session, "LETTER_IN", [1])
    with pytest.raises(ClientError, match="AccessDenied"):
        client.delete_object(Bucket=bucket, Key=invoice.place.key, VersionId=invoice.place.version)
    assert upkeep.follow_holds(database, locked.storage, LOCKS, now=NOW) == Kept()
    with database.writing() as session:
        (hold,) = legal_hold_store.newest_first(session)
        retention.lift(session, hold.id, by="user-2", on=date(2026, 11, 2))
    done = upkeep.follow_holds(database, locked.storage, LOCKS, now=NOW)
    assert (done.held, done.released) == (0, len(locked.bytes_of))
    client.delete_object(Bucket=bucket, Key=invoice.place.key, VersionId=invoice.place.version)


def test_a_bucket_without_object_lock_is_asked_to_hold_nothing(books: Keeping) -> None:
    with books.system.database.writing() as session:
        retention.hold(session, "letter:1", by="user-1", on=date(2026, 11, 1), reason="Tvist")
    assert upkeep.follow_holds(books.system.database, books.storage, TERMS, now=NOW) == Kept()
    # Where the settings say that it can, and it cannot, that is told.
    assert upkeep.follow_holds(books.system.database, books.storage, LOCKS, now=NOW).refused > 0


def test_a_storage_that_is_away_removes_and_holds_nothing_and_says_so(database_url: str) -> None:
    with running_object_storage() as server, keeping(database_url, server) as books:
        books.move()
        dispose(books)
        server.stop()
        with pytest.raises(StorageError):
            remove(books)
        with books.system.database.reading() as session:
            assert object_store.figures(session).to_remove == len(books.bytes_of)


def test_an_object_that_the_books_do_not_know_is_found_and_may_be_removed(books: Keeping) -> None:
    client, bucket, database = books.server.client(), books.storage.bucket, books.system.database
    client.put_object(Bucket=bucket, Key="billing/in/2026/01/01/9-ab", Body=b"<Lost/>")
    client.put_object(Bucket=bucket, Key="somebody/else", Body=b"theirs")
    assert list(orphans.found(database, books.storage, TERMS.prefix, now=NOW)) == [], "too young to tell"
    # Later than any clock that this test may run by.
    later = NOW + timedelta(days=36500)
    (orphan,) = orphans.found(database, books.storage, TERMS.prefix, now=later)
    assert orphan.place == ObjectPlace(bucket, "billing/in/2026/01/01/9-ab")
    assert orphans.remove(database, books.storage, orphan)
    assert list(orphans.found(database, books.storage, TERMS.prefix, now=later)) == []
    with database.reading() as session:
        (invoice,) = object_store.of_messages(session, "LETTER_IN", [1])
        known = replace(orphan, place=invoice.place)
    assert not orphans.remove(database, books.storage, known)
    assert books.read() == books.bytes_of
    with database.reading() as session:
        assert inbox_store.body_of(session, 1) == books.bytes_of["LETTER_IN", 1]
