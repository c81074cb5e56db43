"""What comes again, and replies that are lost: one effect, the same answer, however often and in whatever order."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import func, select

from billing.server import exchange_events
from billing.tools.benchmarks import flow
from foundation import journal
from foundation.database import Database
from invoicing.documents import store as document_store
from invoicing.intake.queue import read_arrived
from operations.checks import invariants
from peppol.access_points.protocol import DeliveryState, Outbound, Unreachable
from peppol.exchange import tables as exchange_tables
from peppol.exchange.receiving import Collector
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import InState, OutState
from tests.support.servers.faulty_point import FaultyPoint, Moment, lay_out, loses_reply
from tests.support.servers.system_databases import migrated
from tests.support.stories.system import example_register

DAY = date(2026, 3, 20)
MANY = pytest.mark.parametrize("many", [100, pytest.param(500, marks=pytest.mark.slow)])


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def database(database_url: str, moment: Moment) -> Iterator[Database]:
    database = migrated(database_url, clock=moment)
    flow.prepare(database, example_register())
    yield database
    database.close()


def restart(database: Database) -> None:
    """Every connection is closed, and whatever a process only remembers is gone."""
    database.close()


@pytest.mark.both_engines
@pytest.mark.parametrize("count", [30, pytest.param(300, marks=pytest.mark.slow)])
def test_documents_that_come_ten_times_in_any_order_over_restarts_have_one_effect_each(
    database: Database,
    moment: Moment,
    count: int,
    record_property: Callable[[str, object], None],
) -> None:
    register = example_register()
    flow.measure_orders(database, register, count=count)
    invoices = list(flow.invoices_for(database, register, flow.receive_months(database, register)))
    assert len(invoices) == count
    deliveries = [number for number in range(count) for _ in range(10)]
    random.Random(20261121).shuffle(deliveries)  # noqa: S311 - the same order every time
    point = FaultyPoint()
    tally: Counter[str] = Counter()
    for start in range(0, len(deliveries), count):
        restart(database)
        # Between two of them a whole year passes.
        moment.pass_(days=365 if start == 5 * count else 1)
        for place, number in enumerate(deliveries[start : start + count]):
            point.inbox[f"{start}-{place}.xml"] = invoices[number]
        came = Collector(database.writing, point, moment, lambda: DAY).collect()
        tally.update(stored=came.stored, repeats=came.repeats, conflicts=came.conflicts)
        assert point.inbox == {}, "each one is thanked for, repeats too"
        for _ in read_arrived(database, today=DAY, reader=False):
            pass
    assert tally == {"stored": count, "repeats": 9 * count, "conflicts": 0}
    with database.reading() as session:
        documents = list(document_store.listed(session))
        states = Counter(session.scalars(select(exchange_tables.inbox.c.state)))
        firsts = session.scalars(
            select(exchange_tables.inbox.c.repeats).where(exchange_tables.inbox.c.repeats.is_not(None))
        )
        assert len(set(firsts)) <= count
        assert list(journal.verify(session)) == []
        assert list(invariants.check(session)) == []
    assert len(documents) == len({each.number for each in documents}) == count
    assert states == {InState.HANDLED: count, InState.REPEAT: 9 * count}
    record_property("effects", states[InState.HANDLED])
    record_property("repeats", states[InState.REPEAT])


@MANY
def test_lost_replies_after_the_message_was_taken_leave_each_message_there_once(
    database: Database, moment: Moment, many: int
) -> None:
    receivers = [f"0088:73900001{number:05}" for number in range(25)]
    with database.writing() as session:
        for number in range(many):
            lay_out(session, [number], receiver=receivers[number % 25])
    point = FaultyPoint()
    lost: set[str] = set()

    def loses_the_first_reply(message: Outbound) -> None:
        if message.instance_id not in lost:
            lost.add(message.instance_id)
            # Half the time the access point can say later that it has the message, half the time not.
            if len(lost) % 2:
                point.states[message.instance_id] = DeliveryState.UNKNOWN
            loses_reply(message)

    point.after = loses_the_first_reply
    while _count(database, OutState.WAITING):
        MessageSender(database.writing, point, moment, exchange_events.tell).round()
        moment.pass_(minutes=1)
    assert len(lost) == len(point.taken) == many
    assert _count(database, OutState.SENT) == many
    # Half of them were sent a second time, and every time it was the same message.
    assert len(point.submitted) == many * 3 // 2
    assert dict(point.submitted) == point.taken
    assert all(point.taken[instance_id] == body for instance_id, body in point.submitted)
    for receiver in receivers:
        numbers = [number for to, number in point.order if to == receiver]
        assert numbers == sorted(numbers)


@MANY
def test_lost_acknowledgements_after_the_commit_are_messages_once_and_as_many_repeats(
    database: Database, moment: Moment, many: int
) -> None:
    class Deaf(FaultyPoint):
        """Does not hear that a message was taken, the first time."""

        def acknowledge(self, reference: str) -> None:
            if reference not in self.asked:
                self.asked.append(reference)
                raise Unreachable("reply cut")
            super().acknowledge(reference)

    point = Deaf(inbox={f"{number:03}.xml": f"<A>{number}</A>".encode() for number in range(many)})
    collector = Collector(database.writing, point, moment, lambda: DAY)
    assert collector.collect().stored == many
    restart(database)
    assert collector.collect().repeats == many
    assert point.inbox == {}
    with database.reading() as session:
        inbox = exchange_tables.inbox
        stored = session.scalar(select(func.count()).where(inbox.c.state == InState.ARRIVED))
        repeated = session.scalars(select(inbox.c.repeats).where(inbox.c.state == InState.REPEAT))
        assert (stored, len(set(repeated))) == (many, many)


@pytest.mark.both_engines
def test_one_collector_at_a_time_and_one_that_lost_its_turn_stores_nothing(
    database: Database, moment: Moment
) -> None:
    class Slow(FaultyPoint):
        """While the first message is fetched, the collector is stopped for longer than its turn lasts."""

        def fetch(self, reference: str) -> bytes:
            body = super().fetch(reference)
            if not self.asked:
                self.asked.append(reference)
                assert other.collect().stored == 0, "the first has the turn"
                moment.pass_(minutes=6)
                assert other.collect().stored == 2
            return body

    point = Slow(inbox={"a.xml": b"<A/>", "b.xml": b"<B/>"})
    other = Collector(database.writing, point, moment, lambda: DAY)
    came = Collector(database.writing, point, moment, lambda: DAY).collect()
    assert (came.stored, came.repeats) == (0, 0)
    with database.reading() as session:
        assert list(session.scalars(select(exchange_tables.inbox.c.state))) == [InState.ARRIVED] * 2


@pytest.mark.parametrize("once", [True, False])
def test_the_same_name_with_other_bytes_is_a_conflict_only_where_names_are_never_given_twice(
    database: Database, moment: Moment, once: bool
) -> None:
    point = FaultyPoint(once=once)
    collector = Collector(database.writing, point, moment, lambda: DAY)
    for body in (b"<A/>", b"<B/>", b"<A/>"):
        point.inbox["invoice.xml"] = body
        collector.collect()
    with database.reading() as session:
        states = list(
            session.scalars(select(exchange_tables.inbox.c.state).order_by(exchange_tables.inbox.c.id))
        )
    second = InState.CONFLICT if once else InState.ARRIVED
    assert states == [InState.ARRIVED, second, InState.REPEAT]


def _count(database: Database, state: OutState) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(exchange_tables.outbox.c.state == state)) or 0
