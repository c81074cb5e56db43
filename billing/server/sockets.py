"""Where a program of ours listens: a socket on the address asked for, or a sentence about why not."""

import socket

from foundation.errors import Refused
from foundation.text import Text


def listening_on(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises Refused where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
        # Accepted connections inherit it. Without it an answer's second packet waits 40 ms for the first's receipt.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise Refused(
            Text(
                "Det går inte att lyssna på %(host)s port %(port)s (%(fault)s). Välj en annan med "
                "--host eller --port.",
                host=host,
                port=port,
                fault=error.strerror,
            )
        ) from None
