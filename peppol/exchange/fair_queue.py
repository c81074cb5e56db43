"""Whose turn it is among the messages that wait to be read: one of each sender's before the second of anybody's.

Start-time fair queueing (Goyal, Vin and Cheng 1996): a message that comes is given the turn after the last of its
sender's that waits, and no earlier one than the first that waits at all. So ten thousand of one sender's keep nobody
else's single one waiting, and each sender's are read in the order in which they came.
"""

import re
import zlib
from typing import Final

_LOOKED_AT: Final = 20_000
"""A sender stands near the beginning; what hides his name further down takes its turn with the nameless."""
_SENDER: Final = re.compile(
    rb"<(?:[\w.-]{1,40}:)?Sender\b[^<>]{0,200}>\s{0,200}<(?:[\w.-]{1,40}:)?Identifier\b[^<>]{0,200}>\s{0,200}([^<]{1,80})<"
)
_ENDPOINT: Final = re.compile(rb"<(?:[\w.-]{1,40}:)?EndpointID\b[^<>]{0,200}>\s{0,200}([^<]{1,80})<")


def flow_of(body: bytes) -> int:
    """Which sender's messages take turns with others' (a CRC of his participant identifier); 0 where none is seen.

    A look at the bytes, not a reading of them: the envelope's sender, else the first party's address, which is the
    sender's in all that suppliers write. Whoever writes another's name there takes turns with him, and gains nothing.
    """
    beginning = body[:_LOOKED_AT]
    found = _SENDER.search(beginning) or _ENDPOINT.search(beginning)
    # The scheme of an envelope's identifier is written into it, a document's beside it.
    return zlib.crc32(found[1].strip().rpartition(b":")[2]) if found else 0
