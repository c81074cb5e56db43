"""What strangers' servers may answer, over real sockets: nothing of it leads astray, hangs or fills the memory."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from peppol.access_points.mailbox_api import MailboxInlet
from peppol.access_points.phase4 import Phase4Outlet
from peppol.access_points.phoss import PhossInlet, PhossOutlet
from peppol.access_points.protocol import (
    WORDS_MAX,
    AccessPointError,
    DeliveryState,
    Gone,
    PeerUnreachable,
    RejectedForGood,
    Unclear,
    Unreachable,
)
from peppol.access_points.web import Web
from tests.access_points import ALetter, order

Handler = BaseHTTPRequestHandler


@contextmanager
def answering(answer: Callable[[Handler], None], *, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that does whatever it is told to do with every request."""

    class Told(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            length = int(self.headers.get("Content-Length", "0"))
            self.rfile.read(length)
            answer(self)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        scheme = "http" if context is None else "https"
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def say(
    status: int, body: bytes = b"", kind: str = "application/json", **headers: str
) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Connection", "close")
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def told(answer: Callable[[Handler], None], *, seconds: float = 30) -> AccessPointError:
    """How a letter fares whose access point answers so."""
    with answering(answer) as address:
        web = Web(address, seconds=seconds)
        try:
            with pytest.raises(AccessPointError) as error:
                Phase4Outlet(web).submit(ALetter())
        finally:
            web.close()
    return error.value


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (say(302, Location="https://elsewhere.example/"), Unreachable, "REDIRECTED"),
        (say(401), Unreachable, "DENIED"),
        (say(403), Unreachable, "DENIED"),
        (say(404), Unreachable, "WRONG_ADDRESS"),
        (say(429, Retry_After="12"), Unreachable, "NOT_NOW"),
        (say(503, Retry_After="tomorrow"), Unreachable, "NOT_NOW"),
        (say(500), Unclear, "THEIR_FAULT"),
        (say(502, b"<html>bad gateway</html>", "text/html"), Unclear, "THEIR_FAULT"),
        (say(504), Unclear, "THEIR_FAULT"),
        (say(400, b'{"error":"Failed to parse"}'), RejectedForGood, "REJECTED"),
        (say(413, b"too large", "text/plain"), RejectedForGood, "REJECTED"),
        (say(422, b'"plain words"'), RejectedForGood, "REJECTED"),
        (say(200), Unclear, "NO_REPORT"),
        (say(200, b"<html>sign in here</html>", "text/html"), Unclear, "NO_REPORT"),
        (say(200, b"[" * 100_000), Unclear, "NO_REPORT"),
        (say(200, b'{"overallSuccess":"yes"}'), Unclear, "NO_REPORT"),
        (say(200, b'{"overallSuccess":true}'), Unclear, "ANOTHER_LETTER"),
        (say(200, b'{"overallSuccess":false}'), PeerUnreachable, "NOT_SENT"),
        (
            say(200, b'{"overallSuccess":false,"sendingResult":"TRANSPORT_ERROR"}'),
            PeerUnreachable,
            "PEER_ERROR",
        ),
        (
            say(200, b'{"overallSuccess":false,"sendingResult":"NO_SIGNAL_MESSAGE_RECEIVED"}'),
            Unclear,
            "UNCLEAR",
        ),
        (
            say(200, b'{"overallSuccess":false,"sendingResult":"INVALID_PARAMETERS"}'),
            RejectedForGood,
            "UNREADABLE",
        ),
        (
            say(200, b'{"overallSuccess":false,"sbdhParsingException":{"message":"no sender"}}'),
            RejectedForGood,
            "UNREADABLE",
        ),
    ],
)
def test_every_answer_means_one_thing_for_the_letter(
    answer: Callable[[Handler], None], error: type[AccessPointError], code: str
) -> None:
    fate = told(answer)
    assert (type(fate), fate.code) == (error, code)


