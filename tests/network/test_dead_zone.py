"""A locator that is gone says nobody of everybody: orders wait, somebody is told, and all go when it is back.

A real name server (dnsmasq) with the records of a zone of its own, a register that signs, an access point that keeps
what it is given. Seen before there was a canary: 49 of 49 waiting orders lay in the portal within a second.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from billing.server import exchange_events
from foundation import journal
from foundation.errors import Refused
from operations import alarms, exchange_queries
from operations.access_point import opened_access_point
from operations.directory import believing, diverted, diverted_queries
from operations.settings import Settings
from peppol.access_points.protocol import AccessPoint
from peppol.exchange import outbox
from peppol.exchange.outbox import NewMessage
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import OutState
from peppol.exchange.tables import outbox as outbox_table
from peppol.identifiers import DocumentKind, is_gln
from peppol.journal_actions import DirectoryAction, MessageAction
from peppol.lookup.doubts import DirectoryDoubt
from tests.support.servers.access_points import ANOTHER, BUYER, SUPPLIER, TOKEN, Simulator, order, simulator
from tests.support.servers.faulty_point import DAY, Moment
from tests.support.servers.name_server import Dnsmasq, dnsmasq
from tests.support.stories.system import System, a_system

ZONE = "sml.test"
ORDERS = 49
NEVER_REGISTERED = "0007:5599993036"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def moment(system: System, monkeypatch: pytest.MonkeyPatch) -> Moment:
    """The system's clock, moved by the test."""
    moment = Moment()
    monkeypatch.setattr(system.database, "clock", moment)
    return moment


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Simulator]:
    with simulator(tmp_path / "network") as running:
        yield running


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[Dnsmasq]:
    with dnsmasq(tmp_path / "dns", ZONE) as zone:
        yield zone


@pytest.fixture
def point(running: Simulator, zone: Dnsmasq, moment: Moment) -> Iterator[AccessPoint]:
    settings = Settings.model_validate(
        {
            "access_point_kind": "simulator",
            "access_point_address": running.address,
            "access_point_token": TOKEN,
            "lookup_own_zone": ZONE,
            "lookup_dns_server": zone.address,
            "lookup_trust_file": running.trust_file,
            "lookup_seconds": 2,
        }
    )
    with opened_access_point(settings, clock=moment) as point:
        yield point


def alive(zone: Dnsmasq, running: Simulator, *without: str, options: tuple[str, ...] = ()) -> None:
    """The zone knows everybody, but for some."""
    there = {each: f"{running.address}/smp" for each in (BUYER, SUPPLIER, ANOTHER) if each not in without}
    zone.set(there, options=options)


def dead(zone: Dnsmasq) -> None:
    """The zone answers, and knows nobody."""
    zone.set({})


def lay(system: System, *receivers: str, first: int = 1) -> None:
    """An order to each of these, in this order."""
    with system.database.writing() as session:
        outbox.put_out(
            session,
            [
                NewMessage(
                    order(f"21{number:08d}"),
                    kind=DocumentKind.ORDER,
                    document_id=f"21{number:08d}",
                    sender=BUYER,
                    receiver=receiver,
                    recipient=receiver.partition(":")[2],
                    about=f"21{number:08d}",
                    issued_on=DAY,
                )
                for number, receiver in enumerate(receivers, first)
            ],
        )


def deliver(system: System, point: AccessPoint, moment: Moment, *, minutes: int = 0) -> None:
    """Rounds until there is nothing more to do, so many minutes later."""
    moment.pass_(minutes=minutes)
    sender = MessageSender(system.database.writing, point, moment, exchange_events.tell, at_once=4)
    while sender.round().more:
        pass


def states(system: System) -> dict[OutState, int]:
    with system.database.reading() as session:
        return exchange_queries.totals(session)[0]


def told(system: System) -> list[str]:
    with system.database.reading() as session:
        return [str(row.action) for row in journal.rows(session)]


def raise_alarms(system: System) -> list[str]:
    with system.database.writing() as session:
        return alarms.raise_due(session, now=system.database.clock())


@pytest.mark.both_engines
def test_not_one_of_49_orders_changes_its_way_while_the_zone_is_dead_and_all_go_when_it_is_back(
    system: System, point: AccessPoint, zone: Dnsmasq, running: Simulator, moment: Moment
) -> None:
    dead(zone)
    lay(system, *((SUPPLIER, ANOTHER) * ORDERS)[:ORDERS])
    for _ in range(12):
        deliver(system, point, moment, minutes=5)
    assert states(system) == {OutState.WAITING: ORDERS}
    with system.database.reading() as session:
        stands = exchange_queries.standing(session)
        assert set(session.scalars(select(outbox_table.c.failures))) == {0}
    assert stands.doubt.reason == DirectoryDoubt.CANARY_MISSING
    # Of each receiver's queue the first was tried; those behind it wait for it.
    assert stands.in_doubt == 2
    assert raise_alarms(system) == [alarms.DIRECTORY_DOUBTED]
    assert raise_alarms(system) == []
    moment.pass_(hours=5)
    assert raise_alarms(system) == [alarms.DIRECTORY_DOUBTED]

    alive(zone, running)
    deliver(system, point, moment, minutes=15)
    deliver(system, point, moment)
    assert states(system) == {OutState.DELIVERED: ORDERS}
    assert set(running.times().values()) == {1}
    assert told(system).count(DirectoryAction.DOUBTED) == told(system).count(DirectoryAction.TRUSTED) == 1
    assert MessageAction.IN_PORTAL not in told(system)
    moment.pass_(hours=5)
    assert raise_alarms(system) == []


