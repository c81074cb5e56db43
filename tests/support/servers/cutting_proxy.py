"""A TCP proxy that cuts a connection after so many bytes, as networks, idle timers and restarts do."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_AT_ONCE = struct.pack("ii", 1, 0)
"""A close that resets the line instead of ending it in good order."""


@dataclass
class CuttingProxy:
    """Where it listens, what it has carried, and when it cuts: after `cut_after` more bytes, either way, once."""

    target: int
    port: int = 0
    carried: int = 0
    cuts: int = 0
    cut_after: int | None = None
    resets: bool = False
    away: bool = False
    _lines: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, after: int, *, resets: bool = False) -> None:
        """Cut once, when so many more bytes have been carried; a reset or an end in good order."""
        with self._lock:
            self.carried, self.cut_after, self.resets = 0, after, resets

    def disarm(self) -> None:
        """Carry everything."""
        with self._lock:
            self.carried, self.cut_after = 0, None

    def cut_now(self) -> None:
        """Cut every line there is."""
        with self._lock:
            lines, self._lines = self._lines, set()
            self.cuts += 1
        for line in lines:
            _end(line, resets=self.resets)

    def carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(16_384):
                with self._lock:
                    cut = self.cut_after is not None and self.carried + len(data) > self.cut_after
                    part = data[: max(0, (self.cut_after or 0) - self.carried)] if cut else data
                    self.carried += len(data)
                    if cut:
                        self.cut_after = None
                sink.sendall(part)
                if cut:
                    self.cut_now()
                    return
        for each in (source, sink):
            _end(each, resets=False)

    def join(self, client: socket.socket) -> None:
        """Carry between a client and the target."""
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=30)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        with self._lock:
            self._lines |= {client, server}
        for pair in ((client, server), (server, client)):
            threading.Thread(target=self.carry, args=pair, daemon=True).start()


def _end(line: socket.socket, *, resets: bool) -> None:
    with suppress(OSError):
        if resets:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        line.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        line.close()


@contextmanager
def cutting_proxy(target: int) -> Iterator[CuttingProxy]:
    """A proxy before a port of this machine, on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    proxy = CuttingProxy(target, listening.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            if proxy.away:
                _end(client, resets=True)
            else:
                proxy.join(client)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        proxy.cut_now()
        thread.join(5)
