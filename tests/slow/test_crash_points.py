"""A crash at every database statement, commit and file operation of sending and of receiving: nothing lost or doubled.

As SQLite tests itself: end the process at the first operation, then at the second, until it runs
through. After each crash another worker comes when the lease is over, and the world must look as
if nothing had happened. `make test` crashes at one operation in thirteen, `make test-slow` at every one.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.server import exchange_events
from foundation import journal
from foundation.database import Database
from invoicing.documents import store as document_store
from invoicing.intake import queue as intake_queue
from invoicing.intake.queue import read_arrived
from operations.checks import invariants
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.receiving import Collector
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import InState, OutState
from peppol.xml import codec
from tests.support.servers.faulty_point import BETA, Moment, lay_out
from tests.support.servers.system_databases import migrated
from tests.support.stories.crashing import CRASHED, FINISHED, crash_at, in_child, let_go, quick_folder
from tests.support.stories.system import System, example_register

DAY = date(2026, 2, 3)
REFERENCE = "100000101"
AT_MOST = 600
EVERY = pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.slow)])


@dataclass
class World:
    """A database and a post folder that are laid back as they were before every crash."""

    database: Database
    moment: Moment
    folder: Path
    kept: Path

    @property
    def system(self) -> System:
        return System(self.database)

    @property
    def post(self) -> FolderAccessPoint:
        return FolderAccessPoint(self.folder / "post", clock=self.moment)

    def keep(self) -> None:
        """What is now is what every crash begins with."""
        let_go(self.database)
        shutil.copytree(self.folder, self.kept)

    def lay_back(self) -> None:
        let_go(self.database)
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)


@pytest.fixture
def world() -> Iterator[World]:
    with quick_folder() as place:
        folder = place / "now"
        (folder / "post" / "inbox").mkdir(parents=True)
        moment = Moment()
        database = migrated(f"sqlite:///{folder / 'billing.sqlite'}", clock=moment)
        world = World(database, moment, folder, place / "kept")
        world.system.change_register(example_register())
        yield world
        database.close()


def deliver(world: World) -> None:
    sender = MessageSender(world.database.writing, world.post, world.moment, exchange_events.tell)
    while sender.round().more:
        pass


def collect_and_sort(world: World) -> None:
    Collector(world.database.writing, world.post, world.moment, lambda: DAY).collect()
    for _ in read_arrived(world.database, today=DAY, reader=False):
        pass


def states(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(
            session.scalars(
                select(exchange_tables.outbox.c.state).order_by(exchange_tables.outbox.c.sequence)
            )
        )


def journal_holds(world: World) -> None:
    with world.database.reading() as session:
        assert list(journal.verify(session)) == []
        assert list(invariants.check(session)) == []


@EVERY
def test_sending_survives_a_crash_at_every_operation(world: World, step: int) -> None:
    with world.database.writing() as session:
        lay_out(session, [1, 2])
        lay_out(session, [3], receiver=BETA)
    world.keep()
    deliver(world)  # once in this process, so that every child finds it warm
    crashes = 0
    for number in range(1, AT_MOST, step):
        world.lay_back()
        ended = in_child(
            lambda: deliver(world), before=crash_at(number, world.database, world.folder / "post")
        )
        assert ended in (CRASHED, FINISHED), number
        # Another worker comes while the dead one's lease lasts, and then when it is over.
        deliver(world)
        world.moment.pass_(minutes=6)
        deliver(world)
        assert states(world) == [OutState.SENT] * 3, number
        with world.database.reading() as session:
            messages = list(outbox_store.messages_out(session))
            attempts = session.execute(select(exchange_tables.attempt.c.letter)).all()
        files = sorted((world.folder / "post" / "outbox").rglob("*.xml"))
        assert sorted(file.read_bytes() for file in files) == sorted(message.body for message in messages)
        assert all(any(message.instance_id in file.name for file in files) for message in messages)
        assert len(attempts) == 3, number
        journal_holds(world)
        if ended == FINISHED:
            break
        crashes += 1
    assert 30 < crashes * step < AT_MOST - 2


@EVERY
def test_receiving_survives_a_crash_at_every_operation(
    world: World, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    system = world.system
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))
    invoice = codec.serialise(system.flip(system.order(REFERENCE).number, number="F-1", on=DAY))
    for name, body in (("a.xml", invoice), ("b.xml", b"<A/>"), ("c.xml", invoice)):
        (world.folder / "post" / "inbox" / name).write_bytes(body)
    with world.database.reading() as session:
        before = len(list(outbox_store.messages_out(session)))
    world.keep()
    monkeypatch.setattr(intake_queue, "_LEASE", timedelta(minutes=5))
    collect_and_sort(world)
    crashes = 0
    for number in range(1, AT_MOST, step):
        world.lay_back()
        ended = in_child(
            lambda: collect_and_sort(world), before=crash_at(number, world.database, world.folder / "post")
        )
        assert ended in (CRASHED, FINISHED), number
        world.moment.pass_(minutes=6)
        collect_and_sort(world)
        assert list((world.folder / "post" / "inbox").iterdir()) == [], number
        with world.database.reading() as session:
            (document,) = document_store.listed(session)
            found = list(
                session.scalars(select(exchange_tables.inbox.c.state).order_by(exchange_tables.inbox.c.id))
            )
            answers = len(list(outbox_store.messages_out(session))) - before
            left = session.execute(
                select(exchange_tables.inbox.c.failures).where(exchange_tables.inbox.c.failures > 0)
            ).all()
        assert document.number == "F-1"
        # What was stored and not acknowledged came once more, as a repeat; nothing else is more than once.
        assert found.count(InState.HANDLED) == found.count(InState.QUARANTINED) == 1, number
        assert set(found) == {InState.HANDLED, InState.QUARANTINED, InState.REPEAT}
        assert len(found) in (3, 4, 5, 6), number
        assert answers == 1, number
        assert left == []
        journal_holds(world)
        if ended == FINISHED:
            break
        crashes += 1
    assert 50 < crashes * step < AT_MOST - 2
