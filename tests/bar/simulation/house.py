"""A simulated house: its workers, its pages and its books, the suppliers around it, and the days that go by.

Every process is the real one (workers with all their jobs, requests through the whole application, the door for
events); the access point, the clock and who goes on next are simulated. What is drawn comes from the seed alone.
"""

import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from threading import local
from typing import Final
from unittest.mock import patch

from sqlalchemy import exists, select

from billing.server.worker import ASK, COLLECT, DELIVER, JOBS, SORT, Worker
from billing.tools.simulation.documents import SimulatedDelivery
from billing.tools.simulation.erp import SimulatedErp
from foundation.database import Database
from foundation.periods import stockholm_date
from foundation.sql import Session
from invoicing.intake import queue
from operations.scheduler import Job
from orders.purchase_orders import order_store, receipt_store
from orders.register import store as register_store
from peppol.exchange import inbox, outbox, receiver_queue_store
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState, OutState
from tests.bar.simulation.network import SimulatedPoint
from tests.bar.simulation.stage import Actor, Stage
from tests.support.stories.system import FYRBAKEN, HAVTORNET, LARKDRILLEN

BEGINS: Final = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
WORKERS: Final = ("worker-1", "worker-2")
WITH_SYSTEM: Final = (FYRBAKEN, LARKDRILLEN, HAVTORNET)
"""The suppliers that have systems of their own; the others use the portal."""

# In thousandths of the invoices: half of them are right.
_MISTAKES: Final = {
    "over": 100,
    "price": 80,
    "no order number": 60,
    "no order line": 40,
    "account": 60,
    "twice": 80,
    "wrong sum": 80,
}
# How often a worker looks at what, as its ticks have it.
_OFTEN: Final = (*[DELIVER] * 5, *[SORT] * 5, *[COLLECT] * 3, ASK, JOBS)
_KILLED_PER_THOUSAND: Final = 25
# A worker that died is started again by its machine, a while later.
_DOWN_STEPS: Final = 8


