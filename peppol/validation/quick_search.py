"""Whether the bytes of a message show that no personal identity number stands in it, without reading it as XML.

Most bills hold none, and to read each text of theirs takes a third of the time that reading the bill does. Here the
bytes are searched for anything that could become a number by any of the ways of writing that `personal_numbers` knows.
Convention: it may be wrong in one way alone. What is said to be clear is; everything else is searched text by text.
"""

import re
from typing import Final

from stdnum import luhn

# The form of `personal_numbers`, with every limit left out that a text around it could lift. It takes one digit at a
# time, so that no number hides another; a pattern that begins with what it takes is found several times as quickly.
_NUMBER: Final = re.compile(
    rb"[0-9](?=([0-9])(?:[-./]|\s+)?(0[0-9]|1[0-2])(?:[-./]|\s+)?([0-36-9][0-9])"
    rb"(?:\s*[-+_/:]\s*|\s+)?([0-9TRSUWXJKLMNtrsuwxjklmn])([0-9]{3}))"
)
# An identifier of a message is taken away before a text is searched, which brings together what stands around it.
_MAY_BE_UUID: Final = re.compile(rb"-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-")
_UUID: Final = re.compile(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
# A text behind the end of an element: then the element around it has text in pieces.
_IN_PIECES: Final = (re.compile(rb"</[^<>]*>\s*[^\s<]"), re.compile(rb"/>\s*[^\s<]"))
_ASCII: Final = bytes(range(128))
# The letters from À to ÿ in UTF-8. They stay what they are when a text is written in ASCII's signs; ß does not.
_LETTERS: Final = re.compile(rb"(?:\xc3[\x80-\x96\x98-\x9e\xa0-\xb6\xb8-\xbf])*")
_DAY_OF_COORDINATION: Final = 60


def is_clear(body: bytes) -> bool:
    """Whether a message that came through the gate surely holds no personal identity number.

    Nothing is said of other bytes: they may be read in ways that a parser would not read them.
    """
    return (
        # A sign may be written by its number, a text be cut by what is no element, a digit have another shape.
        b"&#" not in body
        and b"<!" not in body
        and body.rfind(b"<?") <= body.find(b"<")
        and _LETTERS.fullmatch(body.translate(None, _ASCII)) is not None
        and not any(each.search(body) for each in _IN_PIECES)
        and not _may_hold(body)
    )


def _may_hold(body: bytes) -> bool:
    if _MAY_BE_UUID.search(body):
        body = _UUID.sub(b" ", body)
    return any(map(_may_be_number, _NUMBER.finditer(body)))


def _may_be_number(found: re.Match[bytes]) -> bool:
    year, month, day, first, last = found.groups()
    # Only a number that stands for one, until the real one is known, has no month.
    if month == b"00" and int(day) < _DAY_OF_COORDINATION:
        return False
    digits = found[0] + year + month + day + (first if first.isdigit() else b"1") + last
    return luhn.is_valid(digits.decode())
