"""Sending: patience with what fails, order per receiver, the breaker, and only the peer's own verdict is final."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Row, select

from accounts import store as account_store
from accounts.identity import Permission
from billing.server import exchange_events
from foundation import journal
from operations import alarms, exchange_actions
from operations.mail.tables import mail
from operations.tables import alarm
from orders.journal_actions import RegisterAction
from peppol.access_points.protocol import (
    DeliveryState,
    DeliveryStatus,
    Outbound,
    PeerVerdict,
    RejectedForGood,
    Unclear,
    Unreachable,
)
from peppol.exchange import outbox as exchange_outbox
from peppol.exchange import status_polling
from peppol.exchange import tables as exchange_tables
from peppol.exchange.bodies import body_store
from peppol.exchange.sending import MessageSender
from peppol.exchange.tables import OutState
from peppol.identifiers import DocumentKind
from peppol.journal_actions import AccessPointAction, MessageAction
from tests.support.servers.faulty_point import (
    ALFA,
    BETA,
    FaultyPoint,
    Moment,
    away,
    lay_out,
    loses_reply,
    takes,
)
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import FYRBAKEN, System, a_system


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
def point() -> FaultyPoint:
    return FaultyPoint()


def sender(system: System, point: FaultyPoint, *, asks: bool = False) -> MessageSender:
    return MessageSender(
        system.database.writing, point, system.database.clock, exchange_events.tell, asks=asks
    )


def message(system: System, number: int = 1) -> Row[Any]:
    with system.database.reading() as session:
        return session.execute(
            select(exchange_tables.outbox).where(exchange_tables.outbox.c.sequence == number)
        ).one()


def body(system: System, number: int = 1) -> bytes:
    with system.database.reading() as session:
        return body_store.of_message(session, body_store.OUT, number) or b""


def attempts(system: System, number: int = 1) -> list[Row[Any]]:
    with system.database.reading() as session:
        question = select(exchange_tables.attempt).where(exchange_tables.attempt.c.letter == number)
        return list(session.execute(question.order_by(exchange_tables.attempt.c.number)))


def journal_actions(system: System) -> list[str]:
    with system.database.reading() as session:
        return [
            str(row.action) for row in journal.rows(session) if row.action != RegisterAction.REGISTER_LOADED
        ]


def raise_alarms(system: System) -> list[str]:
    with system.database.writing() as session:
        return alarms.raise_due(session, now=system.database.clock())


def lay(system: System, *numbers: int, receiver: str = ALFA, kind: str = "message") -> list[str]:
    with system.database.writing() as session:
        return lay_out(session, numbers, receiver=receiver, kind=kind)


# Patience -----------------------------------------------------------------------------------


def test_an_unclear_message_is_tried_after_1_5_and_30_minutes_and_4_hours_and_is_then_stuck(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    (instance_id,) = lay(system, 1)

    def crashes(message: Outbound) -> None:
        raise Unclear("500")

    point.fault = crashes
    for number, minutes in enumerate((1, 5, 30, 240), 1):
        sender(system, point).round()
        row = attempts(system)[-1]
        assert (row.number, row.outcome) == (number, "UNCLEAR")
        assert row.next_at == moment.now + timedelta(minutes=minutes)
        assert message(system).state == OutState.WAITING
        moment.pass_(minutes=minutes, seconds=-1)
        assert sender(system, point).round().tried == 0
        moment.pass_(seconds=1)
    sender(system, point).round()
    assert message(system).state == OutState.STUCK
    assert attempts(system)[-1].next_at is None
    moment.pass_(days=2)
    assert sender(system, point).round().tried == 0
    # The same bytes under the same identifier, every time.
    assert set(point.submitted) == {(instance_id, body(system))}
    assert journal_actions(system) == [MessageAction.STUCK]


def test_a_stuck_message_is_alarmed_about_once_and_goes_when_a_person_sends_it_again(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    (instance_id,) = lay(system, 1)
    point.fault = loses_reply
    for _ in range(5):
        sender(system, point).round()
        moment.pass_(hours=5)
    assert message(system).state == OutState.STUCK
    assert raise_alarms(system) == [alarms.MESSAGES_STUCK]
    moment.pass_(hours=2)
    assert raise_alarms(system) == []
    point.fault = takes
    assert exchange_actions.send_again(system.database, 1, by="user-17") == instance_id
    assert sender(system, point).round().sent == 1
    assert message(system).state == OutState.SENT
    assert [row.number for row in attempts(system)] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(Exception, match="is in the state “Sent” and is not sent again"):
        exchange_actions.send_again(system.database, 1, by="user-17")


def test_troubles_of_one_kind_within_the_hour_share_the_next_alarm(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    def refuses(_: Outbound) -> None:
        raise RejectedForGood("unknown receiver")

    point.fault = refuses
    told = []
    for number, minutes in ((1, 20), (2, 20), (3, 19)):
        lay(system, number)
        sender(system, point).round()
        told.append(raise_alarms(system))
        moment.pass_(minutes=minutes)
    assert told == [[alarms.MESSAGES_REJECTED], [], []]
    assert raise_alarms(system) == []
    moment.pass_(minutes=1)
    assert raise_alarms(system) == [alarms.MESSAGES_REJECTED]
    with system.database.reading() as session:
        about = session.execute(select(alarm.c.count, alarm.c.about).order_by(alarm.c.id)).all()
    assert [tuple(each) for each in about] == [(1, "1"), (2, "2 3")]


@pytest.mark.both_engines
def test_a_refused_message_goes_again_as_a_new_message_with_the_same_bytes_and_only_once(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    (instance_id,) = lay(system, 1)

    def refuses(message: Outbound) -> None:
        raise RejectedForGood("unknown receiver")

    point.fault = refuses
    sender(system, point).round()
    assert (message(system).state, message(system).answer) == (
        OutState.REJECTED,
        "REJECTED: unknown receiver",
    )
    assert raise_alarms(system) == [alarms.MESSAGES_REJECTED]
    again = exchange_actions.send_again(system.database, 1, by="user-17")
    assert again != instance_id
    with pytest.raises(Exception, match="is in the state “Rejected” and is not sent again"):
        exchange_actions.send_again(system.database, 1, by="user-17")
    point.fault = takes
    sender(system, point).round()
    assert point.taken == {again: body(system)}
    assert message(system, 2).resends == 1


def test_what_the_access_point_may_have_taken_is_asked_about_before_it_is_sent_again(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    (instance_id,) = lay(system, 1)
    point.after = loses_reply
    sender(system, point).round()
    assert message(system).state == OutState.WAITING
    moment.pass_(minutes=1)
    sender(system, point).round()
    assert message(system).state == OutState.SENT
    assert point.asked == [instance_id]
    assert len(point.submitted) == 1


class Killed(BaseException):
    """What no worker survives."""


def killed_in_a_round(system: System, point: FaultyPoint) -> None:
    """A worker that never notes what it did: it dies at the access point, or else when it has sent everything."""

    def dies(*_: object) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(MessageSender, "_weighed", dies)
        with pytest.raises(Killed):
            sender(system, point).round()


@pytest.mark.both_engines
@pytest.mark.parametrize("sent", range(5))
def test_whatever_a_worker_sent_before_it_died_is_asked_about_and_nothing_is_sent_twice(
    system: System, point: FaultyPoint, moment: Moment, sent: int
) -> None:
    """It dies with so many of four messages handed over and none noted; the one behind is away for a while."""
    lay(system, 1, 2, 3, 4)

    def dies(message: Outbound) -> None:
        if len(point.taken) == sent:
            raise Killed

    point.fault = dies
    killed_in_a_round(system, point)
    moment.pass_(minutes=10)
    point.fault, cut_off = takes, [True]
    point.submitted.clear()
    status = point.status

    def away_at_first(instance_id: str, reference: str = "") -> DeliveryStatus:
        if cut_off:
            cut_off.clear()
            raise Unreachable("no contact")
        return status(instance_id, reference)

    point.status = away_at_first  # type: ignore[method-assign]
    for _ in range(8):
        sender(system, point).round()
        moment.pass_(minutes=10)
    assert [message(system, number).state for number in range(1, 5)] == [OutState.SENT] * 4
    assert [document for _, document in point.order] == ["00001", "00002", "00003", "00004"]
    assert len(point.submitted) == 4 - sent


def test_a_doubtful_queue_whose_worker_is_told_to_stop_stays_doubtful(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    lay(system, 1)
    killed_in_a_round(system, point)
    moment.pass_(minutes=10)
    stopped = sender(system, point)
    stopped.stopping = lambda: True
    stopped.round()
    sender(system, point).round()
    assert (len(point.submitted), message(system).state) == (1, OutState.SENT)


def test_a_message_that_does_not_get_through_holds_back_its_own_receiver_only(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    lay(system, 1, 2)
    lay(system, 3, 4, receiver=BETA)

    def loses_alfas(message: Outbound) -> None:
        if message.receiver == ALFA:
            raise Unclear("no answer")

    point.fault = loses_alfas
    for _ in range(3):
        sender(system, point).round()
    assert point.order == [(BETA, "00003"), (BETA, "00004")]
    point.fault = takes
    moment.pass_(minutes=1)
    sender(system, point).round()
    assert point.order[2:] == [(ALFA, "00001"), (ALFA, "00002")]


# Look-up ------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", [PeerVerdict.OTHER_KINDS_ONLY, PeerVerdict.NOT_REGISTERED])
def test_an_order_to_one_who_takes_no_orders_lies_in_the_portal_and_is_told_of(
    system: System, point: FaultyPoint, verdict: PeerVerdict
) -> None:
    system.decide("100000101")
    with system.database.writing() as session:
        account_store.add(
            session,
            organisation=FYRBAKEN,
            sign_in_name="order@fyrbaken.example",
            display_name="Order",
            permissions=frozenset({Permission.REPORT}),
            within=None,
            language="sv",
            at=CLOCK,
            by="test",
            state=account_store.AccountState.ACTIVE,
        )
    point.verdict = verdict
    sender(system, point).round()
    with system.database.reading() as session:
        (told,) = session.execute(select(mail))
    assert (told.template, told.about) == ("order-in-portal", "order 2100000001")
    assert "{portal}/orders/2100000001" in told.body
    assert (message(system).state, message(system).outcome) == (OutState.IN_PORTAL, verdict)
    assert point.submitted == []
    (asked,) = point.looked_up
    assert asked == (ALFA, DocumentKind.ORDER.document_type_id, "urn:fdc:peppol.eu:poacc:bis:order_only:3")
    assert MessageAction.IN_PORTAL in journal_actions(system)


def test_a_directory_that_cannot_tell_is_no_answer_and_the_message_is_sent(
    system: System, point: FaultyPoint
) -> None:
    system.decide("100000101")
    sender(system, point).round()
    assert message(system).state == OutState.SENT


@pytest.mark.both_engines
def test_a_message_that_lies_in_the_portal_can_be_sent_when_the_supplier_has_registered(
    system: System, point: FaultyPoint
) -> None:
    system.decide("100000101")
    point.verdict = PeerVerdict.NOT_REGISTERED
    sender(system, point).round()
    point.verdict = PeerVerdict.TAKES
    exchange_actions.send_again(system.database, 1, by="user-17")
    sender(system, point).round()
    assert message(system).state == OutState.SENT


# The breaker --------------------------------------------------------------------------------


def test_a_day_without_the_access_point_costs_no_message_anything_and_one_alarm_an_hour_at_most(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    receivers = [f"0088:73900001{number:05}" for number in range(12)]
    with system.database.writing() as session:
        for number in range(300):
            lay_out(session, [number], receiver=receivers[number % len(receivers)])
    point.fault = away
    tries: list[int] = []
    raised: list[tuple[float, str]] = []
    for looks in range(24 * 12):
        tries.append(sender(system, point).round().tried)
        raised += [(looks / 12, kind) for kind in raise_alarms(system)]
        moment.pass_(minutes=5)
    # First a few messages, then one now and then.
    assert sum(tries) < 120
    assert max(tries[10:]) == 1
    hours = [hour for hour, _ in raised]
    assert {kind for _, kind in raised} == {alarms.ACCESS_POINT_DOWN}
    assert all(later - earlier >= 1 for earlier, later in pairwise(hours))
    point.fault = takes
    for _ in range(20):
        sender(system, point).round()
        moment.pass_(minutes=5)
    assert len(point.taken) == 300
    ids = [instance_id for instance_id, _ in point.submitted if instance_id in point.taken]
    assert set(ids) == set(point.taken)
    for receiver in receivers:
        numbers = [number for to, number in point.order if to == receiver]
        assert numbers == sorted(numbers)
        assert len(numbers) == 25
    with system.database.reading() as session:
        assert set(session.scalars(select(exchange_tables.outbox.c.state))) == {OutState.SENT}
        actions = [str(row.action) for row in journal.rows(session)]
        assert actions.count(AccessPointAction.UNREACHABLE) == actions.count(AccessPointAction.REACHED) == 1


@pytest.mark.both_engines
def test_one_message_that_nobody_can_hand_over_does_not_close_the_door_for_the_others(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    lay(system, 1)
    lay(system, *range(2, 12), receiver=BETA)

    def chokes_on_the_first(message: Outbound) -> None:
        if message.document_id == "00001":
            away(message)

    point.fault = chokes_on_the_first
    for _ in range(80):
        sender(system, point).round()
        moment.pass_(minutes=5)
    assert len(point.taken) == 10
    # By now nothing else has been sent for hours, and the access point looks as if it were away.
    lay(system, 12, receiver=BETA)
    for _ in range(4):
        sender(system, point).round()
        moment.pass_(minutes=5)
    assert message(system, 12).state == OutState.SENT
    for _ in range(60):
        sender(system, point).round()
        moment.pass_(minutes=5)
    assert message(system, 1).state == OutState.STUCK


# The last word ------------------------------------------------------------------------------


def test_an_access_point_that_is_away_is_asked_about_one_message_and_later_about_all(
    system: System, point: FaultyPoint, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = lay(system, 1, 2, 3)
    sender(system, point, asks=True).round()
    asked: list[str] = []

    def is_away(instance_id: str, reference: str = "") -> DeliveryStatus:
        asked.append(instance_id)
        raise Unreachable("away")

    def ask() -> None:
        status_polling.ask(system.database.writing, point, system.database.clock, exchange_events.tell)

    moment.pass_(minutes=1)
    with monkeypatch.context() as there:
        there.setattr(point, "status", is_away)
        ask()
    assert asked == sent[:1]
    point.states |= dict.fromkeys(sent, DeliveryState.DELIVERED)
    moment.pass_(hours=1)
    ask()
    assert [message(system, number).state for number in (1, 2, 3)] == [OutState.DELIVERED] * 3


@pytest.mark.both_engines
def test_accepted_is_not_delivered_and_the_access_point_is_asked_until_it_knows(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    delivered, refused, given_up = lay(system, 1, 2, 3)
    sender(system, point, asks=True).round()

    def ask() -> None:
        status_polling.ask(system.database.writing, point, system.database.clock, exchange_events.tell)

    ask()
    assert point.asked == []
    moment.pass_(minutes=1)
    ask()
    assert point.asked == [delivered, refused, given_up]
    assert [message(system, number).state for number in (1, 2, 3)] == [OutState.SENT] * 3
    point.states |= {
        delivered: DeliveryState.DELIVERED,
        refused: DeliveryState.REJECTED,
        given_up: DeliveryState.GIVEN_UP,
    }
    moment.pass_(hours=1)
    ask()
    assert [message(system, number).state for number in (1, 2, 3)] == [
        OutState.DELIVERED,
        OutState.REJECTED,
        OutState.STUCK,
    ]
    moment.pass_(days=1)
    ask()
    assert len(point.asked) == 6
    assert journal_actions(system) == [MessageAction.REJECTED, MessageAction.STUCK]


def test_a_word_given_stands_and_what_is_no_step_is_not_taken(system: System, point: FaultyPoint) -> None:
    (instance_id,) = lay(system, 1)

    def say(state: OutState) -> OutState | None:
        with system.database.writing() as session:
            return exchange_outbox.verdict(session, instance_id, state, at=CLOCK)

    sender(system, point).round()
    assert say(OutState.DELIVERED) is OutState.SENT
    assert say(OutState.DELIVERED) is None
    assert say(OutState.REJECTED) is OutState.DELIVERED
    assert say(OutState.DELIVERED) is None
    with system.database.writing() as session:
        assert exchange_outbox.verdict(session, "nobody", OutState.DELIVERED, at=CLOCK) is None


def test_alarms_name_what_they_are_about_in_both_languages(
    system: System, point: FaultyPoint, moment: Moment
) -> None:
    lay(system, 1)
    point.fault = loses_reply
    for _ in range(5):
        sender(system, point).round()
        moment.pass_(hours=5)
    raise_alarms(system)
    with system.database.reading() as session:
        (row,) = session.execute(select(alarm))
    assert row.about == "1"
    assert row.sentence_sv.startswith("1 meddelanden från oss har fastnat")
    assert row.sentence_en.startswith("1 messages of ours are stuck")
