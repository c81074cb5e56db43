"""How a single value is written in XML and read back: text, numbers, days, times, yes and no, files.

What XML Schema calls a value is read: a number with a plus, with nothing before or after
its point, of any length; a day or a time with its zone. White space around a value does
not belong to it. Written is one form alone: plain decimal digits, YYYY-MM-DD, true or
false, base64; what we would refuse to read we refuse to write.

A refusal names the place and says what was expected; str() gives it in Swedish and in English.
"""

import binascii
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from foundation import personal_numbers
from foundation.text import Text
from peppol.xml.gate import date_of, decimal_of
from peppol.xml.gate_errors import GateRefused
from peppol.xml.gate_tree import location_of

SPACE: Final = " \t\r\n"


class UnreadableDocument(ValueError):
    """A document that cannot be read as what it claims to be: where, what stands there, what was expected."""

    def __init__(self, *, location: str, line: int, found: str, expected: Text) -> None:
        found = personal_numbers.masked(found)
        shown = found if len(found) <= 80 else found[:77] + "..."
        self.text = Text(
            "%(location)s: ”%(found)s” går inte att läsa; väntat: %(expected)s.",
            location=location,
            found=shown,
            expected=expected,
        )
        super().__init__(self.text.both())
        self.location = location
        self.line = line
        self.found = shown
        self.expected = expected


class LackingElement(UnreadableDocument):
    """An element without what its class needs of it; where the element may be missing, it is taken as absent."""


class UnwritableDocument(ValueError):
    """A document that cannot become XML; `location` says which element is at fault."""

    def __init__(self, reason: Text, *, location: str = "") -> None:
        super().__init__(Text("%(location)s %(reason)s.", location=location, reason=reason).both())
        self.reason = reason
        self.location = location

    def within(self, label: str) -> "UnwritableDocument":
        """The same refusal seen from the element around it."""
        return UnwritableDocument(self.reason, location=f"{label}/{self.location}".rstrip("/"))


def unreadable(element: etree._Element, *, found: object, expected: Text) -> UnreadableDocument:
    """The refusal of `element`; `expected` is what should have stood there."""
    return UnreadableDocument(
        location=location_of(element), line=element.sourceline or 0, found=str(found), expected=expected
    )


def lacking(element: etree._Element, *, found: str, expected: Text) -> LackingElement:
    """The refusal of `element` that lacks what is `expected` of it."""
    return LackingElement(
        location=location_of(element), line=element.sourceline or 0, found=found, expected=expected
    )


_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: How many digits a number that we write may have before its point, and after it.
DIGITS_MAX: Final = 60
_NUMBER: Final = re.compile(rf"-?[0-9]{{1,{DIGITS_MAX}}}(\.[0-9]{{1,{DIGITS_MAX}}})?")
# The end of a day is its first moment once more: 24:00:00 is 00:00:00.
_DAY_END: Final = re.compile(r"24(?=:00:00(\.0+)?([Z+-]|$))")
#: A year before the first or of more than four digits: no calendar of ours holds the day, so it says nothing.
_OTHER_YEAR: Final = re.compile(r"-[0-9]{4,}-[0-9]{2}-[0-9]{2}\S*|[0-9]{5,}-[0-9]{2}-[0-9]{2}\S*")
_TIME: Final = re.compile(
    r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}


def escaped(text: str) -> str:
    """`text` as it stands between tags. Raises `UnwritableDocument` if XML has no form for it."""
    # Printable text holds no control character; this spares the search for nearly every value.
    if not text.isprintable():
        if lost := _NOT_XML.search(text):
            code = f"U+{ord(lost.group()):04X}"
            raise UnwritableDocument(
                Text("innehåller tecknet %(code)s, som XML inte kan bära: ta bort det", code=code)
            )
        # A parser turns a bare carriage return into a line feed.
        text = text.replace("&", "&amp;").replace("\r", "&#13;")
    elif "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text or ">" in text:
        text = text.replace("<", "&lt;").replace(">", "&gt;")
    return text


