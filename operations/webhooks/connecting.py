"""One message over HTTPS to a stranger's machine: to an address that was checked, within a time, and no further.

Convention: the name is looked up, everything it leads to is checked, and the connection goes to an address of these,
so that a name which leads elsewhere a moment later leads nowhere. TLS is verified by the name. Redirects are not
followed, no more than the first bytes of an answer are read, and no proxy or variable of the environment has a say.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Timer
from typing import Final, Protocol

import httpcore

from foundation import personal_numbers
from foundation.network.faults import fault_of
from operations.webhooks.faults import WebhookFault, of_kind
from operations.webhooks.receiver_addresses import IpAddress, IpNetwork, may_be_reached

SECONDS: Final = 10.0
"""So long an attempt may take in all, from the look-up to the answer's first bytes."""

ANSWER_MOST: Final = 200
"""So many characters of an answer are kept."""

_READ_MOST: Final = 2 * ANSWER_MOST

Resolve = Callable[[str, int], Sequence[IpAddress]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request: a status or a fault, the first of what was said, and when to come again."""

    status: int | None
    fault: str
    milliseconds: int
    said: str = ""
    retry_after: str = ""


class Post(Protocol):
    """What sends a message; never raises for what a receiver or the network does."""

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, *, inner: bool) -> Answer:
        """Send `body` to `url`. `inner` says that networks of our own may be reached."""


class _InnerAddress(Exception):
    """The name leads where nothing is sent."""


def resolved(host: str, port: int) -> Sequence[IpAddress]:
    """All addresses of a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A link-local address carries its interface after a percent sign.
    return [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]


@dataclass(slots=True)
class HttpsPost:
    """The way out. `inner` are the networks of our own that may be reached by whoever may; `resolve` and `dial` are
    what the system has, and are exchanged in tests alone. `ca_file` holds authorities that are believed besides."""

    inner: Sequence[IpNetwork] = ()
    ca_file: Path | None = None
    resolve: Resolve = resolved
    dial: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    seconds: float = SECONDS
    _context: ssl.SSLContext | None = None

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes, *, inner: bool) -> Answer:
        """Send it, and say what came of it."""
        began = time.monotonic()
        try:
            status, said, after = self._sent(
                url, headers, body, began + self.seconds, self.inner if inner else ()
            )
        except _InnerAddress:
            return Answer(None, WebhookFault.INNER_ADDRESS, _since(began))
        except httpcore.TimeoutException:
            return Answer(None, WebhookFault.TIMED_OUT, _since(began))
        except httpcore.ProtocolError:
            return Answer(None, WebhookFault.NO_ANSWER, _since(began))
        except (httpcore.NetworkError, OSError, ValueError) as error:
            return Answer(None, of_kind(fault_of(error).kind), _since(began))
        return Answer(status, "", _since(began), said, after)

    def _sent(
        self, url: str, headers: Mapping[str, str], body: bytes, until: float, inner: Sequence[IpNetwork]
    ) -> tuple[int, str, str]:
        backend = _Checked(self.resolve, self.dial, until, inner)
        # A connection for each message: nothing of one receiver is there when the next has its turn.
        with (
            httpcore.ConnectionPool(ssl_context=self._tls(), network_backend=backend, http2=False) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body) as response,
        ):
            read = bytearray()
            for piece in response.iter_stream():
                read += piece
                if len(read) >= _READ_MOST:
                    break
            told = {name.lower(): value for name, value in response.headers}
            return response.status, _shown(bytes(read)), told.get(b"retry-after", b"").decode("latin-1")[:40]

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.ca_file is not None:
                context.load_verify_locations(cafile=str(self.ca_file))
            self._context = context
        return self._context


class _Checked(httpcore.NetworkBackend):
    """Connects to checked addresses alone, and lets nothing take longer than there is time."""

    def __init__(
        self, resolve: Resolve, dial: httpcore.NetworkBackend, until: float, inner: Sequence[IpNetwork]
    ) -> None:
        self._resolve, self._dial, self._until, self._inner = resolve, dial, until, inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that answers. Raises _InnerAddress, httpcore.NetworkError, OSError."""
        addresses = list(dict.fromkeys(self._resolve(host, port)))
        if not may_be_reached(addresses, inner=self._inner):
            raise _InnerAddress
        failed: Exception | None = None
        for address in addresses:
            try:
                stream = self._dial.connect_tcp(
                    str(address), port, _left(self._until), local_address, socket_options
                )
            except (httpcore.ConnectError, OSError) as error:
                failed = error
                continue
            return _Timed(stream, self._until)
        raise failed or httpcore.ConnectError()


class _Timed(httpcore.NetworkStream):
    """A stream whose every wait ends when the whole of it has to."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Some bytes, in time. Raises httpcore.ReadTimeout."""
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of these bytes, in time. Raises httpcore.WriteTimeout."""
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        """Let go of it."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same, encrypted; the certificate is the name's, whatever address it was reached at."""
        # Each piece of a handshake has the time that is left; one that comes in a thousand pieces is cut off.
        cut = Timer(_left(self._until), _shut, (self._stream.get_extra_info("socket"),))
        cut.daemon = True
        cut.start()
        try:
            encrypted = self._stream.start_tls(ssl_context, server_hostname, _left(self._until))
        finally:
            cut.cancel()
        return _Timed(encrypted, self._until)

    def get_extra_info(self, info: str) -> object:
        """What is known of the stream."""
        return self._stream.get_extra_info(info)


def seconds_of(retry_after: str, *, now: float) -> float | None:
    """The seconds that a Retry-After asks for (RFC 9110); None where it asks for nothing that can be read."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _shut(connection: object) -> None:
    if isinstance(connection, socket.socket):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))


def _shown(read: bytes) -> str:
    """The first of an answer as one line of plain text; what looks like a personal identity number is not kept."""
    text = read.decode("utf-8", "replace")
    plain = "".join(each if each.isprintable() else " " for each in text)
    return personal_numbers.masked(" ".join(plain.split()))[:ANSWER_MOST]
