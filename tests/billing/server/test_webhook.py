"""Messages pushed to us: who is believed, what is stored before the answer, and that a repeat gets the same one."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from tempfile import SpooledTemporaryFile

import httpx
import pytest
from sqlalchemy import select

from billing.server import webhook
from billing.server.app import create_app
from operations.settings import Settings
from peppol.envelope.envelope import for_payload, wrap
from peppol.exchange import tables as exchange_tables
from peppol.exchange.tables import InState
from peppol.identifiers import ParticipantId
from peppol.xml.gate_errors import MESSAGE_LIMITS
from tests.support.message_bodies import bodies_in
from tests.support.servers.access_points import BUYER, SUPPLIER, order
from tests.support.servers.serving import NO_TLS, serving
from tests.support.servers.system_databases import CLOCK
from tests.support.stories.system import System, a_system

SECRET, OLD, TOKEN = "whsec_" + base64.b64encode(b"k" * 24).decode(), "old-secret", "t0ken"
KEY = b"k" * 24
ADDRESS = "/webhook/letters"


@pytest.fixture
def system(database_url: str) -> Iterator[System]:
    with a_system(database_url) as system:
        yield system


@contextmanager
def portal(system: System, **settings: object) -> Iterator[httpx.Client]:
    """The application on a real socket."""
    given = {"database_url": system.database.url.render_as_string(hide_password=False), **settings}
    app = create_app(Settings.model_validate(given), clock=lambda: CLOCK)
    with (
        serving(app) as address,
        httpx.Client(base_url=address, timeout=60, trust_env=False, verify=NO_TLS) as client,
    ):
        yield client
    app.state.database.close()


@pytest.fixture
def client(system: System) -> Iterator[httpx.Client]:
    with portal(system, webhook_secret=f"{SECRET} {OLD}", webhook_token=TOKEN) as client:
        yield client


def signed(
    body: bytes, *, key: bytes = KEY, at: int = int(CLOCK.timestamp()), name: str = "msg_1"
) -> dict[str, str]:
    """The headers of Standard Webhooks."""
    made = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(made).decode()}",
    }


def stamped(body: bytes, *, key: bytes = KEY, at: int = int(CLOCK.timestamp())) -> dict[str, str]:
    """The younger products' one header."""
    made = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Webhook-Signature": f"t={at},v1={made}"}


def rows(system: System) -> list[tuple[str, str, int]]:
    with system.database.reading() as session:
        found = session.execute(select(exchange_tables.inbox).order_by(exchange_tables.inbox.c.id))
        return [(row.state, row.transport_id, row.size) for row in found]


def enveloped(body: bytes, instance: str = "7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e11") -> bytes:
    sender, receiver = ParticipantId.parse(SUPPLIER), ParticipantId.parse(BUYER)
    return wrap(
        body, for_payload(body, sender=sender, receiver=receiver, instance_id=instance, created_at=CLOCK)
    )


def test_a_message_is_stored_and_told_so(system: System, client: httpx.Client) -> None:
    ways: list[Callable[[bytes], dict[str, str]]] = [
        lambda body: {"X-Token": TOKEN},
        signed,
        stamped,
        lambda body: signed(body, key=OLD.encode(), name="msg_2"),
    ]
    for number, way in enumerate(ways, start=1):
        body = order(str(number))
        answer = client.post(ADDRESS, content=body, headers=way(body))
        assert (answer.status_code, answer.json()["countryCodeC4"]) == (200, "SE")
        state, transport, size = rows(system)[-1]
        assert (state, transport.startswith("webhook/"), size) == (InState.ARRIVED, True, len(body))
    assert len(rows(system)) == 4


@pytest.mark.both_engines
def test_a_message_in_its_envelope_is_known_by_its_instance(system: System, client: httpx.Client) -> None:
    body = enveloped(order("1"))
    assert client.post(ADDRESS, content=body, headers={"X-Token": TOKEN}).status_code == 200
    with system.database.reading() as session:
        assert (
            session.scalar(select(exchange_tables.inbox.c.instance_id))
            == "7a0c1f52-5d0b-4a5e-9d0c-2f6f3c1b8e11"
        )


def test_a_repeat_gets_the_same_answer_and_is_flagged(system: System, client: httpx.Client) -> None:
    body = enveloped(order("1"))
    answers = [client.post(ADDRESS, content=body, headers=signed(body)) for _ in range(3)]
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert [state for state, _, _ in rows(system)] == [InState.ARRIVED, InState.REPEAT, InState.REPEAT]


@pytest.mark.both_engines
def test_the_same_instance_with_other_bytes_is_kept_aside_and_not_sent_again_for_ever(
    system: System, client: httpx.Client
) -> None:
    for number in ("1", "2"):
        body = enveloped(order(number))
        assert client.post(ADDRESS, content=body, headers=signed(body)).status_code == 200
    assert [state for state, _, _ in rows(system)] == [InState.ARRIVED, InState.CONFLICT]


