"""Webhooks as a supplier's system has them: signed, thin, in order, at least once, and its own alone."""

import json
import threading
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from standardwebhooks import WebhookVerificationError

from operations.webhooks import endpoint_store, endpoints, message_store, redelivering, sending
from operations.webhooks.connecting import Answer
from operations.webhooks.model import DisabledFor, EndpointState, MessageState
from operations.webhooks.tables import webhook_attempt, webhook_secret
from orders.register.unit_scope import UnitScope
from tests.operations.webhooks.conftest import ADMINISTRATOR, Listening
from tests.support.servers.webhook_receiver import Came
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN

ONE, TWO = "100000101", "100000102"


def states(listening: Listening, number: int) -> list[MessageState]:
    return [each.state for each in listening.messages(number)]


def references(listening: Listening) -> list[str]:
    return [json.loads(each.body)["data"]["execution_reference"] for each in listening.receiver.came]


@pytest.mark.both_engines
def test_an_order_is_told_thinly_and_the_vendors_library_verifies_it(listening: Listening) -> None:
    made = listening.listen(types=("order.*",))
    listening.system.decide(ONE)
    listening.work()
    (came,) = listening.receiver.came
    order = listening.system.order(ONE).number
    told = came.verified(made.shown)
    assert told == {
        "type": "order.placed",
        "timestamp": told["timestamp"],
        "data": {
            "execution_reference": ONE,
            "sequence": listening.messages(made.endpoint)[0].sequence,
            "resource": f"/api/v1/orders/{order}",
        },
    }
    assert came.headers["content-type"] == "application/json"
    assert states(listening, made.endpoint) == [MessageState.DELIVERED]
    with pytest.raises(WebhookVerificationError):
        Came(came.path, came.headers, came.body.replace(b"placed", b"paid")).verified(made.shown)


def test_two_secrets_sign_while_one_is_exchanged_for_the_other(listening: Listening) -> None:
    made = listening.listen(types=("order.placed",))
    database = listening.system.database
    with database.writing() as session:
        endpoint = endpoints.of_organisation(session, FYRBAKEN, made.endpoint)
        second = endpoints.give_secret(
            session, endpoint, listening.seal, by=ADMINISTRATOR, at=listening.moment()
        )
        with pytest.raises(endpoints.WebhookRefused):
            endpoints.give_secret(session, endpoint, listening.seal, by=ADMINISTRATOR, at=listening.moment())
    listening.system.decide(ONE)
    listening.work()
    for secret in (made.shown, second.shown):
        assert listening.receiver.came[-1].verified(secret)["type"] == "order.placed"
    with database.writing() as session:
        endpoints.end_secret(session, endpoint, made.secret_id, by=ADMINISTRATOR, at=listening.moment())
        with pytest.raises(endpoints.WebhookRefused):
            endpoints.end_secret(session, endpoint, second.secret_id, by=ADMINISTRATOR, at=listening.moment())
        stored = "".join(session.scalars(select(webhook_secret.c.secret)))
    assert made.shown not in stored
    assert second.shown not in stored
    listening.system.decide(TWO)
    listening.work()
    assert listening.receiver.came[-1].verified(second.shown)
    with pytest.raises(WebhookVerificationError):
        listening.receiver.came[-1].verified(made.shown)


@pytest.mark.both_engines
def test_a_receiver_that_is_dead_for_two_days_gets_everything_in_order(listening: Listening) -> None:
    made, receiver = listening.listen(), listening.receiver
    alive = {"now": True}

    def answering(came: Came) -> tuple[int, Mapping[str, str], bytes]:
        return (204, {}, b"") if alive["now"] else (502, {}, b"Bad Gateway")

    receiver.answering = answering
    listening.system.decide(ONE)
    listening.work()
    before = len(receiver.came)
    alive["now"] = False
    died = listening.moment()
    listening.system.report(ONE, "2026-01", on=date(2026, 2, 2))
    while listening.moment() < died + timedelta(days=2):
        listening.work()
        listening.moment.pass_(hours=1)
    # The world goes on meanwhile.
    listening.system.decide(TWO)
    listening.system.report(ONE, "2026-02", on=date(2026, 3, 2))
    listening.work()
    dead = len(receiver.came)
    assert 10 < dead - before < 60
    alive["now"] = True
    listening.moment.pass_(hours=4)
    listening.work()
    came = receiver.told()[dead:]
    for reference in (ONE, TWO):
        expected = [
            each for each in listening.ids(made.endpoint, reference) if each not in receiver.told()[:before]
        ]
        assert [each for each in came if each in expected] == expected
    assert sorted([*receiver.told()[:before], *came]) == sorted(listening.ids(made.endpoint))
    assert set(states(listening, made.endpoint)) == {MessageState.DELIVERED}
    assert (listening.endpoint(made.endpoint).failures, listening.told) == (0, [])


