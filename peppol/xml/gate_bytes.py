"""What the gate decides on the bytes alone, before any parser sees them.

UTF-8 as written, under any of its names or as the ASCII it may be, XML 1.0, no DOCTYPE anywhere, and sizes that
a tree could not exceed. Cheap searches only: a file of 20 MB takes some
milliseconds. Entities that fetch files or multiply, documents made too large and
disguised encodings end here: whatever is decided on bytes needs no trust in a parser.
"""

import re
from typing import Final

from peppol.xml.gate_errors import GateRule, Limits, refuse

BOM: Final = b"\xef\xbb\xbf"
_OTHER_ENCODINGS: Final = (
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\xfe\xff", "UTF-16"),
    (b"\xff\xfe", "UTF-16"),
    (b"\x00\x00\x00<", "UTF-32"),
    (b"<\x00\x00\x00", "UTF-32"),
    (b"\x00<", "UTF-16"),
    (b"<\x00", "UTF-16"),
    (b"\x4c\x6f\xa7\x94", "EBCDIC"),
    (b"+ADw-", "UTF-7"),
)
_OTHER_FILES: Final = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1f\x8b", "GZIP"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ", "XZ"),
    (b"\xd0\xcf\x11\xe0", "OLE"),
    (b"{", "JSON"),
    (b"UNB+", "EDIFACT"),
    (b"UNA:", "EDIFACT"),
)
# Registered names (IANA) and what common libraries write: Python's ElementTree says "utf8".
_UTF8_NAMES: Final = frozenset({b"UTF-8", b"UTF8", b"UTF_8", b"CSUTF8"})
# A document of ASCII alone is UTF-8 as it stands. Of Latin-1 the same is true until its first letter å,
# so that name stays refused: a sender should not find out with an invoice in December.
_ASCII_NAMES: Final = frozenset(
    {b"US-ASCII", b"ASCII", b"ANSI_X3.4-1968", b"ANSI_X3.4-1986", b"ISO646-US", b"CSASCII"}
)
_DECLARATION: Final = re.compile(rb"<\?xml[ \t\r\n]([^>]*?)\?>")
_VERSION: Final = re.compile(rb"""version[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")
_ENCODING: Final = re.compile(rb"""encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")
# HTML writes it in small letters; XML would call that malformed, which helps nobody.
_SHORTEST_ELEMENT: Final = len("<a/>")
_SHORTEST_ATTRIBUTE: Final = len(" a=''")
_DOCTYPE: Final = re.compile(rb"<!(?i:DOCTYPE|ENTITY)")


def _line_at(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1


def check_bytes(data: bytes, limits: Limits) -> None:
    """Refuse what can be refused without parsing: cheapest and most dangerous first."""
    if len(data) > limits.bytes_max:
        refuse(GateRule.SIZE, found=_grouped(len(data)), expected=_grouped(limits.bytes_max))
    if not data.strip(b" \t\r\n" + BOM):
        refuse(GateRule.EMPTY)
    _check_encoding(data)
    # One byte is looked for ten times as quickly as two.
    doctype = _DOCTYPE.search(data) if b"!" in data and b"<!" in data else None
    if doctype:
        refuse(
            GateRule.DOCTYPE,
            location="/",
            line=_line_at(data, doctype.start()),
            found=doctype.group().decode(),
        )
    # Every element opens with "<" and every attribute holds "="; the true numbers cannot be higher. Where the bytes do
    # not suffice for so many of the shortest, there is nothing to count.
    if len(data) > limits.elements_max * _SHORTEST_ELEMENT:
        elements = data.count(b"<") - data.count(b"</")
        if elements > limits.elements_max:
            refuse(GateRule.ELEMENTS, found=_grouped(elements), expected=_grouped(limits.elements_max))
    if len(data) > limits.attributes_max * _SHORTEST_ATTRIBUTE:
        attributes = data.count(b"=")
        if attributes > limits.attributes_max:
            refuse(GateRule.ATTRIBUTES, found=_grouped(attributes), expected=_grouped(limits.attributes_max))


def kind_of_file(data: bytes) -> str | None:
    """What kind of file it is by its first bytes, where that is one that is often taken for a document; else None."""
    return next((name for mark, name in _OTHER_FILES if data.startswith(mark)), None)


def _check_encoding(data: bytes) -> None:
    """UTF-8 and XML 1.0 only: the bytes decide, and the declaration may not say otherwise."""
    if not data.startswith(b"<?xml "):  # as nearly all do, and then none of these begins so
        other = kind_of_file(data)
        if other is not None:
            refuse(GateRule.NOT_XML, line=1, found=other, expected="XML")
        for mark, name in _OTHER_ENCODINGS:
            if data.startswith(mark):
                refuse(GateRule.ENCODING, line=1, found=name, expected="UTF-8")
    start = len(BOM) if data.startswith(BOM) else 0
    if data.startswith(BOM, start):
        refuse(GateRule.ENCODING, line=1, found="BOM, BOM", expected="UTF-8")
    if not data[start : start + 1024].lstrip(b" \t\r\n").startswith(b"<"):
        # A byte that is not UTF-8 says more than a missing "<".
        _check_utf8(data)
        refuse(GateRule.NOT_XML, line=1, expected="XML")
    declaration = _DECLARATION.match(data, start)
    if declaration:
        version = _VERSION.search(declaration.group(1))
        if version and version.group(1) != b"1.0":
            refuse(GateRule.VERSION, line=1, found=_shown(version.group(1)), expected="1.0")
        encoding = _ENCODING.search(declaration.group(1))
        if encoding and not _is_utf8(encoding.group(1).upper(), data):
            refuse(GateRule.ENCODING, line=1, found=_shown(encoding.group(1)), expected="UTF-8")
    _check_utf8(data)


def _is_utf8(name: bytes, data: bytes) -> bool:
    """Whether bytes that say they are `name` may be read as UTF-8."""
    return name in _UTF8_NAMES or (name in _ASCII_NAMES and data.isascii())


def _check_utf8(data: bytes) -> None:
    nul = data.find(b"\x00")
    if nul >= 0:
        refuse(GateRule.ENCODING, line=_line_at(data, nul), found="00", expected="UTF-8")
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as broken:
        found = data[broken.start : broken.start + 4].hex(" ")
        refuse(GateRule.ENCODING, line=_line_at(data, broken.start), found=found, expected="UTF-8")


def _grouped(number: int) -> str:
    """A large number as Swedes write it: 20 000 001."""
    return f"{number:_}".replace("_", " ")


def _shown(value: bytes) -> str:
    return value.decode("ascii", "backslashreplace")
