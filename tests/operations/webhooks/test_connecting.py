"""The way out of a webhook: only to addresses that were checked, only over TLS, only so long and so much."""

import socket
import threading
import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from operations.webhooks.connecting import Answer, HttpsPost, resolved, seconds_of
from operations.webhooks.faults import WebhookFault, told
from tests.support.servers.webhook_receiver import PUBLIC, URL, Receiver, receiving, silent

INNER = ("127.0.0.1", "10.0.0.5", "192.168.1.1", "169.254.169.254", "172.16.0.1", "100.64.0.1", "0.0.0.0")  # noqa: S104
INNER_6 = ("::1", "fe80::1", "fc00::1", "::ffff:10.0.0.5", "64:ff9b::a00:5", "2002:a00:5::1", "::")


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path / "receiver") as receiver:
        yield receiver


def sent(receiver: Receiver, url: str = URL, *, seconds: float = 5) -> Answer:
    return receiver.post(seconds=seconds)(url, {"webhook-id": "one"}, b"{}", inner=False)


def test_what_is_sent_comes_and_the_first_of_the_answer_is_kept(receiver: Receiver) -> None:
    receiver.answer(202, b"  taken\r\n\x00" + b"x" * 5_000)
    answer = sent(receiver)
    assert (answer.status, answer.fault) == (202, "")
    assert answer.said.startswith("taken xxx")
    assert len(answer.said) == 200
    (came,) = receiver.came
    assert (came.path, came.body, came.headers["host"]) == ("/rusta", b"{}", "hooks.example")
    assert receiver.connected == [str(PUBLIC)]


def test_a_personal_number_in_an_answer_is_not_kept(receiver: Receiver) -> None:
    receiver.answer(400, b"unknown person 19121212-1212")
    assert sent(receiver).said == "(…)"


@pytest.mark.parametrize("address", [*INNER, *INNER_6])
def test_a_name_that_leads_inside_is_not_connected_to(receiver: Receiver, address: str) -> None:
    receiver.leads_to[:] = [ip_address(address)]
    assert sent(receiver).fault == WebhookFault.INNER_ADDRESS
    # Nor where it leads outside as well.
    receiver.leads_to[:] = [PUBLIC, ip_address(address)]
    assert sent(receiver).fault == WebhookFault.INNER_ADDRESS
    assert (receiver.connected, receiver.came) == ([], [])


def test_a_name_that_leads_elsewhere_a_moment_later_is_asked_once_and_checked_each_time(
    receiver: Receiver,
) -> None:
    post, asked = receiver.post(), list[str]()

    def changing(host: str, port: int) -> list[object]:
        asked.append(host)
        return [PUBLIC if len(asked) == 1 else ip_address("127.0.0.1")]

    post.resolve = changing  # type: ignore[assignment]
    assert post(URL, {}, b"{}", inner=False).status == 204
    # The connection went where the check had looked, and the name was not asked again for it.
    assert (asked, receiver.connected) == (["hooks.example"], [str(PUBLIC)])
    assert post(URL, {}, b"{}", inner=False).fault == WebhookFault.INNER_ADDRESS
    assert len(receiver.came) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(receiver: Receiver, status: int) -> None:
    receiver.answer(status, b"", Location="https://127.0.0.1/admin")
    answer = sent(receiver)
    assert (answer.status, len(receiver.came), len(receiver.connected)) == (status, 1, 1)
    assert told(status, "").sv.startswith("Svaret leder vidare")


def test_networks_of_our_own_are_for_those_who_may_alone(receiver: Receiver) -> None:
    post = receiver.post()
    post.inner = (ip_network("10.0.0.0/8"),)
    receiver.leads_to[:] = [ip_address("10.0.0.5")]
    assert post(URL, {}, b"{}", inner=True).status == 204
    assert post(URL, {}, b"{}", inner=False).fault == WebhookFault.INNER_ADDRESS
    receiver.leads_to[:] = [ip_address("192.168.0.5")]
    assert post(URL, {}, b"{}", inner=True).fault == WebhookFault.INNER_ADDRESS


def test_a_certificate_of_another_name_or_an_unknown_authority_is_not_believed(
    receiver: Receiver, tmp_path: Path
) -> None:
    assert sent(receiver, "https://other.example/").fault == WebhookFault.CERTIFICATE
    post = receiver.post()
    post.ca_file = None
    assert post(URL, {}, b"{}", inner=False).fault == WebhookFault.CERTIFICATE
    assert receiver.came == []


def test_whoever_never_answers_is_left_in_time(receiver: Receiver) -> None:
    with silent() as port:
        receiver.port = port
        began = time.monotonic()
        answer = sent(receiver, seconds=0.3)
        assert answer.fault in (WebhookFault.TIMED_OUT, WebhookFault.CUT)
        assert time.monotonic() - began < 3


def test_an_answer_that_comes_in_drops_is_left_in_time(receiver: Receiver) -> None:
    """Each drop comes in time, and all of them never would."""
    ended = threading.Event()

    def dripping(came: object) -> tuple[int, dict[str, str], bytes]:
        ended.wait(10)
        return 200, {}, b""

    receiver.answering = dripping
    began = time.monotonic()
    assert sent(receiver, seconds=0.4).fault == WebhookFault.TIMED_OUT
    assert time.monotonic() - began < 3
    ended.set()


def test_nobody_listening_and_an_unknown_name_are_told_apart(receiver: Receiver) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        receiver.port = unused.getsockname()[1]
        assert sent(receiver).fault == WebhookFault.NO_CONNECTION
    post = HttpsPost(resolve=resolved)
    assert post("https://nobody.invalid/", {}, b"", inner=False).fault == WebhookFault.NAME_UNKNOWN


def test_the_machines_own_name_leads_inside() -> None:
    post = HttpsPost()
    assert post("https://localhost/", {}, b"", inner=False).fault == WebhookFault.INNER_ADDRESS


def test_retry_after_is_seconds_or_a_date() -> None:
    assert seconds_of("120", now=0) == 120
    assert seconds_of("Thu, 01 Jan 1970 00:02:00 GMT", now=60) == 60
    assert [seconds_of(each, now=0) for each in ("", "soon", "-1", "²")] == [None] * 4


@pytest.mark.parametrize("fault", WebhookFault)
def test_every_fault_has_its_sentence_in_both_languages(fault: WebhookFault) -> None:
    said = told(None, fault)
    assert said.sv != said.en
