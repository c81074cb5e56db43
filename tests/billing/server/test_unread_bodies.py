"""Whoever sends too much reads why: the connection is not reset under the answer, and nobody sends without end."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from billing.server.app import create_app
from operations.settings import Settings
from tests.support.servers.serving import serving
from web.guards import unread_bodies

BYTES: Final = 21_100_000


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The portal on a port of this machine, with no proxy before it."""
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path / 'b.sqlite'}"))
    with serving(app) as address:
        yield int(address.rpartition(":")[2])
    app.state.database.close()


def head(*more: str) -> bytes:
    lines = ("POST /api/v1/validate HTTP/1.1", "Host: portal", "Content-Type: application/xml", *more)
    return "\r\n".join((*lines, "", "")).encode()


def read_all(connection: socket.socket) -> bytes:
    answer = b""
    while part := connection.recv(65_536):
        answer += part
    return answer


def test_who_sends_all_before_reading_gets_the_sentence(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head(f"Content-Length: {BYTES}"))
        for _ in range(BYTES // 100_000):
            connection.sendall(b"x" * 100_000)
        answer = read_all(connection)
    status, _, body = answer.partition(b"\r\n\r\n")
    assert status.startswith(b"HTTP/1.1 413")
    assert body.endswith(b"}")


def test_who_asks_first_is_answered_without_being_told_to_go_on(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(head(f"Content-Length: {BYTES}", "Expect: 100-continue"))
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"100 Continue" not in answer


def test_who_never_ends_is_left(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unread_bodies, "BYTES_MOST", 3_000_000)
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head("Transfer-Encoding: chunked"))
        with suppress(OSError):
            while sent < 2 * BYTES:
                connection.sendall(b"186a0\r\n" + b"x" * 100_000 + b"\r\n")
                sent += 100_000
    # What the sockets hold at both ends is beside what was read.
    assert BYTES - 1_000_000 < sent < 2 * BYTES