def test_a_message_that_does_not_get_through_holds_those_of_its_case_and_nothing_else(
    listening: Listening,
) -> None:
    made, receiver = listening.listen(), listening.receiver

    def answering(came: Came) -> tuple[int, Mapping[str, str], bytes]:
        is_bad = b"order.placed" in came.body and ONE.encode() in came.body
        return (500 if is_bad else 200, {}, b"")

    receiver.answering = answering
    listening.system.decide(ONE)
    listening.system.decide(TWO)
    listening.system.report(ONE, "2026-01", on=date(2026, 2, 2))
    listening.system.report(TWO, "2026-01", on=date(2026, 2, 2))
    listening.work()
    assert references(listening).count(ONE) == 1
    assert set(listening.ids(made.endpoint, TWO)) <= set(receiver.told())
    receiver.answer(200)
    listening.moment.pass_(minutes=1)
    listening.work()
    assert [each for each in receiver.told()[1:] if each in listening.ids(made.endpoint, ONE)][
        -len(listening.ids(made.endpoint, ONE)) :
    ] == listening.ids(made.endpoint, ONE)


def test_what_alone_fails_for_three_days_is_kept_as_failed_and_sent_again_by_a_press(
    listening: Listening,
) -> None:
    made, receiver = listening.listen(types=("order.placed", "report.*")), listening.receiver

    def answering(came: Came) -> tuple[int, Mapping[str, str], bytes]:
        is_bad = b"order.placed" in came.body and ONE.encode() in came.body
        return (500 if is_bad else 200, {}, b"we <b>fail</b>\n")

    receiver.answering = answering
    listening.system.decide(ONE)
    begun = listening.moment()
    while listening.moment() < begun + timedelta(days=3, hours=4):
        listening.work()
        listening.moment.pass_(hours=1)
        if listening.moment() == begun + timedelta(hours=1):
            listening.system.decide(TWO)
    first, second, *_ = listening.messages(made.endpoint)
    assert (first.state, second.state) == (MessageState.FAILED, MessageState.DELIVERED)
    assert listening.endpoint(made.endpoint).state is EndpointState.ACTIVE
    with listening.system.database.reading() as session:
        log = message_store.attempts_of(session, [first.id])[first.id]
    assert len(log) == first.attempts > 12
    rests = [b.at - a.at for a, b in pairwise(log)]
    assert rests[0] < rests[-3]
    assert {(each.status, each.answer) for each in log} == {(500, "we <b>fail</b>")}
    # Once it is given up, the next of its case goes.
    listening.system.file_report(ONE, "2026-01", on=date(2026, 2, 2))
    listening.work()
    assert receiver.told()[-1] == listening.ids(made.endpoint, ONE)[-1]
    receiver.answer(200)
    with listening.system.database.writing() as session:
        endpoint = endpoints.of_organisation(session, FYRBAKEN, made.endpoint)
        redelivering.redeliver_one(session, endpoint, first.id, by=ADMINISTRATOR)
        with pytest.raises(endpoints.WebhookRefused):
            redelivering.redeliver_one(session, endpoint, first.id, by=ADMINISTRATOR)
    listening.work()
    assert receiver.told()[-1] == first.event_id
    assert states(listening, made.endpoint)[0] is MessageState.DELIVERED


