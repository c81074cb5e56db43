"""Old bytes move to the object storage, and whoever is stopped on the way has lost none."""

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from foundation.database import Database
from foundation.engines import month_partitions
from operations.object_storage import moving, orphans
from operations.object_storage.moving import ReadBackOtherwise
from operations.object_storage.opening import MovingTerms
from peppol.exchange.bodies import moving_store
from peppol.exchange.bodies.object_storage import StorageError, StorageFault
from peppol.exchange.tables import InState, OutState, inbox, outbox
from tests.support.servers.object_storages import ObjectStorageServer, running_object_storage
from tests.support.stories.moved_bodies import LATER, NOW, TERMS, FailingStorage, Keeping, keeping

MANY = 3
"""The order, the invoice and its answer, at least."""


@pytest.fixture
def books(database_url: str, object_storage: ObjectStorageServer) -> Iterator[Keeping]:
    with keeping(database_url, object_storage) as kept:
        yield kept


@pytest.mark.both_engines
def test_old_bytes_are_moved_once_and_read_as_they_were(books: Keeping) -> None:
    moved = books.move()
    assert (moved.bodies, moved.passed_over) == (len(books.bytes_of), 0)
    assert moved.bodies >= MANY
    assert moved.size == sum(map(len, books.bytes_of.values()))
    assert books.here() == set()
    assert books.read() == books.bytes_of
    assert books.system.broken() == []
    (invoice,) = [body for (kind, _), body in books.bytes_of.items() if kind == "LETTER_IN"]
    assert f"billing/in/2026/02/03/1-{hashlib.sha256(invoice).hexdigest()}" in books.objects()
    assert len(books.objects()) == moved.bodies
    assert books.move().bodies == 0
    # Nothing is moved where nobody asked for it.
    assert books.move(terms=MovingTerms()).bodies == 0


def test_what_is_young_or_not_done_stays(books: Keeping) -> None:
    with books.system.database.writing() as session:
        session.execute(update(inbox).values(state=InState.FAILED))
        session.execute(update(outbox).values(state=OutState.STUCK))
    assert books.move().bodies == 0
    with books.system.database.writing() as session:
        session.execute(update(inbox).values(state=InState.HANDLED))
        session.execute(update(outbox).values(state=OutState.SENT, ask_at=NOW))
    first = date(2026, 2, 3) + timedelta(days=TERMS.after_days)
    found = moving.move_due(books.system.database, books.storage, TERMS, today=first, now=NOW)
    assert found.bodies == 0, "a body of the first day that stays is not moved"
    found = moving.move_due(
        books.system.database, books.storage, TERMS, today=first + timedelta(days=1), now=NOW
    )
    assert found.bodies == 1, "and our messages are still asked about"
    assert books.read() == books.bytes_of


class Killed(BaseException):
    """The process ends there."""


def _dies() -> None:
    raise Killed


STEPS: dict[str, tuple[str, str]] = {
    "before it is stored": ("before", "put"),
    "when it is stored": ("after", "put"),
    "before it is read back": ("before", "get"),
    "when it is read back": ("after", "get"),
}