def test_the_peers_words_are_kept_in_short_and_on_one_line() -> None:
    fate = told(say(400, json.dumps({"message": "fel\r\n\x1b[31m" + "ö" * 10_000}).encode()))
    assert fate.words.startswith("HTTP 400 fel [31m")
    assert len(fate.words) == WORDS_MAX
    assert fate.words.isprintable()


def test_a_time_to_come_back_is_passed_on() -> None:
    fate = told(say(503, Retry_After="90"))
    assert isinstance(fate, Unreachable)
    assert fate.retry_after == 90


def test_an_answer_without_end_is_read_to_its_cap_only() -> None:
    sent = [0]

    def flood(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(10**12))
        handler.end_headers()
        try:
            while sent[0] < 200_000_000:
                sent[0] += handler.wfile.write(b" " * 65_536)
        except OSError:
            return

    assert told(flood).code == "NO_REPORT"
    assert sent[0] < 50_000_000


def test_an_answer_that_stops_half_way_is_unclear() -> None:
    def half(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"{")

    assert told(half).code == "UNCLEAR"


def test_a_compressed_answer_is_not_asked_for() -> None:
    seen: list[str | None] = []

    def look(handler: Handler) -> None:
        seen.append(handler.headers.get("Accept-Encoding"))
        say(503)(handler)

    told(look)
    assert seen == ["identity"]


def test_nobody_at_the_address_is_unreachable() -> None:
    with answering(say(200)) as address:
        pass
    web = Web(address, seconds=2)
    with pytest.raises(Unreachable):
        Phase4Outlet(web).submit(ALetter())
    web.close()


@pytest.mark.parametrize(
    "base", ["http://ap.example", "ap.example", "ftp://ap.example", "https://", "https://u:p@ap.example"]
)
def test_an_address_that_is_not_safe_is_no_address(base: str) -> None:
    with pytest.raises(ValueError, match="address of an access point"):
        Web(base)


# TLS ----------------------------------------------------------------------------------------


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's certificate signed by itself, for 127.0.0.1; its authority is the file `ca.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "access point of the tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


def test_a_certificate_nobody_vouches_for_gets_no_letter(tmp_path: Path) -> None:
    asked: list[str] = []

    def look(handler: Handler) -> None:
        asked.append(handler.path)
        say(200)(handler)

    with answering(look, context=certificate(tmp_path)) as address:
        stranger, known = Web(address, seconds=30), Web(address, seconds=30, ca_file=tmp_path / "ca.pem")
        with pytest.raises(Unreachable):
            Phase4Outlet(stranger).submit(ALetter())
        assert asked == []
        with pytest.raises(Unclear):
            Phase4Outlet(known).submit(ALetter())
        assert asked == ["/sendsbdh"]
        for web in (stranger, known):
            web.close()


# phoss-ap -----------------------------------------------------------------------------------


def phoss(script: dict[str, tuple[int, object]]) -> Callable[[Handler], None]:
    """Answers by the beginning of the path; what is not in the script is 404."""

    def answer(handler: Handler) -> None:
        for start, (status, body) in script.items():
            if handler.path.startswith(start):
                say(status, json.dumps(body).encode())(handler)
                return
        say(404)(handler)

    return answer


SUBMIT, STATUS = "/api/outbound/submit", "/api/outbound/status/"


def held(status: str, **more: object) -> dict[str, object]:
    return {"sbdhInstanceID": ALetter().instance_id, "status": status, **more}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (held("pending"), DeliveryState.ACCEPTED),
        (held("sending"), DeliveryState.ACCEPTED),
        (held("failed", errorDetails="no contact"), DeliveryState.ACCEPTED),
        (held("sent", completedDT="2026-03-27T14:30:05Z"), DeliveryState.DELIVERED),
        (held("sent", mlsStatus="received_re"), DeliveryState.REJECTED),
        (held("rejected"), DeliveryState.REJECTED),
        (held("permanently_failed"), DeliveryState.GIVEN_UP),
    ],
)
def test_the_status_of_phoss_is_read_as_it_is_meant(status: dict[str, object], state: DeliveryState) -> None:
    with answering(phoss({STATUS: (200, status)})) as address:
        web = Web(address, seconds=30)
        assert PhossOutlet(web).status(ALetter().instance_id).state is state
        web.close()