@dataclass(slots=True)
class House:
    """See the module. `faults` says whether processes are killed and the network is unkind."""

    database: Database
    jobs: tuple[Job, ...]
    seed: int
    now: datetime = BEGINS
    faults: bool = True
    stage: Stage = field(init=False)
    point: SimulatedPoint = field(init=False)
    random: Random = field(init=False)
    erps: dict[str, SimulatedErp] = field(init=False)
    last_receipt: int = 0
    kills: int = 0
    tried_again: set[str] = field(default_factory=set)
    """The messages out that a person let be sent again."""
    _born_again: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nobody is on stage yet."""
        self.random = Random(self.seed)  # noqa: S311 - chance, not secrecy
        self.stage = Stage(self.random, may_kill=self._may_kill)
        self.point = SimulatedPoint(self.stage, self.random, self.clock, self._is_kept)
        with self.database.reading() as session:
            register = register_store.load(session)
        self.erps = {
            each: SimulatedErp(register.supplier(each), self.seed, dict(_MISTAKES)) for each in WITH_SYSTEM
        }

    def clock(self) -> datetime:
        """The instant, in the house and around it."""
        return self.now

    # What happens ---------------------------------------------------------------------------------

    def pass_time(self) -> None:
        """Mostly moments; sometimes longer than any lease; sometimes the night, or a weekend."""
        draw = self.random.randrange(100)
        if draw < 70:
            self.now += timedelta(milliseconds=self.random.randrange(3_000))
        elif draw < 94:
            self.now += timedelta(seconds=self.random.randrange(120))
        elif draw < 97:
            self.now += timedelta(minutes=self.random.randint(5, 40))
        else:
            self.now += timedelta(hours=self.random.randint(8, 60))

    def workers_live(self) -> None:
        """Every worker that is not there is started, when its time has come."""
        there = {actor.name for actor in self.stage.actors}
        for name in WORKERS:
            if name in there:
                continue
            self._born_again.setdefault(name, self.random.randrange(_DOWN_STEPS) if self.kills else 0)
            self._born_again[name] -= 1
            if self._born_again[name] < 0:
                del self._born_again[name]
                self.stage.enter(name, self._work)

    def play(self, actor: Actor) -> None:
        """One actor goes on."""
        self.stage.play(actor)
        self._tell_of_approvals()

    def kill(self, actor: Actor) -> None:
        """One process is ended where it stands."""
        self.kills += 1
        self.stage.kill(actor)

    def suppliers_live(self) -> None:
        """Some supplier's system does what it has to do by now."""
        supplier = self.random.choice(WITH_SYSTEM)
        for each in self.erps[supplier].live(stockholm_date(self.now)):
            for _ in range(each.copies):
                # A copy made on purpose is another message with the same document.
                sender = str(self.erps[supplier].supplier.participant_id)
                self.point.hand_in(each.body, sender=sender, instance_id=str(self.drawn_uuid()))

    def network_lives(self) -> None:
        """Some message reaches its supplier."""
        copy = self.point.deliver_one()
        if copy is None:
            return
        for supplier, erp in self.erps.items():
            if copy.receiver == erp.supplier.participant_id:
                erp.receive(copy.body, on=stockholm_date(self.now))
                self.stage.note(supplier, "reads")

    def operator_lives(self) -> bool:
        """Somebody who was alarmed lets what no worker came back from be tried again; whether there was any of it."""
        lost_in, lost_out = exchange_tables.inbox, exchange_tables.outbox
        with self.database.writing() as session:
            out = session.execute(
                select(lost_out.c.sequence, lost_out.c.instance_id).where(
                    lost_out.c.state == OutState.STUCK,
                    lost_out.c.outcome == receiver_queue_store.NEVER_BACK,
                    lost_out.c.alarmed_at.is_not(None),
                )
            ).all()
            came = session.scalars(
                select(lost_in.c.id).where(
                    lost_in.c.state == InState.FAILED,
                    lost_in.c.error == queue.NEVER_BACK,
                    lost_in.c.alarmed_at.is_not(None),
                )
            ).all()
            for row in out:
                outbox.send_again(session, row.sequence)
                self.tried_again.add(row.instance_id)
            for letter in came:
                inbox.replay(session, letter)
        for _ in (*out, *came):
            self.meets("tried again by a person")
        return bool(out or came)

    def drawn_uuid(self) -> uuid.UUID:
        """A number of the house's or its suppliers' that the seed decides."""
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def meets(self, what: str) -> None:
        """Something happened that is worth counting."""
        self.point.met[what] += 1
        self.stage.note("house", what)

    # Inside ---------------------------------------------------------------------------------------

    def worker(self) -> Worker:
        """A worker of this house."""
        return Worker(self.database, self.point, self.jobs, at_once=1)

    def _work(self) -> None:
        worker = self.worker()
        while True:
            what = self.random.choice(_OFTEN)
            worker.do(what)
            self.stage.point(f"{what} done")

    def _may_kill(self, actor: str, point: str) -> bool:
        if not self.faults or self.random.randrange(1_000) >= _KILLED_PER_THOUSAND:
            return False
        self.kills += 1
        return True

    def _is_kept(self, reference: str) -> bool:
        with Database.reading(self.database) as session:
            kept = select(exists().where(exchange_tables.inbox.c.transport_id == reference))
            return bool(session.scalar(kept))

    def _tell_of_approvals(self) -> None:
        """Suppliers see in the buyer's report system what was approved."""
        with Database.reading(self.database) as session:
            for receipt_id, order_number, line_id in receipt_store.receipts_after(session, self.last_receipt):
                self.last_receipt = receipt_id
                self._tell_of(session, receipt_id, order_number, line_id)

    def _tell_of(self, session: Session, receipt_id: int, order_number: str, line_id: str) -> None:
        order = order_store.get(session, order_number)
        if order.supplier not in self.erps:
            return
        line = next(each for each in order.lines if each.line_id == line_id)
        receipt = receipt_store.receipt(
            session, receipt_id, unit=line.quantity.unit, currency=order.amount.currency
        )
        delivered = SimulatedDelivery(
            order_number, line_id, receipt.quantity, receipt.period, receipt.report_version
        )
        self.erps[order.supplier].approved(delivered, on=stockholm_date(self.now))


@contextmanager
def staged(house: House) -> Iterator[None]:
    """Let every transaction of the house's be a place where others may come between, and every id be drawn."""
    database, stage, within = house.database, house.stage, local()

    @contextmanager
    def opened(open_: Callable[[Database], object], begins: str, ends: str) -> Iterator[Session]:
        if getattr(within, "transaction", False):
            with open_(database) as session:  # type: ignore[attr-defined]
                yield session
            return
        stage.point(begins)
        within.transaction = True
        try:
            with open_(database) as session:  # type: ignore[attr-defined]
                yield session
                if ends:
                    stage.check_alive("before commit")
        finally:
            within.transaction = False
        if ends:
            stage.point(ends)

    def drawn_hex(count: int = 32) -> str:
        return house.random.randbytes(count).hex()

    clock = database.clock
    database.clock = house.clock
    with (
        patch.object(database, "writing", lambda: opened(Database.writing, "writes", "has written")),
        patch.object(database, "reading", lambda: opened(Database.reading, "reads", "")),
        patch.object(uuid, "uuid4", house.drawn_uuid),
        patch.object(secrets, "token_hex", drawn_hex),
        patch.object(secrets, "token_urlsafe", drawn_hex),
    ):
        try:
            yield
        finally:
            stage.clear()
            database.clock = clock