def test_what_is_no_document_is_kept_too(system: System, client: httpx.Client) -> None:
    assert client.post(ADDRESS, content=b"\x00not xml", headers={"X-Token": TOKEN}).status_code == 200
    assert [state for state, _, _ in rows(system)] == [InState.ARRIVED]


def test_who_cannot_prove_it_is_not_believed(system: System, client: httpx.Client) -> None:
    strangers: list[dict[str, str]] = [
        {},
        {"X-Token": ""},
        {"X-Token": "wrong"},
        {"X-Token": TOKEN + "x"},
        signed(order("2")),
        signed(order("1"), key=b"another"),
        {**signed(order("1")), "webhook-id": "msg_2"},
        {**signed(order("1")), "webhook-signature": "v1,!!!"},
        {**signed(order("1")), "webhook-signature": "v2,AAAA"},
        {"webhook-signature": signed(order("1"))["webhook-signature"]},
        stamped(order("2")),
        {"X-Webhook-Signature": "t=,v1="},
        {"X-Webhook-Signature": "v1=00"},
        {"X-Webhook-Signature": "t=99999999999999999999,v1=00"},
        signed(order("1"), at=int((CLOCK - timedelta(seconds=301)).timestamp())),
        signed(order("1"), at=int((CLOCK + timedelta(seconds=301)).timestamp())),
        stamped(order("1"), at=int((CLOCK - timedelta(days=400)).timestamp())),
    ]
    for headers in strangers:
        answer = client.post(ADDRESS, content=order("1"), headers=headers)
        assert (answer.status_code, rows(system)) == (401, []), headers
        assert TOKEN not in answer.text


def test_without_a_secret_there_is_no_such_address(system: System) -> None:
    with portal(system) as client:
        for headers in ({}, {"X-Token": ""}, signed(b"", key=b"")):
            assert client.post(ADDRESS, content=b"<A/>", headers=headers).status_code == 404
    assert rows(system) == []


def test_an_empty_secret_signs_nothing(system: System) -> None:
    with portal(system, webhook_token=TOKEN) as client:
        assert client.post(ADDRESS, content=b"<A/>", headers=signed(b"<A/>", key=b"")).status_code == 401
    assert rows(system) == []


def test_what_is_too_large_for_a_document_is_kept_whole(system: System, client: httpx.Client) -> None:
    large = b"x" * (MESSAGE_LIMITS.bytes_max + 1)
    assert client.post(ADDRESS, content=large, headers={"X-Token": TOKEN}).status_code == 200
    with system.database.reading() as session:
        (size,) = session.scalars(select(exchange_tables.inbox.c.size))
        assert (size, bodies_in(session)) == (len(large), [large])


def test_what_is_too_large_empty_or_compressed_is_refused(
    system: System, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"X-Token": TOKEN}
    monkeypatch.setattr(webhook, "KEPT_MAX", 1_000_000)
    large = b"x" * 1_000_001
    assert client.post(ADDRESS, content=large, headers=known).status_code == 413
    assert client.post(ADDRESS, content=iter([large[:-5], b"x" * 5]), headers=known).status_code == 413
    assert client.post(ADDRESS, content=b"", headers=known).status_code == 400
    squeezed = client.post(ADDRESS, content=b"\x1f\x8b", headers={**known, "Content-Encoding": "gzip"})
    assert squeezed.status_code == 415
    assert rows(system) == []


def test_there_is_nothing_to_get(client: httpx.Client) -> None:
    assert client.get(ADDRESS).status_code == 405


def test_the_message_is_committed_before_the_answer_leaves(system: System, client: httpx.Client) -> None:
    """Whoever has the answer finds the message in the database, from outside."""
    for number in range(1, 6):
        client.post(ADDRESS, content=order(str(number)), headers={"X-Token": TOKEN}).raise_for_status()
        assert len(rows(system)) == number


def test_what_is_only_signed_lies_in_a_file_until_its_signature_is_proved(
    system: System, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []

    def noting(max_size: int) -> object:
        held.append(max_size)
        return SpooledTemporaryFile(max_size=max_size)

    monkeypatch.setattr(webhook, "SpooledTemporaryFile", noting)
    monkeypatch.setattr(webhook, "_UNPROVED_MAX", 10)
    body = enveloped(order("1"))
    forged = signed(body, key=b"another")
    assert client.post(ADDRESS, content=body, headers=forged).status_code == 401
    assert rows(system) == []
    assert client.post(ADDRESS, content=body, headers=signed(body)).status_code == 200
    assert held == [10, 10]
    assert [size for _, _, size in rows(system)] == [len(body)]
