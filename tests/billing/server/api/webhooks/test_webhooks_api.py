"""Webhooks by the API: a client's own, made once, told of what the client sees, and nobody else's business."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from accounts.api_clients import clients
from accounts.api_clients.model import ApiScope
from accounts.sealed_secrets import fresh_key
from billing.server.background import webhook_work
from operations.idempotency.tables import idempotent_reply
from operations.settings import Settings
from operations.webhooks.tables import webhook_secret
from orders.register.unit_scope import UnitScope
from tests.support.servers.api import a_client, api, bearing
from tests.support.servers.system_databases import CLOCK
from tests.support.servers.webhook_receiver import URL, Receiver, receiving
from tests.support.stories.system import FYRBAKEN, LARKDRILLEN, System, a_system

WEBHOOKS = "/api/v1/webhooks"
KEYS = fresh_key()
WANTED = {"name": "Ledger", "url": URL}


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@pytest.fixture
def portal(system: System) -> Iterator[httpx.Client]:
    with api(system, secret_keys=KEYS) as client:
        yield client


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path / "receiver") as receiver:
        yield receiver


def keyed(secret: str, key: str = "", **headers: str) -> dict[str, str]:
    return bearing(secret, **{"Idempotency-Key": key or str(uuid.uuid4()), **headers})


def made(portal: httpx.Client, secret: str, **wanted: object) -> dict[str, object]:
    answer = portal.post(WEBHOOKS, json={**WANTED, **wanted}, headers=keyed(secret))
    assert answer.status_code == 201, answer.text
    told: dict[str, object] = answer.json()
    assert answer.headers["Location"] == f"{WEBHOOKS}/{told['id']}"
    return told


def work(system: System, receiver: Receiver) -> None:
    sender = webhook_work.sender_of(
        system.database, Settings(secret_keys=SecretStr(KEYS)), post=receiver.post()
    )
    sender.settle()
    sender.close()


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.both_engines
def test_a_client_makes_a_webhook_once_and_its_secret_lies_open_nowhere(
    system: System, portal: httpx.Client
) -> None:
    _, secret = a_client(system)
    first = portal.post(WEBHOOKS, json=WANTED, headers=keyed(secret, "one"))
    again = portal.post(WEBHOOKS, json=WANTED, headers=keyed(secret, "one"))
    assert (first.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert first.json() == again.json()
    shown = first.json()["secret"]
    assert shown.startswith("whsec_")
    assert first.headers["Cache-Control"] == "no-store"
    with system.database.reading() as session:
        stored = [
            *session.scalars(select(webhook_secret.c.secret)),
            *session.scalars(select(idempotent_reply.c.body)),
        ]
    assert len(stored) == 2
    assert [each for each in stored if shown in each] == []
    listed = portal.get(WEBHOOKS, headers=bearing(secret)).json()["webhooks"]
    assert [(each["id"], each["state"]) for each in listed] == [(first.json()["id"], "ACTIVE")]
    assert "secret" not in listed[0]


@pytest.mark.both_engines
def test_what_happens_is_delivered_read_in_the_log_and_sent_again(
    system: System, portal: httpx.Client, receiver: Receiver
) -> None:
    _, secret = a_client(system)
    told = made(portal, secret, types=["order.placed", "receipt.*"])
    here = f"{WEBHOOKS}/{told['id']}"
    system.decide("100000101")
    system.report("100000101", "2026-01", on=date(2026, 2, 2))
    receiver.answer(200, b"tack")
    work(system, receiver)
    page = portal.get(f"{here}/deliveries?limit=1", headers=bearing(secret))
    (delivery,) = page.json()["deliveries"]
    assert page.links["next"]["url"] == page.json()["next"]
    assert (delivery["type"], delivery["state"]) == ("receipt.made", "DELIVERED")
    (attempt,) = delivery["attempts"]
    assert (attempt["status"], attempt["fault"], attempt["answer"]) == (200, None, "tack")
    rest = portal.get(page.json()["next"], headers=bearing(secret)).json()
    assert [each["type"] for each in rest["deliveries"]] == ["order.placed"]
    assert rest["next"] is None
    again = portal.post(f"{here}/redeliver", json={"delivery": delivery["id"]}, headers=keyed(secret))
    assert (again.status_code, again.json()) == (202, {"count": 1})
    period = {"since": "2000-01-01T00:00:00Z", "until": "2100-01-01T00:00:00+01:00"}
    assert portal.post(f"{here}/redeliver", json=period, headers=keyed(secret)).json() == {"count": 1}
    outside = {"since": "0001-01-01T00:00:00+14:00", "until": "9999-12-31T23:59:59-12:00"}
    for wrong in (
        outside,
        {},
        {**period, "delivery": 1},
        {"since": "2026-01-01T00:00:00", "until": "2026-02-01T00:00:00"},
    ):
        answer = portal.post(f"{here}/redeliver", json=wrong, headers=keyed(secret))
        assert code(answer) == (422, "FIELD_NOT_ALLOWED"), wrong
    test = portal.post(f"{here}/test", headers=keyed(secret))
    assert test.status_code == 202
    work(system, receiver)
    first, second, *later = receiver.told()
    tests = [each for each in later if each.startswith("test_")]
    assert [each for each in later if each not in tests] == [first, second]
    assert len(tests) == 1


def test_a_change_says_what_was_read(system: System, portal: httpx.Client) -> None:
    _, secret = a_client(system)
    here = f"{WEBHOOKS}/{made(portal, secret)['id']}"
    read = portal.get(here, headers=bearing(secret))
    tag = read.headers["ETag"]
    assert portal.get(here, headers=bearing(secret, **{"If-None-Match": tag})).status_code == 304
    change = {"types": ["invoice.paid"], "state": "DISABLED"}
    assert code(portal.patch(here, json=change, headers=keyed(secret))) == (428, "MATCH_MISSING")
    changed = portal.patch(here, json=change, headers=keyed(secret, **{"If-Match": tag}))
    assert (changed.json()["types"], changed.json()["disabled_for"]) == (["invoice.paid"], "BY_HAND")
    late = portal.patch(here, json={"name": "B"}, headers=keyed(secret, **{"If-Match": tag}))
    assert code(late) == (412, "CHANGED_SINCE_READ")
    now = changed.headers["ETag"]
    on = portal.patch(here, json={"name": "B", "state": "ACTIVE"}, headers=keyed(secret, **{"If-Match": now}))
    assert (on.json()["state"], on.json()["name"], on.json()["types"]) == ("ACTIVE", "B", ["invoice.paid"])


def test_secrets_are_exchanged_and_the_webhook_taken_away(system: System, portal: httpx.Client) -> None:
    _, secret = a_client(system)
    told = made(portal, secret)
    here = f"{WEBHOOKS}/{told['id']}"
    second = portal.post(f"{here}/secrets", headers=keyed(secret))
    assert second.status_code == 201
    assert second.json()["secret"] != told["secret"]
    assert code(portal.post(f"{here}/secrets", headers=keyed(secret))) == (409, "WEBHOOK_REFUSED")
    first = portal.get(here, headers=bearing(secret)).json()["secrets"][1]["id"]
    assert portal.delete(f"{here}/secrets/{first}", headers=keyed(secret)).status_code == 204
    last = f"{here}/secrets/{second.json()['id']}"
    assert code(portal.delete(last, headers=keyed(secret))) == (409, "WEBHOOK_REFUSED")
    assert portal.delete(here, headers=keyed(secret, "gone")).status_code == 204
    assert portal.delete(here, headers=keyed(secret, "gone")).headers["Idempotency-Replayed"] == "true"
    assert code(portal.get(here, headers=bearing(secret))) == (404, "NOT_THERE")


@pytest.mark.both_engines
def test_what_is_anothers_does_not_exist(system: System, portal: httpx.Client) -> None:
    _, secret = a_client(system)
    here = f"{WEBHOOKS}/{made(portal, secret)['id']}"
    others = [
        a_client(system, supplier=LARKDRILLEN)[1],
        a_client(system)[1],
        a_client(system, ApiScope.EVENTS_READ, supplier="")[1],
    ]
    for other in others:
        assert portal.get(WEBHOOKS, headers=bearing(other)).json() == {"webhooks": []}
        changing = keyed(other, **{"If-Match": "*"})
        for answer in (
            portal.get(here, headers=bearing(other)),
            portal.get(f"{here}/deliveries", headers=bearing(other)),
            portal.patch(here, json={"name": "B"}, headers=changing),
            portal.delete(here, headers=keyed(other)),
            portal.post(f"{here}/secrets", headers=keyed(other)),
            portal.delete(f"{here}/secrets/1", headers=keyed(other)),
            portal.post(f"{here}/test", headers=keyed(other)),
            portal.post(f"{here}/redeliver", json={"delivery": 1}, headers=keyed(other)),
        ):
            assert code(answer) == (404, "NOT_THERE"), answer.request.url
    ledger = a_client(system, ApiScope.LEDGER_ANSWER, supplier="")[1]
    assert code(portal.get(WEBHOOKS, headers=bearing(ledger))) == (403, "SCOPE_MISSING")


@pytest.mark.both_engines
def test_a_client_is_told_of_its_units_alone_and_its_webhooks_end_with_it(
    system: System, portal: httpx.Client, receiver: Receiver
) -> None:
    number, secret = a_client(system, within=UnitScope(frozenset({"UV-102"})))
    told = made(portal, secret)
    assert told["units"] == ["UV-102"]
    system.decide("100000101")
    work(system, receiver)
    assert receiver.came == []
    with system.database.writing() as session:
        clients.end(session, FYRBAKEN, number, by="user-1", at=CLOCK + timedelta(hours=1))
    with system.database.reading() as session:
        assert session.scalars(select(webhook_secret.c.secret)).all() == [""]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({"url": "http://hooks.example/"}, (422, "WEBHOOK_ADDRESS_REFUSED")),
        ({"url": "https://localhost/"}, (422, "WEBHOOK_ADDRESS_REFUSED")),
        ({"url": "https://10.0.0.1/"}, (422, "WEBHOOK_ADDRESS_REFUSED")),
        ({"types": ["order.unheard_of"]}, (409, "WEBHOOK_REFUSED")),
        ({"types": ["event.laid_aside"]}, (409, "WEBHOOK_REFUSED")),
        ({"types": "order.placed"}, (422, "FIELD_NOT_ALLOWED")),
        ({"name": " "}, (409, "WEBHOOK_REFUSED")),
        ({"secret": "whsec_AAAA"}, (422, "FIELD_NOT_ALLOWED")),
    ],
)
def test_what_cannot_be_is_refused(
    system: System, portal: httpx.Client, wanted: dict[str, object], told: tuple[int, str]
) -> None:
    _, secret = a_client(system)
    assert code(portal.post(WEBHOOKS, json={**WANTED, **wanted}, headers=keyed(secret))) == told
    assert portal.get(WEBHOOKS, headers=bearing(secret)).json() == {"webhooks": []}