@pytest.mark.parametrize("step", [*STEPS, "before the commit", "after the commit"])
def test_whoever_is_killed_has_lost_nothing_and_the_next_round_ends_it(
    books: Keeping, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = FailingStorage(books.storage)
    with monkeypatch.context() as patched:
        if step in STEPS:
            when, what = STEPS[step]
            getattr(storage, when)[what] = _dies
        elif step == "before the commit":
            settle = moving_store.settle
            patched.setattr(moving_store, "settle", _then_dies(settle))
        else:
            patched.setattr(moving, "_move", _then_dies(moving._move))
        with pytest.raises(Killed):
            books.move(storage)
    assert books.read() == books.bytes_of
    assert books.system.broken() == []
    left = books.objects()
    books.move()
    assert books.here() == set()
    assert books.read() == books.bytes_of
    assert set(left) <= set(books.objects()), "what was left behind is taken up"
    assert len(books.objects()) == len(books.bytes_of)
    later = NOW + timedelta(days=30)
    assert list(orphans.found(books.system.database, books.storage, TERMS.prefix, now=later)) == []


def _then_dies(work: Callable[..., object]) -> Callable[..., None]:
    def dying(*given: object, **more: object) -> None:
        work(*given, **more)
        raise Killed

    return dying


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
def test_a_process_that_is_killed_has_lost_nothing(books: Keeping, step: str) -> None:
    """The same with SIGKILL, which lets nobody clean up."""
    ended = multiprocessing.get_context("fork").Process(target=_move_and_be_killed, args=(books, step))
    ended.start()
    ended.join(60)
    assert ended.exitcode == -signal.SIGKILL
    assert books.read() == books.bytes_of
    books.move()
    assert (books.here(), books.read()) == (set(), books.bytes_of)
    assert len(books.objects()) == len(books.bytes_of)


def _move_and_be_killed(books: Keeping, step: str) -> None:
    when, what = STEPS[step]
    storage = FailingStorage(books.server.storage_of(books.storage.bucket))
    getattr(storage, when)[what] = lambda: os.kill(os.getpid(), signal.SIGKILL)
    database = Database(books.system.database.url.render_as_string(hide_password=False))
    moving.move_due(database, storage, TERMS, today=LATER, now=NOW)


def test_bytes_that_are_read_back_otherwise_stay_in_the_database(books: Keeping) -> None:
    with pytest.raises(ReadBackOtherwise):
        books.move(FailingStorage(books.storage, read_as=b"<Other/>"))
    assert books.here() == books.bytes_of.keys()
    assert books.read() == books.bytes_of


def test_bytes_that_were_changed_in_the_database_are_not_made_right_by_being_moved(books: Keeping) -> None:
    with books.system.database.writing() as session:
        session.execute(update(inbox).values(sha256="0" * 64))
    with pytest.raises(ReadBackOtherwise):
        books.move()
    with books.system.database.writing() as session:
        session.execute(
            update(inbox).values(sha256=hashlib.sha256(books.bytes_of["LETTER_IN", 1]).hexdigest())
        )


def test_a_storage_that_is_away_moves_nothing_and_says_so(books: Keeping) -> None:
    with running_object_storage() as other:
        storage = other.make()
        other.stop()
        with pytest.raises(StorageError) as away:
            books.move(storage)
    assert away.value.fault is StorageFault.AWAY
    assert "ECONNREFUSED" in away.value.text.sv
    assert books.here() == books.bytes_of.keys()


def test_an_object_that_somebody_changed_before_it_was_noted_is_stored_anew(books: Keeping) -> None:
    storage = FailingStorage(books.storage, after={"get": _dies})
    with pytest.raises(Killed):
        books.move(storage)
    (left,) = books.objects()
    books.server.client().put_object(Bucket=books.storage.bucket, Key=left, Body=b"<Other/>")
    books.move()
    assert books.read() == books.bytes_of


def test_what_is_taken_up_again_while_it_is_stored_stays(books: Keeping) -> None:
    def somebody_replays() -> None:
        with books.system.database.writing() as session:
            session.execute(update(inbox).values(state=InState.FAILED))

    moved = books.move(FailingStorage(books.storage, after={"get": somebody_replays}))
    assert moved.passed_over == 1
    assert books.here() == {("LETTER_IN", 1)}
    with books.system.database.writing() as session:
        session.execute(update(inbox).values(state=InState.HANDLED))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_month_that_nothing_lies_in_any_more_is_dropped_and_the_present_ones_stay(books: Keeping) -> None:
    with books.system.database.engine.begin() as session:
        for name in month_partitions.DIVIDED:
            month_partitions.make_ahead(session, name, today=LATER)
    before = TERMS.before(LATER)
    assert moving.drop_empty_months(books.system.database, before=before) == []
    books.move()
    dropped = moving.drop_empty_months(books.system.database, before=before)
    assert "inbox_body_2026_02" in dropped
    assert not any(each >= "inbox_body_2026_10" for each in dropped if each.startswith("inbox"))
    assert books.read() == books.bytes_of