@pytest.mark.parametrize(
    "body", [[], {"status": "sent"}, held("dancing"), {**held("sent"), "sbdhInstanceID": "another"}]
)
def test_a_status_that_is_not_understood_is_no_status(body: object) -> None:
    with answering(phoss({STATUS: (200, body)})) as address:
        web = Web(address, seconds=30)
        with pytest.raises(Unreachable) as error:
            PhossOutlet(web).status(ALetter().instance_id)
        web.close()
    assert error.value.code == "NOT_UNDERSTOOD"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ({SUBMIT: (422, "Failed to submit outbound transaction")}, RejectedForGood),
        ({SUBMIT: (422, "no"), STATUS: (200, held("rejected"))}, RejectedForGood),
        ({SUBMIT: (422, "no"), STATUS: (503, {})}, Unclear),
        ({SUBMIT: (200, "no report")}, Unclear),
        ({SUBMIT: (500, {})}, Unclear),
        ({}, Unreachable),
    ],
)
def test_a_refusal_of_phoss_is_final_only_where_it_holds_nothing(
    script: dict[str, tuple[int, object]], error: type[AccessPointError]
) -> None:
    with answering(phoss(script)) as address:
        web = Web(address, seconds=30)
        with pytest.raises(error):
            PhossOutlet(web).submit(ALetter())
        web.close()


def test_the_history_is_read_to_its_end_and_given_oldest_first() -> None:
    first = datetime(2026, 11, 20, tzinfo=UTC)
    came = [
        {
            "sbdhInstanceID": f"i-{number}",
            "receivedDT": (first + timedelta(minutes=number)).isoformat(),
            "c4CountryCode": "SE" if number % 5 == 0 else None,
        }
        for number in range(250)
    ][::-1]
    asked: list[str] = []

    def history(handler: Handler) -> None:
        asked.append(handler.path)
        offset = int(handler.path.rpartition("offset=")[2])
        say(200, json.dumps(came[offset : offset + 100]).encode())(handler)

    with answering(history) as address:
        web = Web(address, seconds=30)
        listed = [each.reference for each in PhossInlet(web).inbound()]
        assert listed == [f"i-{number}" for number in range(250) if number % 5]
        assert len(asked) == 3
        later = (first + timedelta(days=3)).isoformat()
        list(PhossInlet(web).inbound(later))
        assert len(asked) == 4
        web.close()


@pytest.mark.parametrize("body", [b"{}", b"null", b"nonsense", b'{"letters":{}}', b'{"letters":[{}]}'])
def test_a_list_that_is_not_understood_is_no_list(body: bytes) -> None:
    with answering(say(200, body)) as address:
        web = Web(address, seconds=30)
        for inlet in (MailboxInlet(web), PhossInlet(web)):
            with pytest.raises(Unreachable) as error:
                list(inlet.inbound())
            assert error.value.code == "NOT_UNDERSTOOD"
        web.close()


def test_a_mailbox_that_repeats_itself_does_not_hold_us_for_ever() -> None:
    page = [{"reference": str(number), "cursor": "7"} for number in range(200)]
    with answering(say(200, json.dumps({"letters": page}).encode())) as address:
        web = Web(address, seconds=30)
        assert len(list(MailboxInlet(web).inbound())) == 400
        web.close()


def test_a_letter_above_the_cap_is_cut_just_above_it_and_a_missing_one_is_gone() -> None:
    with answering(say(200, order("1"), "application/xml")) as address:
        web = Web(address, seconds=30)
        assert len(MailboxInlet(web, size_largest=100).fetch("1")) == 101
        web.close()
    with answering(say(404)) as address:
        web = Web(address, seconds=30)
        for inlet in (MailboxInlet(web), PhossInlet(web)):
            with pytest.raises(Gone):
                inlet.fetch("1")
            inlet.acknowledge("1")
        web.close()
