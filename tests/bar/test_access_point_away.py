"""The access point is away for a day with orders waiting: nobody does anything, and all of them leave in their order.

Workers go on trying, ever more rarely; the operator hears of it at most once an hour. The clock is the test's.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from billing.server import exchange_events
from billing.tools.benchmarks import flow
from foundation.database import Database
from operations import alarms
from operations.tables import alarm
from peppol.exchange import tables as exchange_tables
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import OutState
from tests.bar.world import check_world
from tests.support.servers.faulty_point import FaultyPoint, Moment, away, lay_out, takes
from tests.support.servers.system_databases import migrated
from tests.support.stories.system import example_register

SUPPLIERS = [f"0088:73900001{number:05}" for number in range(25)]
LOOKS = timedelta(minutes=15)


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def database(database_url: str, moment: Moment) -> Iterator[Database]:
    database = migrated(database_url, clock=moment)
    flow.prepare(database, example_register())
    yield database
    database.close()


@pytest.mark.both_engines
@pytest.mark.parametrize("orders", [100, pytest.param(500, marks=pytest.mark.nightly)])
def test_a_day_without_the_access_point_delays_every_order_and_loses_or_turns_round_none(
    database: Database, moment: Moment, orders: int, record_property: Callable[[str, object], None]
) -> None:
    with database.writing() as session:
        for number in range(orders):
            lay_out(session, [number], receiver=SUPPLIERS[number % len(SUPPLIERS)], kind="order")
    laid_out = _count(database, OutState.WAITING)
    point = FaultyPoint(fault=away)
    sender = MessageSender(database.writing, point, moment, exchange_events.tell)
    tried: Counter[int] = Counter()
    begins = moment.now
    while moment.now < begins + timedelta(hours=24):
        before = len(point.submitted)
        sender.round()
        tried[int((moment.now - begins) / timedelta(hours=6))] += len(point.submitted) - before
        with database.writing() as session:
            alarms.raise_due(session, now=moment.now)
        moment.pass_(minutes=LOOKS / timedelta(minutes=1))
    assert point.taken == {}
    # It is tried again and again to the end, and never by every order at every look.
    assert tried[3] > 0
    assert sum(tried.values()) < 24 * 4 * 2
    point.fault = takes
    looks = 0
    while _count(database, OutState.WAITING):
        # As a worker does: it goes on as long as a round says that there is more.
        while sender.round().more:
            pass
        moment.pass_(minutes=LOOKS / timedelta(minutes=1))
        looks += 1
        assert looks < 8, "everything has left within two hours of its return"
    assert _count(database, OutState.SENT) == len(point.taken) == laid_out
    _in_order(point)
    assert check_world(database, given=point.taken.items()) == []
    record_property("orders", orders)
    record_property("alarms_an_hour", _most_alarms_in_an_hour(database))


def _in_order(point: FaultyPoint) -> None:
    of_supplier: defaultdict[str, list[str]] = defaultdict(list)
    for receiver, document in point.order:
        of_supplier[receiver].append(document)
    assert all(documents == sorted(documents) for documents in of_supplier.values())


def _most_alarms_in_an_hour(database: Database) -> int:
    """Of one kind, in any hour."""
    with database.reading() as session:
        raised: list[tuple[str, datetime]] = [
            (row.kind, row.raised_at) for row in session.execute(select(alarm.c.kind, alarm.c.raised_at))
        ]
    assert raised, "somebody was told"
    return max(
        sum(other == kind and at <= then < at + timedelta(hours=1) for other, then in raised)
        for kind, at in raised
    )


def _count(database: Database, state: OutState) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(exchange_tables.outbox.c.state == state)) or 0
