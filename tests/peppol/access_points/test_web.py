"""What strangers' servers may answer, over real sockets: nothing of it leads astray, hangs or fills the memory."""

import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from peppol.access_points.error_sentences import may_be_the_message
from peppol.access_points.phase4 import Phase4Outlet
from peppol.access_points.protocol import (
    WORDS_MAX,
    AccessPointError,
    PeerUnreachable,
    RejectedForGood,
    Unclear,
    Unreachable,
)
from peppol.access_points.web import Web
from tests.support.servers.access_points import AMessage
from tests.support.servers.strangers import Handler, answering, say


def told(answer: Callable[[Handler], None], *, seconds: float = 30) -> AccessPointError:
    """How a message fares whose access point answers so."""
    with answering(answer) as address:
        web = Web(address, seconds=seconds)
        try:
            with pytest.raises(AccessPointError) as error:
                Phase4Outlet(web).submit(AMessage())
        finally:
            web.close()
    return error.value


def _report(name: str, value: object) -> Callable[[Handler], None]:
    return say(200, json.dumps({"overallSuccess": False, name: value}).encode())


def _failed(message: str) -> Callable[[Handler], None]:
    """A report of a message that our access point could not send."""
    return _report("sendingException", {"class": "Phase4Exception", "message": message})


# As phase4 4.4.1 answers a message that was signed by an expired certificate: seen in `make interop`.
EXPIRED_AT_PHASE4 = {
    "errorCode": "EBMS:0102",
    "errorDetails": "Error processing the WSSecurity Header (WS Security error: FAILURE): Technical details: "
    "org.apache.wss4j.common.ext.WSSecurityException - Error during certificate path validation: validity check failed",
    "category": "Processing",
}


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
        (say(400, b'{"error":"Bad Request"}'), Unreachable, "DENIED"),
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
        (_report("as4ResponseErrors", [{"errorCode": "EBMS:0101"}]), PeerUnreachable, "OWN_CERTIFICATE"),
        (_report("as4ResponseErrors", [EXPIRED_AT_PHASE4]), PeerUnreachable, "OWN_CERTIFICATE"),
        (_failed("certificate expired on 20261130235959GMT+00:00"), PeerUnreachable, "OWN_CERTIFICATE"),
        (_failed("NotAfter: Mon Nov 30 23:59:59 UTC 2026"), PeerUnreachable, "OWN_CERTIFICATE"),
        # What is said of the other side's is the other side's.
        (
            _failed("The configured receiver AP certificate is not valid and cannot be used for sending"),
            PeerUnreachable,
            "NOT_SENT",
        ),
        (
            _failed("Error during certificate path validation: validity check failed"),
            PeerUnreachable,
            "NOT_SENT",
        ),
        (_failed("Connect to ap.supplier.example timed out"), PeerUnreachable, "NOT_SENT"),
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
def test_every_answer_means_one_thing_for_the_message(
    answer: Callable[[Handler], None], error: type[AccessPointError], code: str
) -> None:
    fate = told(answer)
    assert (type(fate), fate.code) == (error, code)


def test_where_messages_go_is_ours_to_say_and_not_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(say(500)) as stranger, answering(say(200, b'"here"')) as address:
        for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, stranger)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        web = Web(address)
        try:
            assert web.get("api").words == "HTTP 200 here"
        finally:
            web.close()
        through = Web(address, proxy=stranger)
        try:
            assert through.get("api").status == 500
        finally:
            through.close()


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
        Phase4Outlet(web).submit(AMessage())
    web.close()


@pytest.mark.parametrize(
    "base", ["http://ap.example", "ap.example", "ftp://ap.example", "https://", "https://u:p@ap.example"]
)
def test_an_address_that_is_not_safe_is_no_address(base: str) -> None:
    with pytest.raises(ValueError, match="address of an access point"):
        Web(base)


# TLS ------------------------------------------------------------------------------------------


def certificate(
    folder: Path,
    *,
    address: str = "127.0.0.1",
    days: tuple[int, int] = (-1, 1),
) -> ssl.SSLContext:
    """A server's certificate signed by itself, from one day to another; its authority is the file `ca.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "access point of the tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
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


def test_a_certificate_nobody_vouches_for_gets_no_message(tmp_path: Path) -> None:
    asked: list[str] = []

    def look(handler: Handler) -> None:
        asked.append(handler.path)
        say(200)(handler)

    with answering(look, context=certificate(tmp_path)) as address:
        stranger, known = Web(address, seconds=30), Web(address, seconds=30, ca_file=tmp_path / "ca.pem")
        with pytest.raises(Unreachable):
            Phase4Outlet(stranger).submit(AMessage())
        assert asked == []
        with pytest.raises(Unclear):
            Phase4Outlet(known).submit(AMessage())
        assert asked == ["/sendsbdh"]
        for web in (stranger, known):
            web.close()


@pytest.mark.parametrize(
    ("how", "known", "code"),
    [
        ({}, False, "CERTIFICATE_UNKNOWN"),
        ({"days": (-9, -1)}, True, "CERTIFICATE_EXPIRED"),
        ({"days": (1, 9)}, True, "CERTIFICATE_NOT_YET"),
        ({"address": "192.0.2.1"}, True, "CERTIFICATE_OTHER_NAME"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told_and_costs_no_attempt(
    tmp_path: Path, how: dict[str, Any], known: bool, code: str
) -> None:
    with answering(say(200), context=certificate(tmp_path, **how)) as address:
        web = Web(address, seconds=30, ca_file=tmp_path / "ca.pem" if known else None)
        with pytest.raises(Unreachable) as told:
            Phase4Outlet(web).submit(AMessage())
        web.close()
    assert told.value.code == code
    assert told.value.words.startswith("X509 ")
    assert not may_be_the_message(code)


def test_a_server_that_wants_a_certificate_of_ours_says_so(tmp_path: Path) -> None:
    context = certificate(tmp_path)
    # What is not shown is told before the first answer, in TLS 1.2.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(tmp_path / "ca.pem")
    with answering(say(200), context=context) as address:
        web = Web(address, seconds=30, ca_file=tmp_path / "ca.pem")
        with pytest.raises(Unreachable) as told:
            web.get("x")
        web.close()
    assert told.value.code in ("NO_COMMON_TLS", "OWN_CERTIFICATE_MISSING")


def test_a_server_without_tls_is_told_as_one() -> None:
    with answering(say(200)) as address:
        web = Web(address.replace("http://", "https://"), seconds=30)
        with pytest.raises(Unreachable) as told:
            web.get("x")
        web.close()
    assert told.value.code == "NOT_TLS"


def test_nobody_listening_and_no_such_name_are_two_things() -> None:
    with answering(say(200)) as address:
        pass
    told = {}
    for base in (address, "https://nowhere.invalid"):
        web = Web(base, seconds=5)
        with pytest.raises(Unreachable) as error:
            web.get("x")
        web.close()
        told[base] = error.value
    nobody, nowhere = told.values()
    assert (nobody.code, nobody.words) == ("NOTHING_LISTENS", "ECONNREFUSED")
    assert nobody.host == address.removeprefix("http://")
    assert nowhere.code in ("NAME_UNKNOWN", "NAMES_SILENT")
    assert "nowhere.invalid" in nowhere.sentence.sv
