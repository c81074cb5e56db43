"""The bytes of a message lie apart from its row, are written once, and go only when that is noted as a disposal."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import LargeBinary, Table, delete, text, update
from sqlalchemy.exc import DatabaseError

from foundation.engines import month_partitions
from foundation.sql import Session
from peppol.exchange import inbox as exchange_inbox
from peppol.exchange import inbox_store, outbox_store
from peppol.exchange import outbox as exchange_outbox
from peppol.exchange.bodies import body_store
from peppol.exchange.bodies.tables import inbox_body, outbox_body
from peppol.exchange.inbox import Stored
from peppol.exchange.outbox import NewMessage
from peppol.exchange.tables import InState, inbox, outbox
from tests.support.message_bodies import bodies_in
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

DAY = date(2026, 2, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def store(session: Session, body: bytes, *, on: date = DAY, key: str = "") -> Stored:
    return exchange_inbox.store(
        session, body, transport_id="file.xml", received_on=on, received_at=CLOCK, transport_key=key
    )


def order(number: str, body: bytes) -> NewMessage:
    return NewMessage(
        body,
        kind="order",
        document_id=number,
        sender="0007:2021002114",
        receiver="0007:5599991014",
        recipient="5599991014",
        about=f"order {number}",
        issued_on=DAY,
    )


@pytest.mark.both_engines
def test_each_message_has_its_own_bytes_also_where_many_are_laid_out_or_claimed_at_once(
    system: System,
) -> None:
    with system.database.writing() as session:
        exchange_outbox.put_out(
            session, [order(str(each), f"<Order>{each}</Order>".encode()) for each in range(9)]
        )
        came = [
            store(session, f"<Invoice>{each}</Invoice>".encode(), on=date(2026, 1 + each, 3))
            for each in range(9)
        ]
        laid_out = {each.document_id: each.body for each in outbox_store.messages_out(session)}
    assert laid_out == {str(each): f"<Order>{each}</Order>".encode() for each in range(9)}
    with system.database.writing() as session:
        claimed = inbox_store.claim(session, limit=9, now=CLOCK, lease=timedelta(minutes=5))
        assert {each.id: each.body for each in claimed} == {
            stored.id: f"<Invoice>{place}</Invoice>".encode() for place, stored in enumerate(came)
        }


@pytest.mark.both_engines
def test_a_repeat_has_no_bytes_of_its_own_and_a_conflict_has(system: System) -> None:
    with system.database.writing() as session:
        store(session, b"<A/>", key="point 1")
        repeat = store(session, b"<A/>", key="point 1")
        conflict = store(session, b"<B/>", key="point 1")
        empty = store(session, b"")
    with system.database.reading() as session:
        assert (repeat.state, inbox_store.body_of(session, repeat.id)) == (InState.REPEAT, b"")
        assert (conflict.state, inbox_store.body_of(session, conflict.id)) == (InState.CONFLICT, b"<B/>")
        assert (empty.state, inbox_store.body_of(session, empty.id)) == (InState.ARRIVED, b"")
        assert bodies_in(session) == [b"<A/>", b"<B/>", b""]
        assert inbox_store.body_of(session, 99) is None
    with system.database.writing() as session:
        # What came empty can be read again as anything else; a repeat cannot.
        assert inbox_store.get(session, empty.id) is not None
        assert inbox_store.get(session, repeat.id) is None


@pytest.mark.both_engines
@pytest.mark.parametrize("table", [inbox_body, outbox_body], ids=str)
def test_the_database_lets_nobody_change_or_remove_bytes(system: System, table: Table) -> None:
    with system.database.writing() as session:
        store(session, b"<A/>")
        exchange_outbox.put_out(session, [order("1", b"<Order/>")])
    for statement in (update(table).values(body=b"<Other/>"), delete(table)):
        with pytest.raises(DatabaseError, match="is append-only"), system.database.writing() as session:
            session.execute(statement)
    assert system.broken() == []


def test_what_is_changed_again_and_again_holds_no_bytes() -> None:
    assert [
        each.name for table in (inbox, outbox) for each in table.c if isinstance(each.type, LargeBinary)
    ] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_bytes_are_looked_for_in_the_month_of_their_message_alone(system: System) -> None:
    with system.database.writing() as session:
        month_partitions.make(session, "inbox_body", [date(2026, each, 1) for each in range(1, 7)])
        numbers = {
            store(session, f"<A>{each}</A>".encode(), on=date(2026, each, 3)).id: date(2026, each, 3)
            for each in range(1, 7)
        }
    with system.database.reading() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        read = _read_from(session, "inbox_body")
        assert body_store.of_messages(session, body_store.IN, dict([list(numbers.items())[2]])) == {
            3: b"<A>3</A>"
        }
        assert body_store.of_message(session, body_store.IN, 5) == b"<A>5</A>"
        now = _read_from(session, "inbox_body")
        asked = sorted(name for name in now if now[name] > read[name])
    assert asked == ["inbox_body_2026_03", "inbox_body_2026_05"]


def _read_from(session: Session, name: str) -> dict[str, int]:
    """How often each partition was looked into by its key in this transaction."""
    counted = text(
        "SELECT relname, pg_stat_get_xact_numscans(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
        " WHERE relname LIKE :names AND c.relkind = 'r'"
    )
    return {row[0]: row[1] for row in session.execute(counted, {"names": f"{name}%"})}