@pytest.mark.both_engines
def test_an_endpoint_that_takes_nothing_for_three_days_is_disabled_and_enabled_by_a_press(
    listening: Listening,
) -> None:
    made, receiver = listening.listen(), listening.receiver
    listening.system.decide(ONE)
    receiver.answer(503)
    begun = listening.moment()
    while listening.moment() < begun + timedelta(days=4):
        listening.work()
        listening.moment.pass_(hours=3)
    endpoint = listening.endpoint(made.endpoint)
    assert (endpoint.state, endpoint.disabled_for) == (EndpointState.DISABLED, DisabledFor.FAILING)
    assert listening.told == [(made.endpoint, DisabledFor.FAILING)]
    tried = len(receiver.came)
    # What happens meanwhile waits in the feed.
    listening.system.report(ONE, "2026-01", on=date(2026, 2, 2))
    listening.system.decide(TWO)
    listening.work()
    assert len(receiver.came) == tried
    receiver.answer(200)
    listening.enable(made.endpoint)
    listening.work()
    came = receiver.told()[tried:]
    assert sorted(came) == sorted(listening.ids(made.endpoint))
    for reference in (ONE, TWO):
        of_case = listening.ids(made.endpoint, reference)
        assert [each for each in came if each in of_case] == of_case
    assert set(states(listening, made.endpoint)) == {MessageState.DELIVERED}


def test_an_address_that_is_gone_disables_the_endpoint_at_once(listening: Listening) -> None:
    made = listening.listen(types=("order.placed",))
    listening.receiver.answer(410)
    listening.system.decide(ONE)
    listening.work()
    assert listening.told == [(made.endpoint, DisabledFor.GONE)]
    assert states(listening, made.endpoint) == [MessageState.WAITING]


