"""Webhooks and exports of a sandbox: there when the write is answered, verified, in order, and no slow one holds it."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from accounts.sealed_secrets import fresh_key
from billing.server.background import background_work
from billing.server.sandbox import worker_turn
from foundation.database import utc_now
from operations.webhooks.connecting import Answer, Post
from tests.billing.server.sandbox.trying import Trying
from tests.support.servers.api import a_client, api, bearing
from tests.support.servers.webhook_receiver import URL, Receiver, receiving
from tests.support.stories.system import System, a_system

LEDGER = {"name": "Ledger", "url": URL}


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with a_system(f"sqlite:///{tmp_path / 'billing.sqlite'}") as system:
        yield system


@contextmanager
def trying(system: System, post: Post) -> Iterator[Trying]:
    """A test client at work by the true clock, as receivers have it."""
    _, key = a_client(system, is_test=True)
    with api(system, now=utc_now(), post=post, secret_keys=fresh_key()) as portal:
        yield Trying(portal, bearing(key))


def types(receiver: Receiver) -> list[str]:
    return [json.loads(each.body)["type"] for each in receiver.came]


def test_a_sandbox_tells_of_what_happens_in_it_and_of_nothing_real(system: System, tmp_path: Path) -> None:
    with receiving(tmp_path) as receiver, trying(system, receiver.post()) as client:
        made = client.ask("make_webhook", LEDGER)
        client.ask("send_webhook_test", number=made["id"])
        assert types(receiver) == ["webhook.test"]
        system.decide()
        number, reference = client.order(1)
        # However far ahead the sandbox's time is, a receiver is written to at the hour that it has itself.
        client.let_pass(days=20)
        client.ask("send_invoice", {"line": f"{number}/001"})
        client.let_pass(minutes=15)
        told = [each.verified(made["secret"]) for each in receiver.came[1:]]
        assert {each["data"]["execution_reference"] for each in told} == {reference}  # type: ignore[index]
        happened = [each["type"] for each in told]
        assert happened[0] == "order.placed"
        assert happened.index("order.placed") < happened.index("invoice.accepted")
        (accepted,) = [each["data"] for each in told if each["type"] == "invoice.accepted"]
        assert client.portal.get(accepted["resource"], headers=dict(client.headers)).status_code == 200  # type: ignore[index]
        assert client.ask("read_sandbox")["webhooks_waiting"] == 0


def test_what_did_not_get_through_is_sent_when_the_sandboxs_time_has_passed(
    system: System, tmp_path: Path
) -> None:
    with receiving(tmp_path) as receiver, trying(system, receiver.post()) as client:
        client.ask("make_webhook", LEDGER)
        receiver.answer(503)
        client.order(1)
        tried = len(receiver.came)
        assert client.let_pass()["webhooks_waiting"] >= 1
        receiver.answer(204)
        assert client.let_pass(days=1)["webhooks_waiting"] == 0
        assert len(set(receiver.told())) < len(receiver.came)
        assert tried >= 1


def test_a_receiver_that_never_answers_does_not_hold_the_answer(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_turn, "SECONDS", 0.2)
    answered, sent = threading.Event(), threading.Event()

    def waits_for_the_answer(url: str, headers: Mapping[str, str], body: bytes, *, inner: bool) -> Answer:
        # Were the answer waiting for this, both would wait until the client of the test gives up.
        assert answered.wait(120)
        sent.set()
        return Answer(204, "", 1)

    with trying(system, waits_for_the_answer) as client:
        client.ask("make_webhook", LEDGER)
        client.order(1)
        assert not sent.is_set()
        assert client.ask("read_sandbox")["webhooks_waiting"] >= 1
        answered.set()
        assert sent.wait(30)


def test_an_export_is_there_when_it_is_looked_for(system: System, tmp_path: Path) -> None:
    with receiving(tmp_path) as receiver, trying(system, receiver.post()) as client:
        client.order(1)
        asked = client.ask("ask_for_export")
        assert asked["state"] == "WAITING"
        made = client.ask("read_export", number=asked["id"])
        assert (made["state"], made["size"] > 0) == ("READY", True)
        assert client.asked("fetch_export", number=asked["id"]).content.startswith(b"PK")


def test_a_write_stands_when_the_turn_after_it_breaks(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr(background_work, "run_one", away)
    with receiving(tmp_path) as receiver, trying(system, receiver.post()) as client:
        number, _ = client.order(1)
        assert client.ask("read_order", number=number)["lines_to_invoice"] == 1
