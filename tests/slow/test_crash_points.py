"""A crash at every database statement, commit and file operation of sending, receiving and other work: all or nothing.

As SQLite tests itself: end the process at the first operation, then at the second, until it runs
through. After each crash another worker comes when the lease is over, or the same is asked again, and the world must
look as if nothing had happened. `make test` crashes at one operation in thirteen on SQLite, `make test-slow` at every
one, and on PostgreSQL.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.server import exchange_events
from foundation.database import Database
from invoicing.documents import store as document_store
from invoicing.intake import queue as intake_queue
from invoicing.intake.queue import read_arrived
from invoicing.payment import proposal_store
from invoicing.payment.transfers import ProposalState
from invoicing.portal_invoicing.tables import portal_document
from orders import tables as order_tables
from peppol.access_points.folder import FolderAccessPoint
from peppol.exchange import outbox_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.receiving import Collector
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import InState, OutState
from peppol.xml import codec
from tests.bar.world import check_world
from tests.support.servers.databases import PostgresqlServer
from tests.support.servers.faulty_point import BETA, Moment, lay_out
from tests.support.servers.system_databases import migrated
from tests.support.stories.crashing import CRASHED, FINISHED, crash_at, in_child, let_go, quick_folder
from tests.support.stories.paying import PayDesk
from tests.support.stories.portal import Desk
from tests.support.stories.system import System, decision, example_register

DAY = date(2026, 2, 3)
REFERENCE = "100000101"
AT_MOST = 600
Told = Callable[[str, object], None]
EVERY = pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.slow)])


@dataclass
class World:
    """A database and a post folder that are laid back as they were before every crash."""

    database: Database
    moment: Moment
    folder: Path
    kept: Path
    server: PostgresqlServer | None

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
        if self.server is not None:
            self.server.keep("before the crash")

    def lay_back(self) -> None:
        let_go(self.database)
        shutil.rmtree(self.folder)
        shutil.copytree(self.kept, self.folder)
        if self.server is not None:
            self.server.like("before the crash")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def world(request: pytest.FixtureRequest, record_property: Told) -> Iterator[World]:
    record_property("engine", request.param)
    with quick_folder() as place:
        folder = place / "now"
        (folder / "post" / "inbox").mkdir(parents=True)
        moment = Moment()
        on_postgresql = request.param == "postgresql"
        server = request.getfixturevalue("postgresql_server") if on_postgresql else None
        url = server.empty() if server else f"sqlite:///{folder / 'billing.sqlite'}"
        database = migrated(url, clock=moment)
        world = World(database, moment, folder, place / "kept", server)
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


def given(world: World) -> list[tuple[str, bytes]]:
    """What the other side has, by instance identifier."""
    return [
        (file.stem[-36:], file.read_bytes()) for file in (world.folder / "post" / "outbox").rglob("*.xml")
    ]


@EVERY
def test_sending_survives_a_crash_at_every_operation(world: World, step: int, record_property: Told) -> None:
    with world.database.writing() as session:
        lay_out(session, [1, 2, 3])
        lay_out(session, [4], receiver=BETA)
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
        assert states(world) == [OutState.SENT] * 4, number
        with world.database.reading() as session:
            messages = list(outbox_store.messages_out(session))
            attempts = session.execute(select(exchange_tables.attempt.c.letter)).all()
        files = sorted((world.folder / "post" / "outbox").rglob("*.xml"))
        assert sorted(file.read_bytes() for file in files) == sorted(message.body for message in messages)
        assert all(any(message.instance_id in file.name for file in files) for message in messages)
        assert len(attempts) == 4, number
        assert check_world(world.database, given=given(world)) == [], number
        if ended == FINISHED:
            break
        crashes += 1
    assert 30 < crashes * step < AT_MOST - 2
    record_property("crashes_of_sending", crashes)


@EVERY
def test_receiving_survives_a_crash_at_every_operation(
    world: World, monkeypatch: pytest.MonkeyPatch, step: int, record_property: Told
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
        assert check_world(world.database, acknowledged=[invoice, b"<A/>"]) == [], number
        if ended == FINISHED:
            break
        crashes += 1
    assert 50 < crashes * step < AT_MOST - 2
    record_property("crashes", crashes)


# What is asked again --------------------------------------------------------------------------------


def _a_decision_is_told(system: System) -> None:
    system.tell("placement.decided", decision("100000102"), on=date(2026, 2, 2), event_id="decided-102")


def _an_invoice_is_sent_from_the_portal(system: System) -> None:
    desk = Desk(system, now=datetime(2026, 2, 3, 8, 0, tzinfo=UTC))
    desk.send((system.order(REFERENCE).number, "001"), form="f" * 32)
    desk.wait()
    system.read_messages(on=desk.today)


def _what_is_due_is_paid(system: System) -> None:
    """Proposed, attested, exported: each step only where the one before stands, as people at their pages see it."""
    desk = PayDesk(system)
    with system.database.reading() as session:
        made = [each.proposal for each in proposal_store.overviews(session)]
    proposal = made[0] if made else desk.propose(on=date(2026, 3, 20))
    if desk.state(proposal) == ProposalState.DRAFT:
        desk.attest(proposal)
    if desk.state(proposal) == ProposalState.ATTESTED:
        desk.export(proposal)


def _ready_to_invoice(system: System) -> None:
    system.decide(REFERENCE)
    system.report(REFERENCE, "2026-01", on=date(2026, 2, 2))


def _ready_to_pay(system: System) -> None:
    _ready_to_invoice(system)
    system.send_invoice(system.order(REFERENCE).number, number="F-1", on=DAY)
    PayDesk(system).give_right()


def _stands(world: World) -> object:
    """What the work was for: orders, documents from the portal and in the books, proposals and their files."""
    with world.database.reading() as session:
        return (
            session.execute(
                select(order_tables.purchase_order.c.number, order_tables.purchase_order.c.amount)
            ).all(),
            session.execute(select(portal_document.c.number, portal_document.c.state)).all(),
            [(each.number, each.state) for each in document_store.listed(session)],
            [(each.proposal.number, each.proposal.state) for each in proposal_store.overviews(session)],
            len(list(outbox_store.messages_out(session))),
        )


@EVERY
@pytest.mark.parametrize(
    ("ready", "work"),
    [
        (_ready_to_invoice, _a_decision_is_told),
        (_ready_to_invoice, _an_invoice_is_sent_from_the_portal),
        (_ready_to_pay, _what_is_due_is_paid),
    ],
    ids=["event", "portal", "payment"],
)
def test_work_that_crashed_anywhere_is_asked_again_and_done_once(
    world: World,
    ready: Callable[[System], None],
    work: Callable[[System], None],
    step: int,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Told,
) -> None:
    monkeypatch.setattr(intake_queue, "_LEASE", timedelta(minutes=5))
    ready(world.system)
    world.keep()
    for _ in range(2):
        # In this process first: every child finds it warm, and this is what being asked twice comes to.
        work(world.system)
    done, crashes = _stands(world), 0
    for number in range(1, AT_MOST, step):
        world.lay_back()
        ended = in_child(
            lambda: work(world.system), before=crash_at(number, world.database, world.folder / "post")
        )
        assert ended in (CRASHED, FINISHED), number
        world.moment.pass_(minutes=6)
        for _ in range(2):
            work(world.system)
        assert _stands(world) == done, number
        assert check_world(world.database) == [], number
        if ended == FINISHED:
            break
        crashes += 1
    assert 10 < crashes * step < AT_MOST - 2
    record_property("crashes", crashes)