def _text_written(value: str) -> str:
    text = escaped(value.strip(SPACE))
    if not text:
        raise UnwritableDocument(Text("är tom: utelämna elementet"))
    return text


def _number_written(value: Decimal) -> str:
    # Asked before formatting, because 1E+999999999 would be a gigabyte of zeros.
    exact = isinstance(value, Decimal) and value.is_finite() and -DIGITS_MAX <= value.adjusted() < DIGITS_MAX
    text = format(value, "f") if exact else ""
    if not _NUMBER.fullmatch(text):
        raise UnwritableDocument(
            Text(
                "är %(value)s: ett tal är Decimal med högst %(most)s siffror före punkten och lika många efter",
                value=value,
                most=DIGITS_MAX,
            )
        )
    return text


def _date_read(text: str) -> date | None:
    return None if _OTHER_YEAR.fullmatch(text) else date_of(text)


def _date_written(value: date) -> str:
    if isinstance(value, datetime):
        raise UnwritableDocument(Text("är en tidpunkt: ange en dag utan klockslag"))
    return value.isoformat()


def _time_written(value: time) -> str:
    text = value.isoformat()
    if not _TIME.fullmatch(text):
        raise UnwritableDocument(
            Text("är %(time)s: tidszonen ska vara hela minuter, högst 14 timmar", time=text)
        )
    return text


def _time_read(text: str) -> time:
    text = _DAY_END.sub("00", text)
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    return time.fromisoformat(text)


def _bytes_written(value: bytes) -> str:
    if not value:
        raise UnwritableDocument(Text("är en tom fil: utelämna den"))
    return b64encode(value).decode("ascii")


def _bytes_read(text: str) -> bytes:
    packed = b"".join(text.encode("ascii").split())
    # The strict mode of Python 3.11 passes padding after a whole group.
    if len(packed) % 4 or packed.endswith(b"==="):
        raise ValueError(text[-8:])
    return binascii.a2b_base64(packed, strict_mode=True)


class Plain:
    """A cbc element without attributes, or the content of one that has them.

    `read_text` may raise `ValueError`, `LookupError` or `GateRefused`; `expected` then says
    what should have stood there.
    """

    prefix = "cbc"

    def __init__(self, read: Callable[[str], object], write: Callable[[Any], str], expected: Text) -> None:
        self.read_text = read
        self.write_text = write
        self.expected = expected

    def read(self, element: etree._Element) -> object | None:
        """The value in `element`, None for an empty text. Raises `UnreadableDocument`."""
        text = (element.text or "").strip(SPACE)
        if len(element):
            inner = element[0]
            raise unreadable(inner, found=inner.tag, expected=Text("text utan element i sig"))
        try:
            return self.read_text(text)
        except (GateRefused, ValueError, LookupError):
            raise unreadable(element, found=text, expected=self.expected) from None

    def writer(self, label: str) -> Callable[[Any], str]:
        """A function from a value to the element named `label`. It raises `UnwritableDocument`."""
        start, end, written = f"<{label}>", f"</{label}>", self.write_text
        return lambda value: start + written(value) + end


def _text_read(text: str) -> str | None:
    return text or None


# Every type a value without attributes may have; nothing else can be declared.
PLAIN: Final[Mapping[type, Plain]] = {
    str: Plain(_text_read, _text_written, Text("text")),
    Decimal: Plain(
        decimal_of,
        _number_written,
        Text("ett tal som 1234.50"),
    ),
    date: Plain(_date_read, _date_written, Text("en dag som ÅÅÅÅ-MM-DD")),
    time: Plain(_time_read, _time_written, Text("ett klockslag som 14:30:00")),
    bool: Plain(_BOOLEANS.__getitem__, lambda value: "true" if value else "false", Text("true eller false")),
    bytes: Plain(_bytes_read, _bytes_written, Text("en fil i base64")),
}
