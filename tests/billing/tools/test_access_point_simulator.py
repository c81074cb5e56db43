"""The simulated access point itself: a program that survives its end, and faults that come as ordered."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from peppol.access_points.mailbox_api import MailboxInlet
from peppol.access_points.phase4 import Phase4Outlet
from peppol.access_points.phoss import PhossOutlet
from peppol.access_points.protocol import (
    ArrivalLeft,
    DeliveryState,
    Gone,
    RejectedForGood,
    Unclear,
    Unreachable,
)
from peppol.access_points.web import Web
from peppol.envelope.opening import unwrap
from tests.support.servers.access_points import (
    ANOTHER,
    BUYER,
    SUPPLIER,
    AMessage,
    Simulator,
    order,
    simulator,
)

T = {"X-Token": "t"}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Simulator]:
    with simulator(tmp_path) as running:
        yield running


@contextmanager
def program(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command of its own, and the address it prints."""
    command = ["-m", "billing.cli.cli", "access-point", "simulate", "--port", "0", "--dir"]
    process = subprocess.Popen(
        [sys.executable, *command, str(folder), *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "BILLING_SIMULATOR_TOKEN": "t"},
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_was_taken_survives_a_kill_and_is_there_for_the_next_start(tmp_path: Path) -> None:
    with program(tmp_path) as (process, address), closing(Web(f"{address}/phase4", headers=T)) as phase4:
        Phase4Outlet(phase4).submit(AMessage())
        process.send_signal(signal.SIGKILL)
        process.wait()
    with (
        program(tmp_path, "--seed", "7") as (_, address),
        closing(Web(f"{address}/phase4", headers=T)) as phase4,
        closing(Web(f"{address}/mailbox/{SUPPLIER}", headers=T)) as web,
    ):
        mailbox = MailboxInlet(web)
        (arrival,) = mailbox.inbound()
        assert arrival.instance_id == AMessage().instance_id
        assert unwrap(mailbox.fetch(arrival.reference)).payload == AMessage().body
        assert Phase4Outlet(phase4).submit(AMessage()).state is DeliveryState.DELIVERED
        assert len(list(mailbox.inbound())) == 1


@pytest.mark.parametrize(
    ("product", "token", "status"),
    [("phase4", "", 400), ("phase4", ANOTHER, 403), ("phoss", "", 401), ("phoss", ANOTHER, 401)],
)
def test_a_wrong_token_or_none_is_denied_and_the_message_is_none_the_worse(
    running: Simulator, product: str, token: str, status: int
) -> None:
    with closing(
        Web(f"{running.address}/{product}/{BUYER if product == 'phoss' else ''}", headers=_token(token))
    ) as web:
        outlet = Phase4Outlet(web) if product == "phase4" else PhossOutlet(web)
        with pytest.raises(Unreachable, match=str(status)) as refused:
            outlet.submit(AMessage())
    assert refused.value.code == "DENIED"
    assert running.received() == []


def _token(token: str) -> dict[str, str]:
    return {"X-Token": token} if token else {}


@pytest.mark.parametrize(
    ("fault", "error", "code", "taken"),
    [
        ("down", Unclear, "UNCLEAR", 0),
        ("answer-500", Unclear, "THEIR_FAULT", 0),
        ("not-now", Unreachable, "NOT_NOW", 0),
        ("lose-reply", Unclear, "UNCLEAR", 1),
        ("reject", RejectedForGood, "NOT_SERVICED", 0),
        ("peer-error", Unreachable, "PEER_ERROR", 0),
    ],
)
def test_each_fault_of_sending_is_told_as_what_it_is_and_passes(
    running: Simulator, fault: str, error: type[Exception], code: str, taken: int
) -> None:
    running.faults({"fault": fault, "on": ["submit"], "first": 1, "seconds": 7})
    buyer = running.phase4()
    with pytest.raises(error) as told:
        buyer.submit(AMessage())
    assert getattr(told.value, "code", "") == code
    assert sum(int(str(each)) for each in running.times().values()) == taken
    if fault == "not-now":
        assert getattr(told.value, "retry_after", None) == 7
    if fault == "reject":
        with pytest.raises(RejectedForGood):
            buyer.submit(AMessage())
        return
    assert buyer.submit(AMessage()).state is DeliveryState.DELIVERED
    # Whatever was lost on the way, the receiver has the message once.
    assert running.times() == {AMessage().instance_id: 1}


def test_a_delay_longer_than_our_patience_leaves_it_unclear(running: Simulator) -> None:
    running.faults({"fault": "delay", "on": ["submit"], "first": 1, "seconds": 3})
    impatient = Phase4Outlet(running.web("phase4", seconds=1))
    with pytest.raises(Unclear):
        impatient.submit(AMessage())


def test_accepted_is_not_delivered(running: Simulator) -> None:
    running.faults({"fault": "hold"})
    buyer = running.phoss()
    assert buyer.submit(AMessage()).state is DeliveryState.ACCEPTED
    assert buyer.status(AMessage().instance_id).state is DeliveryState.ACCEPTED
    assert running.times() == {AMessage().instance_id: 0}
    running.release()
    told = buyer.status(AMessage().instance_id)
    assert (told.state, told.at is not None) == (DeliveryState.DELIVERED, True)
    assert running.times() == {AMessage().instance_id: 1}


def test_phoss_goes_on_with_a_receiver_that_is_not_serviced_and_then_gives_up(running: Simulator) -> None:
    running.faults({"fault": "reject"})
    buyer = running.phoss()
    submission = buyer.submit(AMessage())
    assert (submission.state, "NOT_SERVICED" in submission.words) == (DeliveryState.ACCEPTED, True)
    seen = [buyer.status(AMessage().instance_id).state for _ in range(4)]
    assert (seen[0], seen[-1]) == (DeliveryState.ACCEPTED, DeliveryState.GIVEN_UP)


@pytest.mark.parametrize("enveloped", [False, True])
def test_phoss_gives_up_at_once_where_nobody_has_registered_the_receiver(
    running: Simulator, enveloped: bool
) -> None:
    stranger = AMessage(receiver="0007:5599993036")
    submission = running.phoss(enveloped=enveloped).submit(stranger)
    assert (submission.state, "SML" in submission.words) == (DeliveryState.GIVEN_UP, True)
    assert set(running.times().values()) == {0}


def test_phoss_goes_on_with_a_receiver_that_is_registered_for_other_documents(running: Simulator) -> None:
    running.admin.put(
        f"/admin/participants/{SUPPLIER}", json={"kinds": [["mlr", "other"]]}
    ).raise_for_status()
    buyer = running.phoss()
    assert buyer.submit(AMessage()).state is DeliveryState.ACCEPTED
    running.admin.put(f"/admin/participants/{SUPPLIER}", json={"role": "supplier"}).raise_for_status()
    assert buyer.status(AMessage().instance_id).state is DeliveryState.DELIVERED


def test_what_phoss_is_handed_twice_it_sends_twice_and_finds_no_more(running: Simulator) -> None:
    buyer = running.phoss()
    for _ in range(2):
        assert buyer.submit(AMessage()).state is DeliveryState.DELIVERED
    assert running.times() == {AMessage().instance_id: 2}
    assert buyer.status(AMessage().instance_id).state is DeliveryState.UNKNOWN


def test_what_phoss_holds_twice_and_cannot_send_now_is_accepted_and_not_refused(running: Simulator) -> None:
    running.faults({"fault": "peer-error"})
    buyer = running.phoss()
    for _ in range(2):
        assert buyer.submit(AMessage()).state is DeliveryState.ACCEPTED


def test_what_came_twice_to_phoss_is_handed_out_to_nobody_and_told(running: Simulator) -> None:
    for _ in range(2):
        running.lay(order("1"), instance_id="twice")
    running.lay(order("2"), instance_id="once")
    buyer = running.phoss()
    listed = {each.reference: each.left for each in buyer.inbound()}
    assert listed["once"] is None
    assert listed["twice"] is not None
    assert listed["twice"].code == "HELD_TWICE"
    with pytest.raises(Gone):
        buyer.fetch("twice")


def test_what_came_again_after_it_was_taken_is_not_waited_for(running: Simulator) -> None:
    running.lay(order("1"), instance_id="again")
    buyer = running.phoss()
    buyer.acknowledge("again")
    running.lay(order("1"), instance_id="again")
    assert list(buyer.inbound()) == []


def test_what_phoss_tries_again_by_itself_is_accepted_and_then_delivered(running: Simulator) -> None:
    running.faults({"fault": "peer-error", "first": 3})
    buyer = running.phoss()
    submission = buyer.submit(AMessage())
    assert (submission.state, "could not be processed" in submission.words) == (DeliveryState.ACCEPTED, True)
    # Each question comes after one more attempt of its own, and submitting asks once; the fourth gets through.
    assert buyer.status(AMessage().instance_id).state is DeliveryState.ACCEPTED
    assert buyer.status(AMessage().instance_id).state is DeliveryState.DELIVERED
    assert (running.times(), running.times("times")) == ({AMessage().instance_id: 1},) * 2


def test_an_access_point_that_stopped_trying_has_given_up_and_said_no_no(running: Simulator) -> None:
    running.faults({"fault": "peer-error"})
    buyer = running.phoss()
    seen = [buyer.submit(AMessage()).state]
    while seen[-1] is DeliveryState.ACCEPTED:
        seen.append(buyer.status(AMessage().instance_id).state)
    assert seen == [DeliveryState.ACCEPTED] * (len(seen) - 1) + [DeliveryState.GIVEN_UP]
    running.faults()
    assert buyer.submit(AMessage()).state is DeliveryState.DELIVERED


def test_an_access_point_that_refuses_repeats_is_asked_what_it_has(tmp_path: Path) -> None:
    with simulator(tmp_path, repeats="refuse") as running:
        buyer = running.phoss()
        buyer.submit(AMessage())
        assert buyer.submit(AMessage()).state is DeliveryState.DELIVERED
        assert running.times() == {AMessage().instance_id: 1}


def test_an_access_point_that_knows_no_repeats_delivers_again(tmp_path: Path) -> None:
    with simulator(tmp_path, repeats="deliver") as running:
        buyer = running.phase4()
        buyer.submit(AMessage())
        buyer.submit(AMessage())
        assert running.times() == {AMessage().instance_id: 2}
        assert running.times("forms") == {AMessage().instance_id: 1}


def test_the_same_instance_with_other_bytes_is_never_sent_on_where_repeats_are_refused(
    tmp_path: Path,
) -> None:
    with simulator(tmp_path, repeats="refuse") as running:
        buyer = running.phoss()
        buyer.submit(AMessage())
        buyer.submit(AMessage(changed_body=order("2100000999")))
        assert running.times("forms") == {AMessage().instance_id: 2}
        assert running.times() == {AMessage().instance_id: 1}
        (arrival,) = running.phase4(SUPPLIER).inbound()
        assert b"2100000999" not in running.phase4(SUPPLIER).fetch(arrival.reference)


def test_delivered_twice_and_out_of_order_everything_comes_all_the_same(running: Simulator) -> None:
    buyer, supplier = running.phase4(), running.phase4(SUPPLIER)
    running.faults({"fault": "deliver-twice", "share": 0.5}, {"fault": "reorder"})
    for number in range(20):
        buyer.submit(AMessage(number))
    listed = [each.instance_id for each in supplier.inbound()]
    assert sorted(set(listed)) == sorted(AMessage(number).instance_id for number in range(20))
    assert 20 < len(listed) < 40
    assert listed != sorted(listed)
    assert listed == [each.instance_id for each in supplier.inbound()]


def test_bytes_are_damaged_the_same_way_each_time_and_whole_once_the_fault_is_over(
    running: Simulator,
) -> None:
    running.phase4().submit(AMessage())
    supplier = running.phase4(SUPPLIER)
    (arrival,) = supplier.inbound()
    whole = supplier.fetch(arrival.reference)
    running.faults({"fault": "corrupt"})
    damaged = supplier.fetch(arrival.reference)
    assert damaged == supplier.fetch(arrival.reference) != whole
    running.faults()
    assert supplier.fetch(arrival.reference) == whole


def test_the_same_seed_strikes_the_same_messages_in_whatever_order_they_come(tmp_path: Path) -> None:
    def struck(seed: int, numbers: list[int]) -> set[int]:
        with simulator(tmp_path / f"{seed}-{numbers[0]}", seed=seed) as running:
            running.faults({"fault": "answer-500", "on": ["submit"], "share": 0.5})
            buyer = running.phase4()
            found = set()
            for number in numbers:
                try:
                    buyer.submit(AMessage(number))
                except Unclear:
                    found.add(number)
            return found

    forwards, backwards = struck(3, list(range(16))), struck(3, list(range(15, -1, -1)))
    assert forwards == backwards
    assert 0 < len(forwards) < 16
    assert struck(4, list(range(16))) != forwards


def test_a_fault_for_one_receiver_leaves_the_others_alone(running: Simulator) -> None:
    running.faults({"fault": "down", "receiver": SUPPLIER})
    buyer = running.phase4()
    with pytest.raises(Unclear):
        buyer.submit(AMessage(1))
    assert buyer.submit(AMessage(2, receiver=ANOTHER)).state is DeliveryState.DELIVERED


def test_a_receiver_nobody_has_registered_gets_nothing(running: Simulator) -> None:
    with pytest.raises(Unreachable) as told:
        running.phase4().submit(AMessage(receiver="0007:5599993036"))
    assert (told.value.code, "TRANSPORT_ERROR" in str(told.value)) == ("PEER_ERROR", True)
    assert running.received() == []


def test_the_way_in_survives_each_fault(running: Simulator) -> None:
    running.lay(order("1"))
    buyer = running.phase4()
    for fault in ("down", "answer-500", "not-now", "lose-reply"):
        running.faults({"fault": fault, "first": 1})
        with pytest.raises(Unreachable):
            list(buyer.inbound())
        (arrival,) = buyer.inbound()
        # A status about one message is that message's alone; the others are fetched.
        with pytest.raises(ArrivalLeft if fault == "answer-500" else Unreachable):
            buyer.fetch(arrival.reference)
        assert buyer.fetch(arrival.reference) == order("1")
    with pytest.raises(Unreachable):
        buyer.acknowledge(arrival.reference)
    buyer.acknowledge(arrival.reference)
    assert list(buyer.inbound()) == []


def test_the_admin_address_refuses_what_it_does_not_know(running: Simulator) -> None:
    wrong: list[object] = [
        [{"fault": "sulk"}],
        [{"fault": "down", "share": 2}],
        [{"fault": "down", "mood": 1}],
        {},
    ]
    for content in wrong:
        answer = running.admin.put("/admin/faults", content=json.dumps(content))
        assert (answer.status_code, "error" in answer.json()) == (422, True)
    assert httpx.get(f"{running.address}/admin/faults").status_code == 401
    assert httpx.get(f"{running.address}/livez").json() == {"status": "alive"}
    assert BUYER in running.admin.get("/admin/participants").json()


@pytest.mark.parametrize("many", [20, pytest.param(60, marks=pytest.mark.slow)])
def test_twenty_senders_of_the_same_messages_at_once_give_each_receiver_each_message_once(
    running: Simulator, many: int
) -> None:
    running.faults({"fault": "lose-reply", "on": ["submit"], "share": 0.3, "first": 2})

    def insist(number: int) -> DeliveryState:
        """Submit until there is an answer, as a sender that was told nothing must."""
        buyer = running.phase4()
        while True:
            try:
                return buyer.submit(AMessage(number % 10)).state
            except Unclear:
                continue

    with ThreadPoolExecutor(20) as senders:
        assert set(senders.map(insist, range(many))) == {DeliveryState.DELIVERED}
    assert running.times() == {AMessage(number).instance_id: 1 for number in range(10)}


@pytest.mark.parametrize("many", [20, pytest.param(100, marks=pytest.mark.slow)])
def test_lost_replies_are_as_many_messages(running: Simulator, many: int) -> None:
    """The message is taken and the reply cut, each time; asking again gives one message."""
    running.faults({"fault": "lose-reply", "on": ["submit"], "first": 1})
    buyer = running.phase4()
    bodies = order("1")
    for number in range(many):
        message = AMessage(number, changed_body=bodies)
        with pytest.raises(Unclear):
            buyer.submit(message)
        assert buyer.submit(message).state is DeliveryState.DELIVERED
    laid = running.times()
    assert (len(laid), set(laid.values())) == (many, {1})
