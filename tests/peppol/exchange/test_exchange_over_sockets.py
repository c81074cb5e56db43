"""The exchange against the simulated access point over real sockets: storms pass, and every message is there once."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from billing.server import exchange_events
from peppol.access_points.composed import Composed
from peppol.access_points.protocol import AccessPoint, Unreachable
from peppol.exchange import tables as exchange_tables
from peppol.exchange.receiving import Collector
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import InState, OutState
from peppol.lookup.directory import FixedRegister, RegisterDirectory
from tests.support.message_bodies import bodies_in
from tests.support.servers.access_points import ANOTHER, BUYER, SUPPLIER, Simulator, order, simulator
from tests.support.servers.faulty_point import DAY, Moment
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, TALLKOTTEN, System, a_system

ORDERS = 5


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def moment(system: System, monkeypatch: pytest.MonkeyPatch) -> Moment:
    moment = Moment()
    monkeypatch.setattr(system.database, "clock", moment)
    return moment


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Simulator]:
    with simulator(tmp_path / "network", seed=11) as running:
        yield running


def orders(system: System) -> None:
    """Some orders to each of two suppliers, in turns."""
    for number in range(ORDERS):
        system.decide(f"1000001{number:02d}", supplier=FYRBAKEN)
        system.decide(f"1000002{number:02d}", supplier=LARKDRILLEN)


def states(system: System) -> Counter[str]:
    with system.database.reading() as session:
        return Counter(session.scalars(select(exchange_tables.outbox.c.state)))


def send_until_quiet(system: System, point: AccessPoint, moment: Moment, *, rounds: int = 60) -> None:
    """Send, and let time pass, until nothing waits."""
    for _ in range(rounds):
        # Each time another worker, as after a restart.
        MessageSender(system.database.writing, point, system.database.clock, exchange_events.tell).round()
        if not states(system)[OutState.WAITING]:
            return
        moment.pass_(minutes=6)


@pytest.mark.parametrize("product", ["phase4", "phoss"])
def test_orders_sent_through_a_storm_lie_at_their_suppliers_once_and_in_order(
    system: System, running: Simulator, moment: Moment, product: str
) -> None:
    orders(system)
    running.faults(
        {"fault": "lose-reply", "on": ["submit"], "share": 0.4, "first": 2},
        {"fault": "down", "on": ["submit"], "share": 0.3, "first": 2},
        {"fault": "not-now", "on": ["submit"], "share": 0.2, "first": 1, "seconds": 30},
        {"fault": "answer-500", "share": 0.2, "first": 1},
    )
    send_until_quiet(system, getattr(running, product)(), moment)
    assert states(system) == {OutState.DELIVERED: 2 * ORDERS}
    received = running.received()
    assert {each["laid"] for each in received} == {1}
    assert {each["forms"] for each in received} == {1}
    handed_in = sum(int(str(each["times"])) for each in received)
    # phoss-ap is asked what it has before a message is sent again; phase4 keeps nothing to ask about.
    assert handed_in == 2 * ORDERS if product == "phoss" else handed_in > 2 * ORDERS
    with system.database.reading() as session:
        question = select(exchange_tables.outbox.c.instance_id).order_by(exchange_tables.outbox.c.sequence)
        laid_out = list(session.scalars(question))
    for supplier in (SUPPLIER, ANOTHER):
        came = [str(each["instance_id"]) for each in received if each["receiver"] == supplier]
        assert came == sorted(came, key=laid_out.index)


@pytest.mark.both_engines
def test_one_receivers_broken_access_point_holds_up_nobody_else_and_opens_no_breaker(
    system: System, running: Simulator, moment: Moment
) -> None:
    orders(system)
    running.faults({"fault": "peer-error", "receiver": SUPPLIER})
    point = running.phase4()
    for _ in range(8):
        MessageSender(system.database.writing, point, system.database.clock, exchange_events.tell).round()
        moment.pass_(minutes=1)
    assert states(system) == {OutState.DELIVERED: ORDERS, OutState.WAITING: ORDERS}
    with system.database.reading() as session:
        assert not session.scalar(
            select(func.count())
            .select_from(exchange_tables.access_point)
            .where(exchange_tables.access_point.c.opened_at.is_not(None))
        )
    running.faults()
    send_until_quiet(system, point, moment)
    assert states(system) == {OutState.DELIVERED: 2 * ORDERS}
    assert set(running.times().values()) == {1}


def test_an_order_to_a_supplier_the_register_does_not_know_goes_to_the_portal(
    system: System, running: Simulator, moment: Moment
) -> None:
    system.decide("100000101", supplier=FYRBAKEN)
    system.decide("100000102", supplier=TALLKOTTEN)
    directory = RegisterDirectory(
        FixedRegister(f"{running.address}/smp"), trust=running.trust, clock=moment, inside=True
    )
    ours = running.phase4()
    point = Composed(ours.outlet, ours.inlet, directory)
    running.faults({"fault": "answer-500", "on": ["lookup"], "first": 1})
    send_until_quiet(system, point, moment)
    # In doubt the message was tried, and the access point could not find the receiver either.
    moment.pass_(hours=1)
    send_until_quiet(system, point, moment)
    directory.close()
    assert [each["receiver"] for each in running.received()] == [SUPPLIER]
    assert states(system)[OutState.DELIVERED] == 1


def test_what_comes_through_a_storm_is_stored_once_and_every_copy_is_flagged(
    system: System, running: Simulator, moment: Moment
) -> None:
    bodies = [order(str(number)) for number in range(30)]
    for body in bodies:
        running.lay(body)
    # Ten messages are delivered a second time by the network.
    for body in bodies[:10]:
        running.lay(body)
    running.faults(
        {"fault": "reorder"},
        {"fault": "down", "on": ["fetch"], "share": 0.2, "first": 1},
        {"fault": "lose-reply", "on": ["acknowledge"], "share": 0.3, "first": 1},
        {"fault": "answer-500", "on": ["acknowledge"], "share": 0.3, "first": 2},
        {"fault": "not-now", "on": ["list"], "first": 1},
    )
    point = running.phase4(BUYER)
    for _ in range(40):
        try:
            Collector(system.database.writing, point, system.database.clock, lambda: DAY).collect()
        except Unreachable:
            moment.pass_(seconds=5)
        if not list(running.phase4(BUYER).inbound()):
            break
    with system.database.reading() as session:
        invoice = Counter(session.scalars(select(exchange_tables.inbox.c.state)))
        kept = sorted(bodies_in(session, InState.ARRIVED))
    assert kept == sorted(bodies)
    assert invoice[InState.ARRIVED] == 30
    assert invoice[InState.REPEAT] >= 10
    assert set(invoice) == {InState.ARRIVED, InState.REPEAT}
