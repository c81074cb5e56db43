"""For tests: a name server on this machine that knows a few NAPTR records."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


@contextmanager
def name_server(records: Mapping[str, list[str]]) -> Iterator[str]:
    """A name server with these NAPTR records; a name without any fails, an unknown one does not exist."""
    known = {name.lower().rstrip("."): lines for name, lines in records.items()}
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                data, sender = sock.recvfrom(4096)
            except OSError:
                return
            if not data:
                return
            query = dns.message.from_wire(data)
            reply = dns.message.make_response(query)
            reply.flags |= dns.flags.RA
            name = str(query.question[0].name)
            lines = known.get(name.lower().rstrip("."))
            if lines is None:
                reply.set_rcode(dns.rcode.NXDOMAIN)
            elif not lines:
                reply.set_rcode(dns.rcode.SERVFAIL)
            else:
                reply.answer.append(dns.rrset.from_text(name, 60, "IN", "NAPTR", *lines))
            sock.sendto(reply.to_wire(), sender)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    host, port = sock.getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (host, port))
        thread.join(5)
        sock.close()
