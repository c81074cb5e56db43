"""A register's answer never leads us to an address of our own house: neither by its words nor by HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from peppol.access_points.protocol import PeerVerdict
from peppol.identifiers import DocumentKind
from peppol.lookup.directory import FixedRegister, RegisterDirectory
from peppol.lookup.register_address import base_of
from peppol.lookup.smp import NotUnderstood
from tests.support.servers import registers
from tests.support.servers.access_points import SUPPLIER

ORDER = DocumentKind.ORDER


@contextmanager
def listening(status: int, headers: dict[str, str], asked: list[str], body: bytes = b"") -> Iterator[str]:
    """A server of this machine that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def verdict(register: str) -> PeerVerdict:
    directory = RegisterDirectory(
        FixedRegister(register), trust=registers.trusted, clock=lambda: registers.NOW, seconds=20
    )
    try:
        return directory.lookup(SUPPLIER, ORDER.document_type_id, ORDER.profile_ids[0]).verdict
    finally:
        directory.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_the_register_leads_nowhere(status: int) -> None:
    inside: list[str] = []
    outside: list[str] = []
    with (
        listening(200, {}, inside, b"secret") as ours,
        listening(status, {"Location": f"{ours}/admin"}, outside) as register,
    ):
        assert verdict(register) is PeerVerdict.CANNOT_TELL
    assert (len(outside), inside) == (1, [])


def test_an_answer_that_names_our_own_house_is_not_asked_there() -> None:
    inside: list[str] = []
    with listening(200, {}, inside, b"secret") as ours:
        body = registers.signed(registers.redirect(f"{ours}/admin", "REGISTER 1"))
        with listening(200, {"Content-Type": "application/xml"}, [], body) as register:
            assert verdict(register) is PeerVerdict.CANNOT_TELL
    assert inside == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.0.0.8",
        "172.16.4.4",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "8.8.8.8",
        "[::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "billing",
        "db.local",
        "db.internal",
        "app.localhost",
        "",
    ],
)
def test_only_a_public_name_is_gone_to(host: str) -> None:
    with pytest.raises(NotUnderstood):
        base_of(f"https://{host}/iso6523-actorid-upis%3A%3Ax")


@pytest.mark.parametrize(
    "address",
    [
        *("http://smp.example/x", "ftp://smp.example/x", "file:///etc/passwd", "//smp.example/x", ""),
        *("https://smp.example:8443/x", "https://smp.example:port/x", "https://a@smp.example/x"),
    ],
)
def test_only_over_https_on_its_own_port_without_a_name(address: str) -> None:
    with pytest.raises(NotUnderstood):
        base_of(address)


@pytest.mark.parametrize("address", ["https://smp.example/x", "https://smp.example:443/x"])
def test_a_public_register_is_gone_to(address: str) -> None:
    assert base_of(address).startswith("https://smp.example")
