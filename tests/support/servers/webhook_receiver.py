"""A supplier's system that takes webhooks over TLS on this machine, and a way to it as if it were far away.

Its name leads to an address of the internet; whoever connects there comes to this machine, so all that is checked on
the way is checked. It answers as the test says, and remembers what came.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import httpcore
from standardwebhooks import Webhook

from operations.webhooks.connecting import Answer, HttpsPost
from operations.webhooks.receiver_addresses import IpAddress
from tests.support.servers.server_certificate import server_certificate

HOST = "hooks.example"
URL = f"https://{HOST}/rusta"
PUBLIC = ip_address("93.184.215.14")

Answering = Callable[["Came"], tuple[int, Mapping[str, str], bytes]]


@dataclass(frozen=True)
class Came:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> dict[str, object]:
        """What the vendor's own library says of it. Raises WebhookVerificationError."""
        told: dict[str, object] = Webhook(secret).verify(self.body, dict(self.headers))
        return told


@dataclass
class Receiver:
    """What came, in its order, and how it is answered."""

    port: int
    authority: Path
    answering: Answering = lambda came: (204, {}, b"")
    came: list[Came] = field(default_factory=list)
    connected: list[str] = field(default_factory=list)
    leads_to: list[IpAddress] = field(default_factory=lambda: [PUBLIC])

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer everything so from now on."""
        self.answering = lambda came: (status, headers, body)

    def told(self) -> list[str]:
        """The ids that came, in their order."""
        return [each.id for each in self.came]

    def post(self, *, seconds: float = 5) -> HttpsPost:
        """The product's own way out, on whose other end this machine lies."""
        return HttpsPost(
            ca_file=self.authority,
            resolve=lambda host, port: list(self.leads_to),
            dial=_Around(self),
            seconds=seconds,
        )


class _Around(httpcore.NetworkBackend):
    """Connects to this machine, whatever address is asked for, and says which was."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver, self._dial = receiver, httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        self._receiver.connected.append(host)
        return self._dial.connect_tcp("127.0.0.1", self._receiver.port, timeout)


@contextmanager
def receiving(folder: Path, *, name: str = HOST) -> Iterator[Receiver]:
    """A receiver whose certificate is for this name."""
    made = server_certificate(folder, name=name)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came = Came(self.path, {key.lower(): value for key, value in self.headers.items()}, body)
            receiver.came.append(came)
            status, headers, said = receiver.answering(came)
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Whoever leaves in the middle is the test's own doing."""

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver = Receiver(server.server_address[1], made.authority)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def silent() -> Iterator[int]:
    """A port where somebody listens and nobody ever answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        yield listener.getsockname()[1]


def takes_everything(url: str, headers: Mapping[str, str], body: bytes, *, inner: bool) -> Answer:
    """A receiver that is well, without any way to it."""
    return Answer(204, "", 1)
