"""The same key with other bytes, for each kind of key: kept as a conflict, and what came first is untouched.

An instance identifier, an invoice's number, an event's id: whoever uses one again for something else is told so,
and nothing of the first one changes.
"""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import select

from invoicing.documents import store as document_store
from peppol.exchange import inbox
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState
from peppol.xml import codec
from tests.bar.seeds import chance
from tests.bar.world import check_world
from tests.support.message_bodies import bodies_in
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.bills import billed
from tests.support.stories.system import System, a_system, decision

FEBRUARY = date(2026, 2, 3)
MANY = pytest.mark.parametrize("many", [4, pytest.param(20, marks=pytest.mark.nightly)])


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def _sometimes(system: System, first: list[bytes]) -> None:
    """The first ones come once more, so that repeats stand between the conflicts."""
    for body in first:
        if chance("again", len(body)).random() < 0.5:
            system.post(body, on=FEBRUARY)


@pytest.mark.both_engines
@MANY
def test_a_number_used_again_for_another_invoice_is_a_conflict(
    system: System, many: int, record_property: Callable[[str, object], None]
) -> None:
    first: list[bytes] = []
    other: list[bytes] = []
    for place in range(many):
        reference = f"1000001{place:03}"
        system.decide(reference)
        system.report(reference, "2026-01", on=date(2026, 2, 2))
        invoice = system.flip(system.order(reference).number, number=f"F-{place}", on=FEBRUARY)
        first.append(codec.serialise(invoice))
        other.append(codec.serialise(billed(invoice, days=str(1 + place % 19))))
    for body in first:
        system.send_bytes(body, on=FEBRUARY)
    before = _documents(system)
    for body in other:
        system.post(body, on=FEBRUARY)
    _sometimes(system, first)
    system.read_messages(on=FEBRUARY)
    assert _documents(system) == before
    assert _states(system).count(InState.CONFLICT) == many
    assert check_world(system.database, acknowledged=[*first, *other]) == []
    record_property("conflicts", many)


@pytest.mark.both_engines
@MANY
def test_an_instance_identifier_used_again_for_another_message_is_a_conflict(
    system: System, many: int, record_property: Callable[[str, object], None]
) -> None:
    def store(place: int, body: bytes) -> InState:
        with system.database.writing() as session:
            return inbox.store(
                session,
                body,
                transport_id=f"{place}-{len(body)}.xml",
                received_on=FEBRUARY,
                received_at=CLOCK,
                instance_id=f"instance-{place}",
            ).state

    first = [f"<A>{place}</A>".encode() for place in range(many)]
    other = [f"<B>other {place}</B>".encode() for place in range(many)]
    assert [store(place, body) for place, body in enumerate(first)] == [InState.ARRIVED] * many
    assert [store(place, body) for place, body in enumerate(other)] == [InState.CONFLICT] * many
    assert [store(place, body) for place, body in enumerate(first)] == [InState.REPEAT] * many
    with system.database.reading() as session:
        assert bodies_in(session, InState.ARRIVED) == first
    assert check_world(system.database, acknowledged=[*first, *other], is_quiet=False) == []
    record_property("conflicts", many)


@pytest.mark.both_engines
@MANY
def test_an_events_id_used_again_for_another_event_changes_nothing(
    system: System, many: int, record_property: Callable[[str, object], None]
) -> None:
    day = date(2026, 1, 1)
    for place in range(many):
        system.tell("placement.decided", decision(f"3000001{place:03}"), on=day, event_id=f"e-{place}")
    before = [system.order(f"3000001{place:03}") for place in range(many)]
    told = [
        system.tell("placement.decided", decision(f"4000001{place:03}"), on=day, event_id=f"e-{place}")
        for place in range(many)
    ]
    assert [(each.applied, each.conflicts) for each in told] == [(0, 1)] * many
    assert [system.order(f"3000001{place:03}") for place in range(many)] == before
    assert check_world(system.database) == []
    record_property("conflicts", many)


def _documents(system: System) -> list[object]:
    with system.database.reading() as session:
        return list(document_store.listed(session))


def _states(system: System) -> list[InState]:
    with system.database.reading() as session:
        return list(session.scalars(select(exchange_tables.inbox.c.state)))
