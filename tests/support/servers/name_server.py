"""For tests: name servers on this machine. One knows some NAPTR records, one answers as badly as told, one is real.

The real one is dnsmasq, as Debian has it: what the product meets in a zone that is alive, dead, or answers everything.
"""

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rrset

from peppol.lookup.sml import host_name
from tests.system_packages import program

Answer = Callable[[dns.message.Message, bool], dns.message.Message | bytes | None]
"""From a question, and whether it came by TCP, to what is answered: a message, bytes, or nothing at all."""


@contextmanager
def name_server(records: Mapping[str, list[str]]) -> Iterator[str]:
    """A name server with these NAPTR records; a name without any fails, an unknown one does not exist."""
    known = {name.lower().rstrip("."): lines for name, lines in records.items()}

    def answer(query: dns.message.Message, by_tcp: bool) -> dns.message.Message:
        reply = replied(query)
        name = str(query.question[0].name)
        lines = known.get(name.lower().rstrip("."))
        if lines is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif not lines:
            reply.set_rcode(dns.rcode.SERVFAIL)
        else:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "NAPTR", *lines))
        return reply

    with answering_server(answer) as server:
        yield server


def replied(query: dns.message.Message) -> dns.message.Message:
    """A reply without anything in it."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    return reply


@contextmanager
def answering_server(answer: Answer, *, tcp: bool = True) -> Iterator[str]:
    """A name server that answers each question as it is told, by UDP and, unless said otherwise, by TCP."""
    by_udp, by_tcp = _both_ways()
    host, port = by_udp.getsockname()
    if not tcp:
        by_tcp.close()

    def serve_udp() -> None:
        while True:
            try:
                data, sender = by_udp.recvfrom(4096)
            except OSError:
                return
            if not data:
                return
            told = answer(dns.message.from_wire(data), False)
            if told is not None:
                by_udp.sendto(told if isinstance(told, bytes) else told.to_wire(), sender)

    def serve_tcp() -> None:
        while True:
            try:
                connection, _ = by_tcp.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
                query, _ = dns.query.receive_tcp(connection, time.time() + 5)
                told = answer(query, True)
                if told is not None:
                    dns.query.send_tcp(connection, told, time.time() + 5)

    threads = [
        threading.Thread(target=each, daemon=True) for each in (serve_udp, *([serve_tcp] if tcp else []))
    ]
    for each in threads:
        each.start()
    try:
        yield f"{host}:{port}"
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (host, port))
        if tcp:
            # A shut-down listener wakes whoever accepts on it.
            with contextlib.suppress(OSError):
                by_tcp.shutdown(socket.SHUT_RDWR)
        for each in threads:
            each.join(5)
        by_udp.close()
        by_tcp.close()


def _both_ways() -> tuple[socket.socket, socket.socket]:
    """A port that is free for both, on loopback."""
    while True:
        by_udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        by_udp.bind(("127.0.0.1", 0))
        by_tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            by_tcp.bind(by_udp.getsockname())
        except OSError:
            by_udp.close()
            by_tcp.close()
            continue
        by_tcp.listen()
        return by_udp, by_tcp


@dataclass
class Dnsmasq:
    """A running dnsmasq that knows the zone it is told of; `set` starts it anew at the same address with another."""

    folder: Path
    port: int
    zone: str
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"127.0.0.1:{self.port}"

    def set(self, participants: Mapping[str, str], *, options: Sequence[str] = ()) -> None:
        """Know these participants, each with its register's address, and of the zone nobody else."""
        self.stop()
        lines = [
            *("no-resolv", "no-hosts", "no-daemon", "bind-interfaces", "listen-address=127.0.0.1"),
            *(
                f"port={self.port}",
                "user=",
                f"pid-file={self.folder / 'dnsmasq.pid'}",
                f"local=/{self.zone}/",
            ),
            *(
                f"naptr-record={host_name(each, self.zone)},100,10,U,Meta:SMP,!^.*$!{register}!"
                for each, register in participants.items()
            ),
            *options,
        ]
        settings = self.folder / "dnsmasq.conf"
        settings.write_text("\n".join(lines) + "\n")
        with (self.folder / "dnsmasq.log").open("ab") as log:
            self.process = subprocess.Popen(
                [program("dnsmasq") or "dnsmasq", "--keep-in-foreground", f"--conf-file={settings}"],
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self._wait()

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None

    def _wait(self) -> None:
        question = dns.message.make_query("started.invalid", "TXT")
        for _ in range(100):
            with contextlib.suppress(OSError, dns.exception.DNSException):
                dns.query.udp(question, "127.0.0.1", port=self.port, timeout=0.2)
                return
            assert self.process is not None
            assert self.process.poll() is None, (self.folder / "dnsmasq.log").read_text()
            time.sleep(0.05)
        raise AssertionError("dnsmasq does not answer")


@contextmanager
def dnsmasq(folder: Path, zone: str) -> Iterator[Dnsmasq]:
    """A real name server on a free port, which knows nothing yet."""
    folder.mkdir(parents=True, exist_ok=True)
    by_udp, by_tcp = _both_ways()
    port = by_udp.getsockname()[1]
    by_udp.close()
    by_tcp.close()
    running = Dnsmasq(folder, port, zone)
    try:
        yield running
    finally:
        running.stop()
