"""The mailbox: bytes as they came and as they will go, each once, however often they are handed over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from foundation.text import WrittenText
from peppol.exchange import inbox as exchange_inbox
from peppol.exchange import inbox_store, outbox_store, receiver_queues
from peppol.exchange import outbox as exchange_outbox
from peppol.exchange import tables as exchange_tables
from peppol.exchange.inbox import Stored
from peppol.exchange.receiver_queues import AttemptResult, QueueLease
from peppol.exchange.tables import InState, OutState
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

DAY = date(2026, 2, 3)


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


def put_out(system: System, body: bytes = b"<Order/>", *, receiver: str = "0007:5599991014") -> str:
    message = exchange_outbox.NewMessage(
        body,
        kind="message",
        document_id="1",
        sender="0007:2021002114",
        receiver=receiver,
        recipient="5599991014",
        about="order 1",
        issued_on=DAY,
    )
    with system.database.writing() as session:
        (instance_id,) = exchange_outbox.put_out(session, [message])
    return instance_id


def store(system: System, body: bytes, *, instance_id: str = "") -> Stored:
    with system.database.writing() as session:
        return exchange_inbox.store(
            session,
            body,
            transport_id="file.xml",
            received_on=DAY,
            received_at=CLOCK,
            instance_id=instance_id,
        )


# Out ----------------------------------------------------------------------------------------


def claim(system: System, *, now: datetime = CLOCK) -> QueueLease:
    with system.database.writing() as session:
        return receiver_queues.claim(
            session, now=now, lease=timedelta(minutes=5), queues_most=10, messages_most=10
        )


def release(system: System, invoice: QueueLease, state: OutState, *, rest: timedelta | None = None) -> int:
    """What the worker met, and how many of its attempts were noted."""
    tried = [
        AttemptResult(each, "test", CLOCK, CLOCK, "ACCEPTED" if rest is None else "UNCLEAR", state, rest=rest)
        for each in invoice.messages
    ]
    with system.database.writing() as session:
        return len(receiver_queues.release(session, invoice, tried, now=CLOCK))


@pytest.mark.both_engines
def test_a_message_waits_with_its_bytes_and_is_noted_sent_once(system: System) -> None:
    instance_id = put_out(system)
    invoice = claim(system)
    (message,) = invoice.messages
    assert (message.instance_id, message.body, message.recipient) == (instance_id, b"<Order/>", "5599991014")
    assert [release(system, invoice, OutState.SENT), release(system, invoice, OutState.SENT)] == [1, 0]
    with system.database.reading() as session:
        row = session.execute(select(exchange_tables.outbox)).one()
        (attempt,) = session.execute(select(exchange_tables.attempt))
    assert (row.state, row.attempts, row.sent_at, row.laid_at) == (OutState.SENT, 1, CLOCK, CLOCK)
    assert (attempt.number, attempt.outcome, attempt.next_at) == (1, "ACCEPTED", None)
    assert not claim(system).messages


@pytest.mark.both_engines
def test_a_receivers_messages_are_one_workers_until_its_time_is_out_and_then_anothers(system: System) -> None:
    put_out(system)
    first = claim(system)
    assert not claim(system).messages
    second = claim(system, now=CLOCK + timedelta(minutes=6))
    assert (first.doubtful, second.doubtful) == (frozenset(), frozenset({"0007:5599991014"}))
    assert [message.instance_id for message in second.messages] == [
        each.instance_id for each in first.messages
    ]
    # The first worker wakes up and finds that it has nothing to say any more.
    assert release(system, first, OutState.STUCK) == 0
    assert release(system, second, OutState.SENT) == 1
    with system.database.reading() as session:
        assert session.scalar(select(exchange_tables.outbox.c.state)) == OutState.SENT


@pytest.mark.both_engines
def test_a_message_that_did_not_get_through_holds_back_those_behind_it_to_the_same_receiver(
    system: System,
) -> None:
    for body in (b"<A/>", b"<B/>"):
        put_out(system, body)
    other = put_out(system, b"<C/>", receiver="0007:5599993036")
    with system.database.writing() as session:
        session.execute(
            exchange_tables.receiver_queue.insert(), {"receiver": "0007:5599993036", "served_at": CLOCK}
        )
    release(system, claim(system), OutState.WAITING, rest=timedelta(minutes=1))
    assert [each.instance_id for each in claim(system).messages] == [other]
    later = claim(system, now=CLOCK + timedelta(minutes=1))
    assert [each.body for each in later.messages] == [b"<A/>", b"<B/>"]


def test_the_same_message_always_has_the_same_instance_identifier_and_another_never(system: System) -> None:
    given = {"kind": "order", "document_id": "1", "receiver": "0007:1", "digest": "a" * 64}
    same = exchange_outbox.instance_id_of(**given)
    assert exchange_outbox.instance_id_of(**given) == same
    for key in given:
        assert exchange_outbox.instance_id_of(**{**given, key: "other"}) != same


def test_a_message_without_a_receiver_lies_in_the_portal_and_waits_for_nobody(system: System) -> None:
    put_out(system, receiver="")
    assert not claim(system).messages
    outbox = exchange_tables.outbox
    with system.database.reading() as session:
        assert session.scalar(select(outbox.c.state)) == OutState.IN_PORTAL


def test_a_message_laid_out_in_a_transaction_that_fails_was_never_there(system: System) -> None:
    class Interrupted(Exception):
        pass

    def work() -> None:
        with system.database.writing() as session:
            message = exchange_outbox.NewMessage(
                b"x",
                kind="message",
                document_id="1",
                sender="a",
                receiver="b",
                recipient="c",
                about="",
                issued_on=DAY,
            )
            exchange_outbox.put_out(session, [message])
            raise Interrupted

    with pytest.raises(Interrupted):
        work()
    with system.database.reading() as session:
        assert list(outbox_store.messages_out(session)) == []


@pytest.mark.both_engines
def test_messages_are_found_by_kind_document_and_subject_oldest_first(system: System) -> None:
    put_out(system, b"<A/>")
    put_out(system, b"<B/>")
    with system.database.reading() as session:
        assert [message.body for message in outbox_store.messages_out(session, about="order 1")] == [
            b"<A/>",
            b"<B/>",
        ]
        assert list(outbox_store.messages_out(session, kind="order")) == []
        assert len(list(outbox_store.messages_out(session, kind="message", document_id="1"))) == 2


# In -----------------------------------------------------------------------------------------


def test_bytes_that_came_before_are_a_repeat_of_the_first_and_kept_once(system: System) -> None:
    first = store(system, b"\x00\xff<not xml")
    again = store(system, b"\x00\xff<not xml")
    assert (first.state, again) == (InState.ARRIVED, Stored(again.id, InState.REPEAT, first.id))
    with system.database.reading() as session:
        assert inbox_store.body_of(session, first.id) == b"\x00\xff<not xml"
        assert inbox_store.body_of(session, again.id) == b""
        assert inbox_store.body_of(session, 999) is None


@pytest.mark.both_engines
def test_the_same_instance_with_other_bytes_is_a_conflict_and_both_are_kept(system: System) -> None:
    first = store(system, b"<A/>", instance_id="i-1")
    other = store(system, b"<B/>", instance_id="i-1")
    assert (other.state, other.repeats) == (InState.CONFLICT, first.id)
    with system.database.reading() as session:
        assert inbox_store.body_of(session, other.id) == b"<B/>"
    # The conflict does not take the place of what it conflicts with.
    assert store(system, b"<A/>", instance_id="i-1").state is InState.REPEAT


def test_the_same_bytes_under_a_new_instance_are_a_repeat(system: System) -> None:
    first = store(system, b"<A/>", instance_id="i-1")
    again = store(system, b"<A/>", instance_id="i-2")
    assert (again.state, again.repeats) == (InState.REPEAT, first.id)


@pytest.mark.both_engines
def test_a_message_is_claimed_by_one_worker_and_comes_up_again_when_its_lease_has_ended(
    system: System,
) -> None:
    store(system, b"<A/>")
    lease = timedelta(minutes=10)
    with system.database.writing() as session:
        (message,) = inbox_store.claim(session, limit=10, now=CLOCK, lease=lease)
    with system.database.writing() as session:
        assert inbox_store.claim(session, limit=10, now=CLOCK + lease, lease=lease) == []
        (again,) = inbox_store.claim(session, limit=10, now=CLOCK + lease + timedelta(seconds=1), lease=lease)
    assert again == replace(message, doubtful=True)


def test_a_message_is_taken_once(system: System) -> None:
    stored = store(system, b"<A/>")
    with system.database.writing() as session:
        assert inbox_store.take(session, stored.id, kind="order")
        assert not inbox_store.take(session, stored.id, kind="order")
        inbox_store.settle(
            session, stored.id, InState.QUARANTINED, reason="TEST", reason_text=WrittenText("å", "a")
        )
    with system.database.reading() as session:
        row = session.execute(select(exchange_tables.inbox)).one()
    assert (row.state, row.reason, row.reason_sv, row.received_at) == (
        InState.QUARANTINED,
        "TEST",
        "å",
        CLOCK,
    )