def test_whoever_dies_between_sending_and_noting_has_it_sent_again_under_its_id(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = listening.listen(types=("order.placed",))
    listening.system.decide(ONE)

    class Killed(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(sending.WebhookSender, "_note", dies)
        patch.setattr(endpoint_store, "let_go", lambda *_, **__: None)
        listening.work()
    listening.work()
    assert len(listening.receiver.came) == 1  # it is still the dead one's
    listening.moment.pass_(minutes=3)
    listening.work()
    first, second = listening.receiver.came
    assert first.id == second.id == listening.ids(made.endpoint)[0]
    assert first.body == second.body
    with listening.system.database.reading() as session:
        assert len(session.execute(select(webhook_attempt)).all()) == 1


def test_a_fault_of_ours_sends_to_nobody_in_a_loop(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = listening.listen(types=("order.placed",))
    listening.system.decide(ONE)

    def breaks(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(sending.WebhookSender, "_note", breaks)
        listening.work()
        listening.work()
    assert len(listening.receiver.came) == 1
    listening.moment.pass_(minutes=6)
    listening.work()
    assert states(listening, made.endpoint) == [MessageState.DELIVERED]


def test_retry_after_is_heeded(listening: Listening) -> None:
    made = listening.listen(types=("order.placed",))
    listening.receiver.answer(429, Retry_After="3600")
    listening.system.decide(ONE)
    listening.work()
    listening.receiver.answer(200)
    listening.moment.pass_(minutes=59)
    listening.work()
    assert len(listening.receiver.came) == 1
    listening.moment.pass_(minutes=2)
    listening.work()
    assert states(listening, made.endpoint) == [MessageState.DELIVERED]


@pytest.mark.both_engines
def test_nobody_is_told_of_anothers_case_or_of_units_it_does_not_see(listening: Listening) -> None:
    own, other = listening.listen(FYRBAKEN), listening.listen(LARKDRILLEN)
    elsewhere = listening.listen(FYRBAKEN, within=UnitScope(frozenset({"UV-102"})))
    here = listening.listen(FYRBAKEN, within=UnitScope(frozenset({"UV-101"})))
    buyer = listening.listen("")
    listening.system.decide(ONE)
    listening.system.decide(TWO, supplier=LARKDRILLEN)
    listening.system.report(ONE, "2026-01", on=date(2026, 2, 2))
    order = listening.system.order(ONE).number
    listening.system.send_invoice(order, number="F-1", on=date(2026, 2, 3))
    listening.work()

    def cases(number: int) -> set[str]:
        return {each.execution_reference for each in listening.messages(number)}

    assert cases(own.endpoint) == cases(here.endpoint) == {ONE}
    assert cases(other.endpoint) == {TWO}
    assert cases(elsewhere.endpoint) == set()
    assert cases(buyer.endpoint) == {ONE, TWO}
    kinds = {each.type for each in listening.messages(own.endpoint)}
    assert {"order.placed", "receipt.made", "invoice.received", "invoice.accepted"} <= kinds
    assert kinds == {each.type for each in listening.messages(here.endpoint)}
    (event,) = [each for each in listening.messages(buyer.endpoint) if each.type == "invoice.received"]
    assert (
        json.loads(event.body)["data"]["resource"]
        == f"/api/v1/events?after={(event.sequence or 0) - 1}&limit=1"
    )


def test_an_invoice_that_names_anothers_case_is_told_to_whose_invoice_it_is(listening: Listening) -> None:
    own, other = (
        listening.listen(FYRBAKEN, types=("invoice.*",)),
        listening.listen(LARKDRILLEN, types=("invoice.*",)),
    )
    listening.system.decide(ONE)
    listening.system.report(ONE, "2026-01", on=date(2026, 2, 2))
    order = listening.system.order(ONE).number
    listening.system.send(
        listening.system.flip(order, number="L-1", on=date(2026, 2, 3), supplier=LARKDRILLEN),
        on=date(2026, 2, 3),
    )
    listening.work()
    assert listening.messages(own.endpoint) == []
    assert {each.type for each in listening.messages(other.endpoint)} >= {"invoice.received"}


def test_a_receiver_that_does_not_answer_holds_up_nobody_else(listening: Listening) -> None:
    here = listening.receiver.post()
    slow = listening.listen(types=("order.placed",), url="https://slow.example/")
    quick = listening.listen(types=("order.placed",))
    listening.system.decide(ONE)
    released, heard = threading.Event(), threading.Event()

    def post(url: str, headers: Mapping[str, str], body: bytes, *, inner: bool) -> Answer:
        if "slow" in url:
            assert released.wait(20)
            return Answer(None, "TIMED_OUT", 10_000)
        answer = here(url, headers, body, inner=inner)
        heard.set()
        return answer

    sender = listening.sender(post)
    assert sender.round() is True
    assert heard.wait(20)
    # The worker itself waits for nobody: it goes on to other work, and to others' turns.
    assert sender.round() is False
    released.set()
    sender.close()
    assert states(listening, slow.endpoint) == [MessageState.WAITING]
    assert states(listening, quick.endpoint) == [MessageState.DELIVERED]


def test_a_test_is_sent_once_also_to_an_endpoint_that_is_disabled(listening: Listening) -> None:
    made = listening.listen()
    with listening.system.database.writing() as session:
        endpoint = endpoints.of_organisation(session, FYRBAKEN, made.endpoint)
        endpoints.disable(session, endpoint, DisabledFor.BY_HAND, by=ADMINISTRATOR, at=listening.moment())
        endpoints.lay_out_test(session, endpoint, by=ADMINISTRATOR, at=listening.moment())
    listening.system.decide(ONE)
    listening.receiver.answer(500)
    listening.work()
    (came,) = listening.receiver.came
    told = came.verified(made.shown)
    assert (told["type"], told["data"]) == ("webhook.test", {"resource": f"/api/v1/webhooks/{made.endpoint}"})
    listening.moment.pass_(hours=5)
    listening.work()
    assert len(listening.receiver.came) == 1
    assert states(listening, made.endpoint) == [MessageState.FAILED]


def test_a_period_is_sent_again_in_order_under_the_same_ids(listening: Listening) -> None:
    made = listening.listen()
    begun = listening.moment()
    listening.system.decide(ONE)
    listening.system.report(ONE, "2026-01", on=date(2026, 2, 2))
    listening.work()
    sent = listening.receiver.told()
    with listening.system.database.writing() as session:
        endpoint = endpoints.of_organisation(session, FYRBAKEN, made.endpoint)
        count = redelivering.redeliver_period(
            session,
            endpoint,
            since=begun - timedelta(days=1000),
            until=begun + timedelta(days=1),
            by=ADMINISTRATOR,
        )
        with pytest.raises(endpoints.WebhookRefused):
            redelivering.redeliver_period(session, endpoint, since=begun, until=begun, by=ADMINISTRATOR)
    listening.work()
    assert count == len(sent) > 2
    assert listening.receiver.told() == [*sent, *sent]