@pytest.mark.both_engines
def test_one_that_is_not_registered_lies_in_the_portal_while_the_zone_is_alive(
    system: System, point: AccessPoint, zone: Dnsmasq, running: Simulator, moment: Moment
) -> None:
    alive(zone, running)
    lay(system, SUPPLIER, NEVER_REGISTERED, ANOTHER)
    deliver(system, point, moment)
    assert states(system) == {OutState.DELIVERED: 2, OutState.IN_PORTAL: 1}
    assert DirectoryAction.DOUBTED not in told(system)


def test_a_zone_that_knows_others_and_not_us_diverts_nothing_either(
    system: System, point: AccessPoint, zone: Dnsmasq, running: Simulator, moment: Moment
) -> None:
    alive(zone, running, BUYER)
    lay(system, SUPPLIER, NEVER_REGISTERED)
    deliver(system, point, moment)
    assert states(system) == {OutState.DELIVERED: 1, OutState.WAITING: 1}


def test_while_the_register_of_ourselves_is_silent_no_no_counts(
    system: System, point: AccessPoint, zone: Dnsmasq, running: Simulator, moment: Moment
) -> None:
    alive(zone, running)
    running.faults({"fault": "down", "on": ["lookup"], "receiver": BUYER})
    lay(system, NEVER_REGISTERED)
    deliver(system, point, moment)
    assert states(system) == {OutState.WAITING: 1}
    with system.database.reading() as session:
        assert exchange_queries.standing(session).doubt.reason == DirectoryDoubt.CANARY_UNCERTAIN


# More no than is likely ----------------------------------------------------------------------


def half_dead(system: System, zone: Dnsmasq, running: Simulator) -> list[str]:
    """The zone knows us and one supplier, and has lost the ten others; an order to each of those."""
    lost = [f"0088:73000100000{number:02}" for number in range(100) if is_gln(f"73000100000{number:02}")][:10]
    for each in lost:
        running.admin.put(f"/admin/participants/{each}", json={"role": "supplier"}).raise_for_status()
    alive(zone, running)
    lay(system, *lost)
    return lost


@pytest.mark.both_engines
def test_a_zone_that_lost_many_is_doubted_after_a_few_and_a_person_sends_those_again(
    system: System, point: AccessPoint, zone: Dnsmasq, running: Simulator, moment: Moment
) -> None:
    lost = half_dead(system, zone, running)
    deliver(system, point, moment)
    found = states(system)
    assert found[OutState.IN_PORTAL] <= 5
    assert found[OutState.IN_PORTAL] + found[OutState.WAITING] == len(lost)
    with system.database.reading() as session:
        assert exchange_queries.standing(session).doubt.reason == DirectoryDoubt.MANY
    zone.set({each: f"{running.address}/smp" for each in (BUYER, *lost)})
    # The directory's own memory of a no lasts ten minutes.
    deliver(system, point, moment, minutes=16)
    assert states(system)[OutState.DELIVERED] == found[OutState.WAITING]
    with system.database.reading() as session:
        listed = diverted.listed(session)
    assert len(listed) == found[OutState.IN_PORTAL]
    came = diverted.send_again(system.database, None, by="user-17")
    assert (len(came.sent), came.invoiced) == (len(listed), [])
    deliver(system, point, moment)
    assert states(system) == {OutState.DELIVERED: len(lost)}
    assert set(running.times().values()) == {1}
    with system.database.reading() as session:
        assert diverted_queries.count(session) == 0


def test_a_person_says_that_the_directory_is_right_and_its_no_counts_for_an_hour(
    system: System, point: AccessPoint, zone: Dnsmasq, running: Simulator, moment: Moment
) -> None:
    lost = half_dead(system, zone, running)
    deliver(system, point, moment)
    believing.believe(system.database, by="user-17")
    deliver(system, point, moment)
    assert states(system) == {OutState.IN_PORTAL: len(lost)}
    assert DirectoryAction.TRUSTED in told(system)
    with pytest.raises(Refused):
        believing.believe(system.database, by="user-17")


def test_sent_again_and_still_not_registered_it_lies_in_the_portal_and_the_supplier_is_not_mailed_twice(
    system: System, point: AccessPoint, zone: Dnsmasq, running: Simulator, moment: Moment
) -> None:
    alive(zone, running)
    lay(system, NEVER_REGISTERED)
    deliver(system, point, moment)
    for _ in range(2):
        came = diverted.send_again(system.database, [1, 99], by="user-17")
        assert ([each.sequence for each in came.sent], came.elsewhere) == ([1], [99])
        deliver(system, point, moment, minutes=1)
        assert states(system) == {OutState.IN_PORTAL: 1}
    assert running.received() == []
